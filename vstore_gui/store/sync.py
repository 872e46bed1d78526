"""Decides what to read again. See `Sync`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from vstore_gui.adapter.api import Host
from vstore_gui.entities.calls import Call
from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey
from vstore_gui.entities.reports import CredentialsWanted, Report
from vstore_gui.store.applied import apply
from vstore_gui.store.changes import Key
from vstore_gui.store.host_sync import HostSync
from vstore_gui.store.reads import Slices, Spawn, Tasks, spawn
from vstore_gui.store.store import Store

__all__ = ["Pace", "Sync"]

# Kinds whose volumes can stand on other volumes: what `complete` reads.
_CHAINED_KINDS = frozenset({"dir", "fs", "netfs", "vstorage", "gluster", "logical"})
# Kinds that are refreshed unasked while on screen: local directories. Elsewhere a refresh talks to a server
# or scans a bus, and one that fails stops the pool.
_CHEAP_KINDS = frozenset({"dir", "fs"})
# A refresh may take no more than this part of the time.
_REFRESH_SHARE = 100

Milestone = Callable[[str, Key, int], None]
"""kind, what, how many: 'online' of a host; its 'pools' and 'domains' listed; 'names' and 'details' of a
pool."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often what is on screen is asked for where libvirt sends no event; seconds."""

    pool_s: float = 10.0
    refresh_s: float = 30.0
    longest_refresh_s: float = 300.0
    block_stats_s: float = 5.0
    domain_s: float = 10.0


class Sync:
    """Keeps the store true to every host: a HostObserver.

    On coming online it reads pools and machines side by side, then the volume names of active pools. After
    that: an event re-reads just what it names; our own actions patch the store with what the call answered;
    what is *watched* (on screen) is also polled slowly where libvirt sends no event; what is hidden is not
    polled at all.

    `on_error` hears of readings that failed for a reason that is shown nowhere else; `on_credentials` of a
    host that asks for a password (without one, it is declined).
    """

    def __init__(self, store: Store, *, start: Spawn = spawn, pace: Pace | None = None) -> None:
        self._store = store
        self._start = start
        self._pace = pace or Pace()
        self._hosts: dict[HostId, HostSync] = {}
        self._tasks = Tasks(start)
        self.slices = Slices()
        self._pool: PoolKey | None = None
        self._pool_task: asyncio.Task[Any] | None = None
        self._domain: DomainKey | None = None
        self._domain_task: asyncio.Task[Any] | None = None
        self._active = True
        self._completing = 0
        self._milestones: list[Milestone] = []
        self.on_error: Callable[[HostId, ErrorState], None] | None = None
        self.on_credentials: Callable[[Host, CredentialsWanted], None] | None = None

    # ── hosts ───────────────────────────────────────────────────────────────────────────────────────────────

    def add(self, host: Host) -> None:
        """Take the host in and open it."""
        if host.id in self._hosts:
            return
        self._hosts[host.id] = HostSync(host, self._store, self, self._start)
        if self._store.host(host.id) is None:
            self._store.put_host(HostState(host.id, since_s=time.time()))
        host.open(self)

    async def remove(self, host: HostId) -> None:
        """Close it and end all reading. Its values stay until the store drops the host."""
        known = self._hosts.pop(host, None)
        if known is None:
            return
        await known.close()
        state = self._store.host(host)
        if state is not None:
            now = time.time()
            closed = msgspec.structs.replace(
                state,
                link=HostLink.OFFLINE,
                since_s=now,
                lost_s=now if state.link is HostLink.ONLINE else state.lost_s,
                retry_at_s=None,
                silent_pools=(),
                waiting_for=None,
                stale=True,
            )
            self._store.put_host(closed)

    async def close(self) -> None:
        """Close all hosts and end all polling: the application ends; nobody looks at the store any more."""
        await self._tasks.end()
        hosts, self._hosts = self._hosts, {}
        await asyncio.gather(*(host.close(forget=False) for host in hosts.values()))

    def host(self, host: HostId) -> Host | None:
        known = self._hosts.get(host)
        return None if known is None else known.host

    def host_reported(self, host: Host, report: Report) -> None:
        known = self._hosts.get(host.id)
        if known is None:
            return
        if not isinstance(report, CredentialsWanted):
            known.reported(report)
        elif self.on_credentials is not None:
            self.on_credentials(host, report)
        else:
            host.answer_credentials(report.id, None)

    def host_link_changed(self, host: Host, link: HostLink, retry_in_s: float | None) -> None:
        known = self._hosts.get(host.id)
        if known is not None:
            known.link_changed(link, retry_in_s)

    # ── what is on screen ───────────────────────────────────────────────────────────────────────────────────

    def watch_pool(self, key: PoolKey | None) -> None:
        """The pool page on screen (None: none): its details are read and kept fresh."""
        if key == self._pool:
            return
        if self._pool is not None and not self._completing:
            old = self._hosts.get(self._pool.host)
            if old is not None:
                old.pools.details(self._pool.uuid).stop()
        if self._pool_task is not None:
            self._pool_task.cancel()
            self._pool_task = None
        self._pool = key
        if key is not None:
            known = self._hosts.get(key.host)
            if known is not None:
                known.pools.show(key.uuid)
            self._pool_task = self._tasks.start(self._poll_pool(key))

    def watch_visible_volumes(self, key: PoolKey, names: Iterable[str]) -> None:
        """The rows in view: their details first."""
        known = self._hosts.get(key.host)
        if known is not None:
            known.pools.details(key.uuid).show(names)

    def watch_domain(self, key: DomainKey | None) -> None:
        """The machine page on screen: block statistics and edits of its stored configuration are polled
        slowly."""
        if key == self._domain:
            return
        if self._domain_task is not None:
            self._domain_task.cancel()
            self._domain_task = None
        self._domain = key
        if key is not None:
            if (known := self._online(key.host)) and self._store.domain(key) is not None:
                known.domains.want(key.uuid, join=True)
            self._domain_task = self._tasks.start(self._poll_domain(key))

    def window_focused(self) -> None:
        """The user came back: re-read what no event tells, for what is on screen."""
        self._active = True
        if self._pool is not None and (known := self._online(self._pool.host)):
            known.pools.want(self._pool.uuid, join=True)
        if self._domain is not None and (known := self._online(self._domain.host)):
            known.domains.want(self._domain.uuid, join=True)

    def window_left(self) -> None:
        """The user went elsewhere: storage is not refreshed unasked until they are back."""
        self._active = False

    async def _poll_pool(self, key: PoolKey) -> None:
        now = asyncio.get_running_loop().time
        pause_s = self._pace.refresh_s
        refresh_at = now() + pause_s
        while True:
            await asyncio.sleep(self._pace.pool_s)
            known = self._online(key.host)
            pool = self._store.pool(key)
            if known is None or pool is None:
                continue
            if pool.active and pool.kind in _CHEAP_KINDS and self._active and now() >= refresh_at:
                began = now()
                await known.pools.refresh_unasked(key.uuid)
                pause_s = min(pause_s * 2, self._pace.longest_refresh_s)
                refresh_at = now() + max(pause_s, _REFRESH_SHARE * (now() - began))
            else:
                known.pools.want(key.uuid, join=True)
            known.pools.want_growing(key.uuid)

    async def _poll_domain(self, key: DomainKey) -> None:
        now = asyncio.get_running_loop().time
        read_at = now() + self._pace.domain_s
        while True:
            known = self._online(key.host)
            if known is not None and self._store.domain(key) is not None:
                await known.domains.read_block_stats(key.uuid)
                if now() >= read_at:
                    known.domains.want(key.uuid, join=True)
                    read_at = now() + self._pace.domain_s
            await asyncio.sleep(self._pace.block_stats_s)

    def _online(self, host: HostId) -> HostSync | None:
        known = self._hosts.get(host)
        return known if known is not None and known.online else None

    # ── asked for ───────────────────────────────────────────────────────────────────────────────────────────

    async def reread_pool(self, key: PoolKey, *, refresh: bool = False) -> None:
        """Pool, names and, if watched, details. `refresh` asks libvirt to look at the storage again (F5).

        Raises HostError when that refresh fails.
        """
        known = self._online(key.host)
        if known is None:
            return
        if refresh and (pool := self._store.pool(key)) is not None and pool.active:
            await known.pools.refresh(key.uuid)
        else:
            await known.pools.reread(key.uuid)
        if self.watches_pool(key) and known.online:
            await known.pools.read_details(key.uuid)

    async def reread_domain(self, key: DomainKey) -> None:
        known = self._online(key.host)
        if known is not None:
            await known.domains.want(key.uuid)

    async def reread_domains(self, hosts: Iterable[HostId] | None = None) -> None:
        """All machines of these hosts (None: of all that are online): libvirt sends no event for an edit of a
        stored configuration."""
        online = (self._online(host) for host in (tuple(self._hosts) if hosts is None else hosts))
        await asyncio.gather(*(known.domains.want_all() for known in online if known is not None))

    async def complete(self, hosts: Iterable[HostId] | None = None) -> tuple[PoolKey, ...]:
        """Read the details of every volume not read yet, so that guards see whole backing chains.

        Returns the pools that could not be read (hung, failed): what a guard must say it does not know.
        """
        wanted = [
            PoolKey(host, uuid)
            for host in (tuple(self._store.hosts) if hosts is None else hosts)
            for uuid, pool in self._store.pools(host).items()
            if pool.active and pool.kind in _CHAINED_KINDS
        ]
        self._completing += 1
        try:
            done = await asyncio.gather(*(self._complete_pool(key) for key in wanted))
        finally:
            self._completing -= 1
        return tuple(key for key, complete in zip(wanted, done, strict=True) if not complete)

    async def _complete_pool(self, key: PoolKey) -> bool:
        known = self._online(key.host)
        return known is not None and await known.pools.complete(key.uuid)

    def applied(self, host: HostId, call: Call[Any], answer: Any) -> None:
        """A call of ours was answered: the store is patched by that, since libvirt sends no event for
        most."""
        known = self._hosts.get(host)
        if known is not None:
            apply(known, self._store, call, answer)

    @property
    def idle(self) -> bool:
        """Nothing is connecting, being read or waiting to be read (polls and what hangs aside)."""
        return not self._completing and all(host.idle for host in self._hosts.values())

    # ── who is told ─────────────────────────────────────────────────────────────────────────────────────────

    def on_milestone(self, observer: Milestone) -> Callable[[], None]:
        """Call it when something is known whole; the returned function ends that."""
        self._milestones.append(observer)
        return lambda: self._milestones.remove(observer) if observer in self._milestones else None

    def milestone(self, kind: str, key: Key, count: int) -> None:
        """A host's reading tells."""
        for observer in tuple(self._milestones):
            try:
                observer(kind, key, count)
            except Exception as error:
                sys.excepthook(type(error), error, error.__traceback__)

    def failed(self, host: HostId, error: ErrorState) -> None:
        """A host's reading tells."""
        if self.on_error is not None:
            self.on_error(host, error)

    def watches_pool(self, key: PoolKey) -> bool:
        return key == self._pool
