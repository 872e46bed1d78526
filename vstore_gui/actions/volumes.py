"""Plans for volumes: make, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.store.store import Store

__all__ = ["Allocation", "NewVolumeDraft", "plan_delete_volumes", "plan_new_volume", "why_not_delete_volumes"]

Allocation = Literal["thin", "metadata", "full"]
"""thin: takes space as it is written (raw: a sparse file); metadata: qcow2 tables now, data later; full:
all of it now.
"""


@dataclass
class NewVolumeDraft:
    """What the new-volume wizard has gathered."""

    name: str = ""
    format: str = "qcow2"  # raw, qcow2
    capacity_bytes: int = 0
    allocation: Allocation = "thin"
    backing: VolumeKey | None = None
    backing_format: str | None = None  # as read from the backing volume's details; never guessed


def plan_new_volume(store: Store, pool: PoolKey, draft: NewVolumeDraft) -> Plan: ...
def plan_delete_volumes(store: Store, keys: Sequence[VolumeKey]) -> Plan:
    """LOSES_DATA; cannot be undone. One volume: its name must be typed; several: their number."""


def why_not_delete_volumes(store: Store, keys: Sequence[VolumeKey]) -> tuple[Reason, ...]:
    """Blocking reasons name machines and overlays; the others say who cannot be known."""
