"""The host itself: what it is, what it can do, what is at its paths."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import libvirt

from vstore_gui.entities.calls import ChildStats, GetChildStats, GetHostInfo, PathFacts, ProbePath
from vstore_gui.entities.host import HostInfo
from vstore_gui.hostd import counting
from vstore_gui.hostd.foreign_bytes import shown_path
from vstore_gui.hostd.registry import Asked, handles
from vstore_gui.hostd.uris import is_test
from vstore_gui.xml.capabilities import read_host_capabilities, supported_pool_kinds
from vstore_gui.xml.document import XmlError

if TYPE_CHECKING:
    from vstore_gui.hostd.session import Session

__all__ = ["read_info"]

_KIB: Final = 1024
# Each open of a test host is a new one, though all of them tell one uuid: hosts of our own making, never the
# same.
_TEST_MACHINE: Final = f"test:{uuid4()}"
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


@handles(GetHostInfo)
def get_host_info(asked: Asked, _call: GetHostInfo) -> HostInfo:
    return read_info(asked.session)


def read_info(session: Session) -> HostInfo:
    """virConnectGetHostname, GetType, GetLibVersion, GetVersion, GetCapabilities,
    GetStoragePoolCapabilities."""
    connection = session.connections.control
    driver = connection.getType()
    return HostInfo(
        hostname=connection.getHostname(),
        driver=driver,
        libvirt_version=_version(connection.getLibVersion()),
        hypervisor_version=_version(connection.getVersion()),
        machine_id=_machine_id(connection, driver, local=session.files.local),
        local=session.files.local,
        pool_kinds=_pool_kinds(connection),
        media_change_live=driver != "TEST",
    )


@handles(ProbePath)
def probe_path(asked: Asked, call: ProbePath) -> PathFacts:
    """Blocks as long as the file system does. The test driver's files are on no file system."""
    if not asked.session.files.local or is_test(asked.session.uri):
        return PathFacts(known=False)
    path = Path(call.path)
    try:
        is_directory = path.is_dir()
        exists = path.exists()
        real = shown_path(str(path.resolve(strict=True))) if exists else None
        parent_exists = path.parent.is_dir()
    except (OSError, ValueError):  # no permission to look, or no path at all
        return PathFacts(known=False)
    try:
        with os.scandir(path) as entries:
            is_empty = next(entries, None) is None
    except OSError:
        is_empty = False
    return PathFacts(True, exists, is_directory, is_empty, real, parent_exists)


@handles(GetChildStats, "now")
def get_child_stats(asked: Asked, _call: GetChildStats) -> ChildStats:
    session = asked.session
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    return ChildStats(counting.counts(), dict(session.event_counts), peak, session.lanes.in_flight)


def _machine_id(connection: libvirt.virConnect, driver: str, *, local: bool) -> str | None:
    if driver == "TEST":
        return _TEST_MACHINE
    return (_this_machine() if local else None) or _host_uuid(connection)


def _this_machine() -> str | None:
    """One word for this computer, the same in each process on it; None where the kernel has none.

    A local daemon's own uuid will not do: it is the firmware's for a daemon that may read that, but
    qemu:///session may not and makes one up at each start, and so does every daemon where there is none. Two
    daemons of one computer would be two machines to us, and a disk of the one would not guard a volume of the
    other. The kernel's boot id is readable by everybody, within a sandbox as well, is never copied with an
    image as /etc/machine-id is, and no connection outlives it.

    A connection to this same computer by way of ssh or TLS goes by the daemon's uuid, as all remote ones do:
    another machine than the local connections. Nobody at this end can tell better (localhost may be a
    forwarded port), and little is lost: a daemon shows all its machines to each of its clients, so a volume
    is guarded by them either way. The socket of a tunnel that is taken for local (`uris.is_local`) counts as
    this computer, which refuses too much rather than too little.
    """
    try:
        return f"boot:{_BOOT_ID.read_text().strip()}"
    except OSError:
        return None


def _host_uuid(connection: libvirt.virConnect) -> str | None:
    """The uuid that the daemon tells of its host; None of a document that says none."""
    try:
        return read_host_capabilities(connection.getCapabilities()).host_uuid
    except XmlError:
        return None


def _version(number: int) -> tuple[int, int, int]:
    return number // 1_000_000, number // 1000 % 1000, number % 1000


def _pool_kinds(connection: libvirt.virConnect) -> tuple[str, ...] | None:
    """Kinds with a backend on the host; None where it does not tell (libvirt before 5.2, drivers without)."""
    try:
        return supported_pool_kinds(connection.getStoragePoolCapabilities(0))
    except (libvirt.libvirtError, AttributeError, XmlError):
        return None
