"""Keeps the store true to one host. See `HostSync`."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from vstore_gui.adapter.api import Host
from vstore_gui.entities.calls import ListPools
from vstore_gui.entities.host import HostInfo, HostLink
from vstore_gui.entities.keys import DomainKey
from vstore_gui.entities.reports import (
    BlockJobEvent,
    DomainEvent,
    Ended,
    LaneAnswered,
    LaneSilent,
    Online,
    PoolEvent,
    Report,
)
from vstore_gui.store.host_context import HostContext, Told
from vstore_gui.store.host_domains import HostDomains
from vstore_gui.store.host_pools import HostPools
from vstore_gui.store.reads import Spawn
from vstore_gui.store.store import Store

__all__ = ["HostSync"]


class HostSync:
    """One host's reading: all of it when it comes online, then what its events name. What is under way when
    the link is lost ends; the store's values stay, marked as old, until the next listing is compared with
    them."""

    def __init__(self, host: Host, store: Store, told: Told, start: Spawn) -> None:
        self._context = HostContext(host, store, told, start)
        self._info = HostInfo()
        self._first_reading: asyncio.Task[Any] | None = None
        self.host = host
        self.pools = HostPools(self._context)
        self.domains = HostDomains(self._context)

    @property
    def online(self) -> bool:
        return self._context.online

    @property
    def idle(self) -> bool:
        """Nothing connects or is read; what hangs is not waited for."""
        context = self._context
        if not self.online:
            return context.closed or self.host.link is not HostLink.CONNECTING
        silent = context.silence.pools
        stuck = bool(silent) or context.state.waiting_for is not None
        if self._first_reading is not None and not self._first_reading.done() and not stuck:
            return False
        if any(pool not in silent for pool in self.pools.reading_details):
            return False
        return all(thing in silent or (stuck and noun == "pools") for noun, thing in context.reads.reading())

    async def close(self, *, forget: bool = True) -> None:
        """End all reading, and the host. `forget`: take its volumes out of the store, a slice at a time."""
        self._context.closed = True
        await self._context.tasks.end()
        await self.host.close()
        if forget:
            await self.pools.drop_all_volumes()

    # ── what the host tells ─────────────────────────────────────────────────────────────────────────────────

    def link_changed(self, link: HostLink, retry_in_s: float | None) -> None:
        context = self._context
        now = time.time()
        if link is HostLink.ONLINE:
            context.change(
                link=link,
                info=self._info,
                error=None,
                since_s=now,
                lost_s=None,
                retry_at_s=None,
                silent_pools=(),
                waiting_for=None,
            )
            context.told.milestone("online", context.id, 1)
            self._first_reading = context.tasks.start(self._read_all())
            return
        if link is not HostLink.CONNECTING:
            context.end_readings()
            self.pools.forget()
            self.domains.forget()
        known = context.state
        context.change(
            link=link,
            since_s=now,
            lost_s=now if known.link is HostLink.ONLINE else known.lost_s,
            retry_at_s=None if retry_in_s is None else now + retry_in_s,
            silent_pools=(),
            waiting_for=None,
            stale=known.pools_loaded or known.domains_loaded,
        )

    def reported(self, report: Report) -> None:
        match report:
            case Online(info):
                self._info = info
            case Ended(error):
                self._context.change(error=error)
            case PoolEvent(pool, _, "undefined"):
                self.pools.drop(pool)
            case PoolEvent(pool, _, "refreshed"):
                self.pools.refreshed_elsewhere(pool)
            case PoolEvent(pool):
                self.pools.want(pool)
            case DomainEvent(domain=domain, gone=True):
                self.domains.drop(domain)
            case DomainEvent(domain=domain):
                self.domains.want(domain)
            case BlockJobEvent(domain=domain):
                self._context.tasks.start(self._read_after_block_job(domain))
            case LaneSilent(pool, call, _):
                self._lane_silent(pool, call)
            case LaneAnswered(pool):
                self._lane_answered(pool)

    def _lane_silent(self, pool: str | None, call: str) -> None:
        context = self._context
        if pool is None:
            context.change(waiting_for=call)
        else:
            context.silence.begins(pool)
            context.change(silent_pools=context.silence.pools)
        if call == ListPools.__name__:
            # Some pool hangs, and with it whatever walks all of them. Those known from before can be looked
            # at one by one meanwhile.
            for uuid in tuple(context.store.pools(context.id)):
                self.pools.want(uuid)

    def _lane_answered(self, pool: str | None) -> None:
        context = self._context
        if pool is None:
            context.change(waiting_for=None)
        else:
            context.silence.ends(pool)
            context.change(silent_pools=context.silence.pools)
        self.pools.answered(pool)

    async def _read_all(self) -> None:
        await asyncio.gather(self.domains.want_all(), self.pools.want_all())

    async def _read_after_block_job(self, uuid: str) -> None:
        """A block job ended: the chain is another, and its files have other sizes."""
        await self.domains.want(uuid)
        key = DomainKey(self._context.id, uuid)
        domain = self._context.store.domain(key)
        for disk in domain.disks if domain is not None else ():
            self.pools.chain_changed(self._context.store.usage.volume_of_disk(key, disk.target))
