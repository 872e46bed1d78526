"""Reading each thing once at a time. See `Reads`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

__all__ = ["Read", "Reads", "Slices", "Spawn", "Tasks", "Thing", "Turn", "spawn"]

Spawn = Callable[[Coroutine[Any, Any, Any]], "asyncio.Task[Any]"]
"""Starts a coroutine as a task that is held, and whose failure is reported."""


def spawn(coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """The plain Spawn: the loop's exception handler hears of a failure."""
    return asyncio.get_event_loop().create_task(coro)


Thing = tuple[str, str]
"""A noun and the id of one of its kind."""


class Tasks:
    """Tasks of one owner, which ends them together."""

    def __init__(self, start: Spawn) -> None:
        self._start = start
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._start(coro)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()

    async def end(self) -> None:
        """Cancel all and wait until they have ended."""
        self.cancel()
        current = asyncio.current_task()
        await asyncio.gather(*(t for t in self._tasks if t is not current), return_exceptions=True)


class Slices:
    """Work that is done a slice at a time takes turns here: one slice in each turn of the loop, whoever it is
    for. Names, machines and details that arrive together would add up to a stall otherwise."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def next(self) -> None:
        """Wait for a turn of the loop in which nobody else has a slice."""
        async with self._lock:
            await asyncio.sleep(0)


class Turn:
    """One reading under way. `spoiled`: what it reads was changed by ourselves meanwhile, so its answer may
    be older than what the store has: it is not to be applied, and is read again."""

    __slots__ = ("spoiled",)

    def __init__(self) -> None:
        self.spoiled = False


Read = Callable[[Turn], Coroutine[Any, Any, None]]


class _Entry:
    def __init__(self) -> None:
        self.turn = Turn()
        self.waiting: list[asyncio.Future[None]] = []  # for the turn under way
        self.next_read: Read | None = None
        self.next_waiting: list[asyncio.Future[None]] = []


class Reads:
    """One reading of each thing under way and at most one queued behind it: a burst of events costs two."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._entries: dict[Thing, _Entry] = {}

    def want(self, thing: Thing, read: Read, *, join: bool = False) -> asyncio.Future[None]:
        """Read it from now on; the future is done when that has been read. `join`: a reading that is under
        way already will do. A reading that ends early (a lost link) ends the wait as well."""
        future: asyncio.Future[None] = asyncio.get_event_loop().create_future()
        entry = self._entries.get(thing)
        if entry is None:
            entry = self._entries[thing] = _Entry()
            entry.waiting.append(future)
            task = self._tasks.start(self._run(thing, entry, read))
            # Not left to the coroutine: one that is cancelled before its first step never runs at all.
            task.add_done_callback(lambda _: self._ended(thing, entry))
        elif join:
            entry.waiting.append(future)
        else:
            entry.next_read = read
            entry.next_waiting.append(future)
        return future

    def spoil(self, thing: Thing) -> bool:
        """What is being read was just changed by ourselves; False when nothing is under way."""
        entry = self._entries.get(thing)
        if entry is not None:
            entry.turn.spoiled = True
        return entry is not None

    def reading(self) -> Iterable[Thing]:
        return self._entries.keys()

    async def _run(self, thing: Thing, entry: _Entry, read: Read) -> None:
        try:
            while True:
                await read(entry.turn)
                if not entry.turn.spoiled:
                    _resolve(entry.waiting)
                    if entry.next_read is None:
                        return
                read = entry.next_read or read
                entry.waiting += entry.next_waiting
                entry.next_read, entry.next_waiting = None, []
                entry.turn = Turn()
        finally:
            self._ended(thing, entry)

    def _ended(self, thing: Thing, entry: _Entry) -> None:
        if self._entries.get(thing) is entry:
            del self._entries[thing]
        _resolve([*entry.waiting, *entry.next_waiting])


def _resolve(waiting: list[asyncio.Future[None]]) -> None:
    for future in waiting:
        if not future.done():
            future.set_result(None)
    waiting.clear()
