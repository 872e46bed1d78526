"""The fake host's own verbs: trouble on demand, and nothing that the real thing would refuse."""

from __future__ import annotations

import asyncio
import typing

import msgspec
import pytest

from tests.contract.sites import Recorder, online
from tests.fakes.host import FakeHost
from tests.fakes.storage import NO_CREATE
from tests.support.waiting import eventually
from vstore_gui.entities.calls import (
    AnyCall,
    CreateVolume,
    ListDomains,
    ListPools,
    ListVolumes,
    PrioritiseVolumes,
    ReadPool,
    ReadVolumes,
    UpdateDisk,
)
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import DomainEvent, Ended, LaneAnswered, LaneSilent, Online, PoolEvent


@pytest.fixture
def fake() -> FakeHost:
    return FakeHost()


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


async def refused(fake: FakeHost, call: typing.Any) -> ErrorKind:
    with pytest.raises(HostError) as caught:
        await fake.call(call)
    return caught.value.kind


async def test_a_hung_pool_is_silent_and_blocks_what_walks_all_pools(fake: FakeHost, heard: Recorder) -> None:
    pool, other = fake.add_pool("nas"), fake.add_pool("images")
    fake.open(heard)
    await online(fake, heard)
    fake.hang(pool.uuid)
    hung = asyncio.ensure_future(fake.call(ReadPool(pool.uuid)))
    await eventually(lambda: heard.of(LaneSilent), "the silence")
    assert heard.of(LaneSilent)[0].pool == pool.uuid
    assert await refused(fake, ListPools()) is ErrorKind.NOT_RESPONDING
    assert await refused(fake, ListVolumes(pool.uuid)) is ErrorKind.NOT_RESPONDING
    assert await fake.call(ListVolumes(other.uuid)) == ()
    assert await fake.call(ListDomains()) == ()
    fake.answer(pool.uuid)
    assert (await hung).uuid == pool.uuid
    assert heard.of(LaneAnswered)[0].pool == pool.uuid
    assert len(await fake.call(ListPools())) == 2
    await fake.close()


async def test_a_listing_can_hang_without_a_known_reason(fake: FakeHost, heard: Recorder) -> None:
    fake.open(heard)
    await online(fake, heard)
    fake.hang(None)
    hung = asyncio.ensure_future(fake.call(ListPools()))
    await eventually(lambda: heard.of(LaneSilent), "the silence")
    assert (heard.of(LaneSilent)[0].pool, heard.of(LaneSilent)[0].call) == (None, "ListPools")
    assert await refused(fake, ListPools()) is ErrorKind.NOT_RESPONDING
    fake.answer(None)
    assert await hung == ()
    await fake.close()


async def test_a_call_answered_in_the_turn_it_was_made_in_was_never_silent(
    fake: FakeHost, heard: Recorder
) -> None:
    pool = fake.add_pool("nas")
    fake.open(heard)
    await online(fake, heard)
    fake.hang(pool.uuid)
    call = asyncio.ensure_future(fake.call(ReadPool(pool.uuid)))
    asyncio.get_running_loop().call_soon(fake.answer, pool.uuid)  # right behind the call's first step
    assert (await call).uuid == pool.uuid
    assert (await fake.call(ReadPool(pool.uuid))).uuid == pool.uuid
    assert (heard.of(LaneSilent), heard.of(LaneAnswered)) == ([], [])
    await fake.close()


async def test_a_pool_made_to_hang_twice_keeps_who_waits(fake: FakeHost, heard: Recorder) -> None:
    pool = fake.add_pool("nas")
    fake.open(heard)
    await online(fake, heard)
    fake.hang(pool.uuid)
    hung = asyncio.ensure_future(fake.call(ReadPool(pool.uuid)))
    await eventually(lambda: heard.of(LaneSilent), "the silence")
    fake.hang(pool.uuid)
    assert await refused(fake, ReadPool(pool.uuid)) is ErrorKind.NOT_RESPONDING
    fake.answer(pool.uuid)
    assert (await hung).uuid == pool.uuid
    assert (await fake.call(ReadPool(pool.uuid))).uuid == pool.uuid
    assert (len(heard.of(LaneSilent)), len(heard.of(LaneAnswered))) == (1, 1)
    await fake.close()


async def test_a_lost_link_ends_calls_and_comes_back(fake: FakeHost, heard: Recorder) -> None:
    pool = fake.add_pool("images")
    fake.open(heard)
    await online(fake, heard)
    fake.hang(pool.uuid)
    hung = asyncio.ensure_future(fake.call(ReadPool(pool.uuid)))
    await eventually(lambda: heard.of(LaneSilent), "the silence")
    fake.lose_link(retry_in_s=3.0)
    with pytest.raises(HostError) as lost:
        await hung
    assert lost.value.kind is ErrorKind.LOST
    assert heard.links[-1] == (HostLink.RECONNECTING, 3.0)
    assert heard.of(Ended)[0].retry
    assert await refused(fake, ListPools()) is ErrorKind.LOST
    fake.retry()
    await eventually(lambda: heard.links[-1] == (HostLink.RECONNECTING, 1.0), "the try to fail")
    fake.come_back()
    await online(fake, heard)
    assert len(heard.of(Online)) == 2
    assert await fake.call(ReadPool(pool.uuid)) == pool
    await fake.close()


async def test_a_failure_on_demand_comes_once(fake: FakeHost, heard: Recorder) -> None:
    fake.open(heard)
    await online(fake, heard)
    fake.fail_next(ListPools, ErrorKind.BUSY)
    assert await fake.call(ListDomains()) == ()
    assert await refused(fake, ListPools()) is ErrorKind.BUSY
    assert await fake.call(ListPools()) == ()
    await fake.close()


@pytest.mark.parametrize("kind", sorted(NO_CREATE))
async def test_no_volume_is_made_where_the_backend_makes_none(
    fake: FakeHost, heard: Recorder, kind: str
) -> None:
    pool = fake.add_pool("pool", kind)
    fake.open(heard)
    await online(fake, heard)
    call = CreateVolume(pool.uuid, "<volume><name>a</name><capacity>1</capacity></volume>")
    assert await refused(fake, call) is ErrorKind.NOT_SUPPORTED
    await fake.close()


async def test_what_is_looked_at_is_read_first(fake: FakeHost, heard: Recorder) -> None:
    pool = fake.add_pool("images")
    names = tuple(f"v{number:03}" for number in range(400))
    for name in names:
        fake.add_volume(pool.uuid, name)
    fake.open(heard)
    await online(fake, heard)
    seen: list[str] = []
    reading = asyncio.ensure_future(
        fake.call(
            ReadVolumes(pool.uuid, names),
            on_part=lambda part: seen.extend(volume.name for volume in part.volumes),  # type: ignore[union-attr]
        )
    )
    await fake.call(PrioritiseVolumes(pool.uuid, ("v399", "v398")))
    assert await reading == 400
    assert sorted(seen) == list(names)
    assert seen.index("v399") < 300
    await fake.close()


async def test_a_locked_tray_opens_only_by_force(fake: FakeHost, heard: Recorder) -> None:
    drive = DiskState(
        "sda", "sata", "cdrom", source=DiskSource(SourceKind.FILE, path="/a.iso"), readonly=True
    )
    machine = fake.add_domain("box", running=True, disks=(drive,))
    fake.lock_tray(machine.uuid, "sda")
    fake.open(heard)
    await online(fake, heard)
    xml = "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>"
    assert await refused(fake, UpdateDisk(machine.uuid, xml, True, True)) is ErrorKind.TRAY_LOCKED
    assert not fake.machines.domain(machine.uuid).state.disks[0].empty
    out = await fake.call(UpdateDisk(machine.uuid, xml, True, True, force=True))
    assert out.disks[0].empty
    assert heard.of(DomainEvent) == []  # a forced change tells nothing
    await fake.close()


async def test_what_another_admin_does_is_told_and_volumes_are_not(fake: FakeHost, heard: Recorder) -> None:
    fake.open(heard)
    await online(fake, heard)
    pool = fake.add_pool("images")
    fake.add_volume(pool.uuid, "a")
    fake.remove_pool(pool.uuid)
    await eventually(lambda: len(heard.of(PoolEvent)) == 4, "the events")
    assert [event.event for event in heard.of(PoolEvent)] == ["defined", "started", "stopped", "undefined"]
    await fake.close()


async def test_every_call_is_known(fake: FakeHost, heard: Recorder) -> None:
    values = {"names": ("a",), "domains": ("u",), "on": True, "live": True, "config": False}
    fake.open(heard)
    await online(fake, heard)
    kinds = set()
    for call_type in typing.get_args(AnyCall):
        fields = msgspec.structs.fields(call_type)
        call = call_type(**{field.name: values.get(field.name, "x") for field in fields if field.required})
        try:
            await fake.call(call)
        except HostError as error:
            kinds.add(error.kind)
    assert kinds == {ErrorKind.NOT_FOUND, ErrorKind.INVALID}
    await fake.close()
