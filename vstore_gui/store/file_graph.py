"""Files by their names, and what stands on what. See `FileGraph`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from vstore_gui.entities.keys import DomainKey, VolumeKey
from vstore_gui.store.file_names import FileName

__all__ = ["File", "FileGraph", "Filing"]

Names = tuple[FileName, ...]


class Filing(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A domain's claim to a file. `above` are the files between, its own first, when a running machine
    reports a chain; `below` all names of the files further down that chain."""

    domain: DomainKey
    target: str
    role: str
    running: bool
    stored: bool
    readonly: bool
    names: Names
    path: str = ""  # to call it by, where no volume has it
    above: tuple[tuple[Names, str], ...] = ()
    below: Names = ()


class File:
    """All names and volumes that are one file."""

    __slots__ = ("names", "volumes")

    def __init__(self, names: list[FileName], volumes: dict[VolumeKey, None]) -> None:
        self.names = names
        self.volumes = volumes


class FileGraph:
    """Volumes and claims filed under all names of their files. Whatever shares a name is one file, and so on:
    `file` is the closure. Volumes stand on the files that their backing references name."""

    def __init__(self) -> None:
        self.names: dict[VolumeKey, Names] = {}
        self.backings: dict[VolumeKey, Names] = {}
        self._volumes: dict[FileName, tuple[VolumeKey, ...]] = {}
        self._overlays: dict[FileName, dict[VolumeKey, None]] = {}
        self._filings: dict[FileName, dict[Filing, None]] = {}
        # References that give a file several names join them though no volume may have the file.
        self._joined: dict[FileName, dict[Names, int]] = {}
        # What stands below a file by the chains that running machines report.
        self._chains: dict[FileName, dict[Names, int]] = {}
        # Volumes whose names anything else is filed under too: in a large pool few, so walks visit only
        # these.
        self._company: set[VolumeKey] = set()

    # ── filing ──────────────────────────────────────────────────────────────────────────────────────────────

    def put_volume(self, key: VolumeKey, names: Names) -> None:
        old = self.names.get(key, ())
        volumes = self._volumes
        self.names[key] = names
        for name in old:
            if name not in names:
                self._drop_name(name, key)
        for name in names:
            if name not in old:
                there = volumes.get(name)
                if there is None:
                    volumes[name] = (key,)
                else:
                    volumes[name] = (*there, key)
                    self._check(name)
        self._check_volume(key, names)

    def put_backing(self, key: VolumeKey, backing: Names) -> None:
        self._drop_backing(key)
        if backing:
            self.backings[key] = backing
            for name in backing:
                overlays = self._overlays.get(name)
                if overlays is None:
                    self._overlays[name] = {key: None}
                    self._check(name)
                else:
                    overlays[key] = None
            _count(self._joined, backing, backing)

    def drop_volume(self, key: VolumeKey) -> None:
        self._drop_backing(key)
        for name in self.names.pop(key, ()):
            self._drop_name(name, key)
        self._company.discard(key)

    def put_filing(self, filing: Filing) -> None:
        names = filing.names
        for name in names:
            filings = self._filings.get(name)
            if filings is None:
                self._filings[name] = {filing: None}
                self._check(name)
            else:
                filings[filing] = None
        _count(self._joined, names, names)
        if filing.below:
            _count(self._chains, names, filing.below)

    def drop_filing(self, filing: Filing) -> None:
        names = filing.names
        for name in names:
            del self._filings[name][filing]
            if not self._filings[name]:
                del self._filings[name]
                self._check(name)
        _uncount(self._joined, names, names)
        if filing.below:
            _uncount(self._chains, names, filing.below)

    def _drop_name(self, name: FileName, key: VolumeKey) -> None:
        there = self._volumes[name]
        if len(there) == 1:
            del self._volumes[name]
        else:
            self._volumes[name] = tuple(other for other in there if other != key)
            self._check(name)

    def _drop_backing(self, key: VolumeKey) -> None:
        old = self.backings.pop(key, None)
        if old is None:
            return
        for name in old:
            overlays = self._overlays[name]
            del overlays[key]
            if not overlays:
                del self._overlays[name]
                self._check(name)
        _uncount(self._joined, old, old)

    def _check(self, name: FileName) -> None:
        """What else is filed under the name came or went."""
        for key in self._volumes.get(name, ()):
            self._check_volume(key, self.names[key])

    def _check_volume(self, key: VolumeKey, names: Names) -> None:
        for name in names:
            if name in self._filings or name in self._overlays or len(self._volumes.get(name, ())) > 1:
                self._company.add(key)
                return
        self._company.discard(key)

    # ── asking ──────────────────────────────────────────────────────────────────────────────────────────────

    def alone(self, key: VolumeKey) -> bool:
        """Whether nothing but the volume itself is filed under its names: nobody needs it. Cheap."""
        return key not in self._company

    def file(self, names: Iterable[FileName]) -> File:
        """The file with any of these names."""
        seen = dict.fromkeys(names)
        queue = list(seen)
        volumes: dict[VolumeKey, None] = {}
        for name in queue:  # grows while it is walked
            for key in self._volumes.get(name, ()):
                if key not in volumes:
                    volumes[key] = None
                    _extend(queue, seen, self.names[key])
            for joined in self._joined.get(name, ()):
                _extend(queue, seen, joined)
        return File(queue, volumes)

    def filings(self, file: File) -> Iterator[Filing]:
        """Claims to this very file, each once."""
        seen: set[Filing] = set()
        for name in file.names:
            for filing in self._filings.get(name, ()):
                if filing not in seen:
                    seen.add(filing)
                    yield filing

    def overlays(self, file: File) -> Iterator[VolumeKey]:
        """Volumes that stand on it directly; one may come twice."""
        for name in file.names:
            yield from self._overlays.get(name, ())

    def lower(self, file: File) -> Iterator[Names]:
        """Names of the files it stands on: the next by a volume's reference, all by a running machine's
        chain."""
        for key in file.volumes:
            backing = self.backings.get(key)
            if backing is not None:
                yield backing
        if self._chains:
            for name in file.names:
                yield from self._chains.get(name, ())

    def above(self, file: File) -> Iterator[tuple[File, tuple[str, ...]]]:
        """The file and every file that stands on it, nearest first, each with the way down from it: the
        names from it (inclusive) to the first file (exclusive). Files that stand in a circle come once."""
        done = set(file.volumes)
        yield file, ()
        queue: list[tuple[File, tuple[str, ...]]] = [(file, ())]
        for lower, way in queue:
            for key in self._needed_overlays(lower):
                if key in done:
                    continue
                upper = self.file(self.names[key])
                done.update(upper.volumes)
                longer = (self.label(upper), *way)
                queue.append((upper, longer))
                yield upper, longer

    def _needed_overlays(self, file: File) -> list[VolumeKey]:
        """Overlays that somebody may need, in a fixed order."""
        found: set[VolumeKey] = set()
        for name in file.names:
            overlays = self._overlays.get(name)
            if overlays is not None:
                found |= overlays.keys() & self._company
        return sorted(found)

    def below(self, file: File) -> Iterator[tuple[File, tuple[str, ...]]]:
        """The file and every file it stands on, nearest first, each with the way down to it: the names from
        the first file (inclusive) to it (exclusive)."""
        done: set[FileName] = set(file.names)
        yield file, ()
        queue: list[tuple[File, tuple[str, ...]]] = [(file, ())]
        for upper, way in queue:
            for key in upper.volumes:
                backing = self.backings.get(key)
                if not backing or backing[0] in done:
                    continue
                lower = self.file(backing)
                done.update(lower.names)
                longer = (*way, self.label(upper))
                queue.append((lower, longer))
                yield lower, longer

    def label(self, file: File, path: str = "") -> str:
        """What to call a file by: one of its volumes' names, the same whichever way it was found."""
        if file.volumes:
            return min(file.volumes).name
        return (path or file.names[0][2]).rpartition("/")[2]


def _extend(queue: list[FileName], seen: dict[FileName, None], names: Names) -> None:
    for name in names:
        if name not in seen:
            seen[name] = None
            queue.append(name)


def _count(counts: dict[FileName, dict[Names, int]], names: Names, said: Names) -> None:
    """Note that `said` was said of the file with these names. One name joins nothing and is not noted."""
    if said is names and len(names) == 1:
        return
    for name in names:
        here = counts.setdefault(name, {})
        here[said] = here.get(said, 0) + 1


def _uncount(counts: dict[FileName, dict[Names, int]], names: Names, said: Names) -> None:
    if said is names and len(names) == 1:
        return
    for name in names:
        here = counts[name]
        here[said] -= 1
        if not here[said]:
            del here[said]
            if not here:
                del counts[name]
