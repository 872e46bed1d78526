"""Change records: what the store publishes after each difference it finds."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey

__all__ = ["Change", "Changes", "Key", "Subscriber", "What"]

Key = HostId | PoolKey | VolumeKey | DomainKey


class What(enum.Enum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(msgspec.Struct, frozen=True, gc=False):
    """One thing that came, went or changed. `fields` names what changed (empty for ADDED and REMOVED).

    Pseudo fields: 'users' of a volume or pool says that its users may have changed though its own value did
    not; 'listed' of a pool, that `Store.volumes_listed` answers otherwise; 'block_stats' of a domain, that
    `Store.block_stats` does.
    """

    what: What
    key: Key
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """One publication, sorted by noun; volumes are grouped by pool, each group in the order applied.

    A pool that goes takes its volumes with it: one REMOVED for the pool, none for each volume. A host that
    goes: REMOVED for it and for each of its pools and domains.
    """

    hosts: tuple[Change, ...] = ()
    pools: tuple[Change, ...] = ()
    domains: tuple[Change, ...] = ()
    volumes: dict[PoolKey, tuple[Change, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.hosts or self.pools or self.domains or self.volumes)


Subscriber = Callable[[Changes], None]
