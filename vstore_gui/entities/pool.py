"""A storage pool as it was read at one moment."""

from __future__ import annotations

import enum

import msgspec

__all__ = ["Permissions", "PoolLifecycle", "PoolSource", "PoolState", "SourceHost"]


class PoolLifecycle(enum.Enum):
    """virStoragePoolState, by name."""

    INACTIVE = "inactive"
    BUILDING = "building"
    RUNNING = "running"
    DEGRADED = "degraded"
    INACCESSIBLE = "inaccessible"


class Permissions(msgspec.Struct, frozen=True, gc=False):
    """`<permissions>` of a target: mode is an octal number as an int (0o755), owner and group numeric ids."""

    mode: int | None = None
    owner: int | None = None
    group: int | None = None
    label: str | None = None


class SourceHost(msgspec.Struct, frozen=True, gc=False):
    name: str
    port: int | None = None


class PoolSource(msgspec.Struct, frozen=True, gc=False):
    """`<source>` of a pool, whatever its kind uses of it."""

    hosts: tuple[SourceHost, ...] = ()
    devices: tuple[str, ...] = ()
    directory: str | None = None
    name: str | None = None
    format: str | None = None
    adapter: str | None = None
    initiator_iqn: str | None = None
    protocol_version: str | None = None
    auth_username: str | None = None


class PoolState(msgspec.Struct, frozen=True, gc=False):
    """virStoragePoolGetXMLDesc, GetInfo, IsActive, IsPersistent and GetAutostart, read together.

    Sizes are None where libvirt does not know them (inactive pools) or reports nonsense (a memory-backed
    Ceph).
    """

    uuid: str
    name: str
    kind: str  # libvirt's own type name: a key of entities.pool_kinds.POOL_KINDS
    lifecycle: PoolLifecycle = PoolLifecycle.INACTIVE
    persistent: bool = True
    autostart: bool = False
    capacity_bytes: int | None = None
    allocation_bytes: int | None = None
    available_bytes: int | None = None
    target_path: str | None = None
    source: PoolSource = PoolSource()
    permissions: Permissions = Permissions()
    real_target_path: str | None = None  # symlinks resolved; None when hostd is not on the host itself

    @property
    def active(self) -> bool:
        return self.lifecycle in (PoolLifecycle.RUNNING, PoolLifecycle.DEGRADED)
