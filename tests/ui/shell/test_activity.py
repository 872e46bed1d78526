"""The activity panel: every change is there with its progress, its end and what can be done about it."""

from __future__ import annotations

import time
from types import SimpleNamespace

import msgspec
import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import Desk, find, press
from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.plan import Reason
from vstore_gui.actions.pools import plan_set_autostart
from vstore_gui.entities.errors import ErrorKind, ErrorState
from vstore_gui.entities.job import Progress
from vstore_gui.entities.text import text
from vstore_gui.qtmodels import formats
from vstore_gui.ui.main_window import MainWindow
from vstore_gui.ui.widgets.job_row import JobRow
from vstore_gui.ui.widgets.labels import ElidedLabel
from vstore_gui.ui.widgets.message_strip import MessageBanner


def job(desk: Desk, **fields: object) -> JobState:
    plan = plan_set_autostart(desk.store, desk.images, True)
    made = msgspec.structs.replace(JobState("j1", plan, started_s=time.time()), **fields)
    desk.jobs.put(made)
    return made


def texts(row: JobRow) -> list[str]:
    return [label.text() for label in row.findChildren(ElidedLabel)]


def rows(window: MainWindow) -> list[JobRow]:
    return window.activity.rows


async def test_a_change_that_is_done_can_be_undone_from_its_row(window: MainWindow, desk: Desk) -> None:
    window.run_plan(plan_set_autostart(desk.store, desk.images, True))
    await eventually(lambda: desk.store.pool(desk.images).autostart, "it is done")  # type: ignore[union-attr]
    (row,) = rows(window)
    undo = [button for button in row.findChildren(QPushButton) if button.text() == "Undo"]
    await eventually(lambda: undo[0].isVisible(), "undo is offered")
    press(undo[0])
    await eventually(
        lambda: not desk.store.pool(desk.images).autostart,  # type: ignore[union-attr]
        "it is undone",
    )
    await eventually(lambda: len(rows(window)) == 2, "the undo is a job too")


async def test_what_runs_says_how_far_it_is_and_whether_it_can_be_cancelled(
    window: MainWindow, desk: Desk
) -> None:
    running = job(desk, progress=Progress(320 << 20, 500 << 20), can_cancel=True)
    (row,) = rows(window)
    await eventually(row.isVisible, "it is shown")
    assert "64" in row.accessibleName()
    cancel = [button for button in row.findChildren(QPushButton) if button.text() == "Cancel"]
    assert [button.isVisibleTo(row) for button in cancel] == [True]
    desk.jobs.put(msgspec.structs.replace(running, can_cancel=False))
    assert cancel[0].text() == "Stop waiting"
    assert "may go on" in cancel[0].toolTip()


async def test_what_failed_says_why_at_which_step_and_what_to_do(window: MainWindow, desk: Desk) -> None:
    job(
        desk,
        status=JobStatus.FAILED,
        ended_s=time.time(),
        error=ErrorState(
            ErrorKind.NO_SPACE,
            text("There is no space left."),
            text("Free some."),
            original="No space left on device",
            code=38,
        ),
    )
    (row,) = rows(window)
    details = next(button for button in row.findChildren(QPushButton) if button.text() == "Details")
    details.setChecked(True)
    await eventually(lambda: row.findChildren(MessageBanner), "the error is told")
    banner = row.findChildren(MessageBanner)[0]
    assert banner.whole_text().startswith("There is no space left.\nFree some.")
    steps = [label.accessibleName() for label in row.findChildren(QLabel)]
    assert any(step.startswith("failed: ") for step in steps)


async def test_what_was_refused_links_to_who_is_in_the_way(window: MainWindow, desk: Desk) -> None:
    job(
        desk,
        status=JobStatus.REFUSED,
        ended_s=time.time(),
        reasons=(Reason(text("web01 needs it."), links=(desk.web01,)),),
    )
    (row,) = rows(window)
    details = next(button for button in row.findChildren(QPushButton) if button.text() == "Details")
    details.setChecked(True)
    await eventually(
        lambda: [b for b in row.findChildren(QPushButton) if b.text() == "Show web01" and b.isVisible()],
        "a link is there",
    )
    press(find(row, QPushButton, "Show web01"))
    assert window.pages_key() == desk.web01


async def test_what_was_left_in_the_middle_can_be_cleaned_up_finished_or_left(
    window: MainWindow, desk: Desk
) -> None:
    job(desk, status=JobStatus.FAILED, ended_s=time.time(), left_over=True, from_journal=True, steps_done=1)
    (row,) = rows(window)
    offered = {button.text() for button in row.findChildren(QPushButton) if button.isVisibleTo(row)}
    assert {"Clean up", "Finish", "Leave as it is"} <= offered


async def test_running_jobs_come_first_and_only_some_rows_are_kept(window: MainWindow, desk: Desk) -> None:
    plan = plan_set_autostart(desk.store, desk.images, True)
    for number in range(60):
        desk.jobs.put(
            JobState(f"old{number}", plan, status=JobStatus.DONE, started_s=number, ended_s=number + 1.0)
        )
    desk.jobs.put(JobState("now", plan, started_s=time.time()))
    desk.jobs.put(JobState("last", plan, status=JobStatus.DONE, started_s=99.0, ended_s=100.0))
    shown = [row.job.id for row in rows(window) if row.job is not None]
    assert shown[:3] == ["now", "last", "old59"]
    assert len(shown) == 30


async def test_the_panel_collapses_and_remembers_it(window: MainWindow, desk: Desk) -> None:
    job(desk, status=JobStatus.DONE, ended_s=time.time())
    high = window.activity.sizeHint().height()
    window.activity.set_collapsed(True)
    assert window.activity.sizeHint().height() < high
    assert MainWindow(desk.services).activity.collapsed


async def test_how_long_ago_a_change_was_is_told_anew(
    window: MainWindow, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended_s = time.time()
    job(desk, status=JobStatus.DONE, ended_s=ended_s)
    (row,) = rows(window)
    assert "now" in texts(row)
    monkeypatch.setattr(formats, "time", SimpleNamespace(time=lambda: ended_s + 605))
    window.activity.say_ages()
    assert "10 min" in texts(row)


async def test_a_job_that_takes_effect_later_says_so(window: MainWindow, desk: Desk) -> None:
    plan = plan_set_autostart(desk.store, desk.images, True)
    plan = msgspec.structs.replace(plan, outcome=text("At next start."))
    desk.jobs.put(JobState("j1", plan, status=JobStatus.DONE, started_s=time.time()))
    (row,) = rows(window)
    assert "At next start." in texts(row)
