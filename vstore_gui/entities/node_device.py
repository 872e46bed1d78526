"""A device of the host, as a disk, pool source or adapter can be made of it."""

from __future__ import annotations

import msgspec

__all__ = ["NodeDeviceState"]


class NodeDeviceState(msgspec.Struct, frozen=True, gc=False):
    """virNodeDeviceGetXMLDesc as a value; what a capability does not tell is None."""

    name: str
    parent: str | None = None
    driver: str | None = None
    capability: str | None = None  # storage, scsi_host, scsi, pci, …
    sub_capabilities: tuple[str, ...] = ()  # of a scsi_host: fc_host, vport_ops
    block_path: str | None = None
    bus: str | None = None
    drive_type: str | None = None  # disk, cdrom
    model: str | None = None
    vendor: str | None = None
    serial: str | None = None
    size_bytes: int | None = None
    host: int | None = None  # of a scsi_host: its number
    wwnn: str | None = None
    wwpn: str | None = None
    devnodes: tuple[str, ...] = ()  # /dev names, by-id links among them
