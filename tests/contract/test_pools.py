"""Pools: what each host answers and refuses."""

from __future__ import annotations

import uuid

import pytest

from tests.contract.sites import Recorder, Site, opened, pool_xml
from tests.support.waiting import eventually
from vstore_gui.entities.calls import (
    BuildPool,
    CreateVolume,
    DefinePool,
    DeletePool,
    GetPoolDocument,
    ListPools,
    ListVolumes,
    ProbePath,
    ReadPool,
    RefreshPool,
    SetPoolAutostart,
    StartPool,
    StopPool,
    UndefinePool,
)
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.reports import PoolEvent


async def started_pool(site: Site, name: str = "images") -> PoolState:
    pool = await site.host.call(DefinePool(pool_xml(name, site.place(name))))
    await site.host.call(BuildPool(pool.uuid))
    return await site.host.call(StartPool(pool.uuid))


async def refused(site: Site, call: object) -> HostError:
    with pytest.raises(HostError) as caught:
        await site.host.call(call)  # type: ignore[arg-type]
    return caught.value


async def test_a_pool_is_defined_built_started_stopped_and_undefined(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        pool = await site.host.call(DefinePool(pool_xml("images", site.place("images"))))
        assert (pool.name, pool.kind, pool.lifecycle) == ("images", "dir", PoolLifecycle.INACTIVE)
        assert pool.target_path == site.place("images")
        assert pool.capacity_bytes is None
        assert pool.persistent
        assert not pool.autostart
        assert await site.host.call(BuildPool(pool.uuid)) is None
        running = await site.host.call(StartPool(pool.uuid))
        assert running.lifecycle is PoolLifecycle.RUNNING
        assert running.capacity_bytes is not None
        assert await site.host.call(ListPools()) == (running,)
        assert (await site.host.call(SetPoolAutostart(pool.uuid, True))).autostart
        assert not (await site.host.call(SetPoolAutostart(pool.uuid, False))).autostart
        refreshed = await site.host.call(RefreshPool(pool.uuid))
        assert refreshed.uuid == pool.uuid
        stopped = await site.host.call(StopPool(pool.uuid))
        assert stopped is not None
        assert stopped.lifecycle is PoolLifecycle.INACTIVE
        assert await site.host.call(UndefinePool(pool.uuid)) is None
        assert await site.host.call(ListPools()) == ()
        expected = {"defined", "created", "started", "stopped", "undefined"}
        await eventually(
            lambda: expected <= {event.event for event in heard.of(PoolEvent) if event.pool == pool.uuid},
            "the pool's events",
        )


async def test_the_document_of_a_pool_is_what_was_defined(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        pool = await started_pool(site)
        for inactive in (False, True):
            document = await site.host.call(GetPoolDocument(pool.uuid, inactive))
            assert "<name>images</name>" in document
            assert pool.uuid in document


async def test_a_name_or_uuid_that_is_taken_is_refused(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        pool = await started_pool(site)
        same_name = DefinePool(pool_xml("images", site.place("other"), str(uuid.uuid4())))
        same_uuid = DefinePool(pool_xml("other", site.place("other"), pool.uuid))
        assert (await refused(site, same_name)).kind is ErrorKind.EXISTS
        assert (await refused(site, same_uuid)).kind is ErrorKind.EXISTS


async def test_the_directory_of_another_pool_is_refused(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        await started_pool(site)
        error = await refused(site, DefinePool(pool_xml("second", site.place("images"))))
        assert error.kind is ErrorKind.EXISTS
        assert "images" in error.state.original


async def test_a_description_that_is_none_is_refused(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        for xml in ("", "no document", "<pool type='dir'><name>x</name></pool>", "<volume/>"):
            error = await refused(site, DefinePool(xml))
            assert error.kind is ErrorKind.INVALID, xml
            assert error.state.call == "DefinePool" or error.state.call == ""


async def test_a_pool_in_the_wrong_state_is_refused(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        pool = await site.host.call(DefinePool(pool_xml("images", site.place("images"))))
        for call in (ListVolumes(pool.uuid), StopPool(pool.uuid), RefreshPool(pool.uuid)):
            assert (await refused(site, call)).kind is ErrorKind.NOT_ACTIVE, call
        await site.host.call(BuildPool(pool.uuid))
        await site.host.call(StartPool(pool.uuid))
        for again in (
            StartPool(pool.uuid),
            UndefinePool(pool.uuid),
            DeletePool(pool.uuid),
            BuildPool(pool.uuid),
        ):
            assert (await refused(site, again)).kind is ErrorKind.ALREADY_ACTIVE, again


async def test_a_pool_that_is_not_there_is_not_found(site: Site, heard: Recorder) -> None:
    async with opened(site, heard):
        nobody = str(uuid.uuid4())
        for call in (ReadPool(nobody), ListVolumes(nobody), StartPool(nobody), GetPoolDocument(nobody)):
            assert (await refused(site, call)).kind is ErrorKind.NOT_FOUND, call


async def test_a_pool_whose_directory_is_missing_does_not_start(site: Site, heard: Recorder) -> None:
    if not site.checks_storage:
        return  # the test driver has no storage that could be missing
    async with opened(site, heard):
        pool = await site.host.call(DefinePool(pool_xml("images", site.place("images"))))
        error = await refused(site, StartPool(pool.uuid))
        assert error.kind is ErrorKind.MISSING_PATH


async def test_of_the_test_drivers_paths_nothing_is_claimed(site: Site, heard: Recorder) -> None:
    if site.checks_storage:
        return  # its paths are real
    async with opened(site, heard):
        assert not (await site.host.call(ProbePath("/"))).known


async def test_only_an_empty_directory_is_deleted(site: Site, heard: Recorder) -> None:
    if not site.checks_storage:
        return  # the test driver has no directory
    async with opened(site, heard):
        pool = await started_pool(site)
        facts = await site.host.call(ProbePath(site.place("images")))
        assert (facts.known, facts.is_directory, facts.is_empty) == (True, True, True)
        volume = "<volume><name>a</name><capacity unit='MiB'>1</capacity></volume>"
        await site.host.call(CreateVolume(pool.uuid, volume))
        await site.host.call(StopPool(pool.uuid))
        assert (await refused(site, DeletePool(pool.uuid))).kind is ErrorKind.IN_USE
        assert not (await site.host.call(ProbePath(site.place("images")))).is_empty
        empty = await started_pool(site, "empty")
        await site.host.call(StopPool(empty.uuid))
        await site.host.call(DeletePool(empty.uuid))
        gone = await site.host.call(ProbePath(site.place("empty")))
        assert (gone.exists, gone.parent_exists) == (False, True)
