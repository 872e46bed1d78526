"""What a volume has to do with others, in words: its users, and what it stands on. See `Relations`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vstore_gui.entities.domain import FILE_ROLES
from vstore_gui.entities.keys import DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.entities.volume import VolumeState
from vstore_gui.qtmodels.formats import count_text, tr
from vstore_gui.qtmodels.roles import Part
from vstore_gui.store.changes import Changes, What
from vstore_gui.store.store import Store

__all__ = ["Backing", "Relations", "Users"]

MACHINES_NAMED = 3

# Pools whose listing has every file of their directory. Not 'logical': libvirt lists no thin LVs.
_LIST_EVERY_FILE = frozenset({"dir", "fs", "netfs"})


@dataclass(frozen=True, slots=True)
class Users:
    """Who uses a volume, for one cell. `state`: used, template (only by overlays), nobody, loading."""

    state: str
    text: str
    tooltip: str
    parts: tuple[Part, ...]
    names: str  # of all of them, to be found by the filter
    count: int  # machines and overlays
    overlays: int = 0


@dataclass(frozen=True, slots=True)
class Backing:
    """What a volume stands on, for one cell. `key` is None where no pool has it."""

    text: str
    key: VolumeKey | None
    missing: bool
    parts: tuple[Part, ...]


NO_BACKING = Backing("", None, False, ())


class Relations:
    """Answers about the volumes of one host, from the store as it is now. Nothing is cached here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def users(self, key: VolumeKey, *, complete: bool) -> Users:
        """`complete`: all that could use it has been read, so that no user means nobody.

        What hosts that are not connected may know is for the guards to weigh, not for a table cell.
        """
        uses = self._store.usage.users_of(key)
        overlays = self._store.usage.overlays_of(key)
        targets: dict[DomainKey, list[str]] = {}
        indirect: dict[DomainKey, None] = {}
        for use in uses:
            if use.through:
                indirect[use.domain] = None
            else:
                role = use.target or tr(FILE_ROLES.get(use.role, use.role))
                targets.setdefault(use.domain, []).append(role)
        if not uses and not overlays:
            if not complete:
                return Users("loading", "", "", (), "", 0)
            nobody = tr(QT_TRANSLATE_NOOP("vstore", "nobody"))
            return Users("nobody", nobody, "", (Part(nobody, style="quiet"),), "", 0)
        names = {domain: self._name(domain) for domain in (*targets, *indirect)}
        parts: list[Part] = []
        if overlays:
            label = tr(QT_TRANSLATE_NOOP("vstore", "template"))
            parts.append(Part(label, style="tag"))
            number = (
                tr(QT_TRANSLATE_NOOP("vstore", "1 overlay"))
                if len(overlays) == 1
                else tr(QT_TRANSLATE_NOOP("vstore", "{number} overlays"), number=count_text(len(overlays)))
            )
            parts.append(Part(f" {number}"))
        for domain, used in list(targets.items())[:MACHINES_NAMED]:
            if parts:
                parts.append(Part(", "))
            parts += [Part(names[domain], domain), Part(f" {' '.join(used)}")]
        if len(targets) > MACHINES_NAMED:
            more = count_text(len(targets) - MACHINES_NAMED)
            parts.append(
                Part(tr(QT_TRANSLATE_NOOP("vstore", " and {number} more"), number=more), style="quiet")
            )
        lines = [f"{names[domain]} {' '.join(used)}" for domain, used in targets.items()]
        lines += [
            tr(QT_TRANSLATE_NOOP("vstore", "{machine} (through an overlay)"), machine=names[domain])
            for domain in indirect
            if domain not in targets
        ]
        return Users(
            "template" if overlays and not targets else "used",
            "".join([part.text for part in parts]),
            "\n".join(lines),
            tuple(parts),
            "\n".join(names.values()),
            len(names) + len(overlays),
            len(overlays),
        )

    def templates_in(self, changes: Changes) -> set[VolumeKey]:
        """Volumes that something stands on since these changes: to the store overlays alone are no users.

        What has *lost* an overlay cannot be told from a change: see `loses_overlays`.
        """
        found: set[VolumeKey] = set()
        for pool, group in changes.volumes.items():
            volumes = self._store.volumes(pool)
            paths: set[str] = set()
            for change in group:
                if change.what is What.ADDED or "backing_path" in change.fields:
                    volume = volumes.get(change.key.name)  # type: ignore[union-attr]
                    if volume is not None and volume.backing_path:
                        paths.add(volume.backing_path)
            for path in paths:
                base = self._store.volume_at(pool.host, path)
                if base is not None:
                    found |= {base, *self._store.usage.aliases_of(base)}
        return found

    @staticmethod
    def loses_overlays(changes: Changes) -> bool:
        """Whether a volume that stands on another may stand there no longer."""
        return any(change.what is What.REMOVED for change in changes.pools) or any(
            change.what is What.REMOVED or "backing_path" in change.fields
            for group in changes.volumes.values()
            for change in group
        )

    def _name(self, key: DomainKey) -> str:
        domain = self._store.domain(key)
        return key.uuid if domain is None else domain.name

    def backing(self, pool: PoolKey, volume: VolumeState) -> Backing:
        path = volume.backing_path
        if not path:
            return NO_BACKING
        key = self._store.volume_at(pool.host, path)
        if key is not None:
            name = key.name if key.pool_key == pool else self._with_pool(key)
            return Backing(name, key, False, (Part(name, key),))
        name = path.rpartition("/")[2] or path
        if not self._should_be_known(pool.host, path):
            return Backing(path, None, False, (Part(path),))
        missing = tr(QT_TRANSLATE_NOOP("vstore", "{name} is missing"), name=name)
        return Backing(missing, None, True, (Part(missing, style="bad"),))

    def _with_pool(self, key: VolumeKey) -> str:
        pool = self._store.pool(key.pool_key)
        return key.name if pool is None else f"{pool.name} ▸ {key.name}"

    def _should_be_known(self, host: str, path: str) -> bool:
        """A running pool over the path's directory has been listed: the file would be among its volumes."""
        directory = path.rpartition("/")[0]
        if not directory:
            return False
        return any(
            directory in (pool.target_path, pool.real_target_path)
            and pool.kind in _LIST_EVERY_FILE
            and pool.active
            and self._store.volumes_listed(PoolKey(host, uuid))
            for uuid, pool in self._store.pools(host).items()
        )

    @staticmethod
    def keys_in(parts: tuple[Part, ...]) -> tuple[Any, ...]:
        return tuple([part.key for part in parts if part.key is not None])
