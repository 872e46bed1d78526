"""All floors below the window on a real host: client, store, sync, runner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.support.libvirtd import PrivateLibvirtd
from tests.support.waiting import eventually
from vstore_gui.actions.jobs import JobList, JobState
from vstore_gui.actions.journal import Journal
from vstore_gui.actions.plan import Plan
from vstore_gui.actions.runner import Runner
from vstore_gui.adapter.host_client import HostClient
from vstore_gui.adapter.supervisor import Backoff
from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DiskKey, DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Pace, Sync

__all__ = ["Stack"]

# Where libvirt sends no event, the screen is polled: often enough for a test to wait for it.
_PACE = Pace(pool_s=0.2, refresh_s=0.3, longest_refresh_s=1.0, block_stats_s=0.5, domain_s=0.3)
_BACKOFF = Backoff(first_s=0.1, limit_s=0.5)


class Stack:
    """Opens the host on entering, closes everything on leaving; names things as an admin does."""

    def __init__(self, daemon: PrivateLibvirtd, journal: Path) -> None:
        self._daemon = daemon
        self.store = Store()
        self.sync = Sync(self.store, pace=_PACE)
        self.jobs = JobList()
        self._journal = Journal(journal)
        self.runner = Runner(self.store, self.sync, self.jobs, self._journal, asyncio.ensure_future)
        self.host = HostClient(daemon.uri, backoff=_BACKOFF)
        self.uri = daemon.uri

    async def __aenter__(self) -> Stack:
        self.sync.add(self.host)
        await self.idle()
        state = self.store.host(self.uri)
        assert state is not None
        assert state.link is HostLink.ONLINE, state.error
        return self

    async def also(self, uri: str) -> HostId:
        """Another connection beside the first, online and read."""
        self.sync.add(HostClient(uri, backoff=_BACKOFF))
        await self.idle()
        state = self.store.host(uri)
        assert state is not None
        assert state.link is HostLink.ONLINE, state.error
        return uri

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.sync.close()
        self._journal.close()

    async def virsh(self, *arguments: str | Path) -> str:
        """What another admin does meanwhile."""
        return await asyncio.to_thread(self._daemon.virsh, *arguments)

    async def elsewhere(self, action: Callable[[], object]) -> None:
        """Anything that blocks, outside the loop."""
        await asyncio.to_thread(action)

    async def idle(self) -> None:
        await eventually(lambda: self.sync.idle, "everything to be read")

    async def run(self, plan: Plan) -> JobState:
        job = await self.runner.run(plan)
        await self.idle()
        return job

    @property
    def link(self) -> HostLink:
        return self.host.link

    # by name
    def pool_key(self, name: str) -> PoolKey:
        key = self.store.pool_named(self.uri, name)
        assert key is not None, f"no pool {name}"
        return key

    def pool(self, name: str) -> PoolState | None:
        key = self.store.pool_named(self.uri, name)
        return None if key is None else self.store.pool(key)

    def volume_key(self, pool: str, name: str) -> VolumeKey:
        return VolumeKey(self.uri, self.pool_key(pool).uuid, name)

    def volume(self, pool: str, name: str) -> VolumeState | None:
        return None if self.pool(pool) is None else self.store.volume(self.volume_key(pool, name))

    def machine(self, name: str) -> DomainState | None:
        return next((each for each in self.store.domains(self.uri).values() if each.name == name), None)

    def machine_key(self, name: str) -> DomainKey:
        machine = self.machine(name)
        assert machine is not None, f"no machine {name}"
        return DomainKey(self.uri, machine.uuid)

    def disk_key(self, machine: str, target: str) -> DiskKey:
        return DiskKey(self.uri, self.machine_key(machine).uuid, target)

    def disk(self, machine: str, target: str, *, stored: bool = False) -> DiskState:
        state = self.machine(machine)
        assert state is not None
        disks = state.next_disks if stored and state.next_disks is not None else state.disks
        return next(disk for disk in disks if disk.target == target)
