"""Directories that are the same place. See `Places`."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from vstore_gui.entities.keys import PoolKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.store.file_names import (
    FileName,
    Target,
    iscsi_name_of_device,
    normal_path,
    storages_of_pool,
)

__all__ = ["Places"]

_MOST_LINKS = 8  # as many links in a row are followed; pools whose links lead in a circle must not hang us


class _Place(NamedTuple):
    """What pools tell of one directory of one machine."""

    real: str | None  # its path with links resolved, where that is another
    shared: tuple[FileName, ...]  # the directories of shared storages that are mounted there


class _Directory(NamedTuple):
    real: str
    shared: tuple[FileName, ...]


class Places:
    """Knows from the pools which directories are links and which are mounted from elsewhere, and so by which
    names a path goes. Links are resolved, so that one file's paths meet in one name."""

    def __init__(self) -> None:
        self._said: dict[PoolKey, dict[tuple[str, str], _Place]] = {}
        self._places: dict[tuple[str, str], dict[PoolKey, _Place]] = {}
        self._directories: dict[tuple[str, str], _Directory] = {}

    def put(self, key: PoolKey, pool: PoolState | None, machine: str) -> bool:
        """Take what the pool tells (None: the pool is gone); True when paths may now have other names."""
        said = {} if pool is None else _told_by(pool, machine)
        old = self._said.get(key, {})
        if said == old:
            return False
        for place in old:
            del self._places[place][key]
            if not self._places[place]:
                del self._places[place]
        for place, told in said.items():
            self._places.setdefault(place, {})[key] = told
        self._said[key] = said
        if not said:
            del self._said[key]
        self._directories.clear()
        return True

    def names(self, machine: str, path: str) -> tuple[FileName, ...]:
        """All names of an absolute path on a machine."""
        path = normal_path(path)
        parent, _, base = path.rpartition("/")
        directory = self._directories.get((machine, parent)) or self._look(machine, parent)
        name: FileName = ("path", machine, f"{directory.real}/{base}")
        if (machine, path) in self._places:  # the path is such a directory itself
            itself = self._look(machine, path)
            return (("path", machine, itself.real), *itself.shared)
        if directory.shared:
            return (
                name,
                *((scheme, server, f"{place}/{base}") for scheme, server, place in directory.shared),
            )
        if path.startswith("/dev/disk/by-path/ip-"):
            iscsi = iscsi_name_of_device(path, machine)
            return (name,) if iscsi is None else (name, iscsi)
        return (name,)

    def names_of_target(self, machine: str, target: Target | None) -> tuple[FileName, ...]:
        """All names of what a reference leads to."""
        if target is None:
            return ()
        if not isinstance(target, str):
            return target
        return self.names(machine, target) if target.startswith("/") else ()

    def real_path(self, machine: str, path: str) -> str:
        return self.names(machine, path)[0][2]

    def _look(self, machine: str, directory: str) -> _Directory:
        real = directory
        for _ in range(_MOST_LINKS):
            step = self._follow(machine, real)
            if step is None:
                break
            real = step
        shared: tuple[FileName, ...] = ()
        for above, rest in _upwards(real):
            for place in self._places.get((machine, above), {}).values():
                shared += tuple((scheme, server, _join(base, rest)) for scheme, server, base in place.shared)
            if shared:
                break
        found = self._directories[machine, directory] = _Directory(real, tuple(dict.fromkeys(shared)))
        return found

    def _follow(self, machine: str, directory: str) -> str | None:
        for above, rest in _upwards(directory):
            for place in self._places.get((machine, above), {}).values():
                if place.real is not None:
                    return place.real + rest
        return None


def _told_by(pool: PoolState, machine: str) -> dict[tuple[str, str], _Place]:
    if not pool.target_path or not pool.target_path.startswith("/"):
        return {}
    target = normal_path(pool.target_path)
    real = normal_path(pool.real_target_path or target)
    shared = storages_of_pool(pool, machine) if pool.kind == "netfs" else ()
    said: dict[tuple[str, str], _Place] = {}
    if not _within(real, target):  # a link to what is below itself cannot be
        said[machine, target] = _Place(real, ())
    if shared:
        said[machine, real] = _Place(None, shared)
    return said


def _upwards(directory: str) -> list[tuple[str, str]]:
    """The directory and those above it, nearest first, each with what follows below it ('' or '/…')."""
    found = []
    above = directory
    while above and above != "/":
        found.append((above, directory[len(above) :]))
        above = posixpath.dirname(above)
    return found


def _within(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory + "/")


def _join(base: str, rest: str) -> str:
    return rest if base == "/" and rest else base + rest
