"""Plans for disks of machines: change a drive's medium, eject it."""

from __future__ import annotations

from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.adapter.api import Host
from vstore_gui.entities.disk import DiskSource
from vstore_gui.entities.keys import DiskKey, VolumeKey
from vstore_gui.store.store import Store

__all__ = [
    "forced",
    "plan_change_media",
    "plan_eject",
    "source_of_path",
    "source_of_volume",
    "why_not_change_media",
    "why_not_eject",
]


async def plan_change_media(
    store: Store, host: Host, disk: DiskKey, source: DiskSource | None, *, force: bool = False
) -> Plan:
    """Put the medium into the drive; None empties it. Reads the machine's documents and edits the `<disk>`
    in place.

    Raises PlanRefused with the reasons, HostError when the documents cannot be read.
    """


async def plan_eject(store: Store, host: Host, disk: DiskKey, *, force: bool = False) -> Plan:
    """Empty the drive; everything but the source is kept."""


def forced(plan: Plan) -> Plan:
    """The same plan with the tray opened by force: for a job that failed with ErrorKind.TRAY_LOCKED, once
    asked.
    """


def source_of_volume(store: Store, key: VolumeKey) -> DiskSource:
    """How a drive refers to the volume. Raises PlanRefused where it cannot."""


def source_of_path(path: str) -> DiskSource:
    """A file of the host, no pool needed."""


def why_not_change_media(store: Store, disk: DiskKey) -> tuple[Reason, ...]: ...
def why_not_eject(store: Store, disk: DiskKey) -> tuple[Reason, ...]: ...
