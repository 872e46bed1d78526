"""Plans for pools, carried out on a fake host."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.world import file_disk, messages, world
from vstore_gui.actions.guards import blocking, check
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.plan import Danger, Plan, PlanRefused
from vstore_gui.actions.pools import (
    NewPoolDraft,
    plan_delete_pool_contents,
    plan_new_pool,
    plan_refresh_pool,
    plan_set_autostart,
    plan_start_pool,
    plan_stop_pool,
    plan_undefine_pool,
    why_not_delete_pool_contents,
    why_not_start_pool,
    why_not_stop_pool,
)
from vstore_gui.entities import calls
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.keys import PoolKey
from vstore_gui.entities.reports import LaneAnswered, LaneSilent


def draft(name: str = "iso", path: str = "/srv/iso") -> NewPoolDraft:
    return NewPoolDraft(name=name, target_path=path, mode=0o711, makes_directory=True)


async def test_a_new_pool_is_defined_built_started_and_autostarted(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.open()
        job = await w.run(plan_new_pool(w.store, w.host.id, draft()))
        assert job.status is JobStatus.DONE, job
        assert w.changed() == ["DefinePool", "BuildPool", "StartPool", "SetPoolAutostart"]
        key = w.store.pool_named(w.host.id, "iso")
        assert key is not None
        pool = w.store.pool(key)
        assert pool is not None
        assert (pool.active, pool.autostart, pool.target_path) == (True, True, "/srv/iso")
        assert pool.permissions.mode == 0o711


async def test_a_new_pool_is_undone_with_the_directory_it_made(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.open()
        job = await w.run(plan_new_pool(w.store, w.host.id, draft()))
        assert "/srv/iso" in w.host.storage.directories
        undo = await w.runner.undo(job.id)
        assert not isinstance(undo, tuple), messages(undo)
        ended = await w.ended(undo)
        assert ended.status is JobStatus.DONE, ended
        await w.settled()
        assert w.store.pool_named(w.host.id, "iso") is None
        assert "/srv/iso" not in w.host.storage.directories
        assert w.jobs.jobs[job.id].status is JobStatus.UNDONE


async def test_a_new_pool_with_volumes_by_now_is_not_undone(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.open()
        job = await w.run(plan_new_pool(w.store, w.host.id, draft()))
        key = w.store.pool_named(w.host.id, "iso")
        assert key is not None
        w.host.add_volume(key.uuid, "somebodys.qcow2")
        refused = await w.runner.undo(job.id)
        assert isinstance(refused, tuple)
        assert "somebodys.qcow2" in messages(refused)[0]
        assert w.store.pool(key) is not None


async def test_a_new_pool_that_does_not_start_offers_to_clean_up_what_was_done(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.open()
        w.host.fail_next(calls.StartPool, ErrorKind.PATH_DENIED)
        job = await w.run(plan_new_pool(w.store, w.host.id, draft()))
        assert (job.status, job.step, job.steps_done, job.left_over) == (JobStatus.FAILED, 2, 2, True)
        assert job.error is not None
        assert job.error.kind is ErrorKind.PATH_DENIED
        plan = w.runner.plan_clean_up(job.id)
        assert plan is not None
        assert [type(step.call).__name__ for step in plan.steps] == ["DeletePool", "UndefinePool"]
        clean_up = w.runner.clean_up(job.id)
        assert clean_up is not None
        assert (await w.ended(clean_up)).status is JobStatus.DONE
        await w.settled()
        assert w.store.pool_named(w.host.id, "iso") is None
        assert not w.jobs.jobs[job.id].left_over


async def test_a_name_taken_while_the_wizard_was_open_is_refused_before_anything_is_done(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as w:
        await w.open()
        plan = plan_new_pool(w.store, w.host.id, draft())
        w.host.add_pool("iso", target_path="/somewhere/else")
        await w.settled()
        job = await w.run(plan)
        assert job.status is JobStatus.REFUSED
        assert "of this name already" in messages(job.reasons)[0]
        assert w.changed() == []


@pytest.mark.parametrize("path", ["/srv/images", "/srv//images/", "/srv/x/../images", "/link"])
async def test_a_path_of_another_pool_is_refused_however_it_is_spelled(path: str) -> None:
    async with world() as w:
        w.host.add_pool("images", target_path="/srv/images")
        await w.open()
        wanted = draft(path=path)
        wanted.real_target_path = "/srv/images" if path == "/link" else None
        plan = plan_new_pool(w.store, w.host.id, wanted)
        assert "is the pool images already" in messages(blocking(check(plan, w.store)))[0]


@pytest.mark.parametrize(
    ("path", "says"),
    [("/srv/images/sub", "lies inside the pool images"), ("/srv", "lies inside this directory")],
)
async def test_a_pool_inside_or_around_another_is_told_and_allowed(path: str, says: str) -> None:
    async with world() as w:
        w.host.add_pool("images", target_path="/srv/images")
        await w.open()
        plan = plan_new_pool(w.store, w.host.id, draft(path=path))
        reasons = check(plan, w.store)
        assert not blocking(reasons)
        assert says in messages(reasons)[0]
        assert plan.notes == reasons


async def test_a_directory_beside_another_pools_is_no_clash() -> None:
    async with world() as w:
        w.host.add_pool("images", target_path="/srv/images")
        await w.open()
        assert check(plan_new_pool(w.store, w.host.id, draft(path="/srv/images2")), w.store) == ()


async def test_stopping_and_starting_undo_each_other(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        key = w.key(pool)
        job = await w.run(plan_stop_pool(w.store, key))
        assert job.status is JobStatus.DONE
        assert not w.store.pool(key).active  # type: ignore[union-attr]
        assert why_not_stop_pool(w.store, key)
        assert not why_not_start_pool(w.store, key)
        undo = await w.runner.undo(job.id)
        assert not isinstance(undo, tuple)
        assert (await w.ended(undo)).status is JobStatus.DONE
        assert w.store.pool(key).active  # type: ignore[union-attr]


async def test_stopping_a_directory_pool_of_a_running_machine_is_asked_and_names_it() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "web01.qcow2")
        w.host.add_domain("web01", running=True, disks=(file_disk("/srv/images/web01.qcow2"),))
        await w.open()
        plan = plan_stop_pool(w.store, w.key(pool))
        assert plan.danger is Danger.INTERRUPTS
        reasons = check(plan, w.store)
        assert not blocking(reasons)
        assert "web01" in messages(reasons)[0]


async def test_a_mounted_pool_of_a_running_machine_is_not_stopped() -> None:
    async with world() as w:
        pool = w.host.add_pool("nas", "netfs", target_path="/mnt/nas")
        w.host.add_volume(pool.uuid, "web01.qcow2")
        domain = w.host.add_domain("web01", running=True, disks=(file_disk("/mnt/nas/web01.qcow2"),))
        await w.open()
        (reason,) = why_not_stop_pool(w.store, w.key(pool))
        assert "web01" in str(reason.message)
        assert reason.links[0].uuid == domain.uuid


async def test_a_pool_that_does_not_respond_gets_no_further_call() -> None:
    async with world() as w:
        pool = w.host.add_pool("nas", "netfs", target_path="/mnt/nas")
        await w.open()
        w.host.emit(LaneSilent(pool.uuid, "RefreshPool", 10.0))
        assert "does not respond" in messages(why_not_stop_pool(w.store, w.key(pool)))[0]
        w.host.emit(LaneAnswered(pool.uuid))
        await w.settled()
        assert not why_not_stop_pool(w.store, w.key(pool))


async def test_refresh_and_autostart(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        key = w.key(pool)
        assert (await w.run(plan_refresh_pool(w.store, key))).status is JobStatus.DONE
        job = await w.run(plan_set_autostart(w.store, key, True))
        assert w.store.pool(key).autostart  # type: ignore[union-attr]
        undo = await w.runner.undo(job.id)
        assert not isinstance(undo, tuple)
        await w.ended(undo)
        assert not w.store.pool(key).autostart  # type: ignore[union-attr]


async def test_an_undefined_pool_comes_back_as_it_was(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images", autostart=True)
        await w.open()
        key = w.key(pool)
        plan = await plan_undefine_pool(w.store, w.host, key)
        assert [type(step.call).__name__ for step in plan.steps] == ["StopPool", "UndefinePool"]
        job = await w.run(plan)
        assert job.status is JobStatus.DONE, job
        assert w.store.pool(key) is None
        undo = await w.runner.undo(job.id)
        assert not isinstance(undo, tuple), messages(undo)
        assert (await w.ended(undo)).status is JobStatus.DONE
        await w.settled()
        back = w.store.pool(key)
        assert back is not None
        assert (back.name, back.active, back.autostart, back.target_path) == (
            "images",
            True,
            True,
            pool.target_path,
        )


async def test_deleting_a_pool_with_its_contents_deletes_overlays_first(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "base.qcow2")
        w.host.add_volume(pool.uuid, "a.qcow2", backing_path="/srv/images/base.qcow2", backing_format="qcow2")
        await w.open()
        await w.sync.complete()
        w.host.add_volume(pool.uuid, "new.qcow2")  # made elsewhere since: libvirt tells of no volume
        plan = await plan_delete_pool_contents(w.store, w.host, w.key(pool))
        deleted = [step.call.volume for step in plan.steps if isinstance(step.call, calls.DeleteVolume)]
        assert deleted.index("a.qcow2") < deleted.index("base.qcow2")
        assert "new.qcow2" in deleted
        assert (plan.danger, plan.confirm_name) == (Danger.LOSES_DATA, "images")
        assert plan.inverse is None
        job = await w.run(plan)
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        assert w.store.pool(w.key(pool)) is None
        assert "/srv/images" not in w.host.storage.directories


async def test_a_pool_without_volumes_loses_none_and_one_volume_is_one() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        await w.open()
        empty = await plan_delete_pool_contents(w.store, w.host, w.key(pool))
        assert messages(empty.notes) == ["It has no volumes: no data is lost."]
        w.host.add_volume(pool.uuid, "a.qcow2", allocation_bytes=2 << 20)
        await w.sync.reread_pool(w.key(pool))
        await w.sync.complete()
        one = await plan_delete_pool_contents(w.store, w.host, w.key(pool))
        assert messages(one.notes)[0].startswith("The volume with 2")


async def test_a_pool_with_a_volume_in_use_is_not_deleted() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "web01.qcow2")
        w.host.add_domain("web01", disks=(file_disk("/srv/images/web01.qcow2"),))
        await w.open()
        assert "web01.qcow2 is used by web01." in messages(why_not_delete_pool_contents(w.store, w.key(pool)))
        plan = await plan_delete_pool_contents(w.store, w.host, w.key(pool))
        job = await w.run(plan)
        assert job.status is JobStatus.REFUSED
        assert w.changed() == []


async def test_what_is_gone_cannot_be_planned() -> None:
    async with world() as w:
        await w.open()
        gone = PoolKey(w.host.id, "00000000-0000-4000-8000-000000000000")
        for factory in (plan_start_pool, plan_stop_pool, plan_refresh_pool):
            with pytest.raises(PlanRefused, match="gone"):
                factory(w.store, gone)


async def test_a_disconnected_host_refuses_everything() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        await w.open()
        plan: Plan = plan_stop_pool(w.store, w.key(pool))
        w.host.lose_link()
        await w.settled()
        assert "is not connected" in messages(blocking(check(plan, w.store)))[0]
