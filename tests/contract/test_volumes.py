"""Volumes: what each host answers and refuses."""

from __future__ import annotations

from tests.contract.sites import Recorder, Site, opened
from tests.contract.test_pools import refused, started_pool
from vstore_gui.entities.calls import (
    CreateVolume,
    DeleteVolume,
    GetVolumeDocument,
    ListVolumes,
    Partial,
    PrioritiseVolumes,
    ReadVolume,
    ReadVolumes,
    StopPool,
    VolumeBatch,
)
from vstore_gui.entities.errors import ErrorKind

MIB = 1024**2


def volume_xml(name: str, capacity_bytes: int = MIB, kind: str = "raw") -> str:
    return (
        f"<volume><name>{name}</name><capacity unit='bytes'>{capacity_bytes}</capacity>"
        f"<allocation>0</allocation><target><format type='{kind}'/></target></volume>"
    )


async def test_a_volume_is_created_read_and_deleted(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        pool = await started_pool(site)
        made = await site.host.call(CreateVolume(pool.uuid, volume_xml("disk.qcow2", 3 * MIB, "qcow2")))
        assert (made.name, made.capacity_bytes, made.format, made.detailed) == (
            "disk.qcow2",
            3 * MIB,
            "qcow2",
            True,
        )
        assert made.path == f"{site.place('images')}/disk.qcow2"
        (name,) = await site.host.call(ListVolumes(pool.uuid))
        assert (name.name, name.path) == (made.name, made.path)
        read = await site.host.call(ReadVolume(pool.uuid, "disk.qcow2"))
        assert (read.name, read.path, read.capacity_bytes) == (made.name, made.path, made.capacity_bytes)
        assert "<name>disk.qcow2</name>" in await site.host.call(GetVolumeDocument(pool.uuid, "disk.qcow2"))
        assert await site.host.call(DeleteVolume(pool.uuid, "disk.qcow2")) is None
        assert await site.host.call(ListVolumes(pool.uuid)) == ()
        for call in (DeleteVolume(pool.uuid, "disk.qcow2"), ReadVolume(pool.uuid, "disk.qcow2")):
            assert (await refused(site, call)).kind is ErrorKind.NOT_FOUND, call


async def test_details_come_in_parts_and_what_is_gone_is_named(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        pool = await started_pool(site)
        names = tuple(f"v{number:02}" for number in range(20))
        for name in names:
            await site.host.call(CreateVolume(pool.uuid, volume_xml(name)))
        parts: list[Partial] = []
        wanted = (*names, "nobody")
        answer = await site.host.call(ReadVolumes(pool.uuid, wanted), on_part=parts.append)
        assert answer == len(wanted)
        batches = [part for part in parts if isinstance(part, VolumeBatch)]
        assert batches == parts
        assert sorted(volume.name for batch in batches for volume in batch.volumes) == list(names)
        assert all(volume.detailed for batch in batches for volume in batch.volumes)
        assert [name for batch in batches for name in batch.missing] == ["nobody"]
        assert await site.host.call(ReadVolumes(pool.uuid, ())) == 0
        assert await site.host.call(PrioritiseVolumes(pool.uuid, ("v01", "nobody"))) is None


async def test_a_name_that_is_taken_and_a_volume_that_is_none_are_refused(
    site: Site, heard: Recorder
) -> None:
    async with opened(site, heard):
        pool = await started_pool(site)
        await site.host.call(CreateVolume(pool.uuid, volume_xml("one")))
        assert (await refused(site, CreateVolume(pool.uuid, volume_xml("one")))).kind is ErrorKind.EXISTS
        for xml in ("", "<volume/>", "<volume><name>x</name></volume>", "<pool/>"):
            assert (await refused(site, CreateVolume(pool.uuid, xml))).kind is ErrorKind.INVALID, xml


async def test_a_pool_that_was_stopped_has_no_volumes_to_read(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        pool = await started_pool(site)
        await site.host.call(CreateVolume(pool.uuid, volume_xml("one")))
        await site.host.call(ListVolumes(pool.uuid))
        await site.host.call(StopPool(pool.uuid))
        for call in (
            ReadVolumes(pool.uuid, ("one",)),
            ReadVolume(pool.uuid, "one"),
            CreateVolume(pool.uuid, volume_xml("two")),
            DeleteVolume(pool.uuid, "one"),
        ):
            assert (await refused(site, call)).kind is ErrorKind.NOT_ACTIVE, call


async def test_what_the_storage_cannot_give_is_refused(site: Site, heard: Recorder) -> None:
    if not site.checks_storage:
        return  # the test driver has no storage
    async with opened(site, heard):
        pool = await started_pool(site)
        backed = (
            "<volume><name>top</name><capacity unit='MiB'>1</capacity>"
            "<target><format type='qcow2'/></target>"
            f"<backingStore><path>{site.place('images')}/nobody</path><format type='raw'/>"
            "</backingStore></volume>"
        )
        assert (await refused(site, CreateVolume(pool.uuid, backed))).kind is ErrorKind.MISSING_PATH
