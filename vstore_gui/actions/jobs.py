"""Jobs: plans being carried out and those that were; the activity list is the history."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from vstore_gui.actions.plan import Plan
from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.job import Progress
from vstore_gui.entities.text import Text

__all__ = ["JobList", "JobState", "JobStatus"]


class JobStatus(enum.Enum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"  # the user stopped waiting, or it was cancelled
    REFUSED = "refused"  # a guard refused on fresh values; nothing was done
    UNDONE = "undone"  # done, and taken back since


class JobState(msgspec.Struct, frozen=True):
    id: str
    plan: Plan
    status: JobStatus = JobStatus.RUNNING
    step: int = 0  # the step under way, or the one that failed
    steps_done: int = 0
    progress: Progress | None = None
    error: ErrorState | None = None
    reasons: tuple[object, ...] = ()  # of Reason, when refused
    started_s: float = 0.0
    ended_s: float | None = None
    can_cancel: bool = False  # really cancelled; False: 'Stop waiting'
    left_over: bool = False  # earlier steps stand and can be cleaned up
    undo_of: str | None = None
    # The call of `step` was sent and its outcome is not known: waiting was given up, the link or the
    # application died.
    in_doubt: bool = False
    from_journal: bool = False  # left in the middle by an earlier run of the application
    # It could not be taken back when that was last asked for: Ctrl+Z goes on to what was done before it.
    undo_refused: bool = False
    warning: Text | None = None  # what to know of the job itself
    answers: tuple[Any, ...] = ()  # of the steps done: an undo compares with what is there now

    @property
    def ended(self) -> bool:
        return self.status is not JobStatus.RUNNING


class JobList:
    """Jobs by id, newest last. Publishes each new value to subscribers, in the loop's thread.

    The oldest jobs that ended are forgotten beyond `KEPT`; those with something left over are not.
    """

    KEPT: Final = 500

    def __init__(self) -> None:
        self._jobs: dict[str, JobState] = {}
        self._subscribers: list[Callable[[JobState], None]] = []

    @property
    def jobs(self) -> Mapping[str, JobState]:
        return MappingProxyType(self._jobs)

    def get(self, job_id: str) -> JobState | None:
        return self._jobs.get(job_id)

    def put(self, job: JobState) -> None:
        """Add the job or replace its value; an equal value publishes nothing."""
        known = self._jobs.get(job.id)
        if known is job:
            return
        self._jobs[job.id] = job
        if known is None:
            self._forget_oldest()
        for subscriber in tuple(self._subscribers):
            subscriber(job)

    def _forget_oldest(self) -> None:
        spare = len(self._jobs) - self.KEPT
        if spare <= 0:
            return
        done = [job.id for job in self._jobs.values() if job.ended and not job.left_over]
        for job_id in done[:spare]:
            del self._jobs[job_id]

    def subscribe(self, subscriber: Callable[[JobState], None]) -> Callable[[], None]:
        """Call it with every new value from now on; the returned function ends that."""
        self._subscribers.append(subscriber)

        def end() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return end

    @property
    def last_undoable(self) -> JobState | None:
        """What Ctrl+Z would take back: the newest change that stands and was not itself an undo.

        One whose undo was refused is passed over; it may still be asked for by its own job.
        """
        for job in reversed(self._jobs.values()):
            if self.undoable(job) and not job.undo_refused and not self._is_undo(job):
                return job
        return None

    @staticmethod
    def undoable(job: JobState) -> bool:
        return job.status is JobStatus.DONE and job.plan.inverse is not None

    def _is_undo(self, job: JobState) -> bool:
        """An undo of an undo does again what was done first, and counts as doing."""
        undo = False
        while job.undo_of is not None:
            undo = not undo
            earlier = self._jobs.get(job.undo_of)
            if earlier is None:
                break
            job = earlier
        return undo
