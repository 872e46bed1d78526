"""Choosing a disc and a drive, without widgets. See `InsertMediaFlow`."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from vstore_gui.actions.disks import plan_change_media, why_not_change_media
from vstore_gui.actions.guards import HostOnline, VolumeExists
from vstore_gui.actions.media import format_of_volume, source_of_path, source_of_volume
from vstore_gui.actions.plan import Plan, PlanRefused, Reason
from vstore_gui.entities.calls import Partial, PathFacts, ProbePath, ReadVolumes, VolumeBatch
from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.disk_rules import FLOPPY_MAX_BYTES, device_rule
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DiskKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.entities.volume import VolumeState
from vstore_gui.flows.names import path_problems
from vstore_gui.store.changes import Changes
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

__all__ = ["Disc", "Drive", "InsertMediaFlow", "Recents", "is_iso"]

_ISO_NAMES: Final = (".iso",)
_FLOPPY_NAMES: Final = (".img", ".ima", ".vfd", ".flp")
_UNKNOWN: Final = PathFacts(known=False)


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


def is_iso(volume: VolumeState) -> bool:
    """A disc for a CD-ROM drive, by its format or, where that tells nothing, by its name."""
    named = volume.name.lower().endswith(_ISO_NAMES)
    return volume.format == "iso" or (named and volume.format in (None, "raw", "unknown"))


class InsertMediaFlow:
    """A drive and a disc for it. With `disk` None ('Attach ISO…') the drive is chosen as well; `host`
    narrows it.

    `problems()` are Reasons whose `field` is drive, disc or path. No pool is ever created: a file outside
    of all pools is inserted by its path.
    """

    def __init__(
        self,
        store: Store,
        sync: Sync,
        disk: DiskKey | None,
        recents: Recents,
        on_changed: Callable[[], None] | None = None,
        host: HostId | None = None,
    ) -> None:
        self.drive: DiskKey | None = disk
        self.disc: Disc | None = None
        self.path = ""
        self.filter_text = ""
        self._store = store
        self._sync = sync
        self._recents = recents
        self._on_changed = on_changed
        self._host = disk.host if disk is not None else host
        self._facts: tuple[HostId | None, str, PathFacts] = (None, "", _UNKNOWN)
        self._candidates: dict[PoolKey, tuple[VolumeKey, ...]] = {}
        self._end = store.subscribe(self._store_changed)

    def close(self) -> None:
        """Stop listening to the store."""
        self._end()

    # ── what there is ──

    @property
    def host(self) -> HostId | None:
        """The host that discs and drives are of: the drive's, the disc's, or the one that was asked for."""
        if self.drive is not None:
            return self.drive.host
        return self.disc.host if self.disc is not None else self._host

    @property
    def device(self) -> str | None:
        """cdrom or floppy, once a drive is chosen."""
        drive = self._chosen_drive()
        return drive.disk.device if drive is not None else None

    def discs(self) -> tuple[Disc, ...]:
        """Discs of the host's active pools that fit the drive, recent ones first, filtered by `filter_text`.

        Before a drive is chosen: CD-ROM images of all hosts that are online (or of the one asked for).
        """
        wanted = self.filter_text.casefold()
        host = self.drive.host if self.drive is not None else self._host
        hosts = (host,) if host is not None else self._online()
        found: list[Disc] = []
        for each in hosts:
            found.extend(self._discs_of(each))
        matching = (
            disc for disc in found if wanted in disc.name.casefold() or wanted in (disc.path or "").casefold()
        )
        # sorted() is stable: recent ones keep their order, newest first.
        return tuple(
            sorted(matching, key=lambda disc: (not disc.recent, "" if disc.recent else disc.name.casefold()))
        )

    def _discs_of(self, host: HostId) -> list[Disc]:
        recent = {path: at for at, path in enumerate(self._recents.paths(host))}
        inside = self._paths_in_drive()
        by_path: dict[str, Disc] = {}
        without_path: list[Disc] = []
        for key in self._volumes(host):
            volume, pool = self._store.volume(key), self._store.pool(key.pool_key)
            if volume is None or pool is None or not self._fits(volume):
                continue
            disc = Disc(
                host, key.name, volume.path, key, pool.name, volume.capacity_bytes, volume.path in recent,
                volume.path in inside,
            )  # fmt: skip
            if volume.path is None:
                without_path.append(disc)
            else:
                by_path.setdefault(volume.path, disc)
        for path in recent:
            if path not in by_path and self._named_like(path):
                name = posixpath.basename(path)
                by_path[path] = Disc(host, name, path, None, None, None, True, path in inside)
        discs = sorted(by_path.values(), key=lambda disc: recent.get(disc.path or "", len(recent)))
        return [*discs, *without_path]

    def _volumes(self, host: HostId) -> Iterable[VolumeKey]:
        """Volumes that may be discs, by name or format; looked for anew only in pools that changed."""
        for pool in self._store.pools(host).values():
            key = PoolKey(host, pool.uuid)
            if not pool.active:
                continue
            if key not in self._candidates:
                self._candidates[key] = tuple(
                    VolumeKey(host, pool.uuid, name)
                    for name, volume in self._store.volumes(key).items()
                    if volume.format == "iso" or name.lower().endswith((*_ISO_NAMES, *_FLOPPY_NAMES))
                )
            yield from self._candidates[key]

    def _fits(self, volume: VolumeState) -> bool:
        if self.device == "floppy":
            return (
                volume.name.lower().endswith(_FLOPPY_NAMES)
                and (volume.format is None or volume.format in ("raw", "fat", "unknown"))
                and (volume.capacity_bytes is None or volume.capacity_bytes <= FLOPPY_MAX_BYTES)
            )
        return is_iso(volume)

    def _named_like(self, path: str) -> bool:
        """A recent file whose name does not speak against this drive."""
        floppy = path.lower().endswith(_FLOPPY_NAMES)
        return floppy == (self.device == "floppy")

    def _paths_in_drive(self) -> frozenset[str]:
        drive = self._chosen_drive()
        return frozenset({drive.disk.source.path} if drive is not None and drive.disk.source.path else ())

    def drives(self) -> tuple[Drive, ...]:
        """Drives of the host's machines that take the chosen disc; running machines first."""
        host = self.disc.host if self.disc is not None else self._host
        floppy = self.disc is not None and self.disc.name.lower().endswith(_FLOPPY_NAMES)
        found = []
        for each in (host,) if host is not None else self._online():
            for domain in self._store.domains(each).values():
                for disk in domain.disks:
                    if device_rule(disk.device).takes_media and (disk.device == "floppy") == floppy:
                        found.append(Drive(DiskKey(each, domain.uuid, disk.target), domain, disk))
        return tuple(
            sorted(found, key=lambda drive: (not drive.domain.active, drive.domain.name, drive.disk.target))
        )

    def _chosen_drive(self) -> Drive | None:
        domain = self._store.domain(self.drive.domain_key) if self.drive is not None else None
        if domain is None or self.drive is None:
            return None
        disks = (*domain.disks, *(domain.next_disks or ()))
        disk = next((disk for disk in disks if disk.target == self.drive.target), None)
        return Drive(self.drive, domain, disk) if disk is not None else None

    def _online(self) -> tuple[HostId, ...]:
        return tuple(host.id for host in self._store.hosts.values() if host.link is HostLink.ONLINE)

    # ── choosing ──

    def choose_disc(self, disc: Disc | None) -> None:
        self.disc = disc
        self.path = ""

    def choose_path(self, path: str) -> None:
        """A file on the host, typed."""
        self.path = path
        self.disc = None

    def choose_drive(self, drive: DiskKey | None) -> None:
        self.drive = drive

    def drop_local_file(self, path: str) -> tuple[Reason, ...]:
        """A file dropped from the desktop: chosen when the drive's host is this machine, else the reason
        why not.
        """
        host = self.host
        if host is None:
            host = next((each for each in self._online() if self._is_local(each)), None)
        if host is None or not self._is_local(host):
            template = QT_TRANSLATE_NOOP(
                "vstore",
                "This file is on your computer, and the machine is on another: copy it to a pool of that "
                "host first.",
            )
            return (Reason(text(template), field="path"),)
        if self.drive is None:
            self._host = host
        self.choose_path(path)
        return ()

    def _is_local(self, host: HostId) -> bool:
        state = self._store.host(host)
        return state is not None and state.info.local

    # ── reading ──

    async def load(self) -> None:
        """List the volumes of pools that have not been listed, with details where a name does not tell
        what it is.
        """
        for host in (self.host,) if self.host is not None else self._online():
            for pool in tuple(self._store.pools(host).values()):
                key = PoolKey(host, pool.uuid)
                if pool.active and not self._is_silent(key):
                    await self._load_pool(key)
        self._tell()

    async def _load_pool(self, key: PoolKey) -> None:
        host = self._sync.host(key.host)
        if host is None:
            return
        try:
            if not self._store.volumes_listed(key):
                await self._sync.reread_pool(key)
            endings = _FLOPPY_NAMES if self.device == "floppy" else _ISO_NAMES
            names = tuple(
                name
                for name, volume in self._store.volumes(key).items()
                if not volume.detailed and name.lower().endswith(endings)
            )
            if names:
                await host.call(ReadVolumes(key.uuid, names), on_part=lambda part: self._put(key, part))
        except HostError:
            return  # the pool's own page says what is wrong with it; its discs are not offered

    def _put(self, key: PoolKey, part: Partial) -> None:
        if isinstance(part, VolumeBatch):
            self._store.put_volumes(key, part.volumes, part.missing)

    def _is_silent(self, key: PoolKey) -> bool:
        state = self._store.host(key.host)
        return state is None or key.uuid in state.silent_pools

    async def probe(self) -> None:
        """Look at the typed path on the host; on_changed() when the answer is there."""
        path, host_id = self.path, self.host
        host = self._sync.host(host_id) if host_id is not None else None
        if host is None or path_problems("path", path):
            return
        try:
            facts = await host.call(ProbePath(path))
        except HostError:
            facts = _UNKNOWN  # it cannot be looked at: nothing is claimed of it
        if (path, host_id) == (self.path, self.host):
            self._facts = (host_id, path, facts)
            self._tell()

    # ── checks ──

    def problems(self) -> tuple[Reason, ...]:
        return (*self._drive_problems(), *self._disc_problems())

    def complete(self) -> bool:
        """No blocking problem."""
        return not any(problem.blocks for problem in self.problems())

    def _drive_problems(self) -> tuple[Reason, ...]:
        if self.drive is None:
            return (
                Reason(text(QT_TRANSLATE_NOOP("vstore", "Choose a machine and its drive.")), field="drive"),
            )
        return tuple(
            msgspec.structs.replace(reason, field="drive")
            for reason in why_not_change_media(self._store, self.drive)
        )

    def _disc_problems(self) -> tuple[Reason, ...]:
        if self.disc is None:
            return self._path_problems()
        offline = HostOnline(self.disc.host).reasons(self._store)
        if offline or self.disc.volume is None:
            return offline
        if self.drive is not None and self.drive.host != self.disc.host:
            template = QT_TRANSLATE_NOOP("vstore", "The disc is on another host than the machine.")
            return (Reason(text(template), field="disc"),)
        return (
            *VolumeExists(self.disc.volume, field="disc").reasons(self._store),
            *self._in_drive(self.disc.path),
        )

    def _path_problems(self) -> tuple[Reason, ...]:
        if not self.path:
            return (Reason(text(QT_TRANSLATE_NOOP("vstore", "Choose a disc.")), field="disc"),)
        problems = path_problems("path", self.path)
        if problems:
            return problems
        host, path, facts = self._facts
        if (host, path) == (self.host, self.path) and facts.known:
            template = None
            if not facts.exists:
                template = QT_TRANSLATE_NOOP("vstore", "There is no such file on the host.")
            elif facts.is_directory:
                template = QT_TRANSLATE_NOOP("vstore", "This is a directory.")
            if template is not None:
                return (Reason(text(template), field="path"),)
        return self._in_drive(self.path)

    def _in_drive(self, path: str | None) -> tuple[Reason, ...]:
        drive = self._chosen_drive()
        if drive is None or path is None:
            return ()
        disks = [*drive.domain.disks, *(drive.domain.next_disks or ())]
        if not all(disk.source.path == path for disk in disks if disk.target == drive.key.target):
            return ()
        return (Reason(text(QT_TRANSLATE_NOOP("vstore", "It is in the drive already.")), field="disc"),)

    # ── the plan ──

    async def plan(self, *, force: bool = False) -> Plan:
        """The plan that inserts the disc. Raises PlanRefused with what `problems` says, HostError,
        XmlError.
        """
        problems = tuple(problem for problem in self.problems() if problem.blocks)
        if problems or self.drive is None:
            raise PlanRefused(*problems)
        host = self._sync.host(self.drive.host)
        if host is None:
            raise PlanRefused(*HostOnline(self.drive.host).reasons(self._store))
        path = self.path or (self.disc.path if self.disc is not None else "") or ""
        volume = self.disc.volume if self.disc is not None else self._store.volume_at(self.drive.host, path)
        state = self._store.volume(volume) if volume is not None else None
        if volume is None or state is None or self.disc is None:
            source = source_of_path(path)
        else:
            source = source_of_volume(self._store, volume)
        plan = await plan_change_media(
            self._store,
            host,
            self.drive,
            source,
            format=format_of_volume(state) if state is not None else "raw",
            force=force,
        )
        if volume is None:
            return plan
        return msgspec.structs.replace(plan, guards=(*plan.guards, VolumeExists(volume)))

    def accepted(self) -> None:
        """The plan was started: the disc goes to the head of the recents."""
        path = self.path or (self.disc.path if self.disc is not None else None)
        if path and self.drive is not None:
            self._recents.add(self.drive.host, path)

    # ── the host changes ──

    def _store_changed(self, changes: Changes) -> None:
        for change in changes.pools:
            if isinstance(change.key, PoolKey):
                self._candidates.pop(change.key, None)
        for key in changes.volumes:
            self._candidates.pop(key, None)
        if changes:
            self._tell()

    def _tell(self) -> None:
        if self._on_changed is not None:
            self._on_changed()
