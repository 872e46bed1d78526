"""How much of a pool is taken, how much is promised, how much is free. See `SpaceMeter`."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.changes import Change, Changes, What
from vstore_gui.store.store import Store

__all__ = ["PoolSpace", "SpaceMeter", "promised_bytes"]

_FIELDS = frozenset({"capacity_bytes", "allocation_bytes", "detailed"})


class PoolSpace(msgspec.Struct, frozen=True):
    """Allocated and free as libvirt tells them (None where it does not know); promised is what thin
    volumes may still grow by. `unread` volumes are not in the sum, as their details are not known yet.
    """

    capacity_bytes: int | None = None
    allocated_bytes: int | None = None
    free_bytes: int | None = None
    promised_bytes: int = 0
    volumes: int = 0
    unread: int = 0

    @property
    def overcommitted(self) -> bool:
        """More is promised than there is."""
        return self.free_bytes is not None and self.promised_bytes > self.free_bytes


def promised_bytes(volume: VolumeState) -> int:
    """How much the volume may still grow by. A qcow2 file with its tables may be larger than what it
    holds.
    """
    if volume.capacity_bytes is None or volume.allocation_bytes is None:
        return 0
    return max(0, volume.capacity_bytes - volume.allocation_bytes)


class SpaceMeter:
    """The space of one pool, kept up to date: each change of a volume costs the same, however many there
    are.
    """

    def __init__(
        self, store: Store, key: PoolKey, on_changed: Callable[[PoolSpace], None] | None = None
    ) -> None:
        self._store = store
        self._key = key
        self._on_changed = on_changed
        self._promises: dict[str, int | None] = {}  # None: not read yet
        self._sum = 0
        self._unread = 0
        self._count_all()
        self._value = self._measure()
        self._end = store.subscribe(self._changed)

    @property
    def value(self) -> PoolSpace:
        return self._value

    def close(self) -> None:
        """Stop listening to the store."""
        self._end()

    def _count_all(self) -> None:
        self._promises.clear()
        self._sum = self._unread = 0
        for name, volume in self._store.volumes(self._key).items():
            self._put(name, volume)

    def _put(self, name: str, volume: VolumeState | None) -> None:
        if name in self._promises:
            old = self._promises.pop(name)
            self._sum -= old or 0
            self._unread -= old is None
        if volume is not None:
            new = promised_bytes(volume) if volume.detailed else None
            self._promises[name] = new
            self._sum += new or 0
            self._unread += new is None

    def _changed(self, changes: Changes) -> None:
        pool = next((change for change in changes.pools if change.key == self._key), None)
        volumes = changes.volumes.get(self._key, ())
        if pool is None and not volumes:
            return
        if pool is not None and pool.what is not What.CHANGED:
            self._count_all()
        for change in volumes:
            self._apply(change)
        value = self._measure()
        if value != self._value:
            self._value = value
            if self._on_changed is not None:
                self._on_changed(value)

    def _apply(self, change: Change) -> None:
        if change.what is What.CHANGED and not change.fields & _FIELDS:
            return
        assert isinstance(change.key, VolumeKey)
        self._put(change.key.name, self._store.volume(change.key))

    def _measure(self) -> PoolSpace:
        pool = self._store.pool(self._key)
        if pool is None:
            return PoolSpace()
        return PoolSpace(
            capacity_bytes=pool.capacity_bytes,
            allocated_bytes=pool.allocation_bytes,
            free_bytes=pool.available_bytes,
            promised_bytes=self._sum,
            volumes=len(self._promises),
            unread=self._unread,
        )
