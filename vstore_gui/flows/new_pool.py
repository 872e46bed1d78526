"""The new-pool wizard without widgets. See `NewPoolFlow`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.actions.pools import NewPoolDraft
from vstore_gui.entities.keys import HostId
from vstore_gui.entities.pool_kinds import PoolKind
from vstore_gui.entities.text import Text
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

__all__ = ["NewPoolFlow", "NewPoolPage"]

NewPoolPage = Literal["kind", "source", "plan"]


class NewPoolFlow:
    """draft, its checks, its plan. `on_changed()` is called when the host changes what the checks say.

    `problems(page)` are Reasons whose `field` is a NewPoolDraft field name (or "" for the page); `blocks`
    True keeps the page from being left.
    """

    draft: NewPoolDraft

    def __init__(
        self, store: Store, sync: Sync, host: HostId, on_changed: Callable[[], None] | None = None
    ) -> None: ...
    @property
    def pages(self) -> tuple[NewPoolPage, ...]: ...
    def kinds(self) -> tuple[tuple[PoolKind, Text | None], ...]:
        """Every kind with the reason why it cannot be chosen (None: it can)."""

    def suggest(self) -> None:
        """Fill an untouched target path from the name."""

    def target_state(self) -> Text | None:
        """What the probe says of the target: 'exists', 'will be made', 'cannot be looked at from here'."""

    async def probe(self) -> None:
        """Look at the target on the host; on_changed() when the answer is there. Call it after the path
        has rested.
        """

    def problems(self, page: NewPoolPage) -> tuple[Reason, ...]: ...
    def complete(self, page: NewPoolPage) -> bool:
        """No blocking problem."""

    def plan(self) -> Plan: ...
    def close(self) -> None:
        """Stop listening to the store."""
