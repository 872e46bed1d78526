"""The names that guards say: of connections, pools, machines, and of too many things."""

from __future__ import annotations

from collections.abc import Iterable

from vstore_gui.entities.keys import DomainKey, HostId, PoolKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Names, Text, text
from vstore_gui.store.store import Store
from vstore_gui.store.usage_index import Use

__all__ = ["host_name", "machines_text", "pool_name", "same_machine", "some_names"]


def host_name(store: Store, host: HostId) -> str:
    """What the user calls the connection."""
    state = store.host(host)
    return (state.label if state is not None else "") or host


_NAMES_SHOWN = 10


def pool_name(store: Store, key: PoolKey) -> str:
    pool = store.pool(key)
    return pool.name if pool is not None else key.uuid


def machines_text(store: Store, uses: Iterable[Use]) -> tuple[Text, tuple[DomainKey, ...]]:
    keys = tuple(dict.fromkeys(use.domain for use in uses))
    several_hosts = len({key.host for key in keys}) > 1
    names = []
    for key in keys:
        domain = store.domain(key)
        name = domain.name if domain is not None else key.uuid
        names.append(f"{name} ({host_name(store, key.host)})" if several_hosts else name)
    return some_names(tuple(names)), keys


def some_names(names: tuple[str, ...]) -> Text:
    """The first names, and how many more there are: a message about 10,000 volumes must stay one."""
    if len(names) <= _NAMES_SHOWN:
        return text("{names}", names=Names(names))
    return text(
        QT_TRANSLATE_NOOP("vstore", "{names} and {more} more"),
        names=Names(names[:_NAMES_SHOWN]),
        more=str(len(names) - _NAMES_SHOWN),
    )


def same_machine(store: Store, host: HostId) -> tuple[HostId, ...]:
    """The connection and those that lead to the same machine."""
    own = store.host(host)
    machine = own.info.machine_id if own is not None else None
    others = (other.id for other in store.hosts.values() if machine and other.info.machine_id == machine)
    return tuple(dict.fromkeys((host, *others)))
