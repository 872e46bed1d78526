"""Guards on volumes."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import ClassVar

from vstore_gui.actions.guards.base import Fresh, GuardValue
from vstore_gui.actions.guards.words import host_name, machines_text, pool_name, some_names
from vstore_gui.actions.plan import Reason
from vstore_gui.entities.domain import FILE_ROLES
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool_kinds import pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count, Names, text
from vstore_gui.store.store import Store
from vstore_gui.store.usage_index import Use

__all__ = ["VolumeExists", "VolumeNameFree", "VolumesUnused"]


class VolumeExists(GuardValue, frozen=True, tag=True):
    lasts: ClassVar[bool] = False
    volume: VolumeKey
    field: str = ""

    @property
    def fresh(self) -> Fresh:
        return Fresh(pools=frozenset({self.volume.pool_key}))

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        if store.volume(self.volume) is not None:
            return ()
        pool = store.pool(self.volume.pool_key)
        if pool is not None and not store.volumes_listed(self.volume.pool_key):
            template = QT_TRANSLATE_NOOP("vstore", "{volume} cannot be seen: its pool {pool} is not running.")
        else:
            template = QT_TRANSLATE_NOOP("vstore", "{volume} is gone from {pool}.")
        message = text(template, volume=self.volume.name, pool=pool_name(store, self.volume.pool_key))
        return (Reason(message, field=self.field, links=(self.volume.pool_key,)),)


class VolumeNameFree(GuardValue, frozen=True, tag=True):
    lasts: ClassVar[bool] = False
    volume: VolumeKey

    @property
    def fresh(self) -> Fresh:
        return Fresh(pools=frozenset({self.volume.pool_key}))

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        if store.volume(self.volume) is None:
            return ()
        message = text(
            QT_TRANSLATE_NOOP("vstore", "{pool} has a volume of this name already."),
            pool=pool_name(store, self.volume.pool_key),
        )
        return (Reason(message, field="name", links=(self.volume,)),)


class VolumesUnused(GuardValue, frozen=True, tag=True):
    """No machine and no volume outside of these needs one of them: directly, through backing chains,
    through any alias of the file, on any connected host.

    Who cannot be known is told without blocking: connections that are not open, volumes that could not be
    read, and hosts that share the storage and are not connected here at all.
    """

    volumes: tuple[VolumeKey, ...]

    @property
    def fresh(self) -> Fresh:
        return Fresh(pools=frozenset(key.pool_key for key in self.volumes), everywhere=True)

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        gone = {*self.volumes}
        if len(self.volumes) > 1:
            gone.update(alias for key in self.volumes for alias in store.usage.aliases_of(key))
        in_use: list[tuple[Reason, ...]] = []
        told: list[Reason] = []
        for key in self.volumes:
            reasons = (*_machines_that_need(store, key), *_overlays_of(store, key, gone))
            if reasons:
                in_use.append(reasons)
            told.extend(_also_elsewhere(store, key, gone))
        for pool in dict.fromkeys(key.pool_key for key in self.volumes):
            told.extend((*_connections_not_known(store, pool), *_hosts_not_connected(store, pool)))
        if self.volumes:
            told.extend(_pools_not_read(store))
        return (*_first_of(in_use), *dict.fromkeys(told))


_SHOWN = 20


def _first_of(in_use: Sequence[tuple[Reason, ...]]) -> tuple[Reason, ...]:
    """Reasons of the first volumes, and how many more are in use."""
    shown = tuple(reason for reasons in in_use[:_SHOWN] for reason in reasons)
    if len(in_use) <= _SHOWN:
        return shown
    template = QT_TRANSLATE_NOOP("vstore", "{count} more volumes are in use.")
    return (*shown, Reason(text(template, count=Count(len(in_use) - _SHOWN))))


def _machines_that_need(store: Store, key: VolumeKey) -> tuple[Reason, ...]:
    by_way: dict[tuple[tuple[str, ...], str], list[Use]] = {}
    for use in store.usage.users_of(key):
        by_way.setdefault((use.through, use.role), []).append(use)
    found: list[Reason] = []
    for (through, role), uses in sorted(by_way.items()):
        names, links = machines_text(store, uses)
        if through:
            template = QT_TRANSLATE_NOOP("vstore", "{volume} is needed by {machines}, through {overlays}.")
            message = text(template, volume=key.name, machines=names, overlays=Names(through))
        elif role in FILE_ROLES:
            template = QT_TRANSLATE_NOOP("vstore", "{volume} is used by {machines} as {role}.")
            message = text(template, volume=key.name, machines=names, role=text(FILE_ROLES[role]))
        else:
            template = QT_TRANSLATE_NOOP("vstore", "{volume} is used by {machines}.")
            message = text(template, volume=key.name, machines=names)
        found.append(Reason(message, links=links))
    return tuple(dict.fromkeys(found))


def _overlays_of(store: Store, key: VolumeKey, gone: Set[VolumeKey]) -> tuple[Reason, ...]:
    overlays = [overlay for overlay in store.usage.overlays_of(key) if overlay not in gone]
    if not overlays:
        return ()
    message = text(
        QT_TRANSLATE_NOOP("vstore", "{volume} is the backing volume of {overlays}."),
        volume=key.name,
        overlays=some_names(tuple(overlay.name for overlay in overlays)),
    )
    return (Reason(message, links=tuple(overlays)),)


def _also_elsewhere(store: Store, key: VolumeKey, gone: Set[VolumeKey]) -> tuple[Reason, ...]:
    aliases = store.usage.aliases_of(key)
    if not aliases or len(gone) > _SHOWN:  # of a whole pool, its twin's volumes need not be told one by one
        return ()
    pools = tuple(dict.fromkeys(pool_name(store, alias.pool_key) for alias in aliases))
    message = text(
        QT_TRANSLATE_NOOP(
            "vstore", "{volume} is the same file as a volume of {pools}: it goes there as well."
        ),
        volume=key.name,
        pools=Names(pools),
    )
    return (Reason(message, blocks=False, links=aliases),)


def _connections_not_known(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    """Connections that may use the pool's storage and whose machines we do not see now."""
    own = store.host(key.host)
    pool = store.pool(key)
    if own is None or pool is None:
        return ()
    found: list[Reason] = []
    if not own.domains_loaded:
        template = QT_TRANSLATE_NOOP("vstore", "The machines of {host} are not read yet.")
        found.append(Reason(text(template, host=host_name(store, key.host)), links=(key.host,)))
    local_only = pool_kind(pool.kind).shared == "no"
    machine = own.info.machine_id
    unknown = [
        host.id
        for host in store.hosts.values()
        if host.id != key.host
        and (host.link is not HostLink.ONLINE or not host.domains_loaded)
        and not (local_only and (machine is None or host.info.machine_id != machine))
    ]
    if unknown:
        template = QT_TRANSLATE_NOOP(
            "vstore", "Not connected, so whether their machines use it is not known: {hosts}"
        )
        names = Names(tuple(host_name(store, host) for host in unknown))
        found.append(Reason(text(template, hosts=names), blocks=False, links=tuple(unknown)))
    return tuple(found)


def _pools_not_read(store: Store) -> tuple[Reason, ...]:
    """Active pools some of whose volumes may stand on this one without our knowing."""
    unread: list[PoolKey] = []
    for host in store.hosts.values():
        if host.link is not HostLink.ONLINE:
            continue
        for pool in store.pools(host.id).values():
            other = PoolKey(host.id, pool.uuid)
            if not pool.active or not pool_kind(pool.kind).chains:
                continue
            listed = store.volumes_listed(other) and pool.uuid not in host.silent_pools
            if not listed or any(not volume.detailed for volume in store.volumes(other).values()):
                unread.append(other)
    if not unread:
        return ()
    message = text(
        QT_TRANSLATE_NOOP("vstore", "Not read, so whether their volumes stand on it is not known: {pools}"),
        pools=some_names(tuple(pool_name(store, other) for other in unread)),
    )
    return (Reason(message, blocks=False, links=tuple(unread)),)


def _hosts_not_connected(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    pool = store.pool(key)
    if pool is None or pool_kind(pool.kind).shared != "yes":
        return ()
    message = text(
        QT_TRANSLATE_NOOP(
            "vstore", "{pool} is shared storage: hosts that are not connected here may use it."
        ),
        pool=pool.name,
    )
    return (Reason(message, blocks=False, links=(key,)),)
