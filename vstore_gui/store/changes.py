"""Change records: what the store publishes after each difference it finds."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field

from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey

__all__ = ["Change", "Changes", "Key", "Subscriber", "What"]

Key = HostId | PoolKey | VolumeKey | DomainKey


class What(enum.Enum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that came, went or changed. `fields` names what changed (empty for ADDED and REMOVED).

    The pseudo field 'users' of a volume or pool says that its users changed though its own value did not.
    """

    what: What
    key: Key
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """One publication, sorted by noun; volumes are grouped by pool, each group in the order applied.

    A pool that goes takes its volumes with it: one REMOVED for the pool, none for each volume.
    """

    hosts: tuple[Change, ...] = ()
    pools: tuple[Change, ...] = ()
    domains: tuple[Change, ...] = ()
    volumes: dict[PoolKey, tuple[Change, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.hosts or self.pools or self.domains or self.volumes)


Subscriber = Callable[[Changes], None]
