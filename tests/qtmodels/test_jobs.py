"""The activity list."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.qtmodels.values import HOST
from vstore_gui.actions.jobs import JobList, JobState, JobStatus
from vstore_gui.actions.plan import Inverse, Plan, Step
from vstore_gui.entities.calls import RefreshPool, StartPool
from vstore_gui.entities.errors import ErrorKind, ErrorState
from vstore_gui.entities.job import Progress
from vstore_gui.entities.text import Text, text
from vstore_gui.entities.units import MIB
from vstore_gui.qtmodels.jobs import JobsModel, Pace
from vstore_gui.qtmodels.roles import Role

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


class Clock:
    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


def job(id_: str, status: JobStatus = JobStatus.RUNNING, **fields: object) -> JobState:
    steps = (
        Step(text("Start {name}", name=id_), HOST, StartPool("p")),
        Step(text("Refresh {name}", name=id_), HOST, RefreshPool("p")),
    )
    plan = Plan(Text(f"Job {id_}"), steps, inverse=Inverse("stop_pool", Text("stop")))
    return JobState(id_, plan, status, started_s=1000.0, **fields)  # type: ignore[arg-type]


@pytest.fixture
def jobs() -> JobList:
    return JobList()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def model(jobs: JobList, clock: Clock, qtbot: QtBot) -> JobsModel:
    model = JobsModel(jobs, now=clock, clock=clock)
    QAbstractItemModelTester(model, FATAL, model)
    return model


def order(model: JobsModel) -> list[str]:
    return [model.job_at(row).id for row in range(model.rowCount())]


def test_running_jobs_stand_first_then_the_newest(model: JobsModel, jobs: JobList) -> None:
    for id_ in "abc":
        jobs.put(job(id_))
    held = QPersistentModelIndex(model.index(0))
    jobs.put(job("c", JobStatus.DONE))
    assert order(model) == ["b", "a", "c"]
    assert held.data(Role.KEY) == "c"
    assert model.running == 2


def test_newest_first_whatever_runs(jobs: JobList, qtbot: QtBot) -> None:
    jobs.put(job("a"))
    jobs.put(job("b", JobStatus.DONE))
    model = JobsModel(jobs, running_first=False)
    assert order(model) == ["b", "a"]


def test_speed_and_time_left_come_from_successive_values(
    model: JobsModel, jobs: JobList, clock: Clock
) -> None:
    one = job("a")
    jobs.put(replace(one, progress=Progress(0, 100 * MIB)))
    index = model.index(0)
    assert index.data(Role.SPEED) is None
    clock.s += 1
    jobs.put(replace(one, progress=Progress(20 * MIB, 100 * MIB)))
    assert index.data(Role.PROGRESS) == 0.2
    assert index.data(Role.SPEED) == 20 * MIB
    assert index.data(Role.TIME_LEFT) == 4.0
    assert index.data(Role.NOTE) == "20 % · 20 MiB/s · 4 s left"
    assert index.data(Role.ELAPSED) == 1.0


def test_another_step_is_measured_anew() -> None:
    pace = Pace()
    pace.note(Progress(0, 100), 0)
    pace.note(Progress(100, 100), 1)
    pace.note(Progress(10, 200), 2)
    assert pace.per_s(2) is None
    pace.note(Progress(20, 200), 3)
    assert pace.per_s(3) == 10
    assert pace.left_s(3) == 18


def test_what_stalls_slows_down() -> None:
    pace = Pace()
    for second in range(4):
        pace.note(Progress(second * 100, 1000), second)
    assert pace.per_s(3.5) == 100
    assert pace.per_s(12) == 25


def test_a_failed_job_says_which_step_and_why(model: JobsModel, jobs: JobList) -> None:
    error = ErrorState(ErrorKind.BUSY, text("{pool} is busy.", pool="<b>images</b>"))
    jobs.put(job("a", JobStatus.FAILED, step=1, steps_done=1, error=error, ended_s=1002.0))
    index = model.index(0)
    assert index.data(Role.SENTENCE) == "Refresh a"
    assert index.data(Role.NOTE) == "<b>images</b> is busy."
    assert index.data(Role.ERROR) == error
    assert index.data(Role.WARNING) is True
    assert index.data(Role.UNDOABLE) is False
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Job a, failed, <b>images</b> is busy."


def test_a_done_job_can_be_undone_and_a_running_one_cancelled_where_it_can(
    model: JobsModel, jobs: JobList
) -> None:
    jobs.put(job("a", can_cancel=True))
    index = model.index(0)
    assert (index.data(Role.CANCELLABLE), index.data(Role.UNDOABLE)) == (True, False)
    jobs.put(job("a", JobStatus.DONE, ended_s=1003.0))
    assert (index.data(Role.CANCELLABLE), index.data(Role.UNDOABLE)) == (False, True)
    assert index.data(Role.NOTE) == "3 s"
    jobs.put(job("a", JobStatus.UNDONE, ended_s=1003.0))
    assert index.data(Role.UNDOABLE) is False


def test_jobs_that_the_list_forgets_go(model: JobsModel, jobs: JobList) -> None:
    for number in range(JobList.KEPT + 2):
        jobs.put(job(f"job{number}", JobStatus.DONE))
    assert model.rowCount() == JobList.KEPT
    assert order(model)[-1] == "job2"
    assert model.row_of("job0") is None


def test_progress_is_told_by_its_roles_only(model: JobsModel, jobs: JobList) -> None:
    one = job("a")
    jobs.put(one)
    told: list[list[int]] = []
    model.dataChanged.connect(lambda _first, _last, roles: told.append(list(roles)))
    jobs.put(replace(one, progress=Progress(1, 2)))
    assert len(told) == 1
    assert Role.PROGRESS in told[0]
    assert Role.SENTENCE not in told[0]
