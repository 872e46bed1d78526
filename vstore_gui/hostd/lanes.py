"""Lanes: each pool's calls queue behind that pool's trouble and behind nobody else's. See `Lanes`."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from vstore_gui.entities.calls import (
    BuildPool,
    Call,
    CreateVolume,
    DeleteVolume,
    UpdateDisk,
)
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.reports import LaneAnswered, LaneSilent, Report
from vstore_gui.hostd.errors import refused_lane

__all__ = ["DEADLINE_S", "HANGING_KINDS", "Lanes", "Run", "Work"]

DEADLINE_S: Final = 10.0

# Backends that can hang on a dead server: at most one call of theirs pins a worker of the daemon.
HANGING_KINDS: Final = frozenset({"netfs", "gluster", "rbd", "iscsi", "iscsi-direct", "sheepdog", "vstorage"})
_WIDTH: Final = 10
_JOBS: Final = 4
_NO_POOL_WIDTH: Final = 16

# Deadlines in units of the usual one, where a call may take longer though nothing is wrong. None: it holds no
# lock of the pool while it works, so that other calls of the pool tell whether the storage answers.
PATIENCE: Final[dict[type[Call[Any]], float | None]] = {
    CreateVolume: None,  # full preallocation writes every block; libvirt unlocks the pool meanwhile
    BuildPool: 6.0,  # mkfs
    DeleteVolume: 6.0,  # unlinking a large file on ext4
    UpdateDisk: 3.0,  # QEMU waits 5 s for a guest to open the tray
}


@dataclass(eq=False, slots=True)
class Work:
    """Something to run in a lane. `fail` is called instead of `body` when the lane goes silent before its
    turn."""

    call: Call[Any]
    body: Callable[[Run], None]
    fail: Callable[[HostError], None]
    patient: bool = False  # bulk reading: others go first


@dataclass(eq=False, slots=True)
class Run:
    """A piece of work under way. `beat` says that the call before has come back and the next one starts."""

    lane: _Lane
    call: str
    walks_all_pools: bool
    deadline_s: float | None
    since: float = field(default_factory=time.monotonic)
    overdue: bool = False

    def beat(self, now: float | None = None) -> None:
        self.since = time.monotonic() if now is None else now
        if self.overdue:
            self.lane.lanes._answered(self)

    @property
    def due_at(self) -> float | None:
        return None if self.deadline_s is None or self.overdue else self.since + self.deadline_s


@dataclass(eq=False, slots=True)
class _Lane:
    lanes: Lanes
    pool: str | None
    name: str
    width: int
    queue: deque[Work] = field(default_factory=deque)
    jobs: deque[Work] = field(default_factory=deque)
    threads: int = 0
    job_threads: int = 0
    running: set[Run] = field(default_factory=set)

    @property
    def overdue(self) -> Run | None:
        return next((run for run in self.running if run.overdue), None)


class Lanes:
    """Runs work in threads, at most `width` at a time per pool, and notices what does not come back.

    A lane with a call past its deadline is *silent*: the call is neither cut nor repeated, what waits in the
    lane and what is asked of it later fails at once with NOT_RESPONDING, and so does, whatever its lane,
    every call that walks all pools, because libvirt would block it too. When the call comes back, the lane
    works again.

    Calls of no pool share one wide lane that never goes silent as a whole: only calls of the same name are
    refused.
    """

    def __init__(self, tell: Callable[[Report], None], deadline_s: float = DEADLINE_S) -> None:
        self._tell = tell
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._watched = threading.Condition(self._lock)
        self._wakes_at: float | None = None
        self._none = _Lane(self, None, "", _NO_POOL_WIDTH)
        self._lanes: dict[str, _Lane] = {}
        self._closed = False
        threading.Thread(target=self._watch, name="lane-watch", daemon=True).start()

    def know(self, pool: str, name: str, kind: str) -> None:
        """Tell the lane of a pool its name and how wide it may be."""
        with self._lock:
            lane = self._lane(pool)
            lane.name = name
            lane.width = 1 if kind in HANGING_KINDS else _WIDTH

    def submit(self, work: Work) -> None:
        """Run it when its turn comes, or refuse it at once."""
        call = work.call
        with self._lock:
            lane = self._none if call.lane is None else self._lane(call.lane)
            refusal = self._refusal(lane, call)
            if refusal is None:
                self._enqueue(lane, work)
        if refusal is not None:
            work.fail(refusal)

    def width(self, pool: str) -> int:
        with self._lock:
            return self._lane(pool).width

    def close(self) -> None:
        """Watch no longer; work that was submitted goes on."""
        with self._watched:
            self._closed = True
            self._watched.notify()

    @property
    def in_flight(self) -> int:
        with self._lock:
            return sum(len(lane.running) for lane in (self._none, *self._lanes.values()))

    # ── inside; the lock is held where a method does not take it ──

    def _lane(self, pool: str) -> _Lane:
        lane = self._lanes.get(pool)
        if lane is None:  # of unknown kind: careful until it is known
            lane = self._lanes[pool] = _Lane(self, pool, pool, 1)
        return lane

    def _refusal(self, lane: _Lane, call: Call[Any]) -> HostError | None:
        if lane.pool is not None:
            silent = lane.overdue
        else:
            silent = next((run for run in lane.running if run.overdue and run.call == call.name), None)
        if silent is None and call.walks_all_pools:
            silent = next((run for other in self._lanes.values() if (run := other.overdue)), None) or next(
                (run for run in self._none.running if run.overdue and run.walks_all_pools), None
            )
        if silent is None:
            return None
        what = f"{silent.call} ({silent.lane.name})" if silent.lane.name else silent.call
        return refused_lane(call.name, what, f"not sent: {what} has been waiting since it was sent")

    def _enqueue(self, lane: _Lane, work: Work) -> None:
        if work.call.role == "job":
            lane.jobs.append(work)
            if lane.job_threads < _JOBS:
                lane.job_threads += 1
                self._start(lane, jobs=True)
            return
        if work.patient:
            lane.queue.append(work)
        else:
            # Behind the others that are in a hurry, before what is not.
            position = next((i for i, other in enumerate(lane.queue) if other.patient), len(lane.queue))
            lane.queue.insert(position, work)
        if lane.threads < lane.width:
            lane.threads += 1
            self._start(lane, jobs=False)

    def _start(self, lane: _Lane, *, jobs: bool) -> None:
        threading.Thread(
            target=self._serve, args=(lane, jobs), name=f"lane-{lane.name or 'none'}", daemon=True
        ).start()

    def _serve(self, lane: _Lane, jobs: bool) -> None:
        queue = lane.jobs if jobs else lane.queue
        while True:
            with self._lock:
                if not queue:
                    if jobs:
                        lane.job_threads -= 1
                    else:
                        lane.threads -= 1
                    return
                work = queue.popleft()
                run = self._begin(lane, work.call)
            try:
                work.body(run)
            finally:
                with self._lock:
                    lane.running.discard(run)
                if run.overdue:
                    self._answered(run)

    def _begin(self, lane: _Lane, call: Call[Any]) -> Run:
        patience = PATIENCE.get(type(call), 1.0)
        deadline_s = None if patience is None else patience * self._deadline_s
        run = Run(lane, call.name, call.walks_all_pools, deadline_s)
        lane.running.add(run)
        if run.due_at is not None and (self._wakes_at is None or run.due_at < self._wakes_at):
            self._watched.notify()
        return run

    def _answered(self, run: Run) -> None:
        """Takes the lock."""
        with self._lock:
            run.overdue = False
            answers = run.lane.overdue is None
        if answers:
            self._tell(LaneAnswered(run.lane.pool))

    def _watch(self) -> None:
        """The watching thread: sleeps until the next deadline."""
        while not self._closed:
            with self._watched:
                now = time.monotonic()
                runs = [run for lane in (self._none, *self._lanes.values()) for run in lane.running]
                late = [run for run in runs if run.due_at is not None and run.due_at <= now]
                refused: list[tuple[Work, HostError]] = []
                reports: list[Report] = []
                for run in late:
                    first = run.lane.overdue is None
                    run.overdue = True
                    if first or run.lane.pool is None:
                        reports.append(LaneSilent(run.lane.pool, run.call, now - run.since))
                    refused += self._drain(run.lane)
                if not late:
                    self._wakes_at = min((run.due_at for run in runs if run.due_at is not None), default=None)
                    self._watched.wait(None if self._wakes_at is None else max(0.0, self._wakes_at - now))
                    self._wakes_at = None
                    continue
            for report in reports:
                self._tell(report)
            for work, error in refused:
                work.fail(error)

    def _drain(self, lane: _Lane) -> list[tuple[Work, HostError]]:
        """Take out what waits in the lane and would now be refused."""
        refused = []
        for queue in (lane.queue, lane.jobs):
            for work in tuple(queue):
                error = self._refusal(lane, work.call)
                if error is not None:
                    queue.remove(work)
                    refused.append((work, error))
        return refused
