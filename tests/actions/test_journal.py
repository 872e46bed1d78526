"""The journal: what is on disk when an application is killed between two steps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.actions.world import World, file_disk, messages, world
from vstore_gui.actions.guards import AnyGuard, HostOnline, VolumesUnused
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.journal import Journal, Unfinished
from vstore_gui.actions.plan import Danger, Inverse, Plan
from vstore_gui.actions.pools import NewPoolDraft, plan_new_pool
from vstore_gui.actions.steps import make_step
from vstore_gui.actions.volumes import NewVolumeDraft, plan_new_volume
from vstore_gui.entities import calls
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.keys import VolumeKey
from vstore_gui.entities.text import Count, text
from vstore_gui.store.store import Store

HOST = "fake:///system"
DRAFT = NewPoolDraft(name="iso", target_path="/srv/iso", makes_directory=True)


class Killed(BaseException):
    """The process is gone from here on."""


def plan() -> Plan:
    return plan_new_pool(Store(), HOST, DRAFT)


def read_anew(directory: Path) -> tuple[Unfinished, ...]:
    """What the next process would find."""
    journal = Journal(directory)
    try:
        return journal.unfinished()
    finally:
        journal.close()


def test_a_plan_comes_back_with_its_guards_inverse_and_clean_ups(tmp_path: Path) -> None:
    written = Plan(
        title=text("Delete {count} volumes", count=Count(1)),
        steps=(
            make_step(
                text("one"), HOST, calls.DeleteVolume("p", "a\n</b>"), name="p",
                clean_up=(calls.StartPool("p"), text("start")),
            ),
        ),
        guards=(HostOnline(HOST), VolumesUnused((VolumeKey(HOST, "p", "ä"),))),
        inverse=Inverse("start-pool", text("x"), {"host": HOST, "uuid": "p"}),
    )  # fmt: skip
    journal = Journal(tmp_path)
    journal.begin("job", written)
    journal.begin_step("job", 0)
    journal.close()
    (found,) = read_anew(tmp_path)
    (step,) = found.plan.steps
    assert step.call == written.steps[0].call
    assert step.clean_up == calls.StartPool("p")
    assert (found.plan.title, found.plan.guards, found.plan.inverse) == (
        written.title,
        written.guards,
        written.inverse,
    )
    assert (found.steps_done, found.in_doubt) == (0, True)


@pytest.mark.parametrize("last", range(4))
def test_every_point_of_death_tells_what_was_done(tmp_path: Path, last: int) -> None:
    journal = Journal(tmp_path)
    journal.begin("job", plan())
    for step in range(last + 1):
        journal.begin_step("job", step)
    journal.close()
    (found,) = read_anew(tmp_path)
    assert (found.job, found.steps_done, found.in_doubt) == ("job", last, True)


def test_what_ended_or_was_never_begun_is_not_found_and_its_file_goes(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin("done", plan())
    journal.begin_step("done", 0)
    journal.end("done")
    journal.begin("not a step", plan())
    journal.close()
    assert read_anew(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_what_is_settled_is_not_found_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for job in ("one", "two"):
        journal.begin(job, plan())
        journal.stopped(job, 2, in_doubt=False)
    journal.close()
    later = Journal(tmp_path)
    assert [found.job for found in later.unfinished()] == ["one", "two"]
    later.end("one")
    later.close()
    assert [found.job for found in read_anew(tmp_path)] == ["two"]


def test_a_torn_last_line_hides_nothing_before_and_nothing_after(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin("job", plan())
    journal.begin_step("job", 0)
    journal.begin_step("job", 1)
    journal.close()
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:-7])
    later = Journal(tmp_path)
    (found,) = later.unfinished()
    assert (found.steps_done, found.in_doubt) == (0, True)
    later.end("job")
    later.close()
    assert read_anew(tmp_path) == ()


@settings(deadline=None)
@given(cut=st.integers(0, 4000), rubbish=st.binary(max_size=40))
def test_whatever_is_torn_off_or_put_in_the_journal_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, cut: int, rubbish: bytes
) -> None:
    directory = tmp_path_factory.mktemp("journal")
    journal = Journal(directory)
    journal.begin("job", plan())
    journal.begin_step("job", 0)
    journal.begin_step("job", 1)
    journal.close()
    (file,) = directory.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:cut] + rubbish)
    found = read_anew(directory)
    assert len(found) <= 1
    assert all(one.job == "job" and one.steps_done in (0, 1) for one in found)


def test_the_journal_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    mine = Journal(tmp_path)
    mine.begin("job", plan())
    mine.begin_step("job", 0)
    look = (
        "import sys; from pathlib import Path; from vstore_gui.actions.journal import Journal;"
        "print(len(Journal(Path(sys.argv[1])).unfinished()))"
    )

    def other_process() -> str:
        return subprocess.run(
            [sys.executable, "-c", look, str(tmp_path)], capture_output=True, text=True, check=True
        ).stdout.strip()

    assert other_process() == "0"
    mine.close()
    assert other_process() == "1"


def test_the_journal_is_for_its_owner_only(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.begin("job", plan())
    (file,) = (tmp_path / "journal").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "journal").stat().st_mode & 0o077 == 0
    journal.close()


def test_no_call_that_a_plan_may_hold_has_a_place_for_a_secret() -> None:
    """Steps are journalled and shown as they are: whoever adds such a call must first teach both to hide
    it.
    """
    import typing

    for call in typing.get_args(calls.AnyCall):
        fields = {field.lower() for field in call.__struct_fields__}
        assert not fields & {"password", "passphrase", "secret", "secret_value", "value"}, call


def test_every_guard_can_be_journalled() -> None:
    import typing

    from vstore_gui.actions import guards

    members = set(typing.get_args(AnyGuard))
    declared = {
        value for value in vars(guards).values() if isinstance(value, type) and hasattr(value, "reasons")
    }
    assert declared == members


# ── killed between two steps, and started again ─────────────────────────────────────────────────────────────


async def killed_at(w: World, step: int, *, done: bool) -> None:
    """Run the plan, and die at this step: before its call reached the host, or after the host did it."""
    await w.open()
    call = w.host.call
    at = -1

    async def die(wanted: Any, **more: Any) -> Any:
        nonlocal at
        if wanted.name in ("DefinePool", "BuildPool", "StartPool", "SetPoolAutostart"):
            at += 1
            if at == step:
                if done:
                    await call(wanted, **more)
                raise Killed
        return await call(wanted, **more)

    w.host.call = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await w.runner.run(plan_new_pool(w.store, HOST, DRAFT))
    w.host.call = call  # type: ignore[method-assign]
    w.journal.close()


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("answer", ["clean_up", "finish"])
async def test_a_plan_killed_at_any_step_is_finished_or_taken_back_at_the_next_start(
    tmp_path: Path, step: int, done: bool, answer: str
) -> None:
    DRAFT.uuid = ""
    async with world(tmp_path) as first:
        host = first.host
        await killed_at(first, step, done=done)
    async with world(tmp_path, host) as w:
        await w.open()
        (left,) = await w.runner.recover()
        assert (left.status, left.left_over, left.from_journal) == (JobStatus.STOPPED, True, True)
        job = w.runner.clean_up(left.id) if answer == "clean_up" else w.runner.finish(left.id)
        if job is not None:
            ended = await w.ended(job)
            assert ended.status is JobStatus.DONE, (ended.error, ended.reasons)
        await w.settled()
        key = w.store.pool_named(HOST, "iso")
        if answer == "clean_up":
            assert key is None
        else:
            assert key is not None
            pool = w.store.pool(key)
            assert pool is not None
            assert (pool.active, pool.autostart) == (True, True)
        for task in w.tasks:
            await task
        assert not w.jobs.jobs[left.id].left_over
    assert read_anew(tmp_path) == ()


async def test_what_the_user_leaves_as_it_is_is_not_offered_again(tmp_path: Path) -> None:
    async with world(tmp_path) as first:
        host = first.host
        await killed_at(first, 2, done=False)
    async with world(tmp_path, host) as w:
        await w.open()
        (left,) = await w.runner.recover()
        w.runner.dismiss(left.id)
        for task in w.tasks:
            await task
        assert w.runner.plan_clean_up(left.id) is None
    assert read_anew(tmp_path) == ()


async def test_a_failed_plan_with_something_left_over_is_offered_at_the_next_start_too(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as w:
        await w.open()
        w.host.fail_next(calls.StartPool, ErrorKind.PATH_DENIED)
        job = await w.run(plan_new_pool(w.store, HOST, DRAFT))
        assert job.left_over
    (found,) = read_anew(tmp_path)
    assert (found.steps_done, found.in_doubt) == (2, False)


async def test_a_full_disk_keeps_nobody_from_working(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.open()

        def full(*_: object) -> None:
            raise OSError(28, os.strerror(28))

        monkeypatch.setattr(os, "fdatasync", full)
        job = await w.runner.run(plan_new_pool(w.store, HOST, DRAFT))
        assert job.status is JobStatus.DONE
        assert "No space left" in str(job.warning)


async def test_a_volume_left_by_an_earlier_run_is_cleaned_up_only_unused_and_with_its_name_typed(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as first:
        pool = first.host.add_pool("images", target_path="/srv/images")
        await first.open()
        host = first.host
        plan = plan_new_volume(
            first.store, first.key(pool), NewVolumeDraft("a.qcow2", capacity_bytes=1 << 30)
        )
        first.journal.begin("job", plan)
        first.journal.begin_step("job", 0)
    host.add_volume(pool.uuid, "a.qcow2")  # the daemon did it, and somebody has put it to use
    host.add_domain("web01", disks=(file_disk("/srv/images/a.qcow2"),))
    async with world(tmp_path, host) as w:
        (left,) = await w.runner.recover()
        assert w.runner.plan_clean_up(left.id) is not None  # nothing is known yet: it may stand
        await w.open()
        clean_up = w.runner.plan_clean_up(left.id)
        assert clean_up is not None
        assert (clean_up.danger, clean_up.confirm_name) == (Danger.LOSES_DATA, "a.qcow2")
        job = w.runner.clean_up(left.id)
        assert job is not None
        assert messages(job.reasons) == ["This loses data, and must be confirmed first."]
        confirmed = await w.runner.run(clean_up)
        assert messages(confirmed.reasons) == ["a.qcow2 is used by web01."]
        assert w.jobs.jobs[left.id].left_over
        host.change_domain(next(iter(w.store.domains(HOST))), disks=())
        await w.settled()
        assert (await w.runner.run(clean_up)).status is JobStatus.DONE
        assert not w.jobs.jobs[left.id].left_over


async def test_what_is_left_on_a_host_that_is_not_connected_waits_for_it(tmp_path: Path) -> None:
    DRAFT.uuid = ""
    async with world(tmp_path) as first:
        host = first.host
        await killed_at(first, 0, done=True)
    async with world(tmp_path, host) as w:
        (left,) = await w.runner.recover()
        for start in (w.runner.clean_up, w.runner.finish):
            job = start(left.id)
            assert job is not None
            assert (await w.ended(job)).status is JobStatus.REFUSED
        assert w.jobs.jobs[left.id].left_over
        await w.open()
        job = w.runner.clean_up(left.id)
        assert job is not None
        assert (await w.ended(job)).status is JobStatus.DONE
