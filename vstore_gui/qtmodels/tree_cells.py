"""What the rows of the sidebar say. See `TreeCells`."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import Qt

from vstore_gui.entities.domain import DomainLifecycle, DomainState
from vstore_gui.entities.host import HostState
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.formats import count_text, percent_text, render, size_text, tr
from vstore_gui.qtmodels.hosts import host_title, link_text, link_word
from vstore_gui.qtmodels.roles import NEARLY_FULL, Role
from vstore_gui.store.store import Store

__all__ = [
    "MACHINES",
    "POOLS",
    "SECTIONS",
    "TreeCells",
    "lifecycle_text",
    "pool_fraction",
    "pool_lifecycle_text",
]

POOLS: Final = "pools"
MACHINES: Final = "machines"
SECTIONS: Final = (POOLS, MACHINES)

NOT_RESPONDING: Final = "not responding"

_TITLES = {
    POOLS: QT_TRANSLATE_NOOP("vstore", "Storage pools"),
    MACHINES: QT_TRANSLATE_NOOP("vstore", "Machines"),
}
_NONE_YET = {
    POOLS: QT_TRANSLATE_NOOP("vstore", "no pools yet"),
    MACHINES: QT_TRANSLATE_NOOP("vstore", "no machines yet"),
}
_LIFECYCLES = {
    DomainLifecycle.NOSTATE: QT_TRANSLATE_NOOP("vstore", "unknown state"),
    DomainLifecycle.RUNNING: QT_TRANSLATE_NOOP("vstore", "running"),
    DomainLifecycle.BLOCKED: QT_TRANSLATE_NOOP("vstore", "waiting"),
    DomainLifecycle.PAUSED: QT_TRANSLATE_NOOP("vstore", "paused"),
    DomainLifecycle.SHUTDOWN: QT_TRANSLATE_NOOP("vstore", "shutting down"),
    DomainLifecycle.SHUTOFF: QT_TRANSLATE_NOOP("vstore", "shut off"),
    DomainLifecycle.CRASHED: QT_TRANSLATE_NOOP("vstore", "crashed"),
    DomainLifecycle.PMSUSPENDED: QT_TRANSLATE_NOOP("vstore", "suspended"),
}
_POOL_LIFECYCLES = {
    PoolLifecycle.INACTIVE: QT_TRANSLATE_NOOP("vstore", "stopped"),
    PoolLifecycle.BUILDING: QT_TRANSLATE_NOOP("vstore", "being built"),
    PoolLifecycle.RUNNING: QT_TRANSLATE_NOOP("vstore", "running"),
    PoolLifecycle.DEGRADED: QT_TRANSLATE_NOOP("vstore", "degraded"),
    PoolLifecycle.INACCESSIBLE: QT_TRANSLATE_NOOP("vstore", "inaccessible"),
}


def lifecycle_text(lifecycle: DomainLifecycle) -> str:
    """A machine's state, for the eye."""
    return tr(_LIFECYCLES[lifecycle])


def pool_lifecycle_text(lifecycle: PoolLifecycle) -> str:
    return tr(_POOL_LIFECYCLES[lifecycle])


def pool_fraction(pool: PoolState) -> float | None:
    """How full a pool is; None where that is unknown or makes no sense."""
    if pool.active and pool.capacity_bytes and pool.allocation_bytes is not None:
        return min(1.0, max(0.0, pool.allocation_bytes / pool.capacity_bytes))
    return None


class TreeCells:
    """Answers for each noun and role from the store as it is now; None for what has gone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def host(self, host: HostId, role: int) -> Any:
        state = self._store.host(host)
        if state is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return host_title(state)
            case Qt.ItemDataRole.ToolTipRole:
                return _host_tooltip(state)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{host_title(state)}, {link_text(state)}"
            case Role.STATE:
                return link_word(state)
            case Role.STATE_TEXT | Role.NOTE:
                return link_text(state)
            case Role.WARNING:
                return state.error is not None or bool(state.silent_pools) or state.waiting_for is not None
            case Role.STALE:
                return state.stale
            case Role.COUNT:
                return len(self._store.pools(host)) + len(self._store.domains(host))
            case Role.VALUE:
                return state
        return None

    def section(self, host: HostId, kind: str, count: int, role: int) -> Any:
        state = self._store.host(host)
        if state is None:
            return None
        loaded = state.pools_loaded if kind == POOLS else state.domains_loaded
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return tr(_TITLES[kind])
            case Qt.ItemDataRole.AccessibleTextRole:
                note = _section_note(kind, count, loaded)
                return f"{tr(_TITLES[kind])}, {note or count_text(count)}"
            case Role.NOTE:
                return _section_note(kind, count, loaded)
            case Role.STATE:
                return "empty" if loaded and not count else "loaded" if loaded else "loading"
            case Role.LOADING:
                return not loaded
            case Role.STALE:
                return state.stale
            case Role.COUNT:
                return count
        return None

    def pool(self, key: PoolKey, role: int) -> Any:
        pool, host = self._store.pool(key), self._store.host(key.host)
        if pool is None or host is None:
            return None
        silent = key.uuid in host.silent_pools
        fraction = pool_fraction(pool)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return pool.name
            case Qt.ItemDataRole.ToolTipRole:
                return _pool_tooltip(pool, silent)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{pool.name}, {_pool_note(pool, silent) or percent_text(fraction)}".rstrip(", ")
            case Role.STATE:
                return NOT_RESPONDING if silent else pool.lifecycle.value
            case Role.STATE_TEXT:
                return _not_responding() if silent else pool_lifecycle_text(pool.lifecycle)
            case Role.NOTE:
                return _pool_note(pool, silent)
            case Role.CAPACITY:
                return fraction
            case Role.WARNING:
                return silent or (fraction is not None and fraction >= NEARLY_FULL)
            case Role.STALE:
                return host.stale or silent
            case Role.VALUE:
                return pool
        return None

    def machine(self, key: DomainKey, role: int) -> Any:
        machine, host = self._store.domain(key), self._store.host(key.host)
        if machine is None or host is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return machine.name
            case Qt.ItemDataRole.ToolTipRole:
                lines = [
                    machine.name,
                    machine.title or "",
                    lifecycle_text(machine.lifecycle),
                    _disks(machine),
                ]
                return "\n".join([line for line in lines if line])
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{machine.name}, {lifecycle_text(machine.lifecycle)}, {_disks(machine)}"
            case Role.STATE:
                return machine.lifecycle.value
            case Role.STATE_TEXT:
                return lifecycle_text(machine.lifecycle)
            case Role.NOTE:
                return _machine_note(machine)
            case Role.WARNING:
                return machine.lifecycle is DomainLifecycle.CRASHED or _in_trouble(machine)
            case Role.STALE:
                return host.stale
            case Role.COUNT:
                return len(machine.disks)
            case Role.VALUE:
                return machine
        return None


def _host_tooltip(host: HostState) -> str:
    lines = [host.id, link_text(host)]
    if host.error is not None:
        lines += [render(host.error.message), render(host.error.advice) if host.error.advice else ""]
    if host.waiting_for:
        lines.append(
            tr(QT_TRANSLATE_NOOP("vstore", "Waiting for an answer to {call}"), call=host.waiting_for)
        )
    return "\n".join([line for line in lines if line])


def _section_note(kind: str, count: int, loaded: bool) -> str:
    return tr(_NONE_YET[kind]) if loaded and not count else ""


def _not_responding() -> str:
    return tr(QT_TRANSLATE_NOOP("vstore", "not responding"))


def _pool_note(pool: PoolState, silent: bool) -> str:
    if silent:
        return _not_responding()
    return "" if pool.lifecycle is PoolLifecycle.RUNNING else pool_lifecycle_text(pool.lifecycle)


def _pool_tooltip(pool: PoolState, silent: bool) -> str:
    lines = [pool.name, _not_responding() if silent else pool_lifecycle_text(pool.lifecycle)]
    if pool.target_path:
        lines.append(pool.target_path)
    fraction = pool_fraction(pool)
    if fraction is not None:
        lines.append(
            tr(
                QT_TRANSLATE_NOOP("vstore", "{allocated} of {capacity} allocated ({percent})"),
                allocated=size_text(pool.allocation_bytes),
                capacity=size_text(pool.capacity_bytes),
                percent=percent_text(fraction),
            )
        )
    return "\n".join(lines)


def _in_trouble(machine: DomainState) -> bool:
    return machine.lifecycle is DomainLifecycle.PAUSED and "error" in (machine.reason or "").lower()


def _machine_note(machine: DomainState) -> str:
    if machine.lifecycle is DomainLifecycle.PAUSED:
        state = lifecycle_text(machine.lifecycle)
        return f"{state}: {machine.reason}" if machine.reason else state
    if machine.lifecycle is DomainLifecycle.CRASHED:
        return lifecycle_text(machine.lifecycle)
    return _disks(machine)


def _disks(machine: DomainState) -> str:
    count = len(machine.disks)
    if count == 1:
        return tr(QT_TRANSLATE_NOOP("vstore", "1 disk"))
    return tr(QT_TRANSLATE_NOOP("vstore", "{number} disks"), number=count_text(count))
