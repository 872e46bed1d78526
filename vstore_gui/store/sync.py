"""Decides what to read again. See `Sync`."""

from __future__ import annotations

from collections.abc import Iterable

from vstore_gui.adapter.api import Host
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey
from vstore_gui.store.store import Store

__all__ = ["Sync"]


class Sync:
    """Keeps the store true to every host: a HostObserver.

    On coming online it reads pools and machines side by side, then the volume names of active pools. After
    that: an event re-reads just what it names; our own actions patch the store with what the call answered;
    what is *watched* (on screen) is also polled slowly where libvirt sends no event; what is hidden is not
    polled at all.
    """

    def __init__(self, store: Store) -> None: ...
    def add(self, host: Host) -> None:
        """Take the host in and open it."""

    async def remove(self, host: HostId) -> None: ...
    def host(self, host: HostId) -> Host | None: ...

    def watch_pool(self, key: PoolKey | None) -> None:
        """The pool page on screen (None: none): its details are read and kept fresh."""

    def watch_visible_volumes(self, key: PoolKey, names: Iterable[str]) -> None:
        """The rows in view: their details first."""

    def watch_domain(self, key: DomainKey | None) -> None:
        """The machine page on screen: block statistics and edits of its stored configuration are polled
        slowly."""

    def window_focused(self) -> None:
        """The user came back: re-read what no event tells, for what is on screen."""

    async def reread_pool(self, key: PoolKey, *, refresh: bool = False) -> None:
        """Pool, names and, if watched, details. `refresh` asks libvirt to look at the storage again (F5)."""

    async def reread_domain(self, key: DomainKey) -> None: ...

    async def complete(self, hosts: Iterable[HostId] | None = None) -> tuple[PoolKey, ...]:
        """Read the details of every volume not read yet, so that guards see whole backing chains.

        Returns the pools that could not be read (hung, failed): what a guard must say it does not know.
        """

    @property
    def idle(self) -> bool:
        """Nothing is connecting, being read or waiting to be read (polls aside)."""
