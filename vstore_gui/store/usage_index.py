"""Who uses which file. See `UsageIndex`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import DiskKey, DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.claims import filings_of_domain, names_of_source
from vstore_gui.store.file_graph import File, FileGraph, Filing, Names
from vstore_gui.store.file_names import FileName
from vstore_gui.store.places import Places
from vstore_gui.store.values import Values
from vstore_gui.store.volume_names import VolumeNamer

__all__ = ["UsageIndex", "Use"]

# Whether a path below the pool's directory needs the pool: stopping these unmounts all that is below.
_MOUNTED_KINDS = frozenset({"fs", "netfs", "vstorage"})
# Here only what lies in the directory itself: stopping a directory pool does nothing to its subdirectories.
_DIRECTORY_KINDS = frozenset({"dir", "logical", "zfs"})

# Formats that can name a backing file.
_BACKED_FORMATS = frozenset({"qcow", "qcow2", "qed", "vmdk", "cow"})


@dataclass(frozen=True, slots=True)
class Use:
    """A machine needs a volume. `through` is the chain from the machine's own file down to the volume,
    exclusive of it: empty for direct use. `role` is disk, or a key of entities.domain.FILE_ROLES."""

    domain: DomainKey
    target: str  # the disk's target; empty for kernels and such
    role: str = "disk"
    running: bool = False  # by the live document of a running machine
    stored: bool = True  # by its stored configuration
    through: tuple[str, ...] = ()  # names of the overlays between
    readonly: bool = False


class UsageIndex:
    """Two questions, answered across all hosts and all aliases of a file, from indexes kept per change,
    never by scanning: who uses a volume (direct, through backing chains, through `type='volume'`, as kernel,
    nvram or snapshot), and which volumes stand on it.

    A file has many names: host and path, host and real path, device and inode on one machine, place on a
    shared storage (NFS server and export, RBD cluster and pool, iSCSI target and LUN). Each volume and each
    disk source is filed under all of its names; an answer is the closure over shared names.

    The store tells it of each change and takes what is affected by it; the rest is for everybody.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self._graph = FileGraph()
        self._places = Places()
        self._machines: dict[HostId, str] = {}
        self._filings: dict[DomainKey, tuple[Filing, ...]] = {}
        # What the change under way may have given other users, to be worked out once it is complete.
        self._affected: set[VolumeKey] = set()
        self._affected_pools: set[PoolKey] = set()
        self._touched: dict[FileName, None] = {}
        self._renamed_machines: set[str] = set()
        self._renamed_pools: set[PoolKey] = set()
        # Answers that hold until something affects them.
        self._users: dict[VolumeKey, tuple[Use, ...]] = {}
        self._pool_users: dict[PoolKey, tuple[Use, ...]] = {}
        self._pool_directories: dict[tuple[str, str], list[tuple[PoolKey, bool]]] | None = None

    # ── questions ───────────────────────────────────────────────────────────────────────────────────────────

    def users_of(self, key: VolumeKey) -> tuple[Use, ...]:
        """Direct users first. The same tuple until a change affects them, which then publishes 'users'."""
        found = self._users.get(key)
        if found is None:
            graph = self._graph
            found = () if graph.alone(key) else self._users_of(graph.file(graph.names[key]))
            self._users[key] = found
        return found

    def users_of_path(self, host: HostId, path: str) -> tuple[Use, ...]:
        return self._users_of(self._graph.file(self._path_names(host, path)))

    def overlays_of(self, key: VolumeKey) -> tuple[VolumeKey, ...]:
        """Volumes whose backing file it is, directly."""
        if self._graph.alone(key):
            return ()
        file = self._graph.file(self._graph.names.get(key, ()))
        return tuple(dict.fromkeys(self._graph.overlays(file)))

    def aliases_of(self, key: VolumeKey) -> tuple[VolumeKey, ...]:
        """Other volumes (in other pools or on other hosts) that are the same file."""
        if self._graph.alone(key):
            return ()
        file = self._graph.file(self._graph.names.get(key, ()))
        return tuple(other for other in file.volumes if other != key)

    def backing_of(self, key: VolumeKey) -> VolumeKey | None:
        """The volume that it stands on, if a pool has it; its own host's pools first."""
        return self._volume_of(self._graph.backings.get(key, ()), key.host)

    def users_of_pool(self, key: PoolKey) -> tuple[Use, ...]:
        """Machines with a disk in the pool, by path or by `type='volume'`, or with a chain that leads into
        it."""
        found = self._pool_users.get(key)
        if found is None:
            found = self._pool_users[key] = self._users_of_pool(key)
        return found

    def volume_of_disk(self, domain: DomainKey, target: str, *, stored: bool = False) -> VolumeKey | None:
        """The volume a disk is made of, if some pool of its host has it."""
        state = self._values.domains.get(domain.host, {}).get(domain.uuid)
        if state is None:
            return None
        disks = state.disks
        if stored and state.next_disks is not None:
            disks = state.next_disks
        for disk in disks:
            if disk.target == target:
                machine = self._machine(domain.host)
                names = names_of_source(disk.source, domain.host, machine, self._places)
                found = self._volume_of(names, domain.host)
                return found if found is not None and found.host == domain.host else None
        return None

    def unseen_chains(self) -> tuple[DiskKey, ...]:
        """Disks that may stand on files without our knowing: of a format with backing files, in no volume
        that was read (of a stopped pool or of none), and not of a machine that runs and tells its chain."""
        found: list[DiskKey] = []
        for host, domains in self._values.domains.items():
            machine = self._machine(host)
            for uuid, domain in domains.items():
                running = {disk.source for disk in domain.disks} if domain.active else set()
                stored = domain.next_disks if domain.next_disks is not None else domain.disks
                for disk in stored:
                    if disk.format not in _BACKED_FORMATS or disk.source in running:
                        continue
                    names = names_of_source(disk.source, host, machine, self._places)
                    volumes = self._graph.file(names).volumes
                    if names and not any(self._values.detailed(key) for key in volumes):
                        found.append(DiskKey(host, uuid, disk.target))
        return tuple(found)

    def volume_at(self, host: HostId, path: str) -> VolumeKey | None:
        """The volume with this path, or an alias of it, in a pool of the host."""
        found = self._volume_of(self._path_names(host, path), host)
        return found if found is not None and found.host == host else None

    def _volume_of(self, names: Names, host: HostId) -> VolumeKey | None:
        """The volume with these names: one on the host first, and of several there one that bears the first
        name."""
        if not names:
            return None
        volumes = self._graph.file(names).volumes
        return min(
            volumes,
            key=lambda key: (key.host != host, names[0] not in self._graph.names[key], key),
            default=None,
        )

    def _path_names(self, host: HostId, path: str) -> Names:
        return self._places.names(self._machine(host), path) if path.startswith("/") else ()

    def _users_of(self, file: File) -> tuple[Use, ...]:
        uses = _Uses()
        for upper, way in self._graph.above(file):
            for filing in self._graph.filings(upper):
                uses.add(filing, self._labels(filing) + way)
        return uses.sorted()

    def _labels(self, filing: Filing) -> tuple[str, ...]:
        return tuple(self._graph.label(self._graph.file(names), path) for names, path in filing.above)

    def _users_of_pool(self, key: PoolKey) -> tuple[Use, ...]:
        """From every claim down; cheaper than asking each volume of a large pool. A claim that leads into the
        pool by its own place is not followed further: what it stands on adds no user."""
        uses = _Uses()
        for filings in self._filings.values():
            for filing in filings:
                if key in self._pools_by_place(filing):
                    uses.add(filing, self._labels(filing))
                    continue
                for lower, way in self._graph.below(self._graph.file(filing.names)):
                    if any(volume.pool_key == key for volume in lower.volumes):
                        uses.add(filing, self._labels(filing) + way)
        return uses.sorted()

    def _pools_by_place(self, filing: Filing) -> Iterator[PoolKey]:
        """Pools that a claim leads into though they may list no such volume, because they are stopped,
        say."""
        if self._pool_directories is None:
            self._pool_directories = self._find_pool_directories()
        for scheme, authority, path in filing.names:
            if scheme == "volume":
                uuid = self._values.pool_uuids.get(authority, {}).get(path.partition("/")[0])
                if uuid is not None:
                    yield PoolKey(authority, uuid)
            elif scheme == "path":
                parent = above = path.rpartition("/")[0]
                while above:
                    for pool, mounted in self._pool_directories.get((authority, above), ()):
                        if mounted or above == parent:
                            yield pool
                    above = above.rpartition("/")[0]

    def _find_pool_directories(self) -> dict[tuple[str, str], list[tuple[PoolKey, bool]]]:
        found: dict[tuple[str, str], list[tuple[PoolKey, bool]]] = {}
        for host, pools in self._values.pools.items():
            machine = self._machine(host)
            for uuid, pool in pools.items():
                mounted = pool.kind in _MOUNTED_KINDS
                path = pool.target_path
                if path and path.startswith("/") and (mounted or pool.kind in _DIRECTORY_KINDS):
                    directory = self._places.real_path(machine, path)
                    found.setdefault((machine, directory), []).append((PoolKey(host, uuid), mounted))
        return found

    # ── told by the store ───────────────────────────────────────────────────────────────────────────────────

    def host_changed(self, host: HostId) -> None:
        """The host's value was put or dropped: it may be another machine than was thought."""
        old = self._machines.pop(host, None)
        new = self._machine(host)
        if old is not None and old != new:
            for uuid, pool in self._values.pools.get(host, {}).items():
                self._places.put(PoolKey(host, uuid), pool, new)
            self._renamed_machines.update((old, new))
        if host not in self._values.hosts:
            del self._machines[host]

    def pool_changed(self, key: PoolKey, old: PoolState | None, new: PoolState | None) -> None:
        if old is not None and new is not None and _place_of(old) == _place_of(new):
            return
        machine = self._machine(key.host)
        if self._places.put(key, new, machine):
            self._renamed_machines.add(machine)
        self._renamed_pools.add(key)
        self._affected_pools.add(key)

    def file_volumes(self, pool: PoolKey, volumes: Iterable[tuple[VolumeKey, VolumeState]]) -> None:
        """These volumes are new or changed."""
        graph = self._graph
        namer = VolumeNamer(pool, self._values.pool(pool), self._machine(pool.host), self._places)
        known, backings = graph.names, graph.backings
        for key, volume in volumes:
            names, backing = namer.names(volume), namer.backing(volume)
            old = known.get(key, ())
            same_backing = backing == backings.get(key, ())
            if old == names and same_backing:
                continue
            if old and not graph.alone(key):
                self._spread(old)
            graph.put_volume(key, names)
            if not same_backing:
                graph.put_backing(key, backing)
            if not graph.alone(key):
                self._touched.update(dict.fromkeys(names))

    def unfile_volumes(self, pool: PoolKey, names: Iterable[str]) -> None:
        """These volumes are gone."""
        graph = self._graph
        for name in names:
            key = VolumeKey(pool.host, pool.uuid, name)
            old = graph.names.get(key)
            if old is None:
                continue
            self._users.pop(key, None)
            if not graph.alone(key):
                self._spread(old)
                self._touched.update(dict.fromkeys(old))
            graph.drop_volume(key)

    def file_domain(self, key: DomainKey, domain: DomainState | None) -> None:
        """This domain is new or changed (None: gone)."""
        new = () if domain is None else filings_of_domain(key, domain, self._machine(key.host), self._places)
        old = self._filings.pop(key, ())
        if new:
            self._filings[key] = new
        kept = set(old).intersection(new)
        for filing in old:
            if filing not in kept:
                self._spread(filing.names)
                self._affected_pools.update(self._pools_by_place(filing))
        for filing in old:
            if filing not in kept:
                self._graph.drop_filing(filing)
        for filing in new:
            if filing not in kept:
                self._graph.put_filing(filing)
                self._touched.update(dict.fromkeys(filing.names))
                self._affected_pools.update(self._pools_by_place(filing))

    def unfile_domain(self, key: DomainKey) -> None:
        self.file_domain(key, None)

    def take_affected(self) -> tuple[set[VolumeKey], set[PoolKey]]:
        """The volumes and pools whose users may be others since this was last asked; the change is
        complete."""
        self._file_renamed()
        if self._touched:
            self._spread(self._touched)
            self._touched = {}
        volumes, pools = self._affected, self._affected_pools
        if not volumes and not pools:
            return volumes, pools
        self._affected, self._affected_pools = set(), set()
        self._pool_users = {}
        for key in volumes:
            self._users.pop(key, None)
            pools.add(key.pool_key)
        known = self._graph.names
        return (
            {key for key in volumes if key in known},
            {pool for pool in pools if self._values.pool(pool) is not None},
        )

    def _file_renamed(self) -> None:
        """File anew what may have other names because machines or pools are not what they were; rare."""
        machines, self._renamed_machines = self._renamed_machines, set()
        pools, self._renamed_pools = self._renamed_pools, set()
        for pool in pools:
            self._file_pool(pool)
        if machines or pools:
            self._pool_directories = None
            self._pool_users = {}
        if machines:
            for host, states in self._values.pools.items():
                if self._machine(host) in machines:
                    self._affected_pools.update(PoolKey(host, uuid) for uuid in states)
            for pool in self._values.volumes:
                if pool not in pools and self._machine(pool.host) in machines:
                    self._file_pool(pool)
            for host, domains in self._values.domains.items():
                if self._machine(host) in machines:
                    for uuid, domain in domains.items():
                        self.file_domain(DomainKey(host, uuid), domain)

    def _file_pool(self, pool: PoolKey) -> None:
        volumes = self._values.volumes.get(pool, {})
        self.file_volumes(
            pool, [(VolumeKey(pool.host, pool.uuid, name), state) for name, state in volumes.items()]
        )

    def _spread(self, names: Iterable[FileName]) -> None:
        """These files, and all that they stand on, may have other users."""
        graph = self._graph
        done: set[FileName] = set()
        queue: list[Iterable[FileName]] = [names]
        for upper in queue:
            fresh = [name for name in upper if name not in done]
            if fresh:
                file = graph.file(fresh)
                done.update(file.names)
                self._affected.update(file.volumes)
                queue.extend(graph.lower(file))

    def _machine(self, host: HostId) -> str:
        machine = self._machines.get(host)
        if machine is None:
            state = self._values.hosts.get(host)
            info = state.info if state else None
            # Every test:/// connection is a machine of its own, whatever it says.
            known = info is not None and info.machine_id and info.driver.lower() != "test"
            machine = self._machines[host] = info.machine_id if info and known and info.machine_id else host
        return machine


class _Uses:
    """Gathers claims as uses: a claim by the live document and one by the stored configuration are one
    use."""

    def __init__(self) -> None:
        self._found: dict[tuple[DomainKey, str, str, tuple[str, ...]], tuple[bool, bool, bool]] = {}

    def add(self, filing: Filing, through: tuple[str, ...]) -> None:
        key = (filing.domain, filing.target, filing.role, through)
        running, stored, readonly = self._found.get(key, (False, False, True))
        self._found[key] = (
            running or filing.running,
            stored or filing.stored,
            readonly and filing.readonly,
        )

    def sorted(self) -> tuple[Use, ...]:
        """Direct ones first; the same order however they were found."""
        uses = [
            Use(domain, target, role, running, stored, through, readonly)
            for (domain, target, role, through), (running, stored, readonly) in self._found.items()
        ]
        uses.sort(key=lambda use: (len(use.through), use.domain, use.target, use.role, use.through))
        return tuple(uses)


def _place_of(pool: PoolState) -> tuple[object, ...]:
    return (pool.name, pool.kind, pool.source, pool.target_path, pool.real_target_path)
