"""The host itself: what it is, what it can do, what is at its paths."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import libvirt
from lxml import etree

from vstore_gui.entities.calls import ChildStats, GetChildStats, GetHostInfo, PathFacts, ProbePath
from vstore_gui.entities.host import HostInfo
from vstore_gui.hostd import counting
from vstore_gui.hostd.registry import Asked, handles

if TYPE_CHECKING:
    from vstore_gui.hostd.session import Session

__all__ = ["read_info"]

_KIB: Final = 1024
# Each open of a test host is a new one, though all of them tell one uuid: hosts of our own making, never the
# same.
_TEST_MACHINE: Final = f"test:{uuid4()}"


@handles(GetHostInfo)
def get_host_info(asked: Asked, _call: GetHostInfo) -> HostInfo:
    return read_info(asked.session)


def read_info(session: Session) -> HostInfo:
    """virConnectGetHostname, GetType, GetLibVersion, GetVersion, GetCapabilities,
    GetStoragePoolCapabilities."""
    connection = session.connections.control
    driver = connection.getType()
    capabilities = etree.fromstring(connection.getCapabilities().encode())
    return HostInfo(
        hostname=connection.getHostname(),
        driver=driver,
        libvirt_version=_version(connection.getLibVersion()),
        hypervisor_version=_version(connection.getVersion()),
        machine_id=_TEST_MACHINE if driver == "TEST" else capabilities.findtext("host/uuid"),
        local=session.files.local,
        pool_kinds=_pool_kinds(connection),
        media_change_live=driver != "TEST",
    )


@handles(ProbePath)
def probe_path(asked: Asked, call: ProbePath) -> PathFacts:
    """Blocks as long as the file system does."""
    if not asked.session.files.local:
        return PathFacts(known=False)
    path = Path(call.path)
    try:
        is_directory = path.is_dir()
        exists = path.exists()
        real = str(path.resolve(strict=True)) if exists else None
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


def _version(number: int) -> tuple[int, int, int]:
    return number // 1_000_000, number // 1000 % 1000, number % 1000


def _pool_kinds(connection: libvirt.virConnect) -> tuple[str, ...] | None:
    """Kinds with a backend on the host; None where it does not tell (libvirt before 5.2, drivers without)."""
    try:
        capabilities = etree.fromstring(connection.getStoragePoolCapabilities(0).encode())
    except (libvirt.libvirtError, AttributeError):
        return None
    return tuple(
        str(pool.get("type")) for pool in capabilities.iterfind("pool") if pool.get("supported") == "yes"
    )
