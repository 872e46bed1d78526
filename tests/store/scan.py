"""Who uses what, worked out from all values anew each time: slow, plain, what the index must agree with."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from vstore_gui.entities.disk import DiskState, SourceKind
from vstore_gui.entities.keys import DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.store import Store

__all__ = ["Found", "Scan"]

Names = frozenset[tuple[str, ...]]
User = tuple[DomainKey, str, str]  # domain, target, role
Found = dict[User, tuple[bool, bool, int]]  # running, stored, files between at least


class Scan:
    """All files of a store. Understands directory and NFS pools, paths, file ids and `type='volume'`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._groups: list[set[tuple[str, ...]]] = []
        self._volumes: dict[VolumeKey, Names] = {}
        self._backings: list[tuple[VolumeKey, Names]] = []
        self._claims: list[tuple[User, Names, bool, bool, int]] = []
        for host in store.hosts:
            self._scan_host(host)
        for names in [
            *self._volumes.values(),
            *(n for _, n in self._backings),
            *(c[1] for c in self._claims),
        ]:
            self._join(names)

    # ── answers ──

    def users(self, key: VolumeKey) -> Found:
        return self._users_of(self._volumes[key])

    def aliases(self, key: VolumeKey) -> set[VolumeKey]:
        mine = self._group(self._volumes[key])
        return {other for other, names in self._volumes.items() if self._group(names) == mine} - {key}

    def overlays(self, key: VolumeKey) -> set[VolumeKey]:
        mine = self._group(self._volumes[key])
        return {upper for upper, names in self._backings if self._group(names) == mine}

    def pool_users(self, key: PoolKey) -> set[User]:
        found: set[User] = set()
        for volume in self._store.volumes(key):
            found |= set(self.users(VolumeKey(key.host, key.uuid, volume)))
        pool = self._store.pool(key)
        assert pool is not None
        machine = self._machine(key.host)
        directory = self._real(machine, f"{pool.target_path}/x")[:-2]
        for user, names, *_ in self._claims:
            for name in names:
                inside = name[:2] == ("path", machine) and name[2].startswith(directory + "/")
                if inside and (pool.kind == "netfs" or posixpath.dirname(name[2]) == directory):
                    found.add(user)
                if name[:3] == ("volume", key.host, pool.name):
                    found.add(user)
        return found

    def _users_of(self, names: Names) -> Found:
        found: Found = {}
        seen: list[set[tuple[str, ...]]] = []
        level = [self._group(names)]
        depth = 0
        while level:
            upper: list[set[tuple[str, ...]]] = []
            for group in level:
                seen.append(group)
                for user, claimed, running, stored, between in self._claims:
                    if self._group(claimed) == group:
                        old = found.get(user, (False, False, 99))
                        found[user] = (
                            old[0] or running,
                            old[1] or stored,
                            min(old[2], depth + between),
                        )
                for key, backing in self._backings:
                    if self._group(backing) == group:
                        next_group = self._group(self._volumes[key])
                        if next_group not in seen and next_group not in level and next_group not in upper:
                            upper.append(next_group)
            level = upper
            depth += 1
        return found

    # ── gathering ──

    def _machine(self, host: str) -> str:
        state = self._store.host(host)
        return (state.info.machine_id if state else None) or host

    def _real(self, machine: str, path: str) -> str:
        for pool in self._pools_on(machine):
            if pool.target_path and pool.real_target_path and path.startswith(pool.target_path + "/"):
                return pool.real_target_path + path[len(pool.target_path) :]
        return path

    def _pools_on(self, machine: str):  # type: ignore[no-untyped-def]
        for host in self._store.hosts:
            if self._machine(host) == machine:
                yield from self._store.pools(host).values()

    def _path_names(self, machine: str, path: str) -> Names:
        real = self._real(machine, path)
        names: set[tuple[str, ...]] = {("path", machine, real)}
        for pool in self._pools_on(machine):
            if pool.kind == "netfs" and real.startswith(f"{pool.target_path}/"):
                server = pool.source.hosts[0].name
                names.add(("nfs", server, f"{pool.source.directory}{real[len(pool.target_path) :]}"))
        return frozenset(names)

    def _scan_host(self, host: str) -> None:
        machine = self._machine(host)
        for uuid, pool in self._store.pools(host).items():
            for name, volume in self._store.volumes(PoolKey(host, uuid)).items():
                key = VolumeKey(host, uuid, name)
                names = self._path_names(machine, volume.path or "") | {("volume", host, pool.name, name)}
                if volume.file_id:
                    names |= {("id", machine, volume.file_id)}
                self._volumes[key] = names
                if volume.backing_path:
                    self._backings.append((key, self._path_names(machine, _absolute(volume))))
        for uuid, domain in self._store.domains(host).items():
            domain_key = DomainKey(host, uuid)
            running = domain.active
            stored = not running or (domain.persistent and domain.next_disks is None)
            for disk in domain.disks:
                self._claims += self._disk(domain_key, machine, disk, running, stored)
            for disk in domain.next_disks or ():
                self._claims += self._disk(domain_key, machine, disk, False, True)
            for file in domain.files:
                names = self._path_names(machine, file.path)
                stored_file = not running or domain.persistent
                self._claims.append(((domain_key, "", file.role), names, running, stored_file, 0))

    def _disk(
        self, key: DomainKey, machine: str, disk: DiskState, running: bool, stored: bool
    ) -> Iterator[tuple[User, Names, bool, bool, int]]:
        source = disk.source
        names: Names = frozenset()
        if source.kind is SourceKind.FILE and source.path:
            names = self._path_names(machine, source.path)
        elif source.kind is SourceKind.VOLUME and source.pool and source.volume:
            names = frozenset({("volume", key.host, source.pool, source.volume)})
        if source.file_id:
            names |= {("id", machine, source.file_id)}
        if not names:
            return
        user = (key, disk.target, "disk")
        yield user, names, running, stored, 0
        for depth, path in enumerate(disk.chain, start=1):
            yield user, self._path_names(machine, path), running, stored and not running, depth

    # ── one file ──

    def _join(self, names: Names) -> None:
        together = set(names)
        apart = []
        for group in self._groups:
            if group & together:
                together |= group
            else:
                apart.append(group)
        self._groups = [*apart, together]

    def _group(self, names: Names) -> set[tuple[str, ...]]:
        return next(group for group in self._groups if group & names)


def _absolute(volume: VolumeState) -> str:
    return posixpath.join(posixpath.dirname(volume.path or ""), volume.backing_path or "")
