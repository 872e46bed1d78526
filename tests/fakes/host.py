"""A host in memory that keeps the Protocol of `adapter.api.Host`, with verbs for tests. See `FakeHost`."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from tests.fakes.documents import volume_document
from tests.fakes.machines import FakeMachines
from tests.fakes.refusals import refusal
from tests.fakes.storage import SIZES, FakeStorage
from vstore_gui.adapter.api import HostObserver
from vstore_gui.entities import calls
from vstore_gui.entities.calls import Call, Partial
from vstore_gui.entities.domain import DomainLifecycle, DomainState
from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.host import HostInfo, HostLink
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.reports import (
    DomainEvent,
    Ended,
    LaneAnswered,
    LaneSilent,
    Online,
    PoolEvent,
    Report,
)
from vstore_gui.entities.text import text
from vstore_gui.entities.volume import VolumeState

__all__ = ["FakeHost"]

R = TypeVar("R")
BATCH = 150
FAKE_INFO = HostInfo(
    hostname="fake",
    driver="QEMU",
    libvirt_version=(9, 0, 0),
    hypervisor_version=(7, 2, 0),
    machine_id="fa4e0000-0000-4000-8000-000000000000",
    local=True,
    pool_kinds=None,
)


class _Hung:
    """A call that does not return; `told`: the observer knows of it."""

    def __init__(self, waiting: asyncio.Future[None]) -> None:
        self.waiting = waiting
        self.told = False


class FakeHost:
    """Answers each call in the loop's next turn, from values that tests put in; events come as libvirt sends
    them.

    `asked` lists the calls made, in order. Verbs that change things as another admin would (`add_…`,
    `remove_…`,
    `change_…`) send libvirt's events where it sends any; volumes have none.
    """

    def __init__(self, uri: str = "fake:///system", info: HostInfo = FAKE_INFO) -> None:
        self._id = uri
        self.info = info
        self.asked: list[Call[Any]] = []
        self.answered_credentials: list[tuple[int, tuple[str, ...] | None]] = []
        self.storage = FakeStorage(self._pool_event)
        self.machines = FakeMachines(self._domain_event, media_change_live=info.media_change_live)
        self._link = HostLink.OFFLINE
        self._observer: HostObserver | None = None
        self._loop: asyncio.AbstractEventLoop
        self._pending: set[asyncio.Future[None]] = set()
        self._hung: dict[str | None, _Hung | None] = {}  # None: the next call will
        self._failures: list[tuple[type[Call[Any]], HostError]] = []
        self._refused: ErrorState | None = None
        self._away = False
        self._retry_in_s: float | None = None
        self._first: dict[str, list[str]] = {}

    # ── the Protocol ──

    @property
    def id(self) -> str:
        return self._id

    @property
    def link(self) -> HostLink:
        return self._link

    def open(self, observer: HostObserver) -> None:
        if self._observer is not None:
            return
        self._observer = observer
        # Verbs may be called from plain functions while the loop turns elsewhere (a Qt test): remember whose
        # it is.
        self._loop = asyncio.get_event_loop()
        self._connect(HostLink.CONNECTING)

    def retry(self) -> None:
        if self._link in (HostLink.RECONNECTING, HostLink.FAILED):
            self._connect(self._link)

    async def close(self) -> None:
        self._drop_pending()
        if self._link is not HostLink.OFFLINE:
            self._set_link(HostLink.OFFLINE)
        self._observer = None
        await asyncio.sleep(0)

    async def call(
        self,
        call: Call[R],
        *,
        on_part: Callable[[Partial], Any] | None = None,
        deadline_s: float | None = None,
    ) -> R:
        if self._link is not HostLink.ONLINE:
            raise refusal(ErrorKind.LOST, "not connected", call.name)
        self.asked.append(call)
        try:
            async with asyncio.timeout(deadline_s):
                await self._turn(call)
                answer = await self._answer(call, on_part)
        except TimeoutError:
            raise refusal(ErrorKind.NOT_RESPONDING, "no answer in time", call.name) from None
        return answer  # type: ignore[no-any-return]

    def answer_credentials(self, request_id: int, values: tuple[str, ...] | None) -> None:
        self.answered_credentials.append((request_id, values))

    # ── verbs: the link ──

    def lose_link(self, retry_in_s: float = 1.0) -> None:
        """The connection breaks: calls under way fail with LOST; it is away until `come_back`."""
        self._away = True
        self._drop_pending()
        self._hung.clear()
        error = ErrorState(ErrorKind.LOST, text("The connection was lost."))
        self.emit(Ended(error, retry=True))
        self._set_link(HostLink.RECONNECTING, retry_in_s)

    def come_back(self) -> None:
        """What `lose_link` or `refuse` took away is there again, and a new connection succeeds."""
        self._away = False
        self._refused = None
        if self._observer is not None and self._link is not HostLink.ONLINE:
            self._connect(self._link)

    def refuse(self, error: ErrorState) -> None:
        """Opening fails for good with this error, until `come_back`."""
        self._refused = error

    def emit(self, report: Report) -> None:
        """Tell the observer at once, as a report that has arrived."""
        if self._observer is not None:
            self._observer.host_reported(self, report)

    # ── verbs: trouble ──

    def hang(self, pool: str | None) -> None:
        """The next call in this pool's lane does not return until `answer`; later ones are refused. None:
        listing pools hangs, and no pool is known to be the reason. What hangs already goes on hanging."""
        self._hung.setdefault(pool, None)

    def answer(self, pool: str | None) -> None:
        """The hung call returns with its answer. One of which nobody was told yet was just slow."""
        hung = self._hung.pop(pool, None)
        if hung is None:
            return
        if not hung.waiting.done():
            hung.waiting.set_result(None)
        if hung.told:
            self.emit(LaneAnswered(pool))

    def fail_next(
        self, call_type: type[Call[Any]], error: ErrorKind | ErrorState, words: str = "made to fail"
    ) -> None:
        """The next call of this type fails with this."""
        failure = HostError(error) if isinstance(error, ErrorState) else refusal(error, words)
        self._failures.append((call_type, failure))

    def lock_tray(self, domain: str, target: str) -> None:
        """The guest holds the drive's tray: only force opens it."""
        self.machines.domain(domain).locked_trays.add(target)

    # ── verbs: what is there ──

    def add_pool(
        self,
        name: str,
        kind: str = "dir",
        *,
        target_path: str | None = None,
        active: bool = True,
        uuid_: str | None = None,
        **fields: Any,
    ) -> PoolState:
        """Another admin defined (and started) a pool; sizes default to 100 GiB, half used."""
        if target_path is None and kind in ("dir", "fs", "netfs"):
            target_path = f"/srv/{name}"
        sizes: dict[str, Any] = SIZES if active else {}
        state = PoolState(
            uuid=uuid_ or str(uuid.uuid4()),
            name=name,
            kind=kind,
            lifecycle=PoolLifecycle.RUNNING if active else PoolLifecycle.INACTIVE,
            target_path=target_path,
            **(sizes | {"real_target_path": target_path} | fields),
        )
        self.storage.add(state)
        self._pool_event(state.uuid, name, "defined")
        if active:
            self._pool_event(state.uuid, name, "started")
        return state

    def change_pool(self, pool: str, *, event: str | None = "refreshed", **fields: Any) -> PoolState:
        return self.storage.change(self.storage.pool(pool), event=event, **fields)

    def remove_pool(self, pool: str) -> None:
        state = self.storage.pools.pop(pool).state
        if state.active:
            self._pool_event(pool, state.name, "stopped")
        self._pool_event(pool, state.name, "undefined")

    def add_volume(self, pool: str, volume: VolumeState | str, **fields: Any) -> VolumeState:
        """A volume appears; no event. A name gets 1 GiB of qcow2 unless fields say otherwise."""
        if isinstance(volume, str):
            given = {"capacity_bytes": 1 << 30, "allocation_bytes": 196_608, "format": "qcow2"} | fields
            volume = VolumeState(name=volume, **given)
        return self.storage.put_volume(pool, volume)

    def change_volume(self, pool: str, name: str, **fields: Any) -> VolumeState:
        known = self.storage.pools[pool].volumes[name]
        return self.storage.put_volume(pool, msgspec.structs.replace(known, **fields))

    def remove_volume(self, pool: str, name: str) -> None:
        del self.storage.pools[pool].volumes[name]

    def add_domain(self, domain: DomainState | str, *, running: bool = False, **fields: Any) -> DomainState:
        """Another admin defined (and started) a machine."""
        if isinstance(domain, str):
            lifecycle = DomainLifecycle.RUNNING if running else DomainLifecycle.SHUTOFF
            given = {"uuid": str(uuid.uuid4()), "lifecycle": lifecycle} | fields
            domain = DomainState(name=domain, **given)
        state = self.machines.add(domain).state
        if state.persistent:
            self._domain_event(state.uuid, state.name, "lifecycle defined", detail="added")
        if state.active:
            self._domain_event(state.uuid, state.name, "lifecycle started")
        return state

    def change_domain(self, domain: str, *, event: str | None = "lifecycle defined", **fields: Any) -> None:
        """Replace fields of a machine's state; both documents are written anew. event None: as a silent
        edit."""
        changed = msgspec.structs.replace(self.machines.domain(domain).state, **fields)
        locked = self.machines.domain(domain).locked_trays
        self.machines.add(changed).locked_trays = locked
        if event is not None:
            self._domain_event(domain, changed.name, event)

    def remove_domain(self, domain: str) -> None:
        gone = self.machines.domains.pop(domain)
        self._domain_event(domain, gone.facts.name, "lifecycle undefined", gone=True)

    # ── inside ──

    def _pool_event(self, pool: str, name: str, event: str) -> None:
        self._later(PoolEvent(pool, name, event))  # type: ignore[arg-type]

    def _domain_event(
        self, domain: str, name: str, event: str, *, detail: str = "", device: str = "", gone: bool = False
    ) -> None:
        self._later(DomainEvent(domain, name, event, detail=detail, device=device, gone=gone))

    def _later(self, report: Report) -> None:
        """An event arrives in a later turn of the loop, and only where a link is there to bring it."""
        if self._link is HostLink.ONLINE:
            self._loop.call_soon(self._arrive, report)

    def _arrive(self, report: Report) -> None:
        if self._link is HostLink.ONLINE:
            self.emit(report)

    def _set_link(self, link: HostLink, retry_in_s: float | None = None) -> None:
        self._link = link
        if self._observer is not None:
            self._observer.host_link_changed(self, link, retry_in_s)

    def _connect(self, shown: HostLink) -> None:
        self._set_link(HostLink.CONNECTING if shown is HostLink.FAILED else shown)
        self._loop.call_soon(self._connected)

    def _connected(self) -> None:
        if self._observer is None or self._link is HostLink.ONLINE:
            return
        if self._refused is not None:
            self.emit(Ended(self._refused, retry=False))
            self._set_link(HostLink.FAILED)
        elif self._away:
            self._set_link(HostLink.RECONNECTING, 1.0)
        else:
            self._link = HostLink.ONLINE  # who hears the report may ask at once
            self.emit(Online(self.info))
            self._set_link(HostLink.ONLINE)

    def _drop_pending(self) -> None:
        for waiting in self._pending:
            if not waiting.done():
                waiting.set_exception(refusal(ErrorKind.LOST, "the connection was lost"))

    async def _wait(self, waiting: asyncio.Future[None]) -> None:
        self._pending.add(waiting)
        try:
            await waiting
        finally:
            self._pending.discard(waiting)

    async def _turn(self, call: Call[Any]) -> None:
        """One turn of the loop, or as long as the lane hangs."""
        lane = call.lane
        if isinstance(call, calls.PrioritiseVolumes):
            lane = None
        silent = {pool for pool, hung in self._hung.items() if hung is not None}
        if (lane in silent and lane is not None) or (call.walks_all_pools and silent):
            raise refusal(ErrorKind.NOT_RESPONDING, "a pool is not responding", call.name)
        hangs_here = lane in self._hung and (lane is not None or call.walks_all_pools)
        walks_into = (
            next((pool for pool in self._hung if pool is not None), None) if call.walks_all_pools else None
        )
        if not hangs_here and walks_into is None:
            await self._next_turn()
            return
        key = lane if hangs_here else walks_into
        hung = self._hung[key] = _Hung(self._loop.create_future())
        self._loop.call_soon(self._tell_silence, hung, LaneSilent(key, call.name, 10.0))
        await self._wait(hung.waiting)

    def _tell_silence(self, hung: _Hung, report: LaneSilent) -> None:
        if self._hung.get(report.pool) is hung:  # not answered or lost meanwhile
            hung.told = True
            self._arrive(report)

    async def _next_turn(self) -> None:
        waiting: asyncio.Future[None] = self._loop.create_future()
        self._loop.call_soon(lambda: waiting.done() or waiting.set_result(None))
        await self._wait(waiting)

    async def _answer(self, call: Call[Any], on_part: Callable[[Partial], Any] | None) -> Any:
        for position, (call_type, failure) in enumerate(self._failures):
            if isinstance(call, call_type):
                del self._failures[position]
                raise failure
        storage, machines = self.storage, self.machines
        match call:
            case calls.GetHostInfo():
                return self.info
            case calls.ListPools():
                return tuple(pool.state for pool in storage.pools.values())
            case calls.ReadPool(pool=pool):
                return storage.pool(pool).state
            case calls.ListDomains():
                return tuple(domain.state for domain in machines.domains.values())
            case calls.ReadDomain(domain=domain):
                return machines.domain(domain).state
            case calls.ListVolumes(pool=pool):
                return storage.names(pool)
            case calls.ReadVolumes():
                return await self._read_volumes(call, on_part)
            case calls.PrioritiseVolumes(pool=pool, names=names):
                self._first[pool] = list(names)
                return None
            case calls.ReadVolume(pool=pool, volume=name):
                return storage.volume(pool, name)
            case calls.GetPoolDocument(pool=pool):
                return storage.pool(pool).document
            case calls.GetVolumeDocument(pool=pool, volume=name):
                return volume_document(storage.volume(pool, name))
            case calls.GetDomainDocument(domain=domain, inactive=inactive):
                return machines.document(domain, inactive)
            case calls.ReadBlockStats(domains=domains):
                return machines.stats(domains)
            case calls.ProbePath(path=path):
                return storage.probe(path) if self.info.local else calls.PathFacts(known=False)
            case calls.GetChildStats():
                return calls.ChildStats(dict(Counter(c.name for c in self.asked)), {}, 0, 0)
            case calls.RefreshPool(pool=pool):
                return storage.refresh(pool)
            case calls.DefinePool(xml=xml):
                return storage.define(xml)
            case calls.BuildPool(pool=pool, mode=mode):
                return storage.build(pool, mode)
            case calls.StartPool(pool=pool):
                return storage.start(pool)
            case calls.StopPool(pool=pool):
                return storage.stop(pool)
            case calls.SetPoolAutostart(pool=pool, on=on):
                return storage.set_autostart(pool, on)
            case calls.UndefinePool(pool=pool):
                return storage.undefine(pool)
            case calls.DeletePool(pool=pool):
                return storage.delete(pool)
            case calls.CreateVolume(pool=pool, xml=xml):
                return storage.create_volume(pool, xml)
            case calls.DeleteVolume(pool=pool, volume=name):
                return storage.delete_volume(pool, name)
            case calls.UpdateDisk(domain=domain, xml=xml, live=live, config=config, force=force):
                return machines.update_disk(domain, xml, live=live, config=config, force=force)
            case calls.DefineDomain(xml=xml):
                return machines.define(xml)
        raise AssertionError(f"the fake host does not know {call.name}")

    async def _read_volumes(self, call: calls.ReadVolumes, on_part: Callable[[Partial], Any] | None) -> int:
        pool = self.storage.active_pool(call.pool)
        pending = list(call.names)
        while pending:
            first = self._first.pop(call.pool, None)
            if first:
                wanted = set(first)
                pending.sort(key=lambda name: name not in wanted)
            names, pending = pending[:BATCH], pending[BATCH:]
            batch = calls.VolumeBatch(
                tuple(pool.volumes[name] for name in names if name in pool.volumes),
                tuple(name for name in names if name not in pool.volumes),
            )
            if on_part is not None:
                on_part(batch)
            await self._next_turn()
        return len(call.names)
