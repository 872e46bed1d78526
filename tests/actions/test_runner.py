"""The runner: jobs as they are published, stopping, losing the link, undo and redo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.actions.world import messages, world
from tests.support.waiting import eventually
from vstore_gui.actions.jobs import JobList, JobState, JobStatus
from vstore_gui.actions.plan import Plan
from vstore_gui.actions.pools import NewPoolDraft, plan_new_pool, plan_set_autostart, plan_stop_pool
from vstore_gui.actions.steps import make_step
from vstore_gui.actions.undo import UNDOERS
from vstore_gui.actions.volumes import NewVolumeDraft, plan_delete_volumes, plan_new_volume
from vstore_gui.entities import calls
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.text import text
from vstore_gui.entities.units import GIB


async def test_a_job_is_published_from_its_start_to_its_end(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.open()
        seen: list[tuple[JobStatus, int]] = []
        end = w.jobs.subscribe(lambda job: seen.append((job.status, job.steps_done)))
        job = w.runner.start(plan_new_pool(w.store, w.host.id, NewPoolDraft(name="a", target_path="/srv/a")))
        assert job.status is JobStatus.RUNNING
        await w.ended(job)
        end()
        assert seen[0] == (JobStatus.RUNNING, 0)
        assert seen[-1] == (JobStatus.DONE, 4)
        assert [done for _, done in seen] == sorted(done for _, done in seen)


async def test_the_same_change_is_not_begun_twice_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        plan = plan_stop_pool(w.store, w.key(pool))
        one, two = w.runner.start(plan), w.runner.start(plan)
        assert one.id == two.id
        await w.ended(one)
        assert w.changed() == ["StopPool"]


async def test_waiting_is_stopped_and_what_may_stand_is_offered_for_clean_up(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        plan = plan_new_volume(w.store, w.key(pool), NewVolumeDraft(name="big.raw", capacity_bytes=GIB))
        plan = Plan(title=plan.title, steps=plan.steps)  # no guards: nothing is read before
        w.host.hang(pool.uuid)
        job = w.runner.start(plan)
        await eventually(lambda: w.store.host(w.host.id).silent_pools, "the call hangs")  # type: ignore[union-attr]
        w.runner.stop(job.id)
        ended = await w.ended(job)
        w.host.answer(pool.uuid)
        await w.settled()
        assert (ended.status, ended.in_doubt, ended.left_over) == (JobStatus.STOPPED, True, True)
        for task in w.tasks:
            await task
        w.store.drop_volume(w.volume(pool, "big.raw"))
        assert w.runner.plan_clean_up(job.id) is None  # the host has not done it
        w.host.add_volume(pool.uuid, "big.raw")
        await w.sync.reread_pool(w.key(pool))
        clean_up = w.runner.plan_clean_up(job.id)
        assert clean_up is not None
        assert clean_up.steps[0].call == calls.DeleteVolume(pool.uuid, "big.raw")


async def test_a_lost_link_leaves_a_step_in_doubt(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        plan = plan_new_volume(w.store, w.key(pool), NewVolumeDraft(name="a.raw", capacity_bytes=GIB))
        w.host.fail_next(calls.CreateVolume, ErrorKind.LOST)
        job = await w.run(plan)
        assert (job.status, job.in_doubt, job.left_over) == (JobStatus.FAILED, True, True)


async def test_a_refusal_of_the_host_leaves_nothing_over(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        plan = plan_new_volume(w.store, w.key(pool), NewVolumeDraft(name="a.raw", capacity_bytes=GIB))
        w.host.fail_next(calls.CreateVolume, ErrorKind.NO_SPACE)
        job = await w.run(plan)
        assert (job.status, job.in_doubt, job.left_over) == (JobStatus.FAILED, False, False)
        assert w.runner.plan_clean_up(job.id) is None


async def test_an_application_that_ends_meanwhile_finds_the_plan_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        plan = plan_new_volume(w.store, w.key(pool), NewVolumeDraft(name="a.raw", capacity_bytes=GIB))
        plan = Plan(title=plan.title, steps=plan.steps)
        w.host.hang(pool.uuid)
        w.runner.start(plan)
        await eventually(lambda: w.changed() == ["CreateVolume"], "the call is under way")
    async with world(tmp_path) as later:
        (left,) = await later.runner.recover()
        assert left.in_doubt


async def test_a_fault_of_ours_is_a_failed_job_with_its_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()

        call = w.host.call

        async def broken(wanted: Any, **more: Any) -> Any:
            if isinstance(wanted, calls.StopPool):
                raise ZeroDivisionError("ours")
            return await call(wanted, **more)

        plan = plan_stop_pool(w.store, w.key(pool))
        w.host.call = broken  # type: ignore[method-assign]
        job = await w.runner.run(plan)
        assert job.status is JobStatus.FAILED
        assert job.error is not None
        assert job.error.kind is ErrorKind.INTERNAL
        assert "ZeroDivisionError" in job.error.original
        assert "StopPool" in caplog.text


async def test_undo_goes_back_change_by_change_and_a_redo_counts_as_one(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        key = w.key(pool)
        first = await w.run(plan_set_autostart(w.store, key, True))
        second = await w.run(plan_stop_pool(w.store, key))

        async def undo() -> JobState:
            last = w.jobs.last_undoable
            assert last is not None
            undone = await w.runner.undo(last.id)
            assert not isinstance(undone, tuple), messages(undone)
            return await w.ended(undone)

        back = await undo()
        assert w.jobs.jobs[second.id].status is JobStatus.UNDONE
        assert w.jobs.last_undoable == w.jobs.jobs[first.id]
        again = await w.runner.undo(back.id)  # 'Undo' of the undo in the activity list: the pool stops again
        assert not isinstance(again, tuple)
        again = await w.ended(again)
        assert w.jobs.last_undoable == again
        await undo()
        await undo()
        assert w.jobs.last_undoable is None
        state = w.store.pool(key)
        assert state is not None
        assert (state.active, state.autostart) == (True, False)


async def test_what_cannot_be_undone_says_so(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.qcow2")
        await w.open()
        job = await w.run(plan_delete_volumes(w.store, [w.volume(pool, "a.qcow2")]))
        refused = await w.runner.undo(job.id)
        assert isinstance(refused, tuple)
        assert messages(refused) == ["This cannot be undone."]
        assert await w.runner.plan_undo("no such job") == refused


async def test_a_host_that_was_removed_fails_the_step(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.open()
        step = make_step(text("x"), "fake://gone", calls.StartPool("p"), name="p")
        job = await w.runner.run(Plan(title=text("x"), steps=(step,)))
        assert job.status is JobStatus.FAILED
        assert job.error is not None
        assert job.error.kind is ErrorKind.UNREACHABLE


def test_the_oldest_jobs_are_forgotten_but_none_with_something_left_over() -> None:
    jobs = JobList()
    plan = Plan(title=text("x"), steps=())
    jobs.put(JobState("left", plan, JobStatus.FAILED, left_over=True))
    for n in range(JobList.KEPT + 20):
        jobs.put(JobState(str(n), plan, JobStatus.DONE))
    assert len(jobs.jobs) == JobList.KEPT
    assert "left" in jobs.jobs
    assert "0" not in jobs.jobs


def test_an_equal_job_is_not_published_and_a_subscriber_may_leave_while_told() -> None:
    jobs = JobList()
    seen: list[str] = []
    ends = []

    def leave(job: JobState) -> None:
        seen.append(job.id)
        ends[0]()

    ends.append(jobs.subscribe(leave))
    job = JobState("a", Plan(title=text("x"), steps=()))
    jobs.put(job)
    jobs.put(job)
    ends[0]()
    jobs.put(JobState("b", job.plan))
    assert seen == ["a"]


def test_every_inverse_that_plans_name_has_an_undoer() -> None:
    import ast

    import vstore_gui.actions as package

    named = set()
    for file in Path(package.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Inverse", "_inverse")
                and isinstance(node.args[0], ast.Constant)
            ):
                named.add(node.args[0].value)
    assert named == set(UNDOERS)
