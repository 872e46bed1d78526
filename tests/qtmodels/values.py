"""Small values for these tests."""

from __future__ import annotations

from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import DomainLifecycle, DomainState
from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.keys import PoolKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.units import GIB
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.store.store import Store

HOST = "qemu:///system"
POOL = PoolKey(HOST, "pool-1")


def host(id_: str = HOST, **fields: object) -> HostState:
    defaults: dict[str, object] = {"link": HostLink.ONLINE, "pools_loaded": True, "domains_loaded": True}
    return HostState(id_, **{**defaults, **fields})  # type: ignore[arg-type]


def pool(uuid: str = "pool-1", name: str = "images", **fields: object) -> PoolState:
    defaults: dict[str, object] = {
        "kind": "dir", "lifecycle": PoolLifecycle.RUNNING, "target_path": f"/{name}",
        "capacity_bytes": 100 * GIB, "allocation_bytes": 62 * GIB,
    }  # fmt: skip
    return PoolState(uuid, name, **{**defaults, **fields})  # type: ignore[arg-type]


def name(text: str, directory: str = "/images") -> VolumeName:
    return VolumeName(text, f"{directory}/{text}")


def volume(text: str, directory: str = "/images", **fields: object) -> VolumeState:
    defaults: dict[str, object] = {
        "key": f"{directory}/{text}", "path": f"{directory}/{text}", "detailed": True, "format": "qcow2",
        "capacity_bytes": 20 * GIB, "allocation_bytes": 5 * GIB,
    }  # fmt: skip
    return VolumeState(text, **{**defaults, **fields})  # type: ignore[arg-type]


def disk(target: str, path: str | None = None, **fields: object) -> DiskState:
    source = DiskSource(SourceKind.FILE, path=path) if path else DiskSource()
    return DiskState(target, source=source, **fields)  # type: ignore[arg-type]


def machine(uuid: str, text: str, *disks: DiskState, **fields: object) -> DomainState:
    defaults: dict[str, object] = {"lifecycle": DomainLifecycle.RUNNING}
    return DomainState(uuid, text, disks=disks, **{**defaults, **fields})  # type: ignore[arg-type]


def store_with_pool() -> Store:
    store = Store()
    store.put_host(host())
    store.put_pools(HOST, [pool()])
    return store
