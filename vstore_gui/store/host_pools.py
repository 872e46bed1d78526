"""Reading one host's pools and their volumes. See `HostPools`."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from vstore_gui.entities.calls import ListPools, ListVolumes, ReadPool, RefreshPool
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.volume import VolumeName
from vstore_gui.store.host_context import HostContext, Unheard
from vstore_gui.store.pool_details import PoolDetails
from vstore_gui.store.reads import Read, Turn

__all__ = ["HostPools"]

# So many rows are applied in one turn of the loop: 1,000 new names cost the store and its index some 5 ms.
_SLICE: Final = 500
# So many pools are listed at a time: a daemon answers five calls of one client at once.
_PARALLEL_LISTINGS: Final = 3
# A refresh of ours comes back as an event as well, within this time.
_OWN_REFRESH_S: Final = 5.0


class HostPools:
    """Lists the pools of a host and their volumes' names, reads one again when something happened to it, and
    the details of volumes when somebody wants them. A pool that is silent is asked nothing."""

    def __init__(self, context: HostContext) -> None:
        self._context = context
        self._unheard = Unheard()
        self._details: dict[str, PoolDetails] = {}
        self._own_refreshes: dict[str, float] = {}
        self._list_later = False

    def forget(self) -> None:
        """The link is lost: what was being read is not any more; what is in view is still."""
        self._unheard = Unheard()
        self._own_refreshes.clear()
        self._list_later = False
        self._details = {pool: self._make_details(pool, old.visible) for pool, old in self._details.items()}

    @property
    def reading_details(self) -> list[str]:
        return [pool for pool, details in self._details.items() if details.reading]

    def details(self, uuid: str) -> PoolDetails:
        found = self._details.get(uuid)
        if found is None:
            found = self._details[uuid] = self._make_details(uuid, ())
        return found

    def _make_details(self, uuid: str, visible: tuple[str, ...]) -> PoolDetails:
        return PoolDetails(self._context, self._key(uuid), visible)

    def _key(self, uuid: str) -> PoolKey:
        return PoolKey(self._context.id, uuid)

    # ── all pools ───────────────────────────────────────────────────────────────────────────────────────────

    def want_all(self) -> asyncio.Future[None]:
        return self._context.reads.want(("pools", ""), self._list, join=True)

    def answered(self, uuid: str | None) -> None:
        """A pool (or what is no pool's) that was silent answers again."""
        if uuid is not None:
            self.want(uuid)
        if self._list_later and not self._context.silence.pools:
            self._list_later = False
            self.want_all()

    async def _list(self, _turn: Turn) -> None:
        context = self._context
        self._unheard.begin()
        try:
            pools = await context.host.call(ListPools())
            listed = {pool.uuid for pool in pools}
            for uuid in [uuid for uuid in context.store.pools(context.id) if uuid not in listed]:
                await self._drop_volumes(self._key(uuid))
            context.store.put_pools(context.id, pools)
        except HostError as error:
            # Refused while some pool is silent: it would hang as well.
            self._list_later = error.kind is ErrorKind.NOT_RESPONDING
            context.note(error)
            return
        finally:
            unheard = self._unheard.end()
        context.listed("pools", len(pools))
        for pool in pools:
            self.details(pool.uuid).mark_old()
            if not pool.active:
                await self._clear(self._key(pool.uuid))
        for uuid in unheard:
            self.want(uuid)
        await self._list_names([pool.uuid for pool in pools if pool.active])

    async def _list_names(self, pools: list[str]) -> None:
        """Names of these pools, a few at a time, the one on screen first; a silent one holds up no other."""
        context = self._context
        pools.sort(key=lambda uuid: not context.told.watches_pool(self._key(uuid)))
        waiting = deque(pools)

        async def take_turns() -> None:
            while waiting:
                uuid = waiting.popleft()
                reading = context.reads.want(("pool", uuid), self._names_reader(uuid), join=True)
                await context.silence.or_done(uuid, reading)

        await asyncio.gather(*(take_turns() for _ in range(_PARALLEL_LISTINGS)))

    # ── one pool ────────────────────────────────────────────────────────────────────────────────────────────

    def want(self, uuid: str, *, join: bool = False) -> asyncio.Future[None]:
        """Read the pool and its names (and details, when it is on screen). A silent one is left in peace: it
        is read when it answers."""
        self._unheard.note(uuid)
        if not self._context.can_ask(uuid):
            return _done()

        async def read(turn: Turn) -> None:
            await self._read(uuid, turn)

        return self._context.reads.want(("pool", uuid), read, join=join)

    def want_state(self, uuid: str) -> None:
        """Its sizes changed; not its names."""
        context = self._context

        async def read(_turn: Turn) -> None:
            try:
                pool = await context.host.call(ReadPool(uuid))
            except HostError as error:
                context.note(error)
                return
            if context.store.pool(self._key(uuid)) is not None:
                context.store.put_pool(context.id, pool)

        if self._context.can_ask(uuid):
            context.reads.want(("pool-state", uuid), read)

    def refreshed_elsewhere(self, uuid: str) -> None:
        """libvirt looked at the storage again: the names may be others, and what was known of them is old."""
        if self._own_refreshes.pop(uuid, 0.0) > time.monotonic():
            return
        self.details(uuid).mark_old()
        self.want(uuid)

    def changed(self, uuid: str) -> None:
        """We changed it or its volumes ourselves and the store knows: a reading under way may be older."""
        self._unheard.note(uuid)
        self._context.reads.spoil(("pool", uuid))

    def drop(self, uuid: str) -> None:
        """It is gone."""
        self.changed(uuid)
        self._details.pop(uuid, None)
        self._context.tasks.start(self._drop(self._key(uuid)))

    def clear(self, uuid: str) -> None:
        """It was stopped."""
        self.changed(uuid)
        self._context.tasks.start(self._clear(self._key(uuid)))

    async def refresh_unasked(self, uuid: str) -> None:
        """As `refresh`, but only details in view are read again at once; the rest when they come into
        view."""
        if self._context.can_ask(uuid):
            try:
                await self.refresh(uuid, hurry=False)
            except HostError as error:
                self._context.note(error)

    async def refresh(self, uuid: str, *, hurry: bool = True) -> None:
        """libvirt looks at the storage again, then we do. Raises HostError; a silent pool is not asked."""
        context = self._context
        if not self._context.can_ask(uuid):
            return
        self._own_refreshes[uuid] = time.monotonic() + _OWN_REFRESH_S
        try:
            pool = await context.host.call(RefreshPool(uuid))
        except HostError:
            self._own_refreshes.pop(uuid, None)
            raise
        context.store.put_pool(context.id, pool)
        self.details(uuid).mark_old(hurry=hurry)
        await context.silence.or_done(uuid, self.want(uuid))

    async def reread(self, uuid: str) -> None:
        await self._context.silence.or_done(uuid, self.want(uuid))

    async def _read(self, uuid: str, turn: Turn) -> None:
        context, key = self._context, self._key(uuid)
        try:
            pool = await context.host.call(ReadPool(uuid))
        except HostError as error:
            context.note(error)
            if error.kind is ErrorKind.NOT_FOUND and not turn.spoiled:
                await self._drop(key)
            return
        if turn.spoiled:
            return
        context.store.put_pool(context.id, pool)
        if pool.active:
            await self._read_names(uuid, turn)
        else:
            await self._clear(key)

    def _names_reader(self, uuid: str) -> Read:
        async def read(turn: Turn) -> None:
            await self._read_names(uuid, turn)

        return read

    async def _read_names(self, uuid: str, turn: Turn) -> None:
        context, key = self._context, self._key(uuid)
        try:
            names = await context.host.call(ListVolumes(uuid))
        except HostError as error:
            context.note(error)
            return
        details = self.details(uuid)
        if context.told.watches_pool(key):
            details.read_ahead(name.name for name in names)
        try:
            if not await self._apply_names(key, names, turn):
                return
        finally:
            details.names_told()
        context.told.milestone("names", key, len(names))
        if context.told.watches_pool(key):
            details.freshen()

    # ── what is applied a slice at a time ───────────────────────────────────────────────────────────────────

    async def _apply_names(self, key: PoolKey, names: Sequence[VolumeName], turn: Turn) -> bool:
        """False when the listing was overtaken by a change of our own."""
        store = self._context.store
        # libvirt lists a directory in no order; by name, each slice is rows that stand together in a table.
        names = sorted(names, key=lambda name: name.name)
        slices = self._context.told.slices
        if len(names) > _SLICE:
            for start in range(0, len(names), _SLICE):
                await slices.next()
                if turn.spoiled or store.pool(key) is None:
                    return False
                store.put_some_volume_names(key, names[start : start + _SLICE])
            await slices.next()
        if turn.spoiled or store.pool(key) is None:
            return False
        listed = {name.name for name in names}
        await self._drop_names(key, [name for name in store.volumes(key) if name not in listed])
        if turn.spoiled or store.pool(key) is None:
            return False
        store.put_volume_names(key, names)
        return True

    async def _drop(self, key: PoolKey) -> None:
        await self._drop_volumes(key)
        self._context.store.drop_pool(key)

    async def _clear(self, key: PoolKey) -> None:
        await self._drop_volumes(key)
        self._context.store.clear_volumes(key)

    async def drop_all_volumes(self) -> None:
        """The host is being taken off; what is left to drop then is quick."""
        for uuid in tuple(self._context.store.pools(self._context.id)):
            key = self._key(uuid)
            await self._drop_volumes(key)
            self._context.store.put_volumes(key, (), missing=tuple(self._context.store.volumes(key)))
            await asyncio.sleep(0)

    async def _drop_volumes(self, key: PoolKey) -> None:
        """All but the last slice, which is left to what follows."""
        await self._drop_names(key, list(self._context.store.volumes(key)))

    async def _drop_names(self, key: PoolKey, names: list[str]) -> None:
        for start in range(0, len(names) - _SLICE, _SLICE):
            self._context.store.put_volumes(key, (), missing=names[start : start + _SLICE])
            await self._context.told.slices.next()

    # ── details ─────────────────────────────────────────────────────────────────────────────────────────────

    def show(self, uuid: str) -> None:
        """The pool came on screen: what no event tells is read, and the details."""
        if self._context.store.pool(self._key(uuid)) is None or not self._context.can_ask(uuid):
            return  # it is read when it comes, or answers
        self.want(uuid, join=True)
        if self._context.store.volumes_listed(self._key(uuid)):
            self.details(uuid).freshen()

    def want_growing(self, uuid: str) -> None:
        """Rows in view that running machines write to: they grow without an event."""
        details, usage = self.details(uuid), self._context.store.usage
        details.want(
            name
            for name in details.visible
            if any(use.running for use in usage.users_of(VolumeKey(self._context.id, uuid, name)))
        )

    def chain_changed(self, volume: VolumeKey | None) -> None:
        """What a block job left: the volume and all below it have other sizes, or other backing files."""
        pools: set[str] = set()
        seen: set[VolumeKey] = set()
        while volume is not None and volume.host == self._context.id and volume not in seen:
            seen.add(volume)
            self.details(volume.pool).mark_old((volume.name,))
            pools.add(volume.pool)
            volume = self._context.store.usage.backing_of(volume)
        for uuid in pools:
            if self._context.told.watches_pool(self._key(uuid)):
                self.details(uuid).freshen()

    async def read_details(self, uuid: str) -> bool:
        """Read what is missing or old of the pool; False when it fell silent over that."""
        if not self._context.can_ask(uuid):
            return False
        reading = self._context.tasks.start(self.details(uuid).read_missing())
        return await self._context.silence.or_done(uuid, asyncio.shield(reading))

    async def complete(self, uuid: str) -> bool:
        """Names and all details of the pool are known and not old; False when that could not be reached."""
        context, key = self._context, self._key(uuid)
        if not self._context.can_ask(uuid):
            return False
        listed = context.store.volumes_listed(key)
        if not listed and not await context.silence.or_done(uuid, self.want(uuid, join=True)):
            return False
        if not await self.read_details(uuid):
            return False
        return context.online and context.store.volumes_listed(key) and not self.details(uuid).missing()


def _done() -> asyncio.Future[None]:
    future: asyncio.Future[None] = asyncio.get_event_loop().create_future()
    future.set_result(None)
    return future
