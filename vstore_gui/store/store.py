"""The store. See `Store`."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from vstore_gui.entities.domain import BlockStats, DomainState
from vstore_gui.entities.host import HostState
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.store.changes import Change, Changes, Subscriber, What
from vstore_gui.store.diff import ChangesDraft, changed_fields
from vstore_gui.store.usage_index import UsageIndex
from vstore_gui.store.values import Values

__all__ = ["Store"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_LISTED = frozenset({"listed"})
_BLOCK_STATS = frozenset({"block_stats"})


class Store:
    """Values of every connection by key. Single-threaded: lives in the loop's thread.

    Every `put_…` compares with what is known and publishes the difference to the subscribers, synchronously,
    once per call. Values are replaced whole; an equal value publishes nothing. `usage` is kept up to date by
    each change.

    A subscriber may write: what it writes is known at once and published after the publication under way, so
    that all subscribers hear everything in one order. One that raises is reported (`sys.excepthook`) and
    does not keep the others from hearing.
    """

    usage: UsageIndex

    def __init__(self) -> None:
        self._values = Values()
        self._listed: set[PoolKey] = set()
        self._stats: dict[DomainKey, dict[str, BlockStats]] = {}
        self._subscribers: list[Subscriber] = []
        self._waiting: deque[Changes] = deque()
        self._publishing = False
        self.usage = UsageIndex(self._values)

    # reading; mappings are live views, in the order first seen
    @property
    def hosts(self) -> Mapping[HostId, HostState]:
        return MappingProxyType(self._values.hosts)

    def host(self, host: HostId) -> HostState | None:
        return self._values.hosts.get(host)

    def pools(self, host: HostId) -> Mapping[str, PoolState]:
        """By uuid."""
        return _view(self._values.pools.get(host))

    def pool(self, key: PoolKey) -> PoolState | None:
        return self._values.pool(key)

    def pool_named(self, host: HostId, name: str) -> PoolKey | None:
        uuid = self._values.pool_uuids.get(host, _NOTHING).get(name)
        return None if uuid is None else PoolKey(host, uuid)

    def volumes(self, key: PoolKey) -> Mapping[str, VolumeState]:
        """By name."""
        return _view(self._values.volumes.get(key))

    def volume(self, key: VolumeKey) -> VolumeState | None:
        return self._values.volume(key)

    def domains(self, host: HostId) -> Mapping[str, DomainState]:
        """By uuid."""
        return _view(self._values.domains.get(host))

    def domain(self, key: DomainKey) -> DomainState | None:
        domains = self._values.domains.get(key.host)
        return domains.get(key.uuid) if domains else None

    def volumes_listed(self, key: PoolKey) -> bool:
        """Whether the pool's names were listed since it was started: an empty mapping then means empty."""
        return key in self._listed

    def volume_at(self, host: HostId, path: str) -> VolumeKey | None:
        """The volume with this path (any alias that is known), if a pool has it."""
        return self.usage.volume_at(host, path)

    def block_stats(self, key: DomainKey) -> Mapping[str, BlockStats]:
        """By target, as last read: only the machine on screen is asked for them."""
        return _view(self._stats.get(key))

    # writing
    def put_host(self, state: HostState) -> None:
        draft = ChangesDraft()
        _put(self._values.hosts, state.id, state.id, state, draft.hosts)
        self.usage.host_changed(state.id)
        self._publish(draft)

    def drop_host(self, host: HostId) -> None:
        draft = ChangesDraft()
        for uuid in tuple(self._values.domains.get(host, ())):
            self._drop_domain(DomainKey(host, uuid), draft)
        for uuid in tuple(self._values.pools.get(host, ())):
            self._drop_pool(PoolKey(host, uuid), draft)
        self._values.domains.pop(host, None)
        self._values.pools.pop(host, None)
        self._values.pool_uuids.pop(host, None)
        if self._values.hosts.pop(host, None) is not None:
            draft.hosts.append(Change(What.REMOVED, host))
        self.usage.host_changed(host)
        self._publish(draft)

    def put_pools(self, host: HostId, pools: Iterable[PoolState]) -> None:
        """A complete listing: pools that are not in it are removed."""
        draft = ChangesDraft()
        listed = {pool.uuid: pool for pool in pools}
        for uuid in [uuid for uuid in self._values.pools.get(host, ()) if uuid not in listed]:
            self._drop_pool(PoolKey(host, uuid), draft)
        for pool in listed.values():
            self._put_pool(host, pool, draft)
        self._publish(draft)

    def put_pool(self, host: HostId, pool: PoolState) -> None:
        draft = ChangesDraft()
        self._put_pool(host, pool, draft)
        self._publish(draft)

    def drop_pool(self, key: PoolKey) -> None:
        draft = ChangesDraft()
        self._drop_pool(key, draft)
        self._publish(draft)

    def put_domains(self, host: HostId, domains: Iterable[DomainState]) -> None:
        """A complete listing."""
        draft = ChangesDraft()
        listed = {domain.uuid: domain for domain in domains}
        for uuid in [uuid for uuid in self._values.domains.get(host, ()) if uuid not in listed]:
            self._drop_domain(DomainKey(host, uuid), draft)
        for domain in listed.values():
            self._put_domain(host, domain, draft)
        self._publish(draft)

    def put_some_domains(self, host: HostId, domains: Iterable[DomainState]) -> None:
        """A part of a listing: others stay. Lets a long listing be applied a slice at a time."""
        draft = ChangesDraft()
        for domain in domains:
            self._put_domain(host, domain, draft)
        self._publish(draft)

    def put_domain(self, host: HostId, domain: DomainState) -> None:
        self.put_some_domains(host, (domain,))

    def drop_domain(self, key: DomainKey) -> None:
        draft = ChangesDraft()
        self._drop_domain(key, draft)
        self._publish(draft)

    def put_block_stats(self, key: DomainKey, stats: Iterable[BlockStats]) -> None:
        """All disks of a machine; of one that is not known they are forgotten."""
        draft = ChangesDraft()
        new = {disk.target: disk for disk in stats} if self.domain(key) is not None else {}
        if new != self._stats.get(key, {}):
            self._stats[key] = new
            draft.domains.append(Change(What.CHANGED, key, _BLOCK_STATS))
        self._publish(draft)

    def put_volume_names(self, key: PoolKey, names: Iterable[VolumeName]) -> None:
        """A complete listing: new names become rows without details, known ones keep theirs, others go."""
        draft = ChangesDraft()
        names = tuple(names)
        listed = {name.name for name in names}
        known = self._values.volumes.get(key, {})
        self._drop_volumes(key, [name for name in known if name not in listed], draft)
        self._put_names(key, names, draft)
        if key not in self._listed:
            self._listed.add(key)
            draft.pools.append(Change(What.CHANGED, key, _LISTED))
        self._publish(draft)

    def put_some_volume_names(self, key: PoolKey, names: Iterable[VolumeName]) -> None:
        """A part of a listing: others stay. Lets a long listing be applied a slice at a time, before the
        whole of it is given to `put_volume_names`, which then finds little to do."""
        draft = ChangesDraft()
        self._put_names(key, names, draft)
        self._publish(draft)

    def put_volumes(self, key: PoolKey, volumes: Iterable[VolumeState], missing: Iterable[str] = ()) -> None:
        """Details of some volumes; `missing` ones are removed."""
        draft = ChangesDraft()
        self._drop_volumes(key, missing, draft)
        known = self._values.volumes.setdefault(key, {})
        group = draft.volumes.setdefault(key, [])
        filed: list[tuple[VolumeKey, VolumeState]] = []
        for volume in volumes:
            name = volume.name
            old = known.get(name)
            if old is None:
                change = Change(What.ADDED, VolumeKey(key.host, key.uuid, name))
            elif fields := changed_fields(old, volume):
                change = Change(What.CHANGED, VolumeKey(key.host, key.uuid, name), fields)
            else:
                continue
            known[name] = volume
            group.append(change)
            filed.append((change.key, volume))  # type: ignore[arg-type]
        self.usage.file_volumes(key, filed)
        self._publish(draft)

    def drop_volume(self, key: VolumeKey) -> None:
        draft = ChangesDraft()
        self._drop_volumes(key.pool_key, (key.name,), draft)
        self._publish(draft)

    def clear_volumes(self, key: PoolKey) -> None:
        """The pool stopped: its volumes are not to be seen, and not listed any more."""
        draft = ChangesDraft()
        self._drop_volumes(key, tuple(self._values.volumes.get(key, ())), draft)
        if key in self._listed:
            self._listed.discard(key)
            draft.pools.append(Change(What.CHANGED, key, _LISTED))
        self._publish(draft)

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call it with every Changes from now on; the returned function ends that."""

        def tell(changes: Changes) -> None:
            subscriber(changes)

        self._subscribers.append(tell)

        def unsubscribe() -> None:
            if tell in self._subscribers:
                self._subscribers.remove(tell)

        return unsubscribe

    # ── how each noun is changed ────────────────────────────────────────────────────────────────────────────

    def _put_pool(self, host: HostId, pool: PoolState, draft: ChangesDraft) -> None:
        key = PoolKey(host, pool.uuid)
        old = _put(self._values.pools.setdefault(host, {}), pool.uuid, key, pool, draft.pools)
        names = self._values.pool_uuids.setdefault(host, {})
        if old is not None and old.name != pool.name and names.get(old.name) == pool.uuid:
            del names[old.name]
        names[pool.name] = pool.uuid
        self.usage.pool_changed(key, old, pool)

    def _drop_pool(self, key: PoolKey, draft: ChangesDraft) -> None:
        old = self._values.pools.get(key.host, {}).pop(key.uuid, None)
        volumes = self._values.volumes.pop(key, {})
        self._listed.discard(key)
        self.usage.unfile_volumes(key, volumes)
        if old is None:
            return
        names = self._values.pool_uuids[key.host]
        if names.get(old.name) == key.uuid:
            del names[old.name]
        self.usage.pool_changed(key, old, None)
        draft.pools.append(Change(What.REMOVED, key))

    def _put_domain(self, host: HostId, domain: DomainState, draft: ChangesDraft) -> None:
        key = DomainKey(host, domain.uuid)
        before = len(draft.domains)
        _put(self._values.domains.setdefault(host, {}), domain.uuid, key, domain, draft.domains)
        if len(draft.domains) > before:
            self.usage.file_domain(key, domain)

    def _drop_domain(self, key: DomainKey, draft: ChangesDraft) -> None:
        self._stats.pop(key, None)
        if self._values.domains.get(key.host, {}).pop(key.uuid, None) is not None:
            self.usage.unfile_domain(key)
            draft.domains.append(Change(What.REMOVED, key))

    def _put_names(self, key: PoolKey, names: Iterable[VolumeName], draft: ChangesDraft) -> None:
        known = self._values.volumes.setdefault(key, {})
        group = draft.volumes.setdefault(key, [])
        filed: list[tuple[VolumeKey, VolumeState]] = []
        for name in names:
            old = known.get(name.name)
            if old is not None and (old.key == name.key or not name.key):
                continue
            # Another key under a known name is another volume: its details are read anew.
            volume = VolumeState.named(name)
            volume_key = VolumeKey(key.host, key.uuid, name.name)
            known[name.name] = volume
            if old is None:
                group.append(Change(What.ADDED, volume_key))
            else:
                group.append(Change(What.CHANGED, volume_key, changed_fields(old, volume)))
            filed.append((volume_key, volume))
        self.usage.file_volumes(key, filed)

    def _drop_volumes(self, key: PoolKey, names: Iterable[str], draft: ChangesDraft) -> None:
        known = self._values.volumes.get(key, {})
        dropped = [name for name in names if known.pop(name, None) is not None]
        if dropped:
            self.usage.unfile_volumes(key, dropped)
            group = draft.volumes.setdefault(key, [])
            group += [Change(What.REMOVED, VolumeKey(key.host, key.uuid, name)) for name in dropped]

    # ── publication ─────────────────────────────────────────────────────────────────────────────────────────

    def _publish(self, draft: ChangesDraft) -> None:
        draft.add_users(*self.usage.take_affected())
        changes = draft.finish()
        if not changes:
            return
        self._waiting.append(changes)
        if self._publishing:
            return
        self._publishing = True
        try:
            while self._waiting:
                self._tell(self._waiting.popleft())
        finally:
            self._publishing = False

    def _tell(self, changes: Changes) -> None:
        for subscriber in tuple(self._subscribers):
            if subscriber not in self._subscribers:
                continue  # it unsubscribed while this was being told
            try:
                subscriber(changes)
            except Exception as error:
                sys.excepthook(type(error), error, error.__traceback__)


def _view(values: dict[str, Any] | None) -> Mapping[str, Any]:
    return _NOTHING if values is None else MappingProxyType(values)


def _put(values: dict[str, Any], name: str, key: Any, new: Any, group: list[Change]) -> Any:
    """Put a value in its place, note the change if it is one, and return what was there."""
    old = values.get(name)
    if old is None:
        values[name] = new
        group.append(Change(What.ADDED, key))
    elif fields := changed_fields(old, new):
        values[name] = new
        group.append(Change(What.CHANGED, key, fields))
    return old
