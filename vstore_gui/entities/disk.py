"""A machine's disk, as a libvirt domain document describes it."""

from __future__ import annotations

import enum

import msgspec

from vstore_gui.entities.pool import SourceHost

__all__ = ["DiskSource", "DiskState", "SourceKind"]


class SourceKind(enum.Enum):
    """`<disk type='…'>`; NONE stands for an empty drive (no `<source>`)."""

    NONE = "none"
    FILE = "file"
    BLOCK = "block"
    DIR = "dir"
    NETWORK = "network"
    VOLUME = "volume"
    NVME = "nvme"
    VHOSTUSER = "vhostuser"
    VHOSTVDPA = "vhostvdpa"


class DiskSource(msgspec.Struct, frozen=True, gc=False):
    kind: SourceKind = SourceKind.NONE
    path: str | None = None  # file, dev, dir
    pool: str | None = None  # the pool's *name*, as documents refer to it
    volume: str | None = None
    mode: str | None = None  # host, direct (iscsi volumes)
    protocol: str | None = None
    name: str | None = None  # network: image, IQN/LUN, export
    hosts: tuple[SourceHost, ...] = ()
    startup_policy: str | None = None
    file_id: str | None = None  # see VolumeState.file_id


class DiskState(msgspec.Struct, frozen=True, gc=False):
    """One `<disk>`. `chain` holds the files below the source, nearest first, as the running machine reports
    them.
    """

    target: str
    bus: str | None = None
    device: str = "disk"  # disk, cdrom, floppy, lun
    source: DiskSource = DiskSource()
    format: str | None = None  # <driver type>
    readonly: bool = False
    shareable: bool = False
    transient: bool = False
    removable: bool | None = None
    tray_open: bool = False
    cache: str | None = None
    io: str | None = None
    discard: str | None = None
    serial: str | None = None
    wwn: str | None = None
    boot_order: int | None = None
    alias: str | None = None
    controller_model: str | None = None  # for bus scsi: virtio-scsi, lsilogic, …
    encryption: str | None = None
    chain: tuple[str, ...] = ()
    chain_file_ids: tuple[str, ...] = ()

    @property
    def takes_media(self) -> bool:
        return self.device in ("cdrom", "floppy")

    @property
    def empty(self) -> bool:
        return self.source.kind is SourceKind.NONE
