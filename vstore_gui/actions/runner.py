"""Carries plans out. See `Runner`."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec

from vstore_gui.actions.guards import blocking, check, fresh_of
from vstore_gui.actions.jobs import JobList, JobState, JobStatus
from vstore_gui.actions.journal import Journal
from vstore_gui.actions.plan import Danger, Plan, PlanRefused, Reason, Step
from vstore_gui.actions.readback import READ_BACK, not_taken_over
from vstore_gui.actions.recovery import job_left_over, plan_clean_up, plan_finish
from vstore_gui.actions.undo import UNDOERS, Undoing
from vstore_gui.entities import calls
from vstore_gui.entities.calls import Partial
from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.job import Progress
from vstore_gui.entities.keys import DomainKey, PoolKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Names, text
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync
from vstore_gui.xml.document import XmlError

__all__ = ["Runner", "Spawn"]

Spawn = Callable[[Coroutine[Any, Any, Any]], "asyncio.Task[Any]"]
"""Starts a coroutine as a task that is held and reported: app.py passes aio.tasks.start with its owner."""

_log = logging.getLogger(__name__)

# What a step wanted is so already: somebody was faster. The plan goes on.
_ALREADY_SO: Final[dict[type[Any], ErrorKind]] = {
    calls.DeleteVolume: ErrorKind.NOT_FOUND,
    calls.UndefinePool: ErrorKind.NOT_FOUND,
    calls.StartPool: ErrorKind.ALREADY_ACTIVE,
    calls.StopPool: ErrorKind.NOT_ACTIVE,
}

# Errors after which nobody knows whether the host did what it was asked.
_IN_DOUBT: Final = frozenset(
    {ErrorKind.LOST, ErrorKind.NOT_RESPONDING, ErrorKind.TIMEOUT, ErrorKind.INTERNAL}
)


class Runner:
    """Runs plans as jobs: reads again what the guards need, asks them, journals each step before it is made.

    `jobs` publishes how each one goes. Lives in the loop's thread; only the journal is written in another.
    """

    def __init__(self, store: Store, sync: Sync, jobs: JobList, journal: Journal, start: Spawn) -> None:
        self._store = store
        self._sync = sync
        self._jobs = jobs
        self._journal = journal
        self._spawn = start
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._stopping: set[str] = set()
        self._journal_lock = asyncio.Lock()

    # ── running ──

    def start(self, plan: Plan, *, undo_of: str | None = None) -> JobState:
        """Begin the plan as a job and return at once; `jobs` publishes how it goes.

        A plan whose very calls are under way already is not begun twice: its job is returned.
        """
        running = self._running_already(plan)
        if running is not None:
            return running
        job = self._new_job(plan, undo_of)
        self._spawn(self._run(job))
        return job

    async def run(self, plan: Plan, *, undo_of: str | None = None) -> JobState:
        """Carry the plan out; returns the job's last value. Never raises for a failed step: it is in the
        job.
        """
        return await self._run(self._new_job(plan, undo_of))

    def stop(self, job_id: str) -> None:
        """Cancel where the call can be cancelled, else stop waiting for it."""
        task = self._tasks.get(job_id)
        if task is not None and job_id not in self._stopping:
            self._stopping.add(job_id)
            task.cancel()

    async def check(self, plan: Plan) -> tuple[Reason, ...]:
        """What the guards say on fresh values: for the dialog that asks before the plan is run."""
        await self._reread(plan)
        return check(plan, self._store)

    def _new_job(self, plan: Plan, undo_of: str | None) -> JobState:
        job = JobState(id=uuid.uuid4().hex, plan=plan, started_s=time.time(), undo_of=undo_of)
        self._jobs.put(job)
        return job

    def _running_already(self, plan: Plan) -> JobState | None:
        wanted = [(step.host, step.call) for step in plan.steps]
        for job in self._jobs.jobs.values():
            if not job.ended and [(step.host, step.call) for step in job.plan.steps] == wanted:
                return job
        return None

    async def _run(self, job: JobState) -> JobState:
        task = asyncio.current_task()
        assert task is not None
        self._tasks[job.id] = task
        try:
            job = await self._carry_out(job)
        except asyncio.CancelledError:
            now = self._jobs.get(job.id) or job
            job = self._end(now, JobStatus.STOPPED, in_doubt=now.in_doubt)
            if job.id not in self._stopping:
                raise  # the application ends: the journal tells the next one
            task.uncancel()
            await self._after_failure(job)
        finally:
            self._tasks.pop(job.id, None)
            self._stopping.discard(job.id)
        return job

    async def _carry_out(self, job: JobState) -> JobState:
        plan = job.plan
        await self._reread(plan)
        reasons = blocking(check(plan, self._store))
        if reasons:
            return self._end(msgspec.structs.replace(job, reasons=reasons), JobStatus.REFUSED)
        job = await self._write(job, self._journal.begin, plan, undo_of=job.undo_of)
        for at, step in enumerate(plan.steps):
            job = await self._write(job, self._journal.begin_step, at)
            job = self._change(job, step=at, progress=None, in_doubt=True)
            try:
                answer = await self._make(job, step)
            except HostError as error:
                job = self._failed(job, error.state)
                await self._after_failure(job)
                return job
            job = self._change(
                job, steps_done=at + 1, progress=None, in_doubt=False, answers=(*job.answers, answer)
            )
            job = await self._read_back(job, step)
        await self._settle(job.id)
        job = self._end(job, JobStatus.DONE)
        if plan.settles is not None:
            await self._dismiss(plan.settles)
        if job.undo_of is not None:
            undone = self._jobs.get(job.undo_of)
            if undone is not None:
                self._change(undone, status=JobStatus.UNDONE)
        return job

    async def _make(self, job: JobState, step: Step) -> Any:
        """Make the step's call; its answer goes into the store. Raises HostError."""
        host = self._sync.host(step.host)
        if host is None:
            message = text(QT_TRANSLATE_NOOP("vstore", "{host} was disconnected."), host=step.host)
            raise HostError(ErrorState(ErrorKind.UNREACHABLE, message, call=step.call.name))

        def on_part(part: Partial) -> None:
            now = self._jobs.get(job.id)
            if isinstance(part, Progress) and now is not None:
                self._change(now, progress=part)

        call: calls.Call[Any] = step.call
        try:
            answer = await host.call(call, on_part=on_part)
        except HostError as error:
            if error.kind is not _ALREADY_SO.get(type(step.call)):
                raise
            await self._reread_touched(step)
            return None
        except Exception as error:
            _log.exception("step %s failed", step.call.name)
            raise HostError(ErrorState.internal(repr(error), step.call.name)) from error
        self._sync.applied(step.host, step.call, answer)
        return answer

    async def _read_back(self, job: JobState, step: Step) -> JobState:
        """Say what the host dropped from the step's document."""
        ask, host = READ_BACK.get(type(step.call)), self._sync.host(step.host)
        if ask is None or host is None:
            return job
        reading: calls.Call[Any] = ask(step.call)
        try:
            missing = not_taken_over(step.call, await host.call(reading))
        except (HostError, XmlError) as error:
            _log.info("reading back failed: %s", error)
            return job
        if not missing:
            return job
        warning = text(
            QT_TRANSLATE_NOOP("vstore", "The host did not take over: {what}. It may be too old for it."),
            what=Names(missing),
        )
        return self._change(job, warning=warning)

    def _failed(self, job: JobState, error: ErrorState) -> JobState:
        job = msgspec.structs.replace(job, error=error, progress=None)
        return self._end(job, JobStatus.FAILED, in_doubt=error.kind in _IN_DOUBT)

    def _end(self, job: JobState, status: JobStatus, *, in_doubt: bool = False) -> JobState:
        """The job's last value. Something is left over when a step stands, or may stand, that can be taken
        back.
        """
        standing = job.plan.steps[: job.steps_done + in_doubt]
        left_over = (
            status in (JobStatus.FAILED, JobStatus.STOPPED)
            and (job.steps_done > 0 or in_doubt)
            and any(step.clean_up is not None for step in standing)
        )
        return self._change(
            job, status=status, ended_s=time.time(), progress=None, in_doubt=in_doubt, left_over=left_over
        )

    def _change(self, job: JobState, **fields: Any) -> JobState:
        job = msgspec.structs.replace(job, **fields)
        self._jobs.put(job)
        return job

    async def _after_failure(self, job: JobState) -> None:
        """The journal keeps what may have to be cleaned up; what the step was about is read again."""
        if job.left_over:
            await self._write(job, self._journal.stopped, job.steps_done, in_doubt=job.in_doubt)
        else:
            await self._settle(job.id)
        await self._reread_touched(job.plan.steps[job.step])

    # ── reading again ──

    async def _reread(self, plan: Plan) -> None:
        """Read what the guards must see as it is now. What cannot be read stays as it was: the guards say
        so.
        """
        fresh = fresh_of(plan.guards)
        if fresh.everywhere:
            await asyncio.gather(self._sync.complete(), self._sync.reread_domains())
        for pool in fresh.pools:
            known = self._store.pool(pool)
            if known is not None and known.active:
                await self._quietly(self._sync.reread_pool(pool))
        for domain in fresh.domains:
            await self._quietly(self._sync.reread_domain(domain))

    async def _reread_touched(self, step: Step) -> None:
        pool = step.call.lane
        domain = getattr(step.call, "domain", None)
        if pool is not None and self._store.pool(PoolKey(step.host, pool)) is not None:
            await self._quietly(self._sync.reread_pool(PoolKey(step.host, pool)))
        if domain is not None:
            await self._quietly(self._sync.reread_domain(DomainKey(step.host, domain)))

    async def _quietly(self, reading: Coroutine[Any, Any, None]) -> None:
        try:
            await reading
        except HostError as error:
            _log.info("reading again failed: %s", error)

    # ── the journal ──

    async def _write(self, job: JobState, record: Callable[..., None], *args: Any, **more: Any) -> JobState:
        """Write to the journal in a thread. A disk that is full must not keep anybody from deleting
        volumes: the job goes on, and says that it could not be written down.
        """
        try:
            async with self._journal_lock:
                await asyncio.to_thread(record, job.id, *args, **more)
        except OSError as error:
            _log.warning("the journal cannot be written: %s", error)
            warning = text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "The journal could not be written ({why}): should VStore be killed now, it will not know "
                    "later what was done.",
                ),
                why=error.strerror or str(error),
            )
            return self._change(job, warning=warning)
        return job

    async def _settle(self, job_id: str) -> None:
        job = self._jobs.get(job_id)
        if job is not None:
            await self._write(job, self._journal.end)

    # ── taking back, cleaning up ──

    async def plan_undo(self, job_id: str) -> Plan | tuple[Reason, ...]:
        """The plan that takes the job back, from fresh values, or why it cannot be: the job then says so."""
        plan = await self._plan_undo(job_id)
        job, refused = self._jobs.get(job_id), not isinstance(plan, Plan)
        if job is not None and job.undo_refused != refused:
            self._change(job, undo_refused=refused)
        return plan

    async def _plan_undo(self, job_id: str) -> Plan | tuple[Reason, ...]:
        job = self._jobs.get(job_id)
        if job is None or not JobList.undoable(job) or job.plan.inverse is None:
            return (Reason(text(QT_TRANSLATE_NOOP("vstore", "This cannot be undone."))),)
        await self._reread(job.plan)
        undoing = Undoing(self._store, self._sync.host, job.answers)
        try:
            plan = await UNDOERS[job.plan.inverse.verb](undoing, job.plan.inverse.args)
        except PlanRefused as refusal:
            return refusal.reasons
        except HostError as error:
            return (Reason(error.state.message),)
        await self._reread(plan)
        return blocking(check(plan, self._store)) or plan

    async def undo(self, job_id: str) -> JobState | tuple[Reason, ...]:
        """Plan the undo and start it; the reasons where it is refused.

        A plan that loses data must be confirmed: use plan_undo, and `start` it once the user has; here it
        is refused.
        """
        plan = await self.plan_undo(job_id)
        if not isinstance(plan, Plan):
            return plan
        if plan.danger < Danger.LOSES_DATA:
            return self.start(plan, undo_of=job_id)
        return self._unconfirmed(plan, job_id)

    def plan_clean_up(self, job_id: str) -> Plan | None:
        """Takes back the steps that stand of a failed, stopped or left-over job; None when nothing is to
        do.
        """
        job = self._jobs.get(job_id)
        return plan_clean_up(self._store, job) if job is not None and job.left_over else None

    def plan_finish(self, job_id: str) -> Plan | None:
        """The steps that a left-over job has not done; None when nothing is to do."""
        job = self._jobs.get(job_id)
        return plan_finish(self._store, job) if job is not None and job.left_over else None

    def clean_up(self, job_id: str) -> JobState | None:
        """Start plan_clean_up as a job; when it is done, nothing is left over. None: nothing was to do.

        A plan that loses data must be confirmed: `start` it once the user has; here it ends REFUSED.
        """
        return self._deal_with(job_id, self.plan_clean_up(job_id))

    def finish(self, job_id: str) -> JobState | None:
        """Start plan_finish as a job; as `clean_up`."""
        return self._deal_with(job_id, self.plan_finish(job_id))

    def _deal_with(self, job_id: str, plan: Plan | None) -> JobState | None:
        if plan is None:
            self.dismiss(job_id)
            return None
        return self.start(plan) if plan.danger < Danger.LOSES_DATA else self._unconfirmed(plan)

    def _unconfirmed(self, plan: Plan, undo_of: str | None = None) -> JobState:
        template = QT_TRANSLATE_NOOP("vstore", "This loses data, and must be confirmed first.")
        job = msgspec.structs.replace(self._new_job(plan, undo_of), reasons=(Reason(text(template)),))
        return self._end(job, JobStatus.REFUSED)

    def dismiss(self, job_id: str) -> None:
        """The user leaves what stands as it is: do not offer it again."""
        self._spawn(self._dismiss(job_id))

    async def _dismiss(self, job_id: str) -> None:
        job = self._jobs.get(job_id)
        if job is None or not job.left_over:
            return
        self._change(job, left_over=False)
        await self._settle(job_id)

    async def recover(self) -> tuple[JobState, ...]:
        """At start: jobs that an earlier run of the application left in the middle, put into the job list."""
        try:
            async with self._journal_lock:
                unfinished = await asyncio.to_thread(self._journal.unfinished)
        except OSError as error:
            _log.warning("the journal cannot be read: %s", error)
            return ()
        jobs = tuple(job_left_over(plan) for plan in unfinished)
        for job in jobs:
            self._jobs.put(job)
        return jobs
