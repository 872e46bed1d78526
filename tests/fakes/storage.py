"""The pools of a fake host: libvirt's rules for them, in memory, without the storage."""

from __future__ import annotations

import posixpath
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from lxml import etree

from tests.fakes.documents import pool_document, to_text, volume_document
from tests.fakes.refusals import refusal
from vstore_gui.entities.calls import PathFacts
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.volume import read_volume

__all__ = ["FakePool", "FakeStorage"]

# Backends without the operation (libvirt 9.0's tables); the test driver accepts them, so it is no model here.
NO_CREATE = frozenset({"iscsi", "iscsi-direct", "scsi", "mpath", "gluster"})
NO_DELETE = frozenset({"iscsi", "iscsi-direct", "scsi", "mpath"})
NO_BUILD = frozenset({"iscsi", "iscsi-direct", "scsi", "mpath", "rbd", "gluster"})
OVERWRITE_KINDS = frozenset({"fs", "disk", "logical"})
FILE_KINDS = frozenset({"dir", "fs", "netfs", "vstorage", "gluster"})

# A file system of 100 GiB, half used.
SIZES: dict[str, int] = {
    "capacity_bytes": 100 << 30, "allocation_bytes": 50 << 30, "available_bytes": 50 << 30
}  # fmt: skip

Emit = Callable[[str, str, str], None]


@dataclass
class FakePool:
    state: PoolState
    volumes: dict[str, VolumeState] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)  # of volumes, by name
    document: str = ""


class FakeStorage:
    """Pools and volumes by libvirt's rules. `directories` and `files` are what else there is on the host."""

    def __init__(self, emit: Emit) -> None:
        self.pools: dict[str, FakePool] = {}
        self.directories: set[str] = {"/", "/var", "/var/lib", "/var/lib/libvirt", "/srv"}
        self.files: set[str] = set()
        self._emit = emit

    # ── filling ──

    def add(self, state: PoolState) -> FakePool:
        pool = self.pools[state.uuid] = FakePool(state, document=pool_document(state))
        if state.target_path is not None:
            self.make_directory(state.target_path)
        return pool

    def make_directory(self, path: str) -> None:
        while path not in self.directories:
            self.directories.add(path)
            path = posixpath.dirname(path)

    def put_volume(self, pool_uuid: str, volume: VolumeState) -> VolumeState:
        pool = self.pools[pool_uuid]
        path = volume.path or (
            f"{pool.state.target_path}/{volume.name}" if pool.state.target_path is not None else volume.name
        )
        whole = msgspec.structs.replace(
            volume,
            path=path,
            key=volume.key or path,
            detailed=True,
            kind=volume.kind or ("file" if pool.state.kind in FILE_KINDS else "block"),
            format=volume.format or "raw",
        )
        pool.volumes[volume.name] = whole
        pool.documents[volume.name] = volume_document(whole)
        return whole

    # ── finding ──

    def pool(self, pool_uuid: str) -> FakePool:
        try:
            return self.pools[pool_uuid]
        except KeyError:
            raise refusal(ErrorKind.NOT_FOUND, f"no storage pool with matching uuid '{pool_uuid}'") from None

    def active_pool(self, pool_uuid: str) -> FakePool:
        pool = self.pool(pool_uuid)
        if not pool.state.active:
            raise refusal(ErrorKind.NOT_ACTIVE, f"storage pool '{pool.state.name}' is not active")
        return pool

    def inactive_pool(self, pool_uuid: str) -> FakePool:
        pool = self.pool(pool_uuid)
        if pool.state.active:
            raise refusal(ErrorKind.ALREADY_ACTIVE, f"storage pool '{pool.state.name}' is still active")
        return pool

    def volume(self, pool_uuid: str, name: str) -> VolumeState:
        pool = self.active_pool(pool_uuid)
        try:
            return pool.volumes[name]
        except KeyError:
            raise refusal(ErrorKind.NOT_FOUND, f"no storage vol with matching name '{name}'") from None

    def names(self, pool_uuid: str) -> tuple[VolumeName, ...]:
        return tuple(VolumeName(v.name, v.key) for v in self.active_pool(pool_uuid).volumes.values())

    def probe(self, path: str) -> PathFacts:
        volume_paths = {v.path for pool in self.pools.values() for v in pool.volumes.values()} - {None}
        files = self.files | {path for path in volume_paths if path is not None}
        is_directory = path in self.directories
        inside = path.rstrip("/") + "/"
        return PathFacts(
            known=True,
            exists=is_directory or path in files,
            is_directory=is_directory,
            is_empty=is_directory
            and not any(p.startswith(inside) for p in self.directories | files if p != path),
            real_path=path if is_directory or path in files else None,
            parent_exists=posixpath.dirname(path.rstrip("/")) in self.directories,
        )

    # ── changing pools ──

    def change(self, pool: FakePool, *, event: str | None = None, **fields: object) -> PoolState:
        pool.state = msgspec.structs.replace(pool.state, **fields)
        if event is not None:
            self._emit(pool.state.uuid, pool.state.name, event)
        return pool.state

    def define(self, xml: str) -> PoolState:
        try:
            wanted = PoolXml.parse(xml).state()
        except (ValueError, etree.XMLSyntaxError) as error:
            raise refusal(ErrorKind.INVALID, f"XML error: {error}") from error
        if not wanted.name:
            raise refusal(ErrorKind.INVALID, "XML error: missing pool source name element")
        if wanted.kind in ("dir", "fs", "netfs") and not wanted.target_path:
            raise refusal(ErrorKind.INVALID, "XML error: missing storage pool target path")
        wanted_uuid = wanted.uuid or str(uuid.uuid4())
        for other in self.pools.values():
            same_name, same_uuid = other.state.name == wanted.name, other.state.uuid == wanted_uuid
            if same_name != same_uuid:
                what = "uuid" if same_uuid else "name"
                raise refusal(
                    ErrorKind.EXISTS,
                    f"pool '{other.state.name}' is already defined with this {what} ({other.state.uuid})",
                )
            both_directories = wanted.kind == other.state.kind == "dir"
            if not same_uuid and both_directories and wanted.target_path == other.state.target_path:
                raise refusal(ErrorKind.EXISTS, f"Storage source conflict with pool: '{other.state.name}'")
        known = self.pools.get(wanted_uuid)
        state = msgspec.structs.replace(
            wanted,
            uuid=wanted_uuid,
            lifecycle=known.state.lifecycle if known else PoolLifecycle.INACTIVE,
            autostart=known.state.autostart if known else False,
            persistent=True,
        )
        root = etree.fromstring(xml)
        if root.find("uuid") is None:
            element = etree.Element("uuid")
            element.text = wanted_uuid
            root.insert(1, element)
        pool = self.pools.setdefault(wanted_uuid, FakePool(state))
        pool.document = to_text(root)
        return self.change(pool, event="defined", **msgspec.structs.asdict(state))

    def build(self, pool_uuid: str, mode: str) -> None:
        pool = self.inactive_pool(pool_uuid)
        if pool.state.kind in NO_BUILD:
            raise refusal(ErrorKind.NOT_SUPPORTED, "pool does not support build")
        if mode != "default" and pool.state.kind not in OVERWRITE_KINDS:
            raise refusal(
                ErrorKind.INVALID, "unsupported flags (0x3) in function virStorageBackendBuildLocal"
            )
        if pool.state.target_path is not None:
            self.make_directory(pool.state.target_path)
        self.change(pool, event="created")

    def start(self, pool_uuid: str) -> PoolState:
        pool = self.pool(pool_uuid)
        path = pool.state.target_path
        if pool.state.active:
            raise refusal(ErrorKind.ALREADY_ACTIVE, f"pool '{pool.state.name}' already active")
        if pool.state.kind in FILE_KINDS and path is not None and path not in self.directories:
            raise refusal(
                ErrorKind.MISSING_PATH, f"cannot open directory '{path}': No such file or directory"
            )
        sizes = {} if pool.state.capacity_bytes is not None else SIZES
        return self.change(
            pool, event="started", lifecycle=PoolLifecycle.RUNNING, real_target_path=path, **sizes
        )

    def stop(self, pool_uuid: str) -> PoolState | None:
        pool = self.active_pool(pool_uuid)
        unknown = dict.fromkeys(SIZES)
        self.change(pool, event="stopped", lifecycle=PoolLifecycle.INACTIVE, **unknown)
        if not pool.state.persistent:
            del self.pools[pool_uuid]
            return None
        return pool.state

    def refresh(self, pool_uuid: str) -> PoolState:
        return self.change(self.active_pool(pool_uuid), event="refreshed")

    def set_autostart(self, pool_uuid: str, on: bool) -> PoolState:
        pool = self.pool(pool_uuid)
        if not pool.state.persistent:
            raise refusal(ErrorKind.INVALID, "pool has no config file")
        return self.change(pool, autostart=on)

    def undefine(self, pool_uuid: str) -> None:
        pool = self.inactive_pool(pool_uuid)
        self.change(pool, event="undefined")
        del self.pools[pool_uuid]

    def delete(self, pool_uuid: str) -> None:
        pool = self.inactive_pool(pool_uuid)
        path = pool.state.target_path
        if path is not None:
            if path not in self.directories:
                raise refusal(
                    ErrorKind.MISSING_PATH, f"failed to remove pool '{path}': No such file or directory"
                )
            if pool.volumes or not self.probe(path).is_empty:
                raise refusal(ErrorKind.IN_USE, f"failed to remove pool '{path}': Directory not empty")
            self.directories.discard(path)
        self.change(pool, event="deleted")

    # ── changing volumes: libvirt sends no event for these ──

    def create_volume(self, pool_uuid: str, xml: str) -> VolumeState:
        pool = self.active_pool(pool_uuid)
        if pool.state.kind in NO_CREATE:
            raise refusal(ErrorKind.NOT_SUPPORTED, "storage pool does not support volume creation")
        try:
            wanted = read_volume(xml)
        except (ValueError, etree.XMLSyntaxError) as error:
            raise refusal(ErrorKind.INVALID, f"XML error: {error}") from error
        if not wanted.name:
            raise refusal(ErrorKind.INVALID, "XML error: missing volume name element")
        if "/" in wanted.name and pool.state.kind in FILE_KINDS:
            raise refusal(ErrorKind.INVALID, f"XML error: volume name '{wanted.name}' cannot contain '/'")
        if wanted.capacity_bytes is None and wanted.backing_path is None:
            raise refusal(ErrorKind.INVALID, "XML error: missing capacity element")
        if wanted.name in pool.volumes:
            raise refusal(ErrorKind.EXISTS, f"storage volume '{wanted.name}' exists already")
        path = f"{pool.state.target_path}/{wanted.name}"
        if path in self.files:
            raise refusal(ErrorKind.EXISTS, f"creation of volume '{path}' failed: File exists")
        backing = self._at(wanted.backing_path)
        if wanted.backing_path is not None and backing is None and wanted.backing_path not in self.files:
            raise refusal(ErrorKind.MISSING_PATH, f"inaccessible backing store volume {wanted.backing_path}")
        capacity = max(wanted.capacity_bytes or 0, (backing.capacity_bytes or 0) if backing else 0)
        if wanted.format in (None, "raw") and wanted.allocation_bytes is None:
            allocation = capacity
        else:
            allocation = wanted.allocation_bytes or 196_608
        if wanted.format in (None, "raw") and allocation > (pool.state.available_bytes or allocation):
            raise refusal(ErrorKind.NO_SPACE, "cannot allocate: No space left on device")
        return self.put_volume(
            pool_uuid,
            msgspec.structs.replace(
                wanted, path=None, key="", capacity_bytes=capacity, allocation_bytes=allocation
            ),
        )

    def delete_volume(self, pool_uuid: str, name: str) -> None:
        volume = self.volume(pool_uuid, name)
        pool = self.pools[pool_uuid]
        if pool.state.kind in NO_DELETE:
            raise refusal(ErrorKind.NOT_SUPPORTED, "storage pool does not support vol deletion")
        del pool.volumes[volume.name], pool.documents[volume.name]

    def _at(self, path: str | None) -> VolumeState | None:
        volumes = (v for pool in self.pools.values() for v in pool.volumes.values())
        return next((v for v in volumes if path is not None and v.path == path), None)
