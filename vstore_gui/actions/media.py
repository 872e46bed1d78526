"""Media of drives: what can be put in, and how a `<disk>` refers to it."""

from __future__ import annotations

import posixpath

import msgspec

from vstore_gui.actions.guards import VolumeExists
from vstore_gui.actions.plan import PlanRefused, Reason
from vstore_gui.entities.disk import DiskSource, SourceKind
from vstore_gui.entities.keys import VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.pool_kinds import pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.store import Store

__all__ = ["Medium", "format_of_volume", "medium_name", "source_of_path", "source_of_volume"]


class Medium(msgspec.Struct, frozen=True):
    """What is in a drive: nothing, or a source with its format (None: the drive's own)."""

    source: DiskSource = DiskSource()
    format: str | None = None

    def same_as(self, other: Medium) -> bool:
        """The same image, whatever the drive's policy for a missing one and whoever identified the file."""
        return _bare(self.source) == _bare(other.source)


def _bare(source: DiskSource) -> DiskSource:
    return msgspec.structs.replace(source, startup_policy=None, file_id=None)


def medium_name(source: DiskSource) -> str:
    """What the user calls the medium: the file's name."""
    if source.volume:
        return source.volume
    return posixpath.basename((source.path or source.name or "").rstrip("/")) or source.kind.value


def format_of_volume(volume: VolumeState) -> str:
    """The driver's format for a volume: libvirt calls an ISO image 'iso', its driver reads it as raw."""
    return volume.format if volume.format not in (None, "iso", "fat", "unknown", "auto", "none") else "raw"


def source_of_path(path: str) -> DiskSource:
    """A file or block device of the host, no pool needed. Raises PlanRefused for a relative path."""
    if not path.startswith("/"):
        template = QT_TRANSLATE_NOOP("vstore", "The path must be absolute: it starts with /.")
        raise PlanRefused(Reason(text(template), field="path"))
    kind = SourceKind.BLOCK if path.startswith("/dev/") else SourceKind.FILE
    return DiskSource(kind, path=path)


def source_of_volume(store: Store, key: VolumeKey) -> DiskSource:
    """How a drive refers to the volume. Raises PlanRefused where it cannot.

    By path wherever there is one: it works whether or not the pool is there when the machine starts.
    """
    volume, pool = store.volume(key), store.pool(key.pool_key)
    if volume is None or pool is None:
        raise PlanRefused(*VolumeExists(key).reasons(store))
    ways = pool_kind(pool.kind).refers_by
    if volume.kind in ("dir", "netdir"):
        template = QT_TRANSLATE_NOOP("vstore", "{volume} is a directory: a drive cannot hold it.")
        raise PlanRefused(Reason(text(template, volume=key.name), links=(key,)))
    path = volume.path if volume.path and volume.path.startswith("/") else None
    if path is not None and (volume.kind == "block" or "block" in ways):
        return DiskSource(SourceKind.BLOCK, path=path)
    if path is not None and "network" not in ways:
        return DiskSource(SourceKind.FILE, path=path)
    return _network_source(pool, key)


# Network kinds whose image is named by the pool's source and the volume alone.
_PROTOCOLS = {"rbd": "rbd", "gluster": "gluster"}


def _network_source(pool: PoolState, key: VolumeKey) -> DiskSource:
    protocol = _PROTOCOLS.get(pool.kind)
    if protocol is None or pool.source.name is None or not pool.source.hosts:
        template = QT_TRANSLATE_NOOP(
            "vstore", "A drive cannot refer to volumes of a pool of this kind ({kind})."
        )
        raise PlanRefused(Reason(text(template, kind=pool_kind(pool.kind).label), links=(key.pool_key,)))
    if pool.source.auth_username is not None:
        template = QT_TRANSLATE_NOOP(
            "vstore",
            "{pool} needs credentials, which the drive would need as well: choose a disc from another pool.",
        )
        raise PlanRefused(Reason(text(template, pool=pool.name), links=(key.pool_key,)))
    place = (pool.source.name, (pool.source.directory or "").strip("/"), key.name)
    return DiskSource(
        SourceKind.NETWORK,
        protocol=protocol,
        name="/".join(part for part in place if part),
        hosts=pool.source.hosts,
    )
