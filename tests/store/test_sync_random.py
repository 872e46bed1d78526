"""Whatever happens on a host, in whatever order and at whatever moment: the store ends true to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.host import FakeHost
from tests.support.leaks import run_watched
from tests.support.waiting import eventually
from vstore_gui.entities import calls
from vstore_gui.entities.errors import ErrorState, HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import HostId, PoolKey
from vstore_gui.entities.pool import PoolLifecycle
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Pace, Sync

POOLS = ("p0", "p1", "p2")
VOLUMES = ("a", "b", "c")
DOMAINS = ("d0", "d1")
QUIET = Pace(3600, 3600, 3600, 3600, 3600)

# verb, pool or domain, volume, how many turns of the loop follow
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("pool", "unpool", "stop", "start", "change", "volume", "unvolume", "create", "delete"),
                *("domain", "undomain", "watch", "lose", "return", "hang", "answer", "complete"),
            ]
        ),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(0, 6),
    ),
    max_size=25,
)


class World:
    """One fake host with a store that follows it."""

    def __init__(self) -> None:
        self.store = Store()
        self.sync = Sync(self.store, pace=QUIET)
        self.host = FakeHost()
        self.errors: list[ErrorState] = []
        self.sync.on_error = self._note
        self.count = 0
        self.hung: set[str] = set()
        self.tasks: list[asyncio.Task[None]] = []
        for name in POOLS:
            self.host.add_pool(name, uuid_=name)
            for volume in VOLUMES[:2]:
                self.host.add_volume(name, volume)
        self.host.add_domain("machine", uuid=DOMAINS[0])

    def _note(self, host: HostId, error: ErrorState) -> None:
        self.errors.append(error)

    def step(self, verb: str, pool: str, volume: str, domain: str) -> None:
        host, pools = self.host, self.host.storage.pools
        self.count += 1
        there = pools.get(pool)
        match verb:
            case "pool" if there is None:
                host.add_pool(pool, uuid_=pool)
            case "unpool" if there is not None:
                host.remove_pool(pool)
            case "stop" if there is not None and there.state.active:
                host.change_pool(pool, event="stopped", lifecycle=PoolLifecycle.INACTIVE)
            case "start" if there is not None and not there.state.active:
                host.change_pool(pool, event="started", lifecycle=PoolLifecycle.RUNNING)
            case "change" if there is not None and there.state.active:
                if volume in there.volumes:
                    host.change_volume(pool, volume, allocation_bytes=self.count)
                host.change_pool(pool, event="refreshed", allocation_bytes=self.count)
            case "volume" if there is not None and there.state.active:
                host.add_volume(pool, volume, allocation_bytes=self.count)
                host.change_pool(pool, event="refreshed")
            case "unvolume" if there is not None and there.state.active and volume in there.volumes:
                host.remove_volume(pool, volume)
                host.change_pool(pool, event="refreshed")
            case "create" if there is not None:
                xml = f"<volume><name>{volume}</name><capacity>{self.count}</capacity></volume>"
                self.act(calls.CreateVolume(pool, xml))
            case "delete" if there is not None:
                self.act(calls.DeleteVolume(pool, volume))
            case "domain":
                host.add_domain(f"machine {self.count}", uuid=domain)
            case "undomain" if domain in host.machines.domains:
                host.remove_domain(domain)
            case "watch":
                self.sync.watch_pool(PoolKey(host.id, pool))
                self.sync.watch_visible_volumes(PoolKey(host.id, pool), [volume])
            case "lose" if host.link is HostLink.ONLINE:
                self.hung.clear()
                host.lose_link()
            case "return":
                host.come_back()
            case "hang" if pool not in self.hung:
                self.hung.add(pool)
                host.hang(pool)
            case "answer" if pool in self.silent:
                self.hung.discard(pool)
                host.answer(pool)
            case "complete":
                self.start(self.sync.complete)
            case _:
                pass  # nothing to do that to

    def act(self, call: calls.CreateVolume | calls.DeleteVolume) -> None:
        """As the runner does; what the host refuses or a loss cuts off is not applied."""

        async def run() -> None:
            try:
                answer = await self.host.call(call)
            except HostError:
                return
            self.sync.applied(self.host.id, call, answer)

        self.start(run)

    def start(self, run: Callable[[], Awaitable[object]]) -> None:
        async def whole() -> None:
            await run()

        self.tasks.append(asyncio.ensure_future(whole()))

    @property
    def silent(self) -> tuple[str, ...]:
        state = self.store.host(self.host.id)
        return state.silent_pools if state is not None else ()

    async def settle(self) -> None:
        self.host.come_back()
        for _ in range(30):
            await asyncio.sleep(0)
        for pool in POOLS:
            self.host.answer(pool)
        await eventually(lambda: self.sync.idle and all(task.done() for task in self.tasks), "reading to end")
        for _ in range(30):  # events still on their way
            await asyncio.sleep(0)
        assert self.sync.idle

    def check(self) -> None:
        host, store = self.host, self.store
        state = store.host(host.id)
        assert state is not None
        assert (state.link, state.stale, state.silent_pools) == (HostLink.ONLINE, False, ())
        assert dict(store.pools(host.id)) == {uuid: pool.state for uuid, pool in host.storage.pools.items()}
        assert dict(store.domains(host.id)) == {
            uuid: domain.state for uuid, domain in host.machines.domains.items()
        }
        for uuid, pool in host.storage.pools.items():
            key = PoolKey(host.id, uuid)
            known = store.volumes(key)
            assert set(known) == (set(pool.volumes) if pool.state.active else set())
            assert store.volumes_listed(key) == pool.state.active
            if self.sync.watches_pool(key) and pool.state.active:
                assert dict(known) == pool.volumes


@settings(max_examples=80, deadline=None)
@given(steps)
@pytest.mark.timeout(300)
def test_in_the_end_the_store_is_true_to_the_host(what: list[tuple[str, int, int, int]]) -> None:
    async def run() -> None:
        world = World()
        world.sync.add(world.host)
        try:
            for verb, thing, volume, turns in what:
                world.step(verb, POOLS[thing], VOLUMES[volume], DOMAINS[thing % 2])
                for _ in range(turns):
                    await asyncio.sleep(0)
            await world.settle()
            world.check()
            assert not world.errors
        finally:
            for task in world.tasks:
                task.cancel()
            await world.sync.close()

    run_watched(run())
