"""Keeps the store true to one host. See `HostSync`."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec

from vstore_gui.adapter.api import Host
from vstore_gui.entities.calls import (
    ListDomains,
    ListPools,
    ListVolumes,
    ReadBlockStats,
    ReadDomain,
    ReadPool,
    RefreshPool,
)
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.host import HostInfo, HostLink, HostState
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.reports import (
    BlockJobEvent,
    DomainEvent,
    Ended,
    LaneAnswered,
    LaneSilent,
    Online,
    PoolEvent,
    Report,
)
from vstore_gui.entities.volume import VolumeName
from vstore_gui.store.changes import Key
from vstore_gui.store.pool_details import PoolDetails
from vstore_gui.store.reads import Reads, Spawn, Tasks, Turn
from vstore_gui.store.store import Store

__all__ = ["HostSync", "Told"]

# So many rows are applied in one turn of the loop: 1,000 names cost some 5 ms.
_SLICE = 1000
_DOMAIN_SLICE = 60
# So many pools are listed at a time: a daemon answers five calls of one client at once.
_PARALLEL_LISTINGS = 3
# A refresh of ours comes back as an event as well, within this time.
_OWN_REFRESH_S = 5.0

# Shown otherwise (the link's state, a silent pool), or no error at all: something is under way, try later.
_EXPECTED = frozenset({ErrorKind.LOST, ErrorKind.NOT_RESPONDING, ErrorKind.BUSY, ErrorKind.NOT_ACTIVE})


class Told(Protocol):
    """Who hears of what a HostSync comes across."""

    def milestone(self, kind: str, key: Key, count: int) -> None: ...
    def failed(self, host: HostId, error: ErrorState) -> None: ...
    def watches_pool(self, key: PoolKey) -> bool: ...


class HostSync:
    """One host's reading: all of it when it comes online, then what its events name. What is under way when
    the link is lost ends; the store's values stay, marked as old, until the next listing is compared with
    them."""

    def __init__(self, host: Host, store: Store, told: Told, start: Spawn) -> None:
        self.host = host
        self._id = host.id
        self._store = store
        self._told = told
        self._tasks = Tasks(start)
        self._reads = Reads(self._tasks)
        self._details: dict[str, PoolDetails] = {}
        self._silent: dict[str, asyncio.Event] = {}
        self._info = HostInfo()
        self._meanwhile: dict[str, set[str]] = {}  # things that changed during a listing, by noun
        self._own_refreshes: dict[str, float] = {}
        self._first_listing: asyncio.Task[Any] | None = None
        self._closed = False

    # ── what the host tells ─────────────────────────────────────────────────────────────────────────────────

    def link_changed(self, link: HostLink, retry_in_s: float | None) -> None:
        now = time.time()
        retry_at_s = None if retry_in_s is None else now + retry_in_s
        if link is HostLink.ONLINE:
            self._change(
                link=link, info=self._info, error=None, since_s=now, retry_at_s=None,
                silent_pools=(), waiting_for=None,
            )  # fmt: skip
            self._told.milestone("online", self._id, 1)
            self._first_listing = self._tasks.start(self._read_all())
            return
        known = self._state()
        if link is not HostLink.CONNECTING:
            self._forget_readings()
        self._change(
            link=link, since_s=now, retry_at_s=retry_at_s, silent_pools=(), waiting_for=None,
            stale=known.pools_loaded or known.domains_loaded,
        )  # fmt: skip

    def reported(self, report: Report) -> None:
        match report:
            case Online(info):
                self._info = info
            case Ended(error):
                self._change(error=error)
            case PoolEvent():
                self._pool_event(report)
            case DomainEvent(domain=domain, gone=gone):
                if gone:
                    self.drop_domain(domain)
                else:
                    self.want_domain(domain)
            case BlockJobEvent(domain=domain):
                self._tasks.start(self._read_after_block_job(domain))
            case LaneSilent(pool, call, _):
                self._lane_silent(pool, call)
            case LaneAnswered(pool):
                self._lane_answered(pool)

    def _pool_event(self, event: PoolEvent) -> None:
        pool = event.pool
        match event.event:
            case "undefined":
                self.drop_pool(pool)
            case "refreshed":
                if self._own_refreshes.pop(pool, 0.0) > time.monotonic():
                    return
                self.details(pool).mark_old()
                self.want_pool(pool)
            case _:
                self.want_pool(pool)

    def _lane_silent(self, pool: str | None, call: str) -> None:
        if pool is None:
            self._change(waiting_for=call)
        else:
            self._silence(pool).set()
            self._change(silent_pools=self.silent_pools)
        if call == ListPools.__name__:
            # Something hangs that everything which walks all pools waits for. Pools known from before can be
            # looked at one by one.
            for uuid in self._store.pools(self._id):
                if uuid != pool:
                    self.want_pool(uuid)

    def _lane_answered(self, pool: str | None) -> None:
        if pool is None:
            self._change(waiting_for=None)
            return
        self._silence(pool).clear()
        self._change(silent_pools=self.silent_pools)
        self.want_pool(pool)

    # ── state ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def online(self) -> bool:
        return not self._closed and self.host.link is HostLink.ONLINE

    @property
    def silent_pools(self) -> tuple[str, ...]:
        return tuple(pool for pool, silence in self._silent.items() if silence.is_set())

    @property
    def idle(self) -> bool:
        """Nothing connects or is read; what hangs is not waited for."""
        if self._closed or self.host.link is not HostLink.ONLINE:
            return self._closed or self.host.link is not HostLink.CONNECTING
        silent = set(self.silent_pools)
        stuck = bool(silent) or self._state().waiting_for is not None
        if self._first_listing is not None and not self._first_listing.done() and not stuck:
            return False
        if any(details.reading for pool, details in self._details.items() if pool not in silent):
            return False
        return all(name in silent or (stuck and noun == "pools") for noun, name in self._reads.reading())

    def details(self, pool: str) -> PoolDetails:
        found = self._details.get(pool)
        if found is None:
            found = self._details[pool] = self._make_details(pool, ())
        return found

    def _make_details(self, pool: str, visible: tuple[str, ...]) -> PoolDetails:
        key = PoolKey(self._id, pool)
        return PoolDetails(
            key, self.host, self._store, self._tasks, self.note, self._details_complete, visible
        )

    def is_silent(self, pool: str) -> bool:
        return pool in self._silent and self._silent[pool].is_set()

    async def close(self) -> None:
        """End all reading and the host; large pools are taken off the store a slice at a time."""
        self._closed = True
        await self._tasks.end()
        await self.host.close()
        for uuid in tuple(self._store.pools(self._id)):
            await self._drop_volumes_in_slices(PoolKey(self._id, uuid))

    def _state(self) -> HostState:
        return self._store.host(self._id) or HostState(self._id)

    def _change(self, **fields: Any) -> None:
        if not self._closed:
            self._store.put_host(msgspec.structs.replace(self._state(), **fields))

    def _silence(self, pool: str) -> asyncio.Event:
        return self._silent.setdefault(pool, asyncio.Event())

    def _forget_readings(self) -> None:
        self._tasks.cancel()
        self._reads = Reads(self._tasks)
        self._silent.clear()
        self._details = {pool: self._make_details(pool, old.visible) for pool, old in self._details.items()}
        self._meanwhile.clear()
        self._own_refreshes.clear()

    def note(self, error: HostError) -> None:
        if error.kind not in _EXPECTED and not self._closed:
            self._told.failed(self._id, error.state)

    def _details_complete(self, key: PoolKey, count: int) -> None:
        self._told.milestone("details", key, count)

    # ── all of it ───────────────────────────────────────────────────────────────────────────────────────────

    async def _read_all(self) -> None:
        await asyncio.gather(self.want_domains(), self.want_pools())
        if self.online and self._state().pools_loaded and self._state().domains_loaded:
            self._change(stale=False)

    def want_domains(self) -> asyncio.Future[None]:
        return self._reads.want(("domains", ""), self._list_domains, join=True)

    def want_pools(self) -> asyncio.Future[None]:
        return self._reads.want(("pools", ""), self._list_pools, join=True)

    async def _list_domains(self, _turn: Turn) -> None:
        # An event during the listing may be newer than what it answers.
        meanwhile = self._meanwhile["domain"] = set()
        try:
            domains = await self.host.call(ListDomains())
        except HostError as error:
            self._meanwhile.pop("domain", None)
            self.note(error)
            return
        for start in range(0, len(domains), _DOMAIN_SLICE):
            self._store.put_some_domains(self._id, domains[start : start + _DOMAIN_SLICE])
            await asyncio.sleep(0)
        self._store.put_domains(self._id, domains)
        self._change(domains_loaded=True)
        self._told.milestone("domains", self._id, len(domains))
        self._meanwhile.pop("domain", None)
        for domain in meanwhile:
            self.want_domain(domain)

    async def _list_pools(self, _turn: Turn) -> None:
        meanwhile = self._meanwhile["pool"] = set()
        try:
            pools = await self.host.call(ListPools())
        except HostError as error:
            self._meanwhile.pop("pool", None)
            self.note(error)
            return
        listed = {pool.uuid for pool in pools}
        for uuid in [uuid for uuid in self._store.pools(self._id) if uuid not in listed]:
            await self._drop_volumes_in_slices(PoolKey(self._id, uuid))
        self._store.put_pools(self._id, pools)
        self._change(pools_loaded=True, waiting_for=None)
        self._told.milestone("pools", self._id, len(pools))
        self._meanwhile.pop("pool", None)
        for pool in pools:
            self.details(pool.uuid).mark_old()
        for uuid in meanwhile:
            self.want_pool(uuid)
        for pool in pools:
            if not pool.active:
                await self._clear(PoolKey(self._id, pool.uuid))
        await self._list_names([pool.uuid for pool in pools if pool.active])

    async def _list_names(self, pools: list[str]) -> None:
        """Names of these pools, a few at a time, the one on screen first; a silent one does not hold up
        others."""
        pools.sort(key=lambda uuid: not self._told.watches_pool(PoolKey(self._id, uuid)))
        waiting = deque(pools)

        async def take_turns() -> None:
            while waiting:
                uuid = waiting.popleft()
                await self.or_silence(uuid, self._reads.want(("pool", uuid), self._names_of(uuid), join=True))

        await asyncio.gather(*(take_turns() for _ in range(_PARALLEL_LISTINGS)))

    def _names_of(self, uuid: str) -> Callable[[Turn], Any]:
        async def read(turn: Turn) -> None:
            await self._read_names(uuid, turn)

        return read

    async def or_silence(self, pool: str, waiting: Awaitable[None]) -> bool:
        """Wait for it, but no longer than the pool answers; False when it fell silent."""
        reading = asyncio.ensure_future(waiting)
        silence = asyncio.ensure_future(self._silence(pool).wait())
        try:
            await asyncio.wait((reading, silence), return_when=asyncio.FIRST_COMPLETED)
            return reading.done()
        finally:
            silence.cancel()

    # ── one pool ────────────────────────────────────────────────────────────────────────────────────────────

    def want_pool(self, uuid: str, *, join: bool = False) -> asyncio.Future[None]:
        """Read the pool and its names (and details, when it is on screen). A silent one is left in peace: it
        is read when it answers."""
        if "pool" in self._meanwhile:
            self._meanwhile["pool"].add(uuid)
        if not self.online or self.is_silent(uuid):
            done: asyncio.Future[None] = asyncio.get_event_loop().create_future()
            done.set_result(None)
            return done

        async def read(turn: Turn) -> None:
            await self._read_pool(uuid, turn)

        return self._reads.want(("pool", uuid), read, join=join)

    async def _read_pool(self, uuid: str, turn: Turn) -> None:
        key = PoolKey(self._id, uuid)
        try:
            pool = await self.host.call(ReadPool(uuid))
        except HostError as error:
            if error.kind is ErrorKind.NOT_FOUND and not turn.spoiled:
                await self._drop_volumes_in_slices(key)
                self._store.drop_pool(key)
            else:
                self.note(error)
            return
        if turn.spoiled:
            return
        self._store.put_pool(self._id, pool)
        if pool.active:
            await self._read_names(uuid, turn)
        else:
            await self._clear(key)

    async def _read_names(self, uuid: str, turn: Turn) -> None:
        key = PoolKey(self._id, uuid)
        try:
            names = await self.host.call(ListVolumes(uuid))
        except HostError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                self.note(error)
            return
        if not await self._apply_names(key, names, turn):
            return
        self._told.milestone("names", key, len(names))
        if self._told.watches_pool(key):
            self.details(uuid).freshen()

    async def _apply_names(self, key: PoolKey, names: Sequence[VolumeName], turn: Turn) -> bool:
        """A slice a turn; False when the listing was overtaken by a change of our own."""
        for start in range(0, len(names) - _SLICE, _SLICE):
            if turn.spoiled or self._store.pool(key) is None:
                return False
            self._store.put_some_volume_names(key, names[start : start + _SLICE])
            await asyncio.sleep(0)
        listed = {name.name for name in names}
        await self._drop_in_slices(key, [name for name in self._store.volumes(key) if name not in listed])
        if turn.spoiled or self._store.pool(key) is None:
            return False
        self._store.put_volume_names(key, names)
        return True

    def drop_pool(self, uuid: str) -> None:
        """It is gone; a reading under way is not believed."""
        if "pool" in self._meanwhile:
            self._meanwhile["pool"].add(uuid)
        self._reads.spoil(("pool", uuid))
        self._details.pop(uuid, None)
        self._tasks.start(self._drop_pool(PoolKey(self._id, uuid)))

    async def _drop_pool(self, key: PoolKey) -> None:
        await self._drop_volumes_in_slices(key)
        self._store.drop_pool(key)

    async def _clear(self, key: PoolKey) -> None:
        await self._drop_volumes_in_slices(key)
        self._store.clear_volumes(key)

    async def _drop_volumes_in_slices(self, key: PoolKey) -> None:
        """Leaves the last slice to what follows."""
        await self._drop_in_slices(key, list(self._store.volumes(key)))

    async def _drop_in_slices(self, key: PoolKey, names: list[str]) -> None:
        for start in range(0, len(names) - _SLICE, _SLICE):
            self._store.put_volumes(key, (), missing=names[start : start + _SLICE])
            await asyncio.sleep(0)

    def clear_pool(self, uuid: str) -> None:
        """It was stopped."""
        self._reads.spoil(("pool", uuid))
        self._tasks.start(self._clear(PoolKey(self._id, uuid)))

    def pool_changed(self, uuid: str, *, names: bool) -> None:
        """We changed it ourselves: a reading under way may be older than what the store was given. `names`:
        its volumes were, too, by more than the store was told."""
        if "pool" in self._meanwhile:
            self._meanwhile["pool"].add(uuid)
        if not self._reads.spoil(("pool", uuid)) and names:
            self.want_pool(uuid)

    def want_pool_state(self, uuid: str) -> None:
        """Its sizes changed; not its names."""
        if not self.is_silent(uuid) and self.online:

            async def read(turn: Turn) -> None:
                try:
                    pool = await self.host.call(ReadPool(uuid))
                except HostError as error:
                    self.note(error)
                    return
                if not turn.spoiled and self._store.pool(PoolKey(self._id, uuid)) is not None:
                    self._store.put_pool(self._id, pool)

            self._reads.want(("pool-state", uuid), read)

    async def refresh_pool(self, uuid: str, *, hurry: bool = True) -> None:
        """libvirt looks at the storage again, then we do. Raises HostError."""
        self._own_refreshes[uuid] = time.monotonic() + _OWN_REFRESH_S
        try:
            pool = await self.host.call(RefreshPool(uuid))
        except HostError:
            self._own_refreshes.pop(uuid, None)
            raise
        self._store.put_pool(self._id, pool)
        self.details(uuid).mark_old(hurry=hurry)
        await self.or_silence(uuid, self.want_pool(uuid))

    # ── one domain ──────────────────────────────────────────────────────────────────────────────────────────

    def want_domain(self, uuid: str, *, join: bool = False) -> asyncio.Future[None]:
        if "domain" in self._meanwhile:
            self._meanwhile["domain"].add(uuid)

        async def read(turn: Turn) -> None:
            await self._read_domain(uuid, turn)

        return self._reads.want(("domain", uuid), read, join=join)

    async def _read_domain(self, uuid: str, turn: Turn) -> None:
        try:
            domain = await self.host.call(ReadDomain(uuid))
        except HostError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                if not turn.spoiled:
                    self._store.drop_domain(DomainKey(self._id, uuid))
            else:
                self.note(error)
            return
        if not turn.spoiled:
            self._store.put_domain(self._id, domain)

    def put_domain(self, domain: DomainState) -> None:
        """What a call of ours answered; a reading under way may be older."""
        if "domain" in self._meanwhile:
            self._meanwhile["domain"].add(domain.uuid)
        self._reads.spoil(("domain", domain.uuid))
        self._store.put_domain(self._id, domain)

    def drop_domain(self, uuid: str) -> None:
        if "domain" in self._meanwhile:
            self._meanwhile["domain"].add(uuid)
        self._reads.spoil(("domain", uuid))
        self._store.drop_domain(DomainKey(self._id, uuid))

    async def _read_after_block_job(self, uuid: str) -> None:
        """A block job ended: the chain is another, and its files have other sizes."""
        await self.want_domain(uuid)
        domain = self._store.domain(DomainKey(self._id, uuid))
        if domain is None:
            return
        for disk in domain.disks:
            volume = self._store.usage.volume_of_disk(DomainKey(self._id, uuid), disk.target)
            while volume is not None and volume.host == self._id:
                details = self.details(volume.pool)
                if details.missing((volume.name,)):
                    break  # the chain leads here again, or it is to be read anyhow
                details.mark_old((volume.name,))
                volume = self._store.usage.backing_of(volume)
        for pool, details in self._details.items():
            if self._told.watches_pool(PoolKey(self._id, pool)):
                details.freshen()

    async def read_block_stats(self, uuid: str) -> None:
        try:
            answers = await self.host.call(ReadBlockStats((uuid,)))
        except HostError as error:
            self.note(error)
            return
        for answer in answers:
            self._store.put_block_stats(DomainKey(self._id, answer.domain), answer.disks)

    # ── details ─────────────────────────────────────────────────────────────────────────────────────────────

    def want_growing(self, uuid: str) -> None:
        """Rows in view that running machines write to: they grow without an event."""
        if not self.online or self.is_silent(uuid):
            return
        details = self.details(uuid)
        known = self._store.volumes(PoolKey(self._id, uuid))
        details.want(
            name
            for name in details.visible
            if name in known
            and any(use.running for use in self._store.usage.users_of(VolumeKey(self._id, uuid, name)))
        )

    async def complete_pool(self, uuid: str) -> bool:
        """Read all details that are missing or old; False when that could not be done."""
        key = PoolKey(self._id, uuid)
        if not self.online or self.is_silent(uuid):
            return False
        listed = self._store.volumes_listed(key)
        if not listed and not await self.or_silence(uuid, self.want_pool(uuid, join=True)):
            return False
        if not await self.read_details(uuid):
            return False
        return self.online and self._store.volumes_listed(key) and not self.details(uuid).missing()

    async def read_details(self, uuid: str) -> bool:
        """Read what is missing or old of the pool; False when it fell silent over that."""
        reading = self._tasks.start(self.details(uuid).read_missing())
        return await self.or_silence(uuid, asyncio.shield(reading))
