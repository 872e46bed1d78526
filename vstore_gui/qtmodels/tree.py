"""Hosts, their pools and machines as a tree. See `SidebarModel`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from vstore_gui.entities.keys import DiskKey, DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.qtmodels.natural import natural_keys
from vstore_gui.qtmodels.ordered_rows import OrderedRows, runs
from vstore_gui.qtmodels.roles import Index, Role
from vstore_gui.qtmodels.signals import NO_INDEX, ModelSignals, follow
from vstore_gui.qtmodels.tree_cells import POOLS, SECTIONS, TreeCells
from vstore_gui.store.changes import Change, Changes, Key, What
from vstore_gui.store.store import Store

__all__ = ["SidebarModel"]

_FLAGS = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
_LEAF = _FLAGS | Qt.ItemFlag.ItemNeverHasChildren
_VALUE_ROLES = [
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        *(
            Role.STATE,
            Role.STATE_TEXT,
            Role.NOTE,
            Role.CAPACITY,
            Role.WARNING,
            Role.STALE,
            Role.COUNT,
            Role.VALUE,
        ),
    )
]


@dataclass(slots=True)
class _Host:
    """A top-level node."""

    id: int
    host: HostId
    sections: tuple[_Section, ...] = ()


@dataclass(slots=True)
class _Section:
    """'Storage pools' or 'Machines' of a host; `rows` holds uuids, `ids` the node of each."""

    id: int
    kind: str
    parent: _Host
    rows: OrderedRows[str]
    ids: dict[str, int]


@dataclass(slots=True)
class _Leaf:
    """A pool or a machine."""

    id: int
    section: _Section
    uuid: str


_Node = _Host | _Section | _Leaf


class SidebarModel(QAbstractItemModel):
    """Hosts in the user's order ▸ 'Storage pools' and 'Machines' ▸ pools and machines in natural order.

    `host_order` gives the order of hosts (the connection book's); without it it is that of the store.
    Indexes carry a number, never a Python object: a number that has gone is an invalid index, not a crash.
    """

    def __init__(
        self,
        store: Store,
        parent: QObject | None = None,
        *,
        host_order: Callable[[], Sequence[HostId]] | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._cells = TreeCells(store)
        self._host_order = host_order or (lambda: list(self._store.hosts))
        self._last_id = 0
        self._nodes: dict[int, _Node] = {}
        self._hosts: list[_Host] = []
        for host in store.hosts:
            self._add_host(host)
        follow(store.subscribe, self, self._store_changed)

    # ── finding ─────────────────────────────────────────────────────────────────────────────────────────────

    def index_of(self, key: Key | DiskKey) -> QModelIndex:
        """The row of a host, pool or machine; of a volume its pool's, of a disk its machine's; or invalid."""
        if isinstance(key, str):
            node = self._host_node(key)
            return NO_INDEX if node is None else self._index_of(node)
        if isinstance(key, VolumeKey):
            key = key.pool_key
        elif isinstance(key, DiskKey):
            key = key.domain_key
        node = self._host_node(key.host)
        if node is None:
            return NO_INDEX
        section = node.sections[0 if isinstance(key, PoolKey) else 1]
        leaf = section.ids.get(key.uuid)
        return NO_INDEX if leaf is None else self._index_of(self._nodes[leaf])

    def section_index(self, host: HostId, kind: str) -> QModelIndex:
        """The row of 'pools' or 'machines' under a host."""
        node = self._host_node(host)
        if node is None:
            return NO_INDEX
        return next((self._index_of(section) for section in node.sections if section.kind == kind), NO_INDEX)

    def key_at(self, index: Index) -> HostId | PoolKey | DomainKey | None:
        """The key of a row; of a section its host's. None for an invalid index."""
        node = self._node(index)
        match node:
            case None:
                return None
            case _Host():
                return node.host
            case _Section():
                return node.parent.host
            case _Leaf():
                return _leaf_key(node)

    def kind_at(self, index: Index) -> str:
        """'host', 'pools', 'machines', 'pool' or 'machine'; '' for an invalid index."""
        node = self._node(index)
        match node:
            case None:
                return ""
            case _Host():
                return "host"
            case _Section():
                return node.kind
            case _Leaf():
                return "pool" if node.section.kind == POOLS else "machine"

    # ── Qt ──────────────────────────────────────────────────────────────────────────────────────────────────

    def index(self, row: int, column: int, parent: Index = NO_INDEX) -> QModelIndex:
        children = self._child_ids(parent)
        if column != 0 or not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, 0, children[row])

    def parent(self, index: Index = NO_INDEX) -> Any:
        node = self._node(index)
        match node:
            case _Section():
                return self._index_of(node.parent)
            case _Leaf():
                return self._index_of(node.section)
            case _:
                return QModelIndex()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        if not parent.isValid():
            return len(self._hosts)
        node = self._node(parent)
        match node:
            case _Host():
                return len(node.sections)
            case _Section():
                return len(node.rows)
            case _:
                return 0

    def columnCount(self, parent: Index = NO_INDEX) -> int:  # noqa: ARG002 - Qt names it
        return 1

    def hasChildren(self, parent: Index = NO_INDEX) -> bool:
        return self.rowCount(parent) > 0

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self._node(index)
        if role == Role.KEY:
            return self.key_at(index)
        if role == Role.KIND:
            return self.kind_at(index)
        match node:
            case _Host():
                return self._cells.host(node.host, role)
            case _Section():
                return self._cells.section(node.parent.host, node.kind, len(node.rows), role)
            case _Leaf() if node.section.kind == POOLS:
                return self._cells.pool(PoolKey(node.section.parent.host, node.uuid), role)
            case _Leaf():
                return self._cells.machine(DomainKey(node.section.parent.host, node.uuid), role)
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        node = self._node(index)
        if node is None:
            return Qt.ItemFlag.NoItemFlags
        return _LEAF if isinstance(node, _Leaf) else _FLAGS

    # ── nodes ───────────────────────────────────────────────────────────────────────────────────────────────

    def _node(self, index: Index) -> _Node | None:
        return self._nodes.get(index.internalId()) if index.isValid() else None

    def _child_ids(self, parent: Index) -> Sequence[int]:
        if not parent.isValid():
            return [host.id for host in self._hosts]
        node = self._node(parent)
        match node:
            case _Host():
                return [section.id for section in node.sections]
            case _Section():
                return _LeafIds(node)
            case _:
                return ()

    def _index_of(self, node: _Node) -> QModelIndex:
        match node:
            case _Host():
                row: int | None = next((row for row, host in enumerate(self._hosts) if host is node), None)
            case _Section():
                row = SECTIONS.index(node.kind)
            case _Leaf():
                row = node.section.rows.row_of(node.uuid)
        return QModelIndex() if row is None else self.createIndex(row, 0, node.id)

    def _host_node(self, host: HostId) -> _Host | None:
        return next((node for node in self._hosts if node.host == host), None)

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    # ── the store ───────────────────────────────────────────────────────────────────────────────────────────

    def _store_changed(self, changes: Changes) -> None:
        for change in changes.hosts:
            self._follow_host(str(change.key), change)
        self._follow_leaves(changes.pools, 0)
        self._follow_leaves(changes.domains, 1)

    def _follow_host(self, host: HostId, change: Change) -> None:
        node = self._host_node(host)
        known = self._store.host(host) is not None
        if node is not None and not known:
            self._remove_host(node)
        elif node is None and known:
            self._add_host(host)
        elif node is not None and change.what is What.CHANGED:
            index = self._index_of(node)
            self.dataChanged.emit(index, index, _VALUE_ROLES)
            sections = node.sections
            self.dataChanged.emit(self._index_of(sections[0]), self._index_of(sections[-1]), _VALUE_ROLES)
            if not change.fields.isdisjoint({"silent_pools", "stale", "link"}):
                for section in sections:
                    self._announce_rows(section, range(len(section.rows)))

    def _add_host(self, host: HostId) -> None:
        order = {other: place for place, other in enumerate(self._host_order())}
        place = order.get(host, len(order))
        row = len(self._hosts)
        while row and order.get(self._hosts[row - 1].host, len(order)) > place:
            row -= 1
        node = _Host(self._new_id(), host)
        node.sections = tuple([self._new_section(kind, node) for kind in SECTIONS])
        self.beginInsertRows(QModelIndex(), row, row)
        self._nodes[node.id] = node
        self._nodes.update((section.id, section) for section in node.sections)
        self._hosts.insert(row, node)
        self.endInsertRows()
        self._place(node.sections[0], self._store.pools(host))
        self._place(node.sections[1], self._store.domains(host))

    def _new_section(self, kind: str, host: _Host) -> _Section:
        number = self._new_id()
        signals = ModelSignals(self, lambda: self._index_of(self._nodes[number]))
        return _Section(number, kind, host, OrderedRows(signals), {})

    def _remove_host(self, node: _Host) -> None:
        row = self._hosts.index(node)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._hosts[row]
        for section in node.sections:
            for number in section.ids.values():
                del self._nodes[number]
            del self._nodes[section.id]
        del self._nodes[node.id]
        self.endRemoveRows()

    def _follow_leaves(self, group: tuple[Change, ...], place: int) -> None:
        """Pools (place 0) or machines (1) that came, went or changed: what the store says now counts."""
        touched: dict[HostId, dict[str, frozenset[str]]] = {}
        for change in group:
            host, uuid = change.key[0], change.key[1]
            fields = touched.setdefault(host, {})
            fields[uuid] = fields.get(uuid, frozenset()) | change.fields
        for host, fields in touched.items():
            node = self._host_node(host)
            if node is None:
                continue
            section = node.sections[place]
            seen = section.ids.keys() & fields.keys()
            rows_to_place = [uuid for uuid in fields if uuid not in seen or "name" in fields[uuid]]
            known = self._store.pools(host) if place == 0 else self._store.domains(host)
            rows_to_place += [uuid for uuid in seen if uuid not in known]
            self._place(section, rows_to_place)
            self._announce_rows(
                section, section.rows.rows_of(uuid for uuid in seen if not fields[uuid] <= _NOT_SHOWN)
            )

    def _place(self, section: _Section, uuids: Iterable[str]) -> None:
        host = section.parent.host
        known = self._store.pools(host) if section.kind == POOLS else self._store.domains(host)
        uuids = list(dict.fromkeys(uuids))
        if not uuids:
            return
        names = [known[uuid].name if uuid in known else "" for uuid in uuids]
        wanted = {
            uuid: (natural, name, uuid) if uuid in known else None
            for uuid, natural, name in zip(uuids, natural_keys(names), names, strict=True)
        }
        for uuid in uuids:
            if uuid in known and uuid not in section.ids:
                leaf = _Leaf(self._new_id(), section, uuid)
                section.ids[uuid] = leaf.id
                self._nodes[leaf.id] = leaf
        count = len(section.rows)
        section.rows.place(wanted)
        for uuid in uuids:
            if uuid not in known and uuid in section.ids:
                del self._nodes[section.ids.pop(uuid)]
        if len(section.rows) != count:
            for counting in (section, section.parent):
                index = self._index_of(counting)
                self.dataChanged.emit(index, index, _VALUE_ROLES)

    def _announce_rows(self, section: _Section, rows: Sequence[int]) -> None:
        parent = self._index_of(section)
        for first, last in runs(rows):
            self.dataChanged.emit(self.index(first, 0, parent), self.index(last, 0, parent), _VALUE_ROLES)


_NOT_SHOWN = frozenset({"block_stats", "listed", "users"})


def _leaf_key(leaf: _Leaf) -> PoolKey | DomainKey:
    host = leaf.section.parent.host
    return PoolKey(host, leaf.uuid) if leaf.section.kind == POOLS else DomainKey(host, leaf.uuid)


class _LeafIds(Sequence[int]):
    """The ids under a section by row, looked up one at a time: most callers want one."""

    def __init__(self, section: _Section) -> None:
        self._section = section

    def __len__(self) -> int:
        return len(self._section.rows)

    def __getitem__(self, row: Any) -> Any:
        return self._section.ids[self._section.rows.key_at(row)]
