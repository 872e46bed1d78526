"""Carries plans out. See `Runner`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from vstore_gui.actions.jobs import JobList, JobState
from vstore_gui.actions.journal import Journal
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

__all__ = ["Runner", "Spawn"]

Spawn = Callable[[Coroutine[Any, Any, Any]], Any]
"""Starts a coroutine as a task that is held and reported: app.py passes aio.tasks.start with its owner."""


class Runner:
    def __init__(self, store: Store, sync: Sync, jobs: JobList, journal: Journal, start: Spawn) -> None: ...
    def start(self, plan: Plan, *, undo_of: str | None = None) -> JobState:
        """Begin the plan as a job and return at once; `jobs` publishes how it goes."""

    async def run(self, plan: Plan, *, undo_of: str | None = None) -> JobState:
        """Carry the plan out; returns the job's last value. Never raises for a failed step: it is in the
        job.
        """

    def stop(self, job_id: str) -> None:
        """Cancel where the call can be cancelled, else stop waiting for it."""

    async def plan_undo(self, job_id: str) -> Plan | tuple[Reason, ...]:
        """The plan that takes the job back, from fresh values, or why it cannot be."""

    async def undo(self, job_id: str) -> JobState | tuple[Reason, ...]:
        """Plan the undo and run it; the reasons where it is refused."""

    def plan_clean_up(self, job_id: str) -> Plan | None:
        """Takes back the steps that stand of a failed, stopped or left-over job; None when nothing is to
        do.
        """

    def plan_finish(self, job_id: str) -> Plan | None:
        """The steps that a left-over job has not done."""

    def clean_up(self, job_id: str) -> JobState | None:
        """Start plan_clean_up as a job."""

    def finish(self, job_id: str) -> JobState | None:
        """Start plan_finish as a job."""

    def dismiss(self, job_id: str) -> None:
        """The user leaves what stands as it is: do not offer it again."""

    async def recover(self) -> tuple[JobState, ...]:
        """At start: jobs that an earlier run of the application left in the middle, put into the job list."""
