"""Jobs: plans being carried out and those that were; the activity list is the history."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

import msgspec

from vstore_gui.actions.plan import Plan
from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.job import Progress

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


class JobList:
    """Jobs by id, newest last. Publishes each new value to subscribers, in the loop's thread."""

    @property
    def jobs(self) -> Mapping[str, JobState]: ...
    def put(self, job: JobState) -> None: ...
    def subscribe(self, subscriber: Callable[[JobState], None]) -> Callable[[], None]: ...

    @property
    def last_undoable(self) -> JobState | None:
        """What Ctrl+Z would take back."""
