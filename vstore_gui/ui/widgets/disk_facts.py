"""What a disk's card says, worked out from values: an equal answer repaints nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from vstore_gui.actions.disks import why_not_change_media, why_not_eject
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.disk_rules import disk_label
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import DiskKey, DomainKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Size
from vstore_gui.store.store import Store
from vstore_gui.ui.messages import format_bytes, render, tr, visible

__all__ = ["DiskFacts", "Piece", "disk_facts", "disk_keys", "source_words"]

_DEEPEST: Final = 12  # of a chain in one line; longer ones end in '…'

_ICONS: Final = {"cdrom": "cdrom", "floppy": "floppy", "lun": "lun"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line; a link where it has a key. `role` colours it."""

    text: str
    key: Any = None
    role: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """A card's contents. `recents` are (name, path); `why_…` are empty when it can be done."""

    key: DiskKey
    icon: str
    label: str
    badges: tuple[tuple[str, str], ...]  # (word, role)
    source: tuple[Piece, ...]
    detail: str
    detail_tip: str
    later: str  # what the stored configuration says, where it differs
    takes_media: bool
    empty: bool
    path: str | None
    why_insert: str = ""
    why_eject: str = ""
    recents: tuple[tuple[str, str], ...] = ()
    unread: tuple[VolumeKey, ...] = ()  # volumes it is made of whose details are not known yet


def disk_keys(key: DomainKey, domain: DomainState) -> tuple[DiskKey, ...]:
    """Disks in the machine's order; those that only the stored configuration has come last."""
    targets = dict.fromkeys(disk.target for disk in domain.disks)
    targets.update(dict.fromkeys(disk.target for disk in domain.next_disks or ()))
    return tuple(DiskKey(key.host, key.uuid, target) for target in targets)


def disk_facts(store: Store, key: DiskKey, recent_paths: tuple[str, ...] = ()) -> DiskFacts | None:
    """The facts of now; None when the machine has no such disk any more."""
    domain = store.domain(key.domain_key)
    if domain is None:
        return None
    now = _disk(domain.disks, key.target)
    stored = _disk(domain.next_disks or (), key.target)
    disk = now or stored
    if disk is None:
        return None
    host = store.host(key.host)
    volume_key = store.usage.volume_of_disk(key.domain_key, key.target, stored=now is None)
    detail, detail_tip = _detail(store, key, disk, volume_key)
    insert_reasons = why_not_change_media(store, key) if disk.takes_media else ()
    eject_reasons = why_not_eject(store, key) if disk.takes_media else ()
    return DiskFacts(
        key=key,
        icon=_ICONS.get(disk.device, "disk"),
        label=render(disk_label(disk)),
        badges=tuple(_badges(disk, only_stored=now is None)),
        source=tuple(_source_pieces(store, key.host, disk, volume_key)),
        detail=detail,
        detail_tip=detail_tip,
        later=_later(domain, now, stored, live_change=host is None or host.info.media_change_live),
        takes_media=disk.takes_media,
        empty=disk.empty,
        path=disk.source.path or (_volume_path(store, volume_key) if volume_key else None),
        why_insert=_blocking(insert_reasons),
        why_eject=_blocking(eject_reasons),
        recents=_recents(recent_paths, disk, store, volume_key) if disk.takes_media else (),
        unread=tuple(_unread(store, volume_key)),
    )


def source_words(disk: DiskState | None) -> str:
    """A source in one word or path: 'empty', 'iso ▸ debian.iso', '/dev/sdb', 'rbd:pool/image'."""
    if disk is None:
        return tr(QT_TRANSLATE_NOOP("vstore", "no such disk"))
    source = disk.source
    match source.kind:
        case SourceKind.NONE:
            return tr(QT_TRANSLATE_NOOP("vstore", "empty"))
        case SourceKind.VOLUME:
            return f"{visible(source.pool or '')} ▸ {visible(source.volume or '')}"
        case SourceKind.NETWORK:
            return visible(_network(source))
        case _:
            return visible(source.path or source.name or source.kind.value)


def _disk(disks: tuple[DiskState, ...], target: str) -> DiskState | None:
    return next((disk for disk in disks if disk.target == target), None)


def _blocking(reasons: Any) -> str:
    return "\n".join(render(reason.message) for reason in reasons if reason.blocks)


def _badges(disk: DiskState, *, only_stored: bool) -> Iterator[tuple[str, str]]:
    if only_stored:
        yield tr(QT_TRANSLATE_NOOP("vstore", "at next start")), "warn"
    if disk.readonly and disk.device != "cdrom":
        yield tr(QT_TRANSLATE_NOOP("vstore", "read-only")), "soft"
    if disk.shareable:
        yield tr(QT_TRANSLATE_NOOP("vstore", "shareable")), "warn"
    if disk.transient:
        yield tr(QT_TRANSLATE_NOOP("vstore", "transient")), "warn"
    if disk.removable:
        yield tr(QT_TRANSLATE_NOOP("vstore", "removable")), "soft"
    if disk.encryption:
        yield tr(QT_TRANSLATE_NOOP("vstore", "encrypted")), "soft"
    if disk.tray_open:
        yield tr(QT_TRANSLATE_NOOP("vstore", "tray open")), "warn"


def _source_pieces(store: Store, host: str, disk: DiskState, volume_key: VolumeKey | None) -> Iterator[Piece]:
    source = disk.source
    if disk.empty:
        yield Piece(tr(QT_TRANSLATE_NOOP("vstore", "empty")), role="soft")
        return
    if volume_key is not None:
        pool = store.pool(volume_key.pool_key)
        yield Piece(pool.name if pool else volume_key.pool, volume_key.pool_key)
        yield Piece("▸", role="soft")
        yield Piece(volume_key.name, volume_key, tip=_volume_path(store, volume_key) or "")
    elif source.kind is SourceKind.VOLUME:
        pool_key = store.pool_named(host, source.pool or "")
        yield Piece(source.pool or "", pool_key)
        yield Piece("▸", role="soft")
        yield Piece(source.volume or "")
    else:
        yield Piece(
            _network(source) if source.kind is SourceKind.NETWORK else source.path or source.name or ""
        )
    yield from _chain(store, host, disk, volume_key)


def _chain(store: Store, host: str, disk: DiskState, volume_key: VolumeKey | None) -> Iterator[Piece]:
    """The files below, nearest first: as the running machine tells, else as the volumes' own details say."""
    paths = disk.chain or tuple(_backing_paths(store, volume_key))
    for depth, path in enumerate(paths):
        yield Piece("←", role="soft")
        if depth == _DEEPEST:
            yield Piece("…", role="soft", tip="\n".join(paths))
            return
        known = store.volume_at(host, path)
        yield Piece(known.name if known else PurePosixPath(path).name or path, known, tip=path)


def _backing_paths(store: Store, key: VolumeKey | None) -> Iterator[str]:
    seen: set[str] = set()
    while key is not None:
        volume = store.volume(key)
        path = volume.backing_path if volume else None
        if not path or path in seen:
            return
        seen.add(path)
        yield path
        key = store.volume_at(key.host, path)


def _unread(store: Store, key: VolumeKey | None) -> Iterator[VolumeKey]:
    """The first of the volume and those below it that is not read: what is below that is not known."""
    seen: set[VolumeKey] = set()
    while key is not None and key not in seen:
        seen.add(key)
        volume = store.volume(key)
        if volume is None:
            return
        if not volume.detailed:
            yield key
            return
        key = store.volume_at(key.host, volume.backing_path) if volume.backing_path else None


def _detail(store: Store, key: DiskKey, disk: DiskState, volume_key: VolumeKey | None) -> tuple[str, str]:
    """Format, sizes and such in one line, and the exact bytes for the tooltip."""
    volume = store.volume(volume_key) if volume_key else None
    stats = store.block_stats(key.domain_key).get(key.target)
    capacity = (volume.capacity_bytes if volume else None) or (stats.capacity_bytes if stats else None)
    allocated = volume.allocation_bytes if volume else None
    if allocated is None and stats is not None:
        allocated = stats.allocation_bytes
    parts = []
    form = disk.format or (volume.format if volume else None)
    if form and not disk.takes_media:
        parts.append(form)
    if capacity is not None and not disk.empty:
        size = render(Size(capacity))
        if allocated is not None and not disk.takes_media:
            size = tr(
                QT_TRANSLATE_NOOP("vstore", "{capacity}, {allocated} allocated"),
                capacity=Size(capacity),
                allocated=Size(allocated),
            )
        parts.append(size)
    if disk.source.kind is SourceKind.BLOCK and volume_key is None:
        parts.append(tr(QT_TRANSLATE_NOOP("vstore", "host device")))
    for template, value in (
        (QT_TRANSLATE_NOOP("vstore", "cache {value}"), disk.cache),
        (QT_TRANSLATE_NOOP("vstore", "discard {value}"), disk.discard),
        (QT_TRANSLATE_NOOP("vstore", "serial {value}"), disk.serial),
    ):
        if value:
            parts.append(tr(template, value=value))
    if disk.boot_order is not None:
        parts.append(
            tr(QT_TRANSLATE_NOOP("vstore", "boots first"))
            if disk.boot_order == 1
            else tr(QT_TRANSLATE_NOOP("vstore", "boot order {number}"), number=str(disk.boot_order))
        )
    tips = []
    if capacity is not None:
        tips.append(tr(QT_TRANSLATE_NOOP("vstore", "Capacity: {bytes}"), bytes=format_bytes(capacity)))
    if allocated is not None:
        tips.append(tr(QT_TRANSLATE_NOOP("vstore", "Allocated: {bytes}"), bytes=format_bytes(allocated)))
    return " · ".join(parts), "\n".join(tips)


def _later(domain: DomainState, now: DiskState | None, stored: DiskState | None, *, live_change: bool) -> str:
    if domain.next_disks is None or now is None:
        return ""
    if stored is None:
        return tr(QT_TRANSLATE_NOOP("vstore", "At next start: gone"))
    if source_words(now) != source_words(stored):
        template = (
            QT_TRANSLATE_NOOP("vstore", "At next start: {source}")
            if live_change or not now.takes_media
            else QT_TRANSLATE_NOOP(
                "vstore", "At next start: {source}. This host cannot change it while the machine runs."
            )
        )
        return tr(template, source=source_words(stored))
    return ""


def _recents(
    paths: tuple[str, ...], disk: DiskState, store: Store, volume_key: VolumeKey | None
) -> tuple[tuple[str, str], ...]:
    if disk.device == "floppy":
        paths = tuple(path for path in paths if not path.lower().endswith(".iso"))
    inside = {disk.source.path, _volume_path(store, volume_key) if volume_key else None}
    return tuple((PurePosixPath(path).name, path) for path in paths if path not in inside)[:3]


def _volume_path(store: Store, key: VolumeKey) -> str | None:
    volume = store.volume(key)
    return volume.path if volume else None


def _network(source: DiskSource) -> str:
    hosts = ", ".join(host.name if host.port is None else f"{host.name}:{host.port}" for host in source.hosts)
    where = f" ({hosts})" if hosts else ""
    return f"{source.protocol or ''}:{source.name or ''}{where}"
