"""Guards: why something cannot be done, asked of the values we have.

A guard is a frozen value. `reasons(store)` is a pure function: the same guard disables a button (its
reasons are the tooltip) and refuses in the runner, after what `fresh` names was read again. `lasts` says
whether it still holds its meaning once the first steps of its plan are done: a name that was free is taken
then, by ourselves.

What nobody can know is said as well: a reason that does not block.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vstore_gui.actions.guards.base import Fresh
from vstore_gui.actions.guards.drives import DriveExists
from vstore_gui.actions.guards.hosts import HostOnline
from vstore_gui.actions.guards.pools import (
    KindCan,
    NoUseByName,
    PoolActive,
    PoolEmpty,
    PoolExists,
    PoolHasSpace,
    PoolInactive,
    PoolNameFree,
    PoolPathFree,
    PoolPersistent,
    PoolResponds,
    PoolUnusedByRunning,
)
from vstore_gui.actions.guards.volumes import VolumeExists, VolumeNameFree, VolumesUnused
from vstore_gui.actions.guards.words import host_name
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.store.store import Store

__all__ = [
    "AnyGuard",
    "DriveExists",
    "Fresh",
    "HostOnline",
    "KindCan",
    "NoUseByName",
    "PoolActive",
    "PoolEmpty",
    "PoolExists",
    "PoolHasSpace",
    "PoolInactive",
    "PoolNameFree",
    "PoolPathFree",
    "PoolPersistent",
    "PoolResponds",
    "PoolUnusedByRunning",
    "VolumeExists",
    "VolumeNameFree",
    "VolumesUnused",
    "blocking",
    "check",
    "fresh_of",
    "host_name",
]


AnyGuard = (
    HostOnline
    | PoolExists
    | PoolResponds
    | PoolActive
    | PoolInactive
    | PoolPersistent
    | PoolNameFree
    | PoolPathFree
    | PoolUnusedByRunning
    | NoUseByName
    | PoolEmpty
    | PoolHasSpace
    | KindCan
    | VolumeExists
    | VolumeNameFree
    | VolumesUnused
    | DriveExists
)
"""Every guard, so that the journal can read plans back."""


def check(plan: Plan, store: Store) -> tuple[Reason, ...]:
    """What all guards of the plan say now, each thing once."""
    return tuple(dict.fromkeys(reason for guard in plan.guards for reason in guard.reasons(store)))


def blocking(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if reason.blocks)


def fresh_of(guards: Iterable[Any]) -> Fresh:
    """What has to be read again before these guards are asked."""
    fresh = Fresh()
    for guard in guards:
        fresh |= guard.fresh
    return fresh
