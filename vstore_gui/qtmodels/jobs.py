"""Plans under way and done, for the activity panel. See `JobsModel`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QObject, Qt, QTimer

from vstore_gui.actions.jobs import JobList, JobState, JobStatus
from vstore_gui.entities.job import Progress
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.formats import duration_text, percent_text, rate_text, render, tr
from vstore_gui.qtmodels.ordered_rows import OrderedRows, runs
from vstore_gui.qtmodels.roles import Index, Role
from vstore_gui.qtmodels.signals import NO_INDEX, ModelSignals, follow

__all__ = ["JobsModel", "Pace", "status_text"]

TICK_MS = 1000
SPEED_OVER_S = 5.0  # the time that speed is measured over: shorter jumps, longer lags
_SHORTEST_S = 0.2

_STATUSES = {
    JobStatus.RUNNING: QT_TRANSLATE_NOOP("vstore", "running"),
    JobStatus.DONE: QT_TRANSLATE_NOOP("vstore", "done"),
    JobStatus.FAILED: QT_TRANSLATE_NOOP("vstore", "failed"),
    JobStatus.STOPPED: QT_TRANSLATE_NOOP("vstore", "stopped"),
    JobStatus.REFUSED: QT_TRANSLATE_NOOP("vstore", "refused"),
    JobStatus.UNDONE: QT_TRANSLATE_NOOP("vstore", "undone"),
}

_TICKING_ROLES = [int(role) for role in (Role.ELAPSED, Role.SPEED, Role.TIME_LEFT, Role.NOTE)]
_MOVING_ROLES = [
    int(Role.PROGRESS),
    int(Role.VALUE),
    *_TICKING_ROLES,
    int(Qt.ItemDataRole.AccessibleTextRole),
]


def status_text(status: JobStatus) -> str:
    return tr(_STATUSES[status])


class Pace:
    """Speed and time left, from successive progress values of one step."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._last: Progress | None = None

    def note(self, progress: Progress | None, now_s: float) -> None:
        """A value came. One that is smaller, or of another whole, is another step's: measured anew."""
        last = self._last
        if progress is None or (
            last is not None
            and (progress.done < last.done or progress.total != last.total or progress.unit != last.unit)
        ):
            self._seen.clear()
        self._last = progress
        if progress is None:
            return
        self._seen.append((now_s, progress.done))
        while len(self._seen) > 2 and now_s - self._seen[1][0] >= SPEED_OVER_S:
            self._seen.popleft()

    def per_s(self, now_s: float) -> float | None:
        """Bytes (or steps) a second of late; None until that can be told. What stalls slows down."""
        if len(self._seen) < 2:
            return None
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        # Between two values nothing is known: time since the last counts only when it is longer than usual.
        usual_s = (last_s - first_s) / (len(self._seen) - 1)
        until_s = last_s if now_s - last_s <= 2 * usual_s else now_s
        return (last - first) / (until_s - first_s) if until_s - first_s >= _SHORTEST_S else None

    def left_s(self, now_s: float) -> float | None:
        speed = self.per_s(now_s)
        if not speed or self._last is None or self._last.total is None:
            return None
        return max(0.0, (self._last.total - self._last.done) / speed)

    @property
    def in_bytes(self) -> bool:
        return self._last is not None and self._last.unit == "bytes"


class JobsModel(QAbstractListModel):
    """Jobs newest first, those that run before all others unless `running_first` is False.

    `now` is Unix time and `clock` a clock that is never set back, both in seconds.
    """

    def __init__(
        self,
        jobs: JobList,
        parent: QObject | None = None,
        *,
        running_first: bool = True,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._list = jobs
        self._running_first = running_first
        self._now = now
        self._clock = clock
        self._jobs: dict[str, JobState] = {}
        self._numbers: dict[str, int] = {}
        self._paces: dict[str, Pace] = {}
        self._rows: OrderedRows[str] = OrderedRows(ModelSignals(self))
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._announce_time)
        for job in jobs.jobs.values():
            self._job_changed(job)
        follow(jobs.subscribe, self, self._job_changed)

    def job_at(self, row: int) -> JobState:
        return self._jobs[self._rows.key_at(row)]

    def row_of(self, job_id: str) -> int | None:
        return self._rows.row_of(job_id)

    @property
    def running(self) -> int:
        """How many run."""
        return len([None for job in self._jobs.values() if job.status is JobStatus.RUNNING])

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        job = self.job_at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return render(job.plan.title)
            case Qt.ItemDataRole.ToolTipRole:
                return render(job.error.message) if job.error is not None else self._sentence(job)
            case Qt.ItemDataRole.AccessibleTextRole:
                parts = [render(job.plan.title), status_text(job.status), self._note(job)]
                return ", ".join([part for part in parts if part])
            case Role.KEY:
                return job.id
            case Role.KIND:
                return "job"
            case Role.VALUE:
                return job
            case Role.STATE:
                return job.status.value
            case Role.STATE_TEXT:
                return status_text(job.status)
            case Role.SENTENCE:
                return self._sentence(job)
            case Role.NOTE:
                return self._note(job)
            case Role.PROGRESS:
                return _fraction(job)
            case Role.ERROR:
                return job.error
            case Role.REASONS:
                return job.reasons
            case Role.WARNING:
                trouble = job.status in (JobStatus.FAILED, JobStatus.REFUSED)
                return trouble or job.left_over or job.in_doubt or job.warning is not None
            case Role.UNDOABLE:
                return self._list.undoable(job)
            case Role.CANCELLABLE:
                return job.status is JobStatus.RUNNING and job.can_cancel
            case Role.ELAPSED:
                return self._elapsed_s(job)
            case Role.SPEED:
                return self._speed(job)
            case Role.TIME_LEFT:
                return self._paces[job.id].left_s(self._clock()) if job.id in self._paces else None
            case Role.COUNT:
                return len(job.plan.steps)
        return None

    # ── words ───────────────────────────────────────────────────────────────────────────────────────────────

    @staticmethod
    def _sentence(job: JobState) -> str:
        """The step under way, or the one that failed; the title where there is none."""
        steps = job.plan.steps
        return render(steps[job.step].sentence if 0 <= job.step < len(steps) else job.plan.title)

    def _note(self, job: JobState) -> str:
        """'64 % · 412 MiB/s · 4 s left' of what runs; why it failed; how long it took."""
        if job.status in (JobStatus.FAILED, JobStatus.STOPPED) and job.error is not None:
            return render(job.error.message)
        if job.status is not JobStatus.RUNNING:
            return (
                duration_text(self._elapsed_s(job))
                if job.status is JobStatus.DONE
                else status_text(job.status)
            )
        pace = self._paces.get(job.id)
        left_s = pace.left_s(self._clock()) if pace is not None else None
        parts = [percent_text(_fraction(job)), rate_text(self._speed(job))]
        if left_s is not None:
            parts.append(tr(QT_TRANSLATE_NOOP("vstore", "{time} left"), time=duration_text(left_s)))
        shown = [part for part in parts if part]
        return " · ".join(shown) if shown else duration_text(self._elapsed_s(job))

    def _elapsed_s(self, job: JobState) -> float:
        return max(0.0, (self._now() if job.ended_s is None else job.ended_s) - job.started_s)

    def _speed(self, job: JobState) -> float | None:
        pace = self._paces.get(job.id)
        return pace.per_s(self._clock()) if pace is not None and pace.in_bytes else None

    # ── the list ────────────────────────────────────────────────────────────────────────────────────────────

    def _job_changed(self, job: JobState) -> None:
        old = self._jobs.get(job.id)
        self._jobs[job.id] = job
        if job.status is JobStatus.RUNNING:
            self._paces.setdefault(job.id, Pace()).note(job.progress, self._clock())
        else:
            self._paces.pop(job.id, None)
        number = self._numbers.setdefault(job.id, len(self._numbers))
        rank = int(self._running_first and job.status is not JobStatus.RUNNING)
        self._rows.place({job.id: (rank, -number, job.id)})
        if old is not None:
            self._announce([job.id], _MOVING_ROLES if _only_moved(old, job) else [])
        if self.running and not self._tick.isActive():
            self._tick.start()
        elif not self.running:
            self._tick.stop()
        self._drop_forgotten()

    def _drop_forgotten(self) -> None:
        """The list may be shortened; its oldest go first."""
        if len(self._list.jobs) >= len(self._jobs):
            return
        gone = [job_id for job_id in self._jobs if job_id not in self._list.jobs]
        self._rows.place(dict.fromkeys(gone))
        for job_id in gone:
            del self._jobs[job_id]
            self._paces.pop(job_id, None)

    def _announce_time(self) -> None:
        running = [job.id for job in self._jobs.values() if job.status is JobStatus.RUNNING]
        self._announce(running, _TICKING_ROLES)

    def _announce(self, job_ids: list[str], roles: list[int]) -> None:
        for first, last in runs(self._rows.rows_of(job_ids)):
            self.dataChanged.emit(self.index(first), self.index(last), roles)


def _fraction(job: JobState) -> float | None:
    progress = job.progress
    if job.status is not JobStatus.RUNNING or progress is None or not progress.total:
        return None
    return min(1.0, max(0.0, progress.done / progress.total))


def _only_moved(old: JobState, new: JobState) -> bool:
    return msgspec.structs.replace(old, progress=new.progress) == new
