"""A store, a sync, fake hosts and a runner with its journal: what plans are tested on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.fakes.host import FakeHost
from tests.support.waiting import eventually
from vstore_gui.actions.jobs import JobList, JobState
from vstore_gui.actions.journal import Journal
from vstore_gui.actions.plan import Plan
from vstore_gui.actions.runner import Runner
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Pace, Sync

NEVER = Pace(3600, 3600, 3600, 3600, 3600)


class World:
    """One fake host to begin with; `add_host` brings others."""

    def __init__(self, directory: Path | None, host: FakeHost | None = None) -> None:
        self.store = Store()
        self.sync = Sync(self.store, pace=NEVER)
        self.host = host or FakeHost()
        self.jobs = JobList()
        self.journal = Journal(directory or Path("/dev/null/journal"))
        self.tasks: set[asyncio.Task[Any]] = set()
        self.runner = Runner(self.store, self.sync, self.jobs, self.journal, self.spawn)

    def spawn(self, coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coro)
        self.tasks.add(task)
        return task

    async def open(self) -> None:
        self.sync.add(self.host)
        await self.settled()

    async def add_host(self, uri: str) -> FakeHost:
        host = FakeHost(uri)
        self.sync.add(host)
        await self.settled()
        return host

    async def settled(self) -> None:
        """Everything that was set off has been read."""
        for _ in range(20):
            await asyncio.sleep(0)
        await eventually(lambda: self.sync.idle, "nothing is being read")

    async def ended(self, job: JobState) -> JobState:
        await eventually(lambda: self.jobs.jobs[job.id].ended, "the job ended")
        return self.jobs.jobs[job.id]

    async def run(self, plan: Plan) -> JobState:
        job = await self.runner.run(plan)
        await self.settled()
        assert job.warning is None, job.warning
        return job

    def key(self, pool: PoolState, host: FakeHost | None = None) -> PoolKey:
        return PoolKey((host or self.host).id, pool.uuid)

    def volume(self, pool: PoolState, name: str, host: FakeHost | None = None) -> VolumeKey:
        return VolumeKey((host or self.host).id, pool.uuid, name)

    def drive(self, domain: DomainState, target: str = "sda") -> DiskKey:
        return DiskKey(self.host.id, domain.uuid, target)

    def domain(self, domain: DomainState) -> DomainState:
        state = self.store.domain(DomainKey(self.host.id, domain.uuid))
        assert state is not None
        return state

    def changed(self) -> list[str]:
        """The names of the calls that changed something, in order."""
        return [call.name for call in self.host.asked if call.name not in READS]


READS = frozenset(
    {
        "GetHostInfo", "ListPools", "ReadPool", "ListDomains", "ReadDomain", "ListVolumes", "ReadVolumes",
        "PrioritiseVolumes", "ReadVolume", "GetPoolDocument", "GetVolumeDocument", "GetDomainDocument",
        "ReadBlockStats", "ProbePath", "GetChildStats",
    }
)  # fmt: skip


@asynccontextmanager
async def world(directory: Path | None = None, host: FakeHost | None = None) -> AsyncIterator[World]:
    one = World(directory, host)
    try:
        yield one
    finally:
        for task in one.tasks:
            task.cancel()
        await asyncio.gather(*one.tasks, return_exceptions=True)
        await one.sync.close()
        one.journal.close()


def file_disk(path: str, target: str = "vda", **fields: Any) -> DiskState:
    return DiskState(
        target, bus="virtio", format="qcow2", source=DiskSource(SourceKind.FILE, path=path), **fields
    )


def cdrom(path: str | None = None, target: str = "sda", **fields: Any) -> DiskState:
    source = DiskSource() if path is None else DiskSource(SourceKind.FILE, path=path)
    return DiskState(target, bus="sata", device="cdrom", format="raw", source=source, readonly=True, **fields)


def messages(reasons: Any) -> list[str]:
    return [str(reason.message) for reason in reasons]
