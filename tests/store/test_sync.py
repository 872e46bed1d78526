"""Sync on a fake host: what is read, when, and how often."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from tests.fakes.host import FakeHost
from tests.support.waiting import eventually
from vstore_gui.adapter.api import Host
from vstore_gui.entities import calls
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.reports import BlockJobEvent, CredentialPrompt, CredentialsWanted
from vstore_gui.store.changes import Changes, Key, What
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Pace, Sync

# Polls that never come, unless a test asks for them.
NEVER = Pace(3600, 3600, 3600, 3600, 3600)
OFTEN = Pace(0.01, 0.02, 0.05, 0.01, 0.01)


class World:
    """A store, a sync and one fake host."""

    def __init__(self, pace: Pace = NEVER) -> None:
        self.store = Store()
        self.sync = Sync(self.store, pace=pace)
        self.host = FakeHost()
        self.errors: list[tuple[HostId, ErrorState]] = []
        self.milestones: list[tuple[str, Key, int]] = []
        self.sync.on_error = lambda host, error: self.errors.append((host, error))
        self.sync.on_milestone(lambda kind, key, count: self.milestones.append((kind, key, count)))

    def key(self, pool: PoolState) -> PoolKey:
        return PoolKey(self.host.id, pool.uuid)

    def asked(self) -> Counter[str]:
        return Counter(call.name for call in self.host.asked)

    def asked_of(self, pool: PoolState) -> Counter[str]:
        return Counter(call.name for call in self.host.asked if call.lane == pool.uuid)

    async def open(self) -> None:
        self.sync.add(self.host)
        await self.settled()

    async def settled(self) -> None:
        """All that was set off has been read."""
        await turns()
        await eventually(lambda: self.sync.idle, "nothing is being read")

    async def quiet(self) -> None:
        """Settled, and what was asked so far is forgotten."""
        await self.settled()
        self.host.asked.clear()
        self.milestones.clear()


async def turns(count: int = 20) -> None:
    """Let the loop turn: everything a fake host does takes some turns."""
    for _ in range(count):
        await asyncio.sleep(0)


async def the_moment(condition: Callable[[], object]) -> None:
    """Turn the loop just until the condition holds, to step in right then."""
    for _ in range(10_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("that moment did not come")


@asynccontextmanager
async def world(pace: Pace = NEVER) -> AsyncIterator[World]:
    one = World(pace)
    try:
        yield one
    finally:
        await one.sync.close()


def file_disk(path: str) -> DiskState:
    return DiskState("vda", source=DiskSource(SourceKind.FILE, path=path))


# ── coming online ───────────────────────────────────────────────────────────────────────────────────────────


async def test_coming_online_reads_pools_machines_and_names_but_no_details() -> None:
    async with world() as w:
        images = w.host.add_pool("images")
        w.host.add_pool("off", active=False)
        w.host.add_volume(images.uuid, "a.qcow2")
        domain = w.host.add_domain("web01")
        await w.open()
        assert w.asked() == {"ListPools": 1, "ListDomains": 1, "ListVolumes": 1}
        assert set(w.store.pools(w.host.id)) == {images.uuid, w.store.pool_named(w.host.id, "off").uuid}  # type: ignore[union-attr]
        assert w.store.domain(DomainKey(w.host.id, domain.uuid)) == domain
        assert not w.store.volumes(w.key(images))["a.qcow2"].detailed
        state = w.store.host(w.host.id)
        assert state is not None
        assert state.link is HostLink.ONLINE
        assert state.info == w.host.info
        assert state.pools_loaded
        assert state.domains_loaded
        assert not state.stale


async def test_a_watched_pool_is_listed_first_and_gets_its_details() -> None:
    async with world() as w:
        pools = [w.host.add_pool(f"pool{n}") for n in range(6)]
        for pool in pools:
            w.host.add_volume(pool.uuid, "a.qcow2")
        watched = pools[4]
        w.sync.watch_pool(w.key(watched))
        await w.open()
        listed = [call.pool for call in w.host.asked if isinstance(call, calls.ListVolumes)]
        assert listed[0] == watched.uuid
        assert sorted(listed) == sorted(pool.uuid for pool in pools)
        assert w.store.volumes(w.key(watched))["a.qcow2"].detailed
        assert w.asked()["ReadVolumes"] == 1


async def test_milestones_tell_when_names_and_details_of_a_pool_are_whole() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        for n in range(3):
            w.host.add_volume(pool.uuid, f"{n}.qcow2")
        w.sync.watch_pool(w.key(pool))
        await w.open()
        # Machines are read beside the pools: which come first is nobody's promise.
        assert ("domains", w.host.id, 0) in w.milestones[1:]
        assert [told for told in w.milestones if told[0] != "domains"] == [
            ("online", w.host.id, 1),
            ("pools", w.host.id, 1),
            ("names", w.key(pool), 3),
            ("details", w.key(pool), 3),
        ]


async def test_what_was_read_before_a_refresh_is_read_again_after_it() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.qcow2", allocation_bytes=1)
        await w.open()
        async with w.sync.slices._lock:  # what has come waits for its turn
            w.sync.watch_pool(w.key(pool))
            await eventually(lambda: w.asked().get("ReadVolumes"), "the reading")
            for _ in range(30):
                await asyncio.sleep(0)
            w.host.change_volume(pool.uuid, "a.qcow2", allocation_bytes=2)
            w.host.change_pool(pool.uuid)  # its refresh is told
            for _ in range(30):
                await asyncio.sleep(0)
        await w.settled()
        assert w.store.volumes(w.key(pool))["a.qcow2"].allocation_bytes == 2


async def test_a_long_listing_is_applied_in_slices_and_ends_complete() -> None:
    async with world() as w:
        pool = w.host.add_pool("big")
        for n in range(2500):
            w.host.add_volume(pool.uuid, f"{n}.qcow2")
        sizes: list[int] = []
        w.store.subscribe(lambda changes: sizes.extend(len(group) for group in changes.volumes.values()))
        await w.open()
        assert len(w.store.volumes(w.key(pool))) == 2500
        assert w.store.volumes_listed(w.key(pool))
        assert max(sizes) <= 1000
        assert sum(sizes) == 2500


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_refresh_elsewhere_lists_that_pool_once_and_reads_no_details_of_a_hidden_one() -> None:
    async with world() as w:
        pool, other = w.host.add_pool("images"), w.host.add_pool("other")
        await w.open()
        await w.quiet()
        w.host.add_volume(pool.uuid, "new.qcow2")
        w.host.change_pool(pool.uuid, event="refreshed", allocation_bytes=7)
        await w.settled()
        assert w.asked_of(pool) == {"ReadPool": 1, "ListVolumes": 1}
        assert w.asked_of(other) == {}
        assert w.asked()["ListPools"] == 0
        assert "new.qcow2" in w.store.volumes(w.key(pool))
        assert w.store.pool(w.key(pool)).allocation_bytes == 7  # type: ignore[union-attr]


async def test_details_that_a_refresh_made_old_are_read_when_the_pool_is_shown() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.qcow2")
        w.sync.watch_pool(w.key(pool))
        await w.open()
        w.sync.watch_pool(None)
        await w.quiet()
        w.host.change_volume(pool.uuid, "a.qcow2", allocation_bytes=99)
        w.host.change_pool(pool.uuid, event="refreshed")
        await w.settled()
        assert w.asked()["ReadVolumes"] == 0
        w.sync.watch_pool(w.key(pool))
        await w.settled()
        assert w.asked()["ReadVolumes"] == 1
        assert w.store.volumes(w.key(pool))["a.qcow2"].allocation_bytes == 99


async def test_a_pool_started_elsewhere_shows_its_volumes_and_a_stopped_one_does_not() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.qcow2")
        await w.open()
        w.host.change_pool(pool.uuid, event="stopped", lifecycle=PoolLifecycle.INACTIVE)
        await w.settled()
        assert not w.store.volumes(w.key(pool))
        assert not w.store.volumes_listed(w.key(pool))
        assert not w.store.pool(w.key(pool)).active  # type: ignore[union-attr]
        w.host.change_pool(pool.uuid, event="started", lifecycle=PoolLifecycle.RUNNING)
        await w.settled()
        assert list(w.store.volumes(w.key(pool))) == ["a.qcow2"]


async def test_a_pool_undefined_elsewhere_goes_and_one_defined_comes() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        await w.open()
        w.host.remove_pool(pool.uuid)
        new = w.host.add_pool("new", active=False)
        await w.settled()
        assert list(w.store.pools(w.host.id)) == [new.uuid]


async def test_a_burst_of_domain_events_costs_at_most_two_readings() -> None:
    async with world() as w:
        domain = w.host.add_domain("web01")
        await w.open()
        await w.quiet()
        for n in range(10):
            w.host.change_domain(domain.uuid, event="device-added", title=str(n))
        await w.settled()
        assert w.asked()["ReadDomain"] in (1, 2)
        assert w.store.domain(DomainKey(w.host.id, domain.uuid)).title == "9"  # type: ignore[union-attr]


async def test_a_machine_undefined_elsewhere_goes_without_a_reading() -> None:
    async with world() as w:
        domain = w.host.add_domain("web01")
        await w.open()
        await w.quiet()
        w.host.remove_domain(domain.uuid)
        await w.settled()
        assert not w.store.domains(w.host.id)
        assert w.asked()["ReadDomain"] == 0


async def test_an_event_during_the_first_listing_is_read_after_it() -> None:
    async with world() as w:
        domain = w.host.add_domain("web01")
        w.sync.add(w.host)
        await the_moment(lambda: "ListDomains" in w.asked())
        w.host.remove_domain(domain.uuid)
        await w.settled()
        assert not w.store.domains(w.host.id)


# ── what is hidden is not polled, what is watched is ────────────────────────────────────────────────────────


async def test_nothing_hidden_is_polled() -> None:
    async with world(OFTEN) as w:
        shown, hidden = w.host.add_pool("shown"), w.host.add_pool("hidden")
        domain = w.host.add_domain("web01", running=True)
        w.sync.watch_pool(w.key(shown))
        await w.open()
        await w.quiet()
        await eventually(lambda: w.asked_of(shown)["ListVolumes"] > 3, "the pool on screen is polled")
        assert w.asked_of(hidden) == {}
        assert not [call for call in w.host.asked if getattr(call, "domain", None) == domain.uuid]
        w.sync.watch_pool(None)
        await w.quiet()
        w.sync.watch_domain(DomainKey(w.host.id, domain.uuid))
        await eventually(lambda: w.asked()["ReadBlockStats"] > 3, "the machine on screen is polled")
        await eventually(lambda: w.asked()["ReadDomain"] > 1, "its stored configuration is polled")
        assert w.asked_of(shown) == {}


async def test_a_watched_directory_is_refreshed_and_our_own_refresh_is_not_taken_for_anothers() -> None:
    async with world(OFTEN) as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.qcow2")
        w.sync.watch_pool(w.key(pool))
        await w.open()
        await w.quiet()
        await eventually(lambda: w.asked()["RefreshPool"] >= 2, "it is refreshed")
        assert w.asked()["ReadVolumes"] == 0


async def test_no_refresh_while_the_window_is_left() -> None:
    async with world(OFTEN) as w:
        pool = w.host.add_pool("images")
        w.sync.watch_pool(w.key(pool))
        w.sync.window_left()
        await w.open()
        await eventually(lambda: w.asked_of(pool)["ListVolumes"] > 8, "it is polled")
        assert w.asked()["RefreshPool"] == 0
        w.sync.window_focused()
        await eventually(lambda: w.asked()["RefreshPool"] > 0, "it is refreshed")


async def test_rows_in_view_of_running_machines_are_read_again_and_others_are_not() -> None:
    async with world(Pace(0.01, 3600, 3600, 3600, 3600)) as w:
        pool = w.host.add_pool("images")
        grows = w.host.add_volume(pool.uuid, "grows.qcow2")
        w.host.add_volume(pool.uuid, "still.qcow2")
        w.host.add_domain("web01", running=True, disks=(file_disk(grows.path or ""),))
        w.sync.watch_pool(w.key(pool))
        await w.open()
        w.sync.watch_visible_volumes(w.key(pool), ["grows.qcow2", "still.qcow2"])
        await w.quiet()
        w.host.change_volume(pool.uuid, "grows.qcow2", allocation_bytes=5)
        key = VolumeKey(w.host.id, pool.uuid, "grows.qcow2")
        await eventually(lambda: w.store.volume(key).allocation_bytes == 5, "the growth is seen")  # type: ignore[union-attr]
        read = {name for call in w.host.asked if isinstance(call, calls.ReadVolumes) for name in call.names}
        assert read == {"grows.qcow2"}


async def test_block_statistics_of_the_watched_machine_are_in_the_store() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        volume = w.host.add_volume(pool.uuid, "a.qcow2")
        domain = w.host.add_domain("web01", running=True, disks=(file_disk(volume.path or ""),))
        key = DomainKey(w.host.id, domain.uuid)
        await w.open()
        w.sync.watch_domain(key)
        await eventually(lambda: w.store.block_stats(key), "statistics are read")
        assert set(w.store.block_stats(key)) == {"vda"}


async def test_coming_back_to_the_window_rereads_what_is_on_screen() -> None:
    async with world() as w:
        domain = w.host.add_domain("web01")
        pool = w.host.add_pool("images")
        await w.open()
        w.sync.watch_pool(w.key(pool))
        w.sync.watch_domain(DomainKey(w.host.id, domain.uuid))
        await w.quiet()
        w.host.change_domain(domain.uuid, event=None, title="edited silently")
        w.host.add_volume(pool.uuid, "new.qcow2")
        w.sync.window_focused()
        await w.settled()
        assert w.store.domain(DomainKey(w.host.id, domain.uuid)).title == "edited silently"  # type: ignore[union-attr]
        assert w.store.volumes(w.key(pool))["new.qcow2"].detailed


async def test_rows_in_view_are_asked_for_first() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        for n in range(400):
            w.host.add_volume(pool.uuid, f"{n:03}.qcow2")
        await w.open()
        w.sync.watch_pool(w.key(pool))
        await the_moment(lambda: w.asked()["ReadVolumes"] == 1)
        w.sync.watch_visible_volumes(w.key(pool), ["390.qcow2", "391.qcow2"])
        await w.settled()
        assert w.asked()["PrioritiseVolumes"] == 1
        assert w.asked()["ReadVolumes"] == 1
        assert all(volume.detailed for volume in w.store.volumes(w.key(pool)).values())


async def test_leaving_a_pool_ends_the_reading_of_its_details() -> None:
    async with world() as w:
        pool, other = w.host.add_pool("images"), w.host.add_pool("other")
        for n in range(1000):
            w.host.add_volume(pool.uuid, f"{n:03}.qcow2")
        w.host.add_volume(other.uuid, "a.qcow2")
        await w.open()
        w.sync.watch_pool(w.key(pool))
        await the_moment(lambda: w.asked()["ReadVolumes"] == 1)
        w.sync.watch_pool(w.key(other))
        await w.settled()
        assert not all(volume.detailed for volume in w.store.volumes(w.key(pool)).values())
        assert w.store.volumes(w.key(other))["a.qcow2"].detailed


# ── trouble ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_hung_pool_is_asked_nothing_until_it_answers_and_then_read() -> None:
    async with world() as w:
        hung, good = w.host.add_pool("nfs", "netfs"), w.host.add_pool("images")
        w.host.add_volume(hung.uuid, "a.raw")
        await w.open()
        w.host.hang(hung.uuid)
        w.host.change_pool(hung.uuid, event="refreshed")
        await eventually(lambda: w.store.host(w.host.id).silent_pools == (hung.uuid,), "it is silent")  # type: ignore[union-attr]
        w.host.asked.clear()
        w.host.change_pool(hung.uuid, event="refreshed")
        w.sync.watch_pool(w.key(hung))
        w.sync.watch_visible_volumes(w.key(hung), ["a.raw"])
        w.sync.window_focused()
        w.host.add_volume(good.uuid, "b.raw")
        w.host.change_pool(good.uuid, event="refreshed")
        await w.settled()
        assert w.asked_of(hung) == {}
        assert w.asked()["ListPools"] == 0
        assert "b.raw" in w.store.volumes(w.key(good))
        assert await w.sync.complete() == (w.key(hung),)
        w.host.add_volume(hung.uuid, "c.raw")
        w.host.answer(hung.uuid)
        await w.settled()
        assert w.store.host(w.host.id).silent_pools == ()  # type: ignore[union-attr]
        assert set(w.store.volumes(w.key(hung))) == {"a.raw", "c.raw"}


async def test_a_pool_that_hangs_at_its_first_listing_does_not_hold_up_the_others() -> None:
    async with world() as w:
        pools = [w.host.add_pool(f"pool{n}") for n in range(8)]
        for pool in pools:
            w.host.add_volume(pool.uuid, "a.raw")
        w.sync.add(w.host)
        await the_moment(lambda: w.store.host(w.host.id).pools_loaded)  # type: ignore[union-attr]
        for pool in pools[3:6]:
            w.host.hang(pool.uuid)
        await w.settled()
        hung = {pool.uuid for pool in pools[3:6]}
        assert {pool.uuid for pool in pools if w.store.volumes_listed(w.key(pool))} == {
            pool.uuid for pool in pools
        } - hung
        assert set(w.store.host(w.host.id).silent_pools) == hung  # type: ignore[union-attr]
        for uuid in hung:
            w.host.answer(uuid)
        await w.settled()
        assert all(w.store.volumes_listed(w.key(pool)) for pool in pools)


async def test_when_the_first_listing_hangs_machines_are_shown_and_the_call_is_named() -> None:
    async with world() as w:
        w.host.add_pool("images")
        domain = w.host.add_domain("web01")
        w.host.hang(None)
        w.sync.add(w.host)
        await eventually(lambda: w.store.domains(w.host.id), "machines are shown")
        await eventually(lambda: w.store.host(w.host.id).waiting_for == "ListPools", "the call is named")  # type: ignore[union-attr]
        assert domain.uuid in w.store.domains(w.host.id)
        w.host.answer(None)
        await eventually(lambda: w.store.pools(w.host.id), "pools are shown")
        assert w.store.host(w.host.id).waiting_for is None  # type: ignore[union-attr]


async def test_a_loss_keeps_values_marked_old_and_the_return_applies_the_difference() -> None:
    async with world() as w:
        kept, gone = w.host.add_pool("kept"), w.host.add_pool("gone")
        for name in ("a.raw", "b.raw"):
            w.host.add_volume(kept.uuid, name)
        domain = w.host.add_domain("web01")
        w.sync.watch_pool(w.key(kept))
        await w.open()
        w.host.lose_link()
        state = w.store.host(w.host.id)
        assert state is not None
        assert (state.link, state.stale) == (HostLink.RECONNECTING, True)
        assert state.error is not None
        assert state.retry_at_s is not None
        assert state.lost_s is not None
        w.sync.host_link_changed(w.host, HostLink.CONNECTING, None)
        again = w.store.host(w.host.id)
        assert again is not None
        assert again.lost_s == state.lost_s  # a try to reach it makes its values no younger
        assert set(w.store.volumes(w.key(kept))) == {"a.raw", "b.raw"}
        w.host.remove_pool(gone.uuid)
        w.host.remove_volume(kept.uuid, "a.raw")
        w.host.change_volume(kept.uuid, "b.raw", allocation_bytes=3)
        w.host.remove_domain(domain.uuid)
        seen: list[Changes] = []
        w.store.subscribe(seen.append)
        w.host.come_back()
        await w.settled()
        state = w.store.host(w.host.id)
        assert state is not None
        assert (state.link, state.stale, state.error) == (HostLink.ONLINE, False, None)
        assert state.lost_s is None
        assert list(w.store.pools(w.host.id)) == [kept.uuid]
        assert w.store.volumes(w.key(kept))["b.raw"].allocation_bytes == 3
        assert not w.store.domains(w.host.id)
        volumes = [change for changes in seen for group in changes.volumes.values() for change in group]
        assert {(change.what, change.key) for change in volumes} == {
            (What.REMOVED, VolumeKey(w.host.id, kept.uuid, "a.raw")),
            (What.CHANGED, VolumeKey(w.host.id, kept.uuid, "b.raw")),
        }


async def test_a_loss_in_the_middle_of_a_reading_leaves_nothing_half_done() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        for n in range(2500):
            w.host.add_volume(pool.uuid, f"{n}.raw")
        w.sync.watch_pool(w.key(pool))
        w.sync.add(w.host)
        await the_moment(lambda: w.store.volumes(w.key(pool)))
        w.host.lose_link()
        await turns()
        w.host.come_back()
        await w.settled()
        assert len(w.store.volumes(w.key(pool))) == 2500
        assert all(volume.detailed for volume in w.store.volumes(w.key(pool)).values())


async def test_what_waits_for_a_reading_ends_when_the_link_is_lost_before_its_first_step() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.raw")
        await w.open()
        completing = asyncio.ensure_future(w.sync.complete())
        rereading = asyncio.ensure_future(w.sync.reread_pool(w.key(pool)))
        await asyncio.sleep(0)
        w.host.lose_link()
        assert await completing == (w.key(pool),)
        await rereading
        assert w.sync.idle


async def test_a_listing_that_was_refused_while_a_pool_was_silent_is_made_when_it_answers() -> None:
    async with world() as w:
        hung, other = w.host.add_pool("hung"), w.host.add_pool("other")
        w.sync.add(w.host)
        w.host.hang(hung.uuid)
        await the_moment(lambda: w.host.link is HostLink.ONLINE)
        # Somebody's call hangs in the pool's lane before the listing is asked for.
        deletion = asyncio.ensure_future(w.host.call(calls.DeleteVolume(hung.uuid, "none")))
        await eventually(lambda: w.store.host(w.host.id).silent_pools, "the pool is silent")  # type: ignore[union-attr]
        await w.settled()
        w.host.answer(hung.uuid)
        await asyncio.gather(deletion, return_exceptions=True)
        await w.settled()
        assert set(w.store.pools(w.host.id)) == {hung.uuid, other.uuid}
        assert w.asked()["ListPools"] == 2


async def test_the_end_of_a_block_job_rereads_the_machine_and_the_files_of_its_chain() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        base = w.host.add_volume(pool.uuid, "base.qcow2")
        top = w.host.add_volume(pool.uuid, "top.qcow2", backing_path=base.path)
        w.host.add_volume(pool.uuid, "other.qcow2")
        domain = w.host.add_domain("web01", running=True, disks=(file_disk(top.path or ""),))
        w.sync.watch_pool(w.key(pool))
        await w.open()
        await w.quiet()
        w.host.change_volume(pool.uuid, "base.qcow2", allocation_bytes=77)
        w.host.emit(BlockJobEvent(domain.uuid, "vda", "commit", "completed"))
        await w.settled()
        assert w.asked()["ReadDomain"] == 1
        read = {name for call in w.host.asked if isinstance(call, calls.ReadVolumes) for name in call.names}
        assert read == {"base.qcow2", "top.qcow2"}
        assert w.store.volumes(w.key(pool))["base.qcow2"].allocation_bytes == 77


async def test_a_host_taken_off_and_added_again_is_read_anew() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        await w.open()
        await w.sync.remove(w.host.id)
        w.host.add_volume(pool.uuid, "a.raw")
        await w.open()
        state = w.store.host(w.host.id)
        assert state is not None
        assert (state.link, state.stale) == (HostLink.ONLINE, False)
        assert list(w.store.volumes(w.key(pool))) == ["a.raw"]


async def test_guards_can_have_all_machines_reread() -> None:
    async with world() as w:
        domain = w.host.add_domain("web01")
        await w.open()
        w.host.change_domain(domain.uuid, event=None, title="edited silently")
        await w.sync.reread_domains()
        assert w.store.domain(DomainKey(w.host.id, domain.uuid)).title == "edited silently"  # type: ignore[union-attr]


async def test_a_host_that_refuses_says_why() -> None:
    async with world() as w:
        error = ErrorState.internal("no such daemon")
        w.host.refuse(error)
        w.sync.add(w.host)
        await w.settled()
        state = w.store.host(w.host.id)
        assert state is not None
        assert (state.link, state.error) == (HostLink.FAILED, error)


async def test_a_reading_that_fails_is_reported() -> None:
    async with world() as w:
        w.host.fail_next(calls.ListDomains, ErrorKind.DENIED, "polkit says no")
        await w.open()
        assert [(host, error.kind) for host, error in w.errors] == [(w.host.id, ErrorKind.DENIED)]
        assert not w.store.host(w.host.id).domains_loaded  # type: ignore[union-attr]


async def test_a_refresh_that_the_user_asked_for_raises_its_error() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        await w.open()
        w.host.fail_next(calls.RefreshPool, ErrorKind.MISSING_PATH)
        with pytest.raises(HostError):
            await w.sync.reread_pool(w.key(pool), refresh=True)


async def test_removing_a_host_ends_everything_and_late_answers_change_nothing() -> None:
    async with world(OFTEN) as w:
        pool = w.host.add_pool("images")
        for n in range(3000):
            w.host.add_volume(pool.uuid, f"{n}.raw")
        w.sync.watch_pool(w.key(pool))
        w.sync.add(w.host)
        await the_moment(lambda: w.asked()["ReadVolumes"])
        await w.sync.remove(w.host.id)
        assert w.store.host(w.host.id).link is HostLink.OFFLINE  # type: ignore[union-attr]
        w.store.drop_host(w.host.id)
        await turns(50)
        assert not w.store.hosts
        assert not w.store.pools(w.host.id)
        assert w.sync.host(w.host.id) is None


async def test_credentials_are_passed_on_or_declined() -> None:
    async with world() as w:
        await w.open()
        wanted = CredentialsWanted(4, (CredentialPrompt("Password:", "password"),))
        w.host.emit(wanted)
        assert w.host.answered_credentials == [(4, None)]
        heard: list[tuple[Host, CredentialsWanted]] = []
        w.sync.on_credentials = lambda host, report: heard.append((host, report))
        w.host.emit(wanted)
        assert heard == [(w.host, wanted)]


# ── asked for, and done by ourselves ────────────────────────────────────────────────────────────────────────


async def test_f5_looks_at_the_storage_again_and_reads_details_of_the_pool_on_screen() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.raw")
        w.sync.watch_pool(w.key(pool))
        await w.open()
        await w.quiet()
        w.host.change_volume(pool.uuid, "a.raw", allocation_bytes=1)
        await w.sync.reread_pool(w.key(pool), refresh=True)
        assert w.asked()["RefreshPool"] == 1
        assert w.store.volumes(w.key(pool))["a.raw"].allocation_bytes == 1
        await w.settled()
        assert w.asked()["ListVolumes"] == 1


async def test_complete_reads_every_detail_of_pools_that_can_hold_chains() -> None:
    async with world() as w:
        pools = [w.host.add_pool("one"), w.host.add_pool("two"), w.host.add_pool("ceph", "rbd")]
        for pool in pools:
            w.host.add_volume(pool.uuid, "a.raw")
        await w.open()
        assert await w.sync.complete() == ()
        assert [w.store.volumes(w.key(pool))["a.raw"].detailed for pool in pools] == [True, True, False]
        await w.quiet()
        assert await w.sync.complete([w.host.id]) == ()
        assert not w.asked()


async def test_complete_names_pools_of_a_host_that_is_away() -> None:
    async with world() as w:
        pool = w.host.add_pool("one")
        w.host.add_volume(pool.uuid, "a.raw")
        await w.open()
        w.host.lose_link()
        assert await w.sync.complete() == (w.key(pool),)


async def test_complete_names_a_pool_whose_reading_fails() -> None:
    async with world() as w:
        pool = w.host.add_pool("one")
        w.host.add_volume(pool.uuid, "a.raw")
        await w.open()
        w.host.fail_next(calls.ReadVolumes, ErrorKind.PATH_DENIED)
        assert await w.sync.complete() == (w.key(pool),)


async def act(w: World, call: calls.Call[Any]) -> Any:
    """Do what the runner does."""
    answer = await w.host.call(call)
    w.sync.applied(w.host.id, call, answer)
    return answer


async def test_what_we_create_and_delete_is_known_at_once() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        await w.open()
        await w.quiet()
        xml = "<volume><name>a.raw</name><capacity>1024</capacity></volume>"
        await act(w, calls.CreateVolume(pool.uuid, xml))
        assert w.store.volumes(w.key(pool))["a.raw"].detailed
        await act(w, calls.DeleteVolume(pool.uuid, "a.raw"))
        assert not w.store.volumes(w.key(pool))
        await w.settled()
        assert w.asked()["ListVolumes"] == 0
        assert w.asked()["ReadPool"] >= 1


async def test_a_listing_older_than_our_own_deletion_brings_nothing_back() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.raw")
        await w.open()
        w.host.change_pool(pool.uuid, event="refreshed")
        await the_moment(lambda: w.asked()["ListVolumes"] == 2)
        back: list[str] = []
        w.host.remove_volume(pool.uuid, "a.raw")
        w.sync.applied(w.host.id, calls.DeleteVolume(pool.uuid, "a.raw"), None)
        w.store.subscribe(lambda changes: back.extend(str(key) for key in changes.volumes))
        await w.settled()
        assert not w.store.volumes(w.key(pool))
        assert not back


async def test_a_pool_that_we_define_and_start_shows_its_volumes() -> None:
    async with world() as w:
        await w.open()
        w.host.storage.make_directory("/srv/new")
        xml = "<pool type='dir'><name>new</name><target><path>/srv/new</path></target></pool>"
        pool = await act(w, calls.DefinePool(xml))
        assert w.store.pool_named(w.host.id, "new") == w.key(pool)
        await act(w, calls.StartPool(pool.uuid))
        await w.settled()
        assert w.store.volumes_listed(w.key(pool))
        await act(w, calls.StopPool(pool.uuid))
        await w.settled()
        assert not w.store.volumes_listed(w.key(pool))
        await act(w, calls.UndefinePool(pool.uuid))
        await w.settled()
        assert w.store.pool(w.key(pool)) is None


async def test_a_medium_that_we_change_is_known_at_once_and_an_older_reading_is_not_believed() -> None:
    async with world() as w:
        domain = w.host.add_domain("web01")
        await w.open()
        key = DomainKey(w.host.id, domain.uuid)
        w.host.change_domain(domain.uuid, event="tray-change")
        await the_moment(lambda: w.asked()["ReadDomain"] == 1)
        changed = msgspec.structs.replace(domain, title="new")
        w.host.change_domain(domain.uuid, event=None, title="new")
        seen: list[str | None] = []
        w.store.subscribe(lambda _: seen.append(w.store.domain(key).title))  # type: ignore[union-attr]
        w.sync.applied(w.host.id, calls.UpdateDisk(domain.uuid, "", True, True), changed)
        await w.settled()
        assert seen == ["new"]
