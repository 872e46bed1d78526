"""Reading the details of one pool's volumes. See `PoolDetails`."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable
from typing import Final

from vstore_gui.entities.calls import Partial, PrioritiseVolumes, ReadVolumes, VolumeBatch
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.keys import PoolKey
from vstore_gui.store.host_context import HostContext

__all__ = ["PoolDetails"]

_SHOWN_AT_ONCE: Final = 2  # parts
_LONGEST_WAIT_S: Final = 1.0


class PoolDetails:
    """Knows which volumes' details are missing or old, and reads those that somebody wants: one ReadVolumes
    at a time, the rows in view first."""

    def __init__(self, context: HostContext, key: PoolKey, visible: tuple[str, ...] = ()) -> None:
        self._key = key
        self._context = context
        self._host = context.host
        self._store = context.store
        self._old: set[str] = set()
        # Marked old while they are being read: what comes may have been read before that.
        self._overtaken: set[str] = set()
        self._hurry = False
        self._visible = visible
        self._wanted: dict[str, None] = {}
        self._in_flight: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._prioritising = False
        # Parts that are not in the store yet: they wait for a turn of the loop, the first for their names.
        self._parts: deque[VolumeBatch] = deque()
        self._applying: asyncio.Task[None] | None = None
        self._answering = False
        self._wait_no_more = asyncio.Event()
        self._names_known = asyncio.Event()
        self._names_known.set()

    @property
    def reading(self) -> bool:
        return self._task is not None

    @property
    def visible(self) -> tuple[str, ...]:
        return self._visible

    def mark_old(self, names: Iterable[str] | None = None, *, hurry: bool = True) -> None:
        """Something may have changed these volumes (None: all) since they were read. Without `hurry` it is
        enough to read them again when they come into view."""
        old = set(self._store.volumes(self._key) if names is None else names)
        self._old |= old
        self._overtaken |= self._in_flight if names is None else self._in_flight & old
        self._hurry = self._hurry or hurry

    def missing(self, names: Iterable[str] | None = None) -> list[str]:
        """Volumes (of these, or all) whose details are not known or old."""
        volumes = self._store.volumes(self._key)
        old = self._old
        if names is None:
            return [name for name, volume in volumes.items() if not volume.detailed or name in old]
        return [name for name in names if name in volumes and (name in old or not volumes[name].detailed)]

    def show(self, names: Iterable[str]) -> None:
        """These rows are in view: read them first, or again if old."""
        self._visible = tuple(names)
        self._wait_no_more.set()  # they may be among what has come
        self.want(self.missing(self._visible))
        if not self._prioritising and any(name in self._in_flight for name in self._visible):
            self._prioritising = True
            self._context.tasks.start(self._prioritise())

    def want(self, names: Iterable[str]) -> None:
        """Read these, known or not. A pool that is silent, or away, is asked nothing."""
        if not self._context.can_ask(self._key.uuid):
            return
        for name in names:
            if name not in self._in_flight or name in self._overtaken:
                self._wanted[name] = None
        if self._wanted and self._task is None:
            self._task = self._context.tasks.start(self._run())
            # Not left to the coroutine: one that is cancelled before its first step never runs at all.
            self._task.add_done_callback(self._ended)

    def freshen(self) -> None:
        """The pool is on screen: read what is not known, and what is old where that matters now."""
        if self._hurry:
            self.want(self.missing())
        else:
            volumes = self._store.volumes(self._key)
            self.want([name for name, volume in volumes.items() if not volume.detailed])
            self.want(self.missing(self._visible))

    def read_ahead(self, names: Iterable[str]) -> None:
        """Read what is not known of these while the store is still being told their names: a large pool is
        read some hundred milliseconds sooner. What comes waits for `names_told`."""
        volumes = self._store.volumes(self._key)
        unknown = [name for name in names if name not in volumes or not volumes[name].detailed]
        if unknown:
            self._names_known.clear()
            self.want(unknown)

    def names_told(self) -> None:
        """The store knows the names."""
        self._names_known.set()

    def stop(self) -> None:
        """Nobody wants them any more."""
        self._parts.clear()
        self._names_known.set()
        if self._task is not None:
            self._task.cancel()
            self._ended(self._task)

    async def read_missing(self) -> None:
        """Read all that is missing or old; returns when that has ended, well or not."""
        self.want(self.missing())
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        this = self._task
        try:
            while self._wanted:
                seen = [name for name in self._visible if name in self._wanted]
                # By name, as tables are sorted at first: a batch then fills rows that stand together.
                names = tuple(dict.fromkeys([*seen, *sorted(self._wanted)]))
                self._in_flight = set(names)
                self._overtaken.clear()
                self._wanted.clear()
                self._answering = True
                try:
                    await self._host.call(ReadVolumes(self._key.uuid, names), on_part=self._take)
                finally:
                    self._answering = False
                    self._wait_no_more.set()
                while self._applying is not None:
                    await asyncio.wait([self._applying])
                self._in_flight = set()
                if not self._wanted and not self.missing():
                    self._hurry = False
                    self._context.told.milestone("details", self._key, len(self._store.volumes(self._key)))
        except HostError as error:
            self._context.note(error)
        finally:
            self._ended(this)

    def _ended(self, task: asyncio.Task[None] | None) -> None:
        if self._task is not task:
            return  # it was stopped, and another may have begun
        self._task = None
        self._in_flight = set()
        self._wanted.clear()

    def _take(self, part: Partial) -> None:
        if not isinstance(part, VolumeBatch):
            return
        self._parts.append(part)
        if self._applying is None:
            self._applying = self._context.tasks.start(self._apply())

    async def _apply(self) -> None:
        """Give the store what has come, a part in each turn of the loop.

        The first parts are rows in view. What nobody looks at waits for the end of the reading: applied while
        it runs, it takes the processor from the daemon and its readers, and the whole takes longer.
        """
        now = _SHOWN_AT_ONCE
        try:
            await self._names_known.wait()
            while self._parts:
                if now == 0 and self._answering:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wait_no_more.wait(), _LONGEST_WAIT_S)
                    self._wait_no_more.clear()
                    now = len(self._parts)
                await self._context.told.slices.next()
                if self._parts:
                    self._put(self._parts.popleft())
                    now = max(0, now - 1)
        finally:
            self._applying = None

    def _put(self, part: VolumeBatch) -> None:
        # What was deleted since these were asked for does not come back.
        known = self._store.volumes(self._key)
        volumes = [volume for volume in part.volumes if volume.name in known]
        done = [volume.name for volume in part.volumes]
        self._in_flight.difference_update(done)
        self._old.difference_update(name for name in done if name not in self._overtaken)
        self._old.difference_update(part.missing)
        self._store.put_volumes(self._key, volumes, part.missing)

    async def _prioritise(self) -> None:
        """Tell the reading under way what is in view now; rows scrolled past meanwhile are left out."""
        try:
            told: tuple[str, ...] = ()
            while self._task is not None and told != self._visible:
                told = self._visible
                names = tuple(name for name in told if name in self._in_flight)
                if names:
                    await self._host.call(PrioritiseVolumes(self._key.uuid, names))
        except HostError as error:
            self._context.note(error)
        finally:
            self._prioritising = False
