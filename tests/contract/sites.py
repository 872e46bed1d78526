"""Places where the contract is tested. See `Site`."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lxml.builder import E
from lxml.etree import tostring

from tests.fakes.host import FakeHost
from tests.support.libvirtd import PrivateLibvirtd
from tests.support.waiting import eventually
from vstore_gui.adapter.api import Host
from vstore_gui.adapter.host_client import HostClient
from vstore_gui.adapter.supervisor import Backoff
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import Report

__all__ = [
    "QUICK",
    "FakeSite",
    "RealSite",
    "Recorder",
    "Site",
    "TestDriverSite",
    "online",
    "opened",
    "pool_xml",
]

QUICK = Backoff(first_s=0.05, limit_s=0.2)


class Recorder:
    """A HostObserver that remembers what it was told, in order."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.links: list[tuple[HostLink, float | None]] = []
        self.told: list[Any] = []  # both, in order

    def host_reported(self, host: Host, report: Report) -> None:
        self.reports.append(report)
        self.told.append(report)

    def host_link_changed(self, host: Host, link: HostLink, retry_in_s: float | None) -> None:
        assert host.link is link
        self.links.append((link, retry_in_s))
        self.told.append(link)

    def of(self, kind: type[Any]) -> list[Any]:
        return [report for report in self.reports if isinstance(report, kind)]


async def online(host: Host, recorder: Recorder) -> None:
    """Wait until the host is online; its own words when it fails."""
    await eventually(lambda: host.link in (HostLink.ONLINE, HostLink.FAILED), f"{host.id} to come online")
    assert host.link is HostLink.ONLINE, recorder.reports


@asynccontextmanager
async def opened(site: Site, recorder: Recorder) -> AsyncIterator[Host]:
    """The site's host, online; closed afterwards, however the test ends."""
    site.host.open(recorder)
    try:
        await online(site.host, recorder)
        yield site.host
    finally:
        await site.host.close()


def pool_xml(name: str, path: str, pool_uuid: str | None = None) -> str:
    pool = E.pool(E.name(name), E.target(E.path(path)), type="dir")
    if pool_uuid is not None:
        pool.insert(1, E.uuid(pool_uuid))
    return tostring(pool, encoding="unicode")


class Site:
    """One kind of host: where directory pools may lie, what a machine there looks like, what it cannot do."""

    domain_type = "qemu"
    changes_discs = True  # by update_disk
    checks_storage = True  # refuses what the storage itself would
    host: Host

    def place(self, name: str) -> str:
        """A path for a pool's target; its parent directory is there."""
        raise NotImplementedError

    def domain_xml(self, name: str, *disks: Any, domain_uuid: str | None = None) -> str:
        return tostring(
            E.domain(
                E.name(name),
                E.uuid(domain_uuid or str(uuid.uuid4())),
                E.memory("32", unit="MiB"),
                E.vcpu("1"),
                E.os(E.type("hvm", arch="x86_64" if self.domain_type != "test" else "i686")),
                E.devices(*disks, E.memballoon(model="none")),
                type=self.domain_type,
            ),
            encoding="unicode",
        )


class FakeSite(Site):
    def __init__(self) -> None:
        self.host = self.fake = FakeHost()

    def place(self, name: str) -> str:
        return f"/srv/{name}"


class TestDriverSite(Site):
    __test__ = False
    domain_type = "test"
    changes_discs = False
    checks_storage = False

    def __init__(self, folder: Path) -> None:
        node = folder / "node.xml"
        node.write_text("<node/>")
        self.host = HostClient(f"test://{node}", backoff=QUICK)
        self._folder = folder

    def place(self, name: str) -> str:
        return str(self._folder / name)


class RealSite(Site):
    def __init__(self, daemon: PrivateLibvirtd) -> None:
        self.daemon = daemon
        self.host = HostClient(daemon.uri, backoff=QUICK)

    def place(self, name: str) -> str:
        return str(self.daemon.tmp / name)
