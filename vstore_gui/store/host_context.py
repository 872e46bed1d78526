"""What the readings of one host share. See `HostContext`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, Protocol

import msgspec

from vstore_gui.adapter.api import Host
from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.keys import HostId, PoolKey
from vstore_gui.store.changes import Key
from vstore_gui.store.reads import Reads, Slices, Spawn, Tasks
from vstore_gui.store.store import Store

__all__ = ["HostContext", "Silence", "Told", "Unheard"]

# Shown otherwise (the link's state, a silent pool), or no error at all: something is under way, or the thing
# went or stopped while it was being read, and its event tells that.
_EXPECTED: Final = frozenset(
    {
        ErrorKind.LOST,
        ErrorKind.NOT_RESPONDING,
        ErrorKind.BUSY,
        ErrorKind.NOT_ACTIVE,
        ErrorKind.NOT_FOUND,
    }
)


class Told(Protocol):
    """Who hears of what a host's readings come across, and keeps them from crowding the loop."""

    slices: Slices

    def milestone(self, kind: str, key: Key, count: int) -> None: ...
    def failed(self, host: HostId, error: ErrorState) -> None: ...
    def watches_pool(self, key: PoolKey) -> bool: ...


class Silence:
    """Pools whose calls do not come back: they are asked nothing until they answer."""

    def __init__(self) -> None:
        self._pools: dict[str, asyncio.Event] = {}

    @property
    def pools(self) -> tuple[str, ...]:
        return tuple(pool for pool, silent in self._pools.items() if silent.is_set())

    def of(self, pool: str) -> bool:
        return pool in self._pools and self._pools[pool].is_set()

    def begins(self, pool: str) -> None:
        self._event(pool).set()

    def ends(self, pool: str) -> None:
        self._event(pool).clear()

    def _event(self, pool: str) -> asyncio.Event:
        return self._pools.setdefault(pool, asyncio.Event())

    async def or_done(self, pool: str, waiting: Awaitable[None]) -> bool:
        """Wait for it, but no longer than the pool answers; False when it fell silent first."""
        reading = asyncio.ensure_future(waiting)
        silence = asyncio.ensure_future(self._event(pool).wait())
        try:
            await asyncio.wait((reading, silence), return_when=asyncio.FIRST_COMPLETED)
            return reading.done()
        finally:
            silence.cancel()


class Unheard:
    """What changed while a listing was under way: its answer may be older than that."""

    def __init__(self) -> None:
        self._listing = False
        self._changed: dict[str, None] = {}

    def begin(self) -> None:
        self._listing = True

    def note(self, thing: str) -> None:
        if self._listing:
            self._changed[thing] = None

    def end(self) -> tuple[str, ...]:
        """The listing is over; what is to be read again because of it."""
        changed = tuple(self._changed)
        self._listing = False
        self._changed.clear()
        return changed


class HostContext:
    """One host, the store that it is read into, and the tasks that do so."""

    def __init__(self, host: Host, store: Store, told: Told, start: Spawn) -> None:
        self.host = host
        self.id = host.id
        self.store = store
        self.told = told
        self.tasks = Tasks(start)
        self.reads = Reads(self.tasks)
        self.silence = Silence()
        self.closed = False
        self._listed: set[str] = set()

    @property
    def online(self) -> bool:
        return not self.closed and self.host.link is HostLink.ONLINE

    def can_ask(self, pool: str) -> bool:
        """Whether calls of the pool are answered, as far as is known."""
        return self.online and not self.silence.of(pool)

    @property
    def state(self) -> HostState:
        return self.store.host(self.id) or HostState(self.id)

    def change(self, **fields: Any) -> None:
        """Replace fields of the host's value."""
        if not self.closed:
            self.store.put_host(msgspec.structs.replace(self.state, **fields))

    def end_readings(self) -> None:
        """The link is lost: what was being read is not waited for, and silence means nothing any more."""
        self.tasks.cancel()
        self.reads = Reads(self.tasks)
        self.silence = Silence()
        self._listed.clear()

    def listed(self, noun: str, count: int) -> None:
        """All 'pools' or 'domains' were read; with both, nothing shown is from before the link was lost."""
        self._listed.add(noun)
        self.change(**{f"{noun}_loaded": True, "stale": self.state.stale and len(self._listed) < 2})
        self.told.milestone(noun, self.id, count)

    def note(self, error: HostError) -> None:
        """A reading failed: reported, unless the window shows the reason anyhow."""
        if error.kind not in _EXPECTED and not self.closed:
            self.told.failed(self.id, error.state)
