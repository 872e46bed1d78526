"""Machines: what each host answers and refuses."""

from __future__ import annotations

import uuid
from typing import Any

from lxml.builder import E
from lxml.etree import tostring

from tests.contract.sites import Recorder, Site, opened
from tests.contract.test_pools import refused, started_pool
from tests.contract.test_volumes import volume_xml
from tests.support.waiting import eventually
from vstore_gui.entities.calls import (
    CreateVolume,
    DefineDomain,
    GetDomainDocument,
    ListDomains,
    ReadBlockStats,
    ReadDomain,
    UpdateDisk,
)
from vstore_gui.entities.disk import SourceKind
from vstore_gui.entities.domain import DomainLifecycle
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.reports import DomainEvent


def cdrom(path: str | None, target: str = "sda") -> Any:
    disk = E.disk(E.driver(name="qemu", type="raw"), type="file", device="cdrom")
    if path is not None:
        disk.append(E.source(file=path))
    disk.append(E.target(dev=target, bus="scsi"))
    disk.append(E.readonly())
    return disk


def text(element: Any) -> str:
    return tostring(element, encoding="unicode")


async def test_a_machine_is_defined_and_read(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        made = await site.host.call(DefineDomain(site.domain_xml("box", cdrom(None))))
        assert (made.name, made.lifecycle, made.persistent) == ("box", DomainLifecycle.SHUTOFF, True)
        assert made.next_disks is None
        (drive,) = made.disks
        assert (drive.target, drive.device, drive.empty) == ("sda", "cdrom", True)
        assert await site.host.call(ListDomains()) == (made,)
        assert await site.host.call(ReadDomain(made.uuid)) == made
        assert "<name>box</name>" in await site.host.call(GetDomainDocument(made.uuid, inactive=True))
        (stats,) = await site.host.call(ReadBlockStats((made.uuid, str(uuid.uuid4()))))
        assert (stats.domain, [disk.target for disk in stats.disks]) == (made.uuid, ["sda"])
        await eventually(
            lambda: (
                [(e.domain, e.event) for e in heard.of(DomainEvent)] == [(made.uuid, "lifecycle defined")]
            ),
            "the event of the definition",
        )


async def test_a_machine_that_is_not_there_is_not_found(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        nobody = str(uuid.uuid4())
        for call in (
            ReadDomain(nobody),
            GetDomainDocument(nobody),
            UpdateDisk(nobody, text(cdrom(None)), False, True),
        ):
            assert (await refused(site, call)).kind is ErrorKind.NOT_FOUND, call
        assert await site.host.call(ReadBlockStats((nobody,))) == ()


async def test_a_configuration_that_is_none_is_refused(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        made = await site.host.call(DefineDomain(site.domain_xml("box")))
        twice = site.domain_xml("box", cdrom(None), cdrom(None), domain_uuid=made.uuid)
        for xml in ("", "<pool/>", twice):
            assert (await refused(site, DefineDomain(xml))).kind is ErrorKind.INVALID, xml
        other_uuid = site.domain_xml("box", domain_uuid=str(uuid.uuid4()))
        assert (await refused(site, DefineDomain(other_uuid))).kind is ErrorKind.EXISTS


async def test_a_disc_is_put_into_a_stored_configuration(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        pool = await started_pool(site)
        disc = await site.host.call(CreateVolume(pool.uuid, volume_xml("disc.iso")))
        made = await site.host.call(DefineDomain(site.domain_xml("box", cdrom(None))))
        insert = UpdateDisk(made.uuid, text(cdrom(disc.path)), live=False, config=True)
        if not site.changes_discs:
            assert (await refused(site, insert)).kind is ErrorKind.NOT_SUPPORTED
            xml = site.domain_xml("box", cdrom(disc.path), domain_uuid=made.uuid)
            changed = await site.host.call(DefineDomain(xml))
        else:
            changed = await site.host.call(insert)
        (drive,) = changed.disks
        assert (drive.source.kind, drive.source.path) == (SourceKind.FILE, disc.path)
        assert await site.host.call(ReadDomain(made.uuid)) == changed


async def test_a_change_of_a_disk_that_cannot_be_is_refused(site: Site, heard: Recorder) -> None:
    if not site.changes_discs:
        return  # the test driver refuses them all, as the case above says
    async with opened(site, heard):
        made = await site.host.call(DefineDomain(site.domain_xml("box", cdrom(None))))
        elsewhere = UpdateDisk(made.uuid, text(cdrom(None, "sdz")), live=False, config=True)
        assert (await refused(site, elsewhere)).kind is ErrorKind.NOT_FOUND
        off = UpdateDisk(made.uuid, text(cdrom(None)), live=True, config=False)
        assert (await refused(site, off)).kind is ErrorKind.NOT_ACTIVE
        none = UpdateDisk(made.uuid, "<disk", live=False, config=True)
        assert (await refused(site, none)).kind is ErrorKind.INVALID
