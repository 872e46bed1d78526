"""A machine (libvirt: domain) as it was read at one moment."""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP

__all__ = ["FILE_ROLES", "BlockStats", "DomainFile", "DomainLifecycle", "DomainState"]

# What a file that is no disk's source is to a machine, and how the user calls it.
FILE_ROLES: Final = {
    "kernel": QT_TRANSLATE_NOOP("vstore", "kernel"),
    "initrd": QT_TRANSLATE_NOOP("vstore", "initial RAM disk"),
    "dtb": QT_TRANSLATE_NOOP("vstore", "device tree"),
    "loader": QT_TRANSLATE_NOOP("vstore", "firmware"),
    "nvram": QT_TRANSLATE_NOOP("vstore", "firmware variables"),
    "acpi": QT_TRANSLATE_NOOP("vstore", "ACPI table"),
    "mirror": QT_TRANSLATE_NOOP("vstore", "destination of a block copy"),
    "data": QT_TRANSLATE_NOOP("vstore", "data file of a disk"),
    "filesystem": QT_TRANSLATE_NOOP("vstore", "file system"),
    "memory": QT_TRANSLATE_NOOP("vstore", "memory"),
    "snapshot": QT_TRANSLATE_NOOP("vstore", "snapshot"),
}


class DomainLifecycle(enum.Enum):
    """virDomainState, by name."""

    NOSTATE = "no state"
    RUNNING = "running"
    BLOCKED = "blocked"
    PAUSED = "paused"
    SHUTDOWN = "shutting down"
    SHUTOFF = "shut off"
    CRASHED = "crashed"
    PMSUSPENDED = "suspended"


class DomainFile(msgspec.Struct, frozen=True, gc=False):
    """A file that a machine needs and that is no disk's source; `role` is a key of FILE_ROLES."""

    role: str
    path: str
    file_id: str | None = None


class DomainState(msgspec.Struct, frozen=True, gc=False):
    """Live and inactive documents of a domain, read together.

    `disks` is what the machine has now (for a shut-off machine: what it will have); `next_disks` is what the
    stored configuration says when the machine runs and is persistent, else None.
    """

    uuid: str
    name: str
    lifecycle: DomainLifecycle = DomainLifecycle.SHUTOFF
    reason: str | None = None  # e.g. 'I/O error'; libvirt's word
    persistent: bool = True
    autostart: bool = False
    virt_type: str | None = None  # kvm, qemu, test, …
    arch: str | None = None
    machine: str | None = None  # q35, pc-i440fx-…, virt
    title: str | None = None
    has_managed_save: bool = False
    disks: tuple[DiskState, ...] = ()
    next_disks: tuple[DiskState, ...] | None = None
    files: tuple[DomainFile, ...] = ()
    snapshots: int = 0

    @property
    def active(self) -> bool:
        return self.lifecycle not in (
            DomainLifecycle.SHUTOFF,
            DomainLifecycle.CRASHED,
            DomainLifecycle.NOSTATE,
        )

    @property
    def pending_targets(self) -> tuple[str, ...]:
        """Targets whose stored configuration differs from the running one ('changes at next start')."""
        if self.next_disks is None:
            return ()
        now = {disk.target: _stored_part(disk) for disk in self.disks}
        later = {disk.target: _stored_part(disk) for disk in self.next_disks}
        return tuple(target for target in sorted({*now, *later}) if now.get(target) != later.get(target))


def _stored_part(disk: DiskState) -> DiskState:
    """The part of a disk that both documents hold: run-time facts and what libvirt fills in at start left
    out. The format is that of the medium: an empty drive has none, whatever its document says.
    """
    return msgspec.structs.replace(
        disk,
        alias=None,
        chain=(),
        chain_file_ids=(),
        tray_open=False,
        controller_model=None,
        removable=None,
        format=None if disk.empty else disk.format,
    )


class BlockStats(msgspec.Struct, frozen=True, gc=False):
    """One disk of `virConnectGetAllDomainStats(BLOCK)`."""

    target: str
    path: str | None = None
    capacity_bytes: int | None = None
    allocation_bytes: int | None = None
    physical_bytes: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
