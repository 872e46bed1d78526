"""The new-volume wizard without widgets. See `NewVolumeFlow`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.actions.volumes import NewVolumeDraft
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.text import Text
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

__all__ = ["BackingChoice", "NewVolumeFlow", "NewVolumePage"]

NewVolumePage = Literal["volume", "plan"]
BackingChoice = tuple[VolumeKey, VolumeState, Text | None]
"""A volume with the reason why it cannot be a backing volume (None: it can)."""


class NewVolumeFlow:
    """draft, its checks, its plan for one pool. `capacity_text` is what the user typed;
    draft.capacity_bytes follows.
    """

    draft: NewVolumeDraft
    pool: PoolKey

    def __init__(
        self, store: Store, sync: Sync, pool: PoolKey, on_changed: Callable[[], None] | None = None
    ) -> None: ...
    @property
    def pages(self) -> tuple[NewVolumePage, ...]: ...
    def formats(self) -> tuple[str, ...]:
        """Formats the pool's kind can make and the wizard offers, the recommended first."""

    def allocations(self) -> tuple[tuple[str, Text], ...]:
        """(allocation, one-line explanation) for the chosen format, the recommended first."""

    def set_name(self, name: str) -> None: ...
    def set_format(self, format: str) -> None:
        """Changes the name's extension along, when it is the one of the old format; drops what raw cannot
        have.
        """

    def set_capacity_text(self, typed: str) -> None: ...
    def set_allocation(self, allocation: str) -> None: ...
    async def set_backing(self, key: VolumeKey | None) -> None:
        """Reads the volume's details when they are not known; capacity grows to the backing volume's at
        least.
        """

    def backing_choices(self) -> tuple[BackingChoice, ...]:
        """Volumes of the host's active pools, this pool's first."""

    def problems(self, page: NewVolumePage = "volume") -> tuple[Reason, ...]: ...
    def complete(self, page: NewVolumePage = "volume") -> bool: ...
    def plan(self) -> Plan: ...
    def close(self) -> None: ...
