"""What paths lead to, where this process runs on the host itself. See `Files`."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.domain import DomainFile, DomainState
from vstore_gui.entities.volume import VolumeState
from vstore_gui.hostd.foreign_bytes import shown_path

__all__ = ["Files", "file_id", "real_path"]

PATIENCE_S = 2.0


def file_id(path: str | None) -> str | None:
    """'dev:ino' of the file, 'b:rdev' of the block device, that a path leads to; None where nothing can be
    seen.

    Equal for every alias of one file. Blocks as long as the file system does.
    """
    if path is None or not path.startswith("/"):
        return None
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path costs more than the call, 10,000 times over
    except (OSError, ValueError):
        return None
    if stat.S_ISBLK(found.st_mode):
        return f"b:{found.st_rdev}"
    return f"{found.st_dev}:{found.st_ino}"


def real_path(path: str | None) -> str | None:
    """The path without symlinks, as `shown_path` spells it; None where nothing is. Blocks as long as the
    file system does."""
    if path is None:
        return None
    try:
        return shown_path(str(Path(path).resolve(strict=True)))
    except (OSError, RuntimeError, ValueError):
        return None


class _Look(threading.Thread):
    """Looks at paths one after the other; `at` is the one it may be stuck at."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(name="file-ids", daemon=True)
        self.paths = paths
        self.found: dict[str, str | None] = {}
        self.at: str | None = None

    def run(self) -> None:
        for path in self.paths:
            self.at = path
            self.found[path] = file_id(path)
        self.at = None


class Files:
    """File ids for many paths of unlike places, which may include a dead NFS mount.

    A volume's file is looked at in its pool's lane, where a hanging call is noticed. The disks of a machine
    are not bound to a lane, and one that lies on a dead server must not keep all machines from being listed:
    a directory that does not answer in time is left out until it does.
    """

    def __init__(self, *, local: bool) -> None:
        self.local = local
        self._lock = threading.Lock()
        self._stuck: dict[str, _Look] = {}

    def id(self, path: str) -> str | None:
        """Of one path; blocks as long as the file system does."""
        return file_id(path) if self.local else None

    def ids(self, paths: Iterable[str]) -> dict[str, str | None]:
        """The file ids of these paths; blocks for a few seconds at most."""
        if not self.local:
            return {}
        wanted = list(dict.fromkeys(path for path in paths if path.startswith("/")))
        found: dict[str, str | None] = {}
        while wanted := [path for path in wanted if path not in found and not self._is_stuck(path)]:
            look = _Look(wanted)
            look.start()
            look.join(PATIENCE_S)
            found |= dict(look.found)
            at = look.at
            if look.is_alive() and at is not None and at not in look.found:
                with self._lock:
                    self._stuck[os.path.dirname(at)] = look  # noqa: PTH120
        return found

    def _is_stuck(self, path: str) -> bool:
        with self._lock:
            look = self._stuck.get(os.path.dirname(path))  # noqa: PTH120
            if look is not None and not look.is_alive():
                del self._stuck[os.path.dirname(path)]  # noqa: PTH120
                return False
            return look is not None

    def volume(self, state: VolumeState) -> VolumeState:
        """The volume with its file id."""
        return msgspec.structs.replace(state, file_id=file_id(state.path)) if self.local else state

    def domains(self, states: Iterable[DomainState]) -> tuple[DomainState, ...]:
        """The machines with the file ids of all their files."""
        known = tuple(states)
        if not self.local:
            return known
        ids = self.ids(path for state in known for path in _paths(state))
        return tuple(
            msgspec.structs.replace(
                state,
                disks=_identified(state.disks, ids),
                next_disks=None if state.next_disks is None else _identified(state.next_disks, ids),
                files=tuple(DomainFile(file.role, file.path, ids.get(file.path)) for file in state.files),
            )
            for state in known
        )


def _paths(state: DomainState) -> Iterator[str]:
    for disk in (*state.disks, *(state.next_disks or ())):
        if disk.source.path is not None:
            yield disk.source.path
        yield from disk.chain
    for file in state.files:
        yield file.path


def _identified(disks: tuple[DiskState, ...], ids: dict[str, str | None]) -> tuple[DiskState, ...]:
    return tuple(
        msgspec.structs.replace(
            disk,
            source=msgspec.structs.replace(disk.source, file_id=ids.get(disk.source.path or "")),
            chain_file_ids=tuple(found for path in disk.chain if (found := ids.get(path)) is not None),
        )
        for disk in disks
    )
