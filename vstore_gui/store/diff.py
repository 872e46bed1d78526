"""What differs between two values, and the record of one publication while it is being made."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.store.changes import Change, Changes, What

__all__ = ["USERS", "ChangesDraft", "changed_fields"]

USERS = frozenset({"users"})


def changed_fields(old: msgspec.Struct, new: msgspec.Struct) -> frozenset[str]:
    """The names of the fields in which two values of one type differ; empty when they are equal."""
    if old is new:
        return frozenset()
    before, after = msgspec.structs.astuple(old), msgspec.structs.astuple(new)
    if before == after:
        return frozenset()
    return frozenset(
        [
            name
            for name, a, b in zip(new.__struct_fields__, before, after, strict=True)
            if a is not b and a != b
        ]
    )


class ChangesDraft:
    """Gathers the changes of one put."""

    def __init__(self) -> None:
        self.hosts: list[Change] = []
        self.pools: list[Change] = []
        self.domains: list[Change] = []
        self.volumes: dict[PoolKey, list[Change]] = {}

    def add_users(self, volumes: Iterable[VolumeKey], pools: Iterable[PoolKey]) -> None:
        """Mark these as having other users now; what came or went in the same publication says so already."""
        by_pool: dict[PoolKey, list[VolumeKey]] = {}
        for key in volumes:
            by_pool.setdefault(key.pool_key, []).append(key)
        for pool, keys in by_pool.items():
            mark_users(self.volumes.setdefault(pool, []), keys)
        mark_users(self.pools, pools)

    def finish(self) -> Changes:
        gone = {change.key for change in self.pools if change.what is What.REMOVED}
        return Changes(
            tuple(self.hosts),
            tuple(self.pools),
            tuple(self.domains),
            {pool: tuple(group) for pool, group in self.volumes.items() if group and pool not in gone},
        )


def mark_users(group: list[Change], keys: Iterable[VolumeKey] | Iterable[PoolKey]) -> None:
    """Add 'users' to the changes of these keys, in place: once a key, and none where it came or went."""
    places = {change.key: place for place, change in enumerate(group)}
    for key in keys:
        place = places.get(key)
        if place is None:
            places[key] = len(group)
            group.append(Change(What.CHANGED, key, USERS))
        elif group[place].what is What.CHANGED:
            group[place] = Change(What.CHANGED, key, group[place].fields | USERS)
