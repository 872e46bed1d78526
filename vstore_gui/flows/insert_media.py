"""Choosing a disc and a drive, without widgets. See `InsertMediaFlow`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import DiskKey, HostId, VolumeKey
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

__all__ = ["Disc", "Drive", "InsertMediaFlow", "Recents"]


class Recents(Protocol):
    """Paths of discs that were inserted, newest first, per host; kept by the application's settings."""

    def paths(self, host: HostId) -> tuple[str, ...]: ...
    def add(self, host: HostId, path: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc that can be inserted: a volume (`volume` set) or a recent file outside all pools."""

    host: HostId
    name: str
    path: str | None
    volume: VolumeKey | None
    pool_name: str | None
    size_bytes: int | None
    recent: bool
    in_drive: bool  # it is in the chosen drive now


@dataclass(frozen=True, slots=True)
class Drive:
    key: DiskKey
    domain: DomainState
    disk: DiskState


class InsertMediaFlow:
    """A drive and a disc for it. With `disk` None ('Attach ISO…') the drive is chosen as well; `host`
    narrows it.
    """

    drive: DiskKey | None
    disc: Disc | None
    path: str  # typed; used when no disc is chosen
    filter_text: str

    def __init__(
        self,
        store: Store,
        sync: Sync,
        disk: DiskKey | None,
        recents: Recents,
        on_changed: Callable[[], None] | None = None,
        host: HostId | None = None,
    ) -> None: ...
    def discs(self) -> tuple[Disc, ...]:
        """Discs of the host's active pools that fit the drive, recent ones first, filtered by
        `filter_text`.
        """

    def drives(self) -> tuple[Drive, ...]:
        """CD-ROM drives (floppy drives for a floppy image) of the host's machines; running machines first."""

    def choose_disc(self, disc: Disc | None) -> None: ...
    def choose_path(self, path: str) -> None:
        """A file on the host, typed."""

    def choose_drive(self, drive: DiskKey | None) -> None: ...
    def drop_local_file(self, path: str) -> tuple[Reason, ...]:
        """A file dropped from the desktop: chosen when the drive's host is this machine, else the reason
        why not.
        """

    async def load(self) -> None:
        """List the volumes of pools that have not been listed, with details where a name does not tell
        what it is.
        """

    def problems(self) -> tuple[Reason, ...]: ...
    def complete(self) -> bool: ...
    async def plan(self, *, force: bool = False) -> Plan: ...
    def accepted(self) -> None:
        """The plan was started: the disc goes to the head of the recents."""

    def close(self) -> None: ...
