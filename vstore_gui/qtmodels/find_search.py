"""Finding anything by what a person types, in short steps. No Qt here. See `search`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from vstore_gui.entities.host import HostState
from vstore_gui.entities.keys import DiskKey, DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.qtmodels.natural import fold, natural_key
from vstore_gui.qtmodels.ordered_rows import Entry
from vstore_gui.store.store import Store

__all__ = ["FoundKey", "Kind", "Results", "search"]

FoundKey = HostId | PoolKey | DomainKey | VolumeKey | DiskKey

_STEP = 200  # volumes looked at in one step: well under a millisecond

# How well a word fits, best first. A path counts less than a name, the place a thing is in least.
_PREFIX, _WORD_START, _WITHIN, _IN_PATH, _IN_PLACE = range(5)


class Kind:
    """What can be found, in the order shown where all else is equal."""

    MACHINE = 0
    POOL = 1
    VOLUME = 2
    DISK = 3  # a disk whose file is in no pool: found by its path
    HOST = 4

    WORDS = ("machine", "pool", "volume", "disk", "host")


class Found(NamedTuple):
    """Names a result: its kind and its key. Unlike keys alone, two of different kinds are never equal."""

    kind: int
    key: FoundKey


class Results:
    """The best so many matches, and how many there are."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._best: list[Entry] = []
        self._worst: tuple[int, int, int] | None = None
        self.total = 0

    def add(self, fit: int, kind: int, key: FoundKey, name: str) -> None:
        self.total += 1
        rough = (fit, kind, len(name))
        if self._worst is not None and rough > self._worst:
            return
        self._best.append((*rough, natural_key(name), Found(kind, key)))
        if len(self._best) >= 4 * self._limit:
            self._trim()

    def entries(self) -> list[Entry]:
        """Best first."""
        self._trim()
        return self._best

    def _trim(self) -> None:
        self._best.sort()
        del self._best[self._limit :]
        if len(self._best) == self._limit:
            fit, kind, length = self._best[-1][:3]
            self._worst = (fit, kind, length)


def search(
    store: Store, typed: str, results: Results, host_title: Callable[[HostState], str]
) -> Iterator[None]:
    """Look through everything the store knows now: machines, pools and hosts first, then volumes.

    All words must be found in a thing's name, path or place, at least one of them in its name or path.
    """
    words = tuple(fold(typed).split())
    if not words:
        return
    for host, state in list(store.hosts.items()):
        title = fold(f"{host_title(state)} {host}")
        _try(results, words, Kind.HOST, host, host_title(state), host, "")
        for uuid, pool in list(store.pools(host).items()):
            _try(results, words, Kind.POOL, PoolKey(host, uuid), pool.name, pool.target_path, title)
        yield
        for uuid, domain in list(store.domains(host).items()):
            key = DomainKey(host, uuid)
            _try(results, words, Kind.MACHINE, key, domain.name, domain.title, title)
            for disk in domain.disks:
                path = disk.source.path or disk.source.name
                if path and store.usage.volume_of_disk(key, disk.target) is None:
                    place = f"{fold(domain.name)} {title}"
                    disk_key = DiskKey(host, uuid, disk.target)
                    _try(results, words, Kind.DISK, disk_key, path.rpartition("/")[2], path, place)
            yield
    for host, state in list(store.hosts.items()):
        title = fold(f"{host_title(state)} {host}")
        for uuid, pool in list(store.pools(host).items()):
            yield from _search_pool(store, PoolKey(host, uuid), words, results, f"{fold(pool.name)} {title}")


def _search_pool(
    store: Store, pool: PoolKey, words: tuple[str, ...], results: Results, place: str
) -> Iterator[None]:
    volumes = list(store.volumes(pool).values())
    yield
    for start in range(0, len(volumes), _STEP):
        for volume in volumes[start : start + _STEP]:
            name, path = volume.name, volume.path
            _try(results, words, Kind.VOLUME, VolumeKey(pool.host, pool.uuid, name), name, path, place)
        yield


def _try(
    results: Results,
    words: tuple[str, ...],
    kind: int,
    key: FoundKey,
    name: str,
    path: str | None,
    place: str,
) -> None:
    """Add the thing when it fits. `place` is folded already; a title or URI takes the part of a path too."""
    folded, folded_path = fold(name), None
    worst, own = 0, False
    for word in words:
        at = folded.find(word)
        if at == 0:
            fit = _PREFIX
        elif at > 0:
            starts = not folded[at - 1].isalnum() or not word[0].isalnum()
            fit = _WORD_START if starts else _later_start(folded, word, at)
        else:
            if folded_path is None:
                folded_path = fold(path) if path else ""
            if word in folded_path:
                fit = _IN_PATH
            elif word in place:
                fit = _IN_PLACE
            else:
                return
        own = own or fit != _IN_PLACE
        worst = max(worst, fit)
    if own:
        results.add(worst, kind, key, name)


def _later_start(text: str, word: str, at: int) -> int:
    """Whether the word also begins somewhere after its first place, as 'b' in 'ab-b'."""
    at = text.find(word, at + 1)
    while at > 0:
        if not text[at - 1].isalnum():
            return _WORD_START
        at = text.find(word, at + 1)
    return _WITHIN
