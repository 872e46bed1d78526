"""The volumes of one pool as a table. See `VolumesModel`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, Qt, QTimer, Signal

from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.qtmodels.formats import tr
from vstore_gui.qtmodels.ordered_rows import runs
from vstore_gui.qtmodels.roles import Index
from vstore_gui.qtmodels.signals import NO_INDEX, follow
from vstore_gui.qtmodels.volume_cells import VALUE_ROLES, VolumeCells
from vstore_gui.qtmodels.volume_columns import COLUMN_LIST, COLUMNS_OF_FIELD, VolumeColumn
from vstore_gui.qtmodels.volume_rows import VolumeRows
from vstore_gui.store.changes import Change, Changes, What
from vstore_gui.store.store import Store

__all__ = ["VOLUME_MIME", "VolumeCounts", "VolumesModel", "volume_keys_in"]

VOLUME_MIME = "application/x-vstore-volume"

AGEING_MS = 30_000
_TEMPLATES_MS = 200
# While a large pool is being listed: rows that are shown at once, and how often more are taken in.
_ROWS_AT_ONCE = 500
_MOST_ARRIVING = 3000
_ARRIVAL_MS = 400
"""How often 'now' may become '2 min'."""

_TEXT_ROLES = [int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)]
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_USERS = frozenset({"users"})
_FILTERED_FIELDS = frozenset({"path", "format", "backing_path"})
_FLAGS = (
    Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)


class VolumeCounts(NamedTuple):
    shown: int
    total: int
    detailed: int  # of the total


def volume_keys_in(mime: QMimeData) -> tuple[VolumeKey, ...]:
    """The volumes of a drag; empty for other drags and for data that is not ours."""
    data = mime.data(VOLUME_MIME).data()
    try:
        return msgspec.json.decode(data, type=tuple[VolumeKey, ...]) if data else ()
    except msgspec.DecodeError:
        return ()


class VolumesModel(QAbstractTableModel):
    """Rows of the pool given to `set_pool`; sorted and filtered here, for 10,000 rows through a proxy stall.

    `counts_changed()` is emitted when `counts` has changed.
    """

    counts_changed = Signal()

    def __init__(self, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._pool: PoolKey | None = None
        self._cells = VolumeCells(store)
        self._placing = VolumeRows(self, self._cells, self._placed)
        self._rows = self._placing.rows
        self._undetailed = 0
        self._backings_changed = False
        self._counts = VolumeCounts(0, 0, 0)
        self._ageing = QTimer(self)
        self._ageing.setInterval(AGEING_MS)
        self._ageing.timeout.connect(self._announce_ages)
        # A template's row says how many stand on it: with each batch of details that number grows.
        self._touched_templates: set[str] = set()
        self._retelling = QTimer(self, interval=_TEMPLATES_MS, singleShot=True)
        self._retelling.timeout.connect(self._retell_templates)
        self._arriving: dict[str, None] = {}
        self._arrival = QTimer(self, singleShot=True)
        self._arrival.timeout.connect(self._take_in_arriving)
        follow(store.subscribe, self, self._store_changed)

    # ── what is shown ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def pool(self) -> PoolKey | None:
        return self._pool

    @property
    def counts(self) -> VolumeCounts:
        return VolumeCounts(
            len(self._rows), len(self._cells.states), len(self._cells.states) - self._undetailed
        )

    @property
    def descending(self) -> bool:
        return self._placing.descending

    def set_pool(self, key: PoolKey | None) -> None:
        """Show the volumes of this pool, as they come, or none."""
        if key == self._pool:
            return
        self._forget_rows()
        self._pool = self._cells.pool = key
        if key is None:
            self._ageing.stop()
        else:
            self._ageing.start()
            self._take_in(list(self._store.volumes(key)))
            self._look_whether_complete()
        self._tell_counts()

    def set_filter(self, text: str) -> None:
        """Show only volumes that have all these words in their name, path, format, backing file or users."""
        if self._placing.set_filter(text):
            self._tell_counts()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; by name for a column there is not."""
        known = VolumeColumn(column) if 0 <= column < len(COLUMN_LIST) else VolumeColumn.NAME
        self._placing.sort(known, descending=order == Qt.SortOrder.DescendingOrder)

    def key_at(self, row: int) -> VolumeKey:
        return self._cells.key(self._rows.key_at(row))

    def row_of(self, key: VolumeKey) -> int | None:
        """None when it is not shown: of another pool, gone, or filtered out."""
        return self._rows.row_of(key.name) if key.pool_key == self._pool else None

    def names_between(self, first: int, last: int) -> tuple[str, ...]:
        """Names of the rows in view: what `Sync.watch_visible_volumes` wants to know."""
        rows = range(max(0, first), min(last + 1, len(self._rows)))
        return tuple([self._rows.key_at(row) for row in rows])

    @property
    def settled(self) -> bool:
        """Nothing is waiting to be put in its place."""
        return self._placing.settled and not self._touched_templates and not self._arriving

    def settle(self) -> None:
        """Put all that waits in its place now; by itself that happens at most every 200 ms, in slices."""
        self._take_in_arriving()
        self._retell_templates()
        self._placing.settle()

    # ── Qt ──────────────────────────────────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMN_LIST)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return (_RIGHT if COLUMN_LIST[index.column()].numeric else _LEFT) if index.isValid() else None
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        return self._cells.data(self._rows.key_at(index.row()), index.column(), role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMN_LIST):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMN_LIST[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if COLUMN_LIST[section].numeric else _LEFT
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def mimeTypes(self) -> list[str]:
        return [VOLUME_MIME, "text/plain"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        names = [self._rows.key_at(row) for row in sorted({index.row() for index in indexes})]
        mime = QMimeData()
        mime.setText("\n".join([self._cells.states[name].path or name for name in names]))
        mime.setData(VOLUME_MIME, msgspec.json.encode([self._cells.key(name) for name in names]))
        return mime

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    # ── the store ───────────────────────────────────────────────────────────────────────────────────────────

    def _store_changed(self, changes: Changes) -> None:
        pool = self._pool
        if pool is None:
            return
        if any(change.what is What.REMOVED and change.key == pool for change in changes.pools) and (
            self._store.pool(pool) is None
        ):
            self._forget_rows()
        group = changes.volumes.get(pool)
        if self._arriving and self._is_listed():
            self._take_in_arriving()
        templates = self._cells.touched_templates(changes)
        if group:
            self._apply(group)
        if templates:
            self._touched_templates |= templates
            if not self._retelling.isActive():
                self._retelling.start()
        if any(
            key.host == pool.host and _listing_changed(rows) for key, rows in changes.volumes.items()
        ) or any(change.key[0] == pool.host for change in changes.pools):
            self._backings_changed = True
            self._placing.place_later()
        if any("name" in change.fields for change in changes.domains):
            self._update({name: _USERS for name, users in self._cells.users.items() if users.count})
        self._look_whether_complete()
        self._tell_counts()

    def _retell_templates(self) -> None:
        names, self._touched_templates = self._touched_templates, set()
        self._update({name: _USERS for name in names if name in self._cells.states})

    def _apply(self, group: tuple[Change, ...]) -> None:
        """Follow the store. What each key is *now* counts: publications may be behind the values."""
        volumes = self._store.volumes(self._pool) if self._pool is not None else {}
        gone: dict[str, None] = {}
        added: dict[str, None] = {}
        changed: dict[str, frozenset[str]] = {}
        for change in group:
            name = change.key.name  # type: ignore[union-attr]
            if name not in volumes:
                gone[name] = None
            elif name not in self._cells.states:
                added[name] = None
            else:
                known = changed.get(name)
                changed[name] = change.fields if known is None else known | change.fields
        if gone:
            for name in gone:
                self._arriving.pop(name, None)
            self._let_go(gone)
        if changed:
            self._update(changed)
        if added:
            self._arriving.update(added)
            # A view paints itself whole for every insertion, also of rows that are out of sight.
            if len(self._rows) < _ROWS_AT_ONCE or self._is_listed():
                self._take_in_arriving()
            elif len(self._arriving) > _MOST_ARRIVING:
                self._arrival.start(0)
            elif not self._arrival.isActive():
                self._arrival.start(_ARRIVAL_MS)

    def _is_listed(self) -> bool:
        return self._pool is not None and self._store.volumes_listed(self._pool)

    def _take_in_arriving(self) -> None:
        names, self._arriving = list(self._arriving), {}
        self._arrival.stop()
        self._take_in(names)
        self._tell_counts()

    def _take_in(self, names: list[str]) -> None:
        if not names or self._pool is None:
            return
        volumes = self._store.volumes(self._pool)
        new = {name: volumes[name] for name in names}
        self._cells.add(new)
        self._undetailed += len([None for state in new.values() if not state.detailed])
        self._placing.add(names)

    def _let_go(self, names: Iterable[str]) -> None:
        names = [name for name in names if name in self._cells.states]
        self._placing.remove(names)
        self._undetailed -= len([None for name in names if not self._cells.states[name].detailed])
        self._cells.remove(names)

    def _forget_rows(self) -> None:
        self._arriving.clear()
        self._arrival.stop()
        self._touched_templates.clear()
        self._placing.clear()
        self._cells.clear()
        self._undetailed = 0

    def _update(self, changed: dict[str, frozenset[str]]) -> None:
        volumes = self._store.volumes(self._pool) if self._pool is not None else {}
        sorted_by = set(COLUMN_LIST[self._placing.column].fields)
        out_of_place: list[str] = []
        columns: dict[str, frozenset[VolumeColumn]] = {}
        for name, fields in changed.items():
            old = self._cells.states[name]
            new = volumes.get(name, old)  # gone already? Its removal is published next
            self._cells.states[name] = new
            self._undetailed += old.detailed - new.detailed
            columns[name] = _columns_of(fields)
            if "users" in fields:
                self._cells.forget_users(name)
                if self._placing.users_count:
                    out_of_place.append(name)
            if "backing_path" in fields:
                self._cells.backings.pop(name, None)
            if not fields.isdisjoint(_FILTERED_FIELDS):
                self._cells.forget_haystack(name)
                if self._placing.filtered:
                    out_of_place.append(name)
                    continue
            if not fields.isdisjoint(sorted_by):
                out_of_place.append(name)
        self._announce(columns)
        self._placing.mark(out_of_place)

    def _placed(self) -> None:
        self._tell_counts()
        if self._backings_changed:
            self._backings_changed = False
            self._cells.backings.clear()
            self._announce_column(VolumeColumn.BACKING)

    def _announce(self, columns: dict[str, frozenset[VolumeColumn]]) -> None:
        """dataChanged for these rows' columns: one for each run of rows with the same ones."""
        rows_by_columns: dict[frozenset[VolumeColumn], list[int]] = {}
        for name, changed in columns.items():
            row = self._rows.row_of(name)
            if row is not None and changed:
                rows_by_columns.setdefault(changed, []).append(row)
        for changed, rows in rows_by_columns.items():
            rows.sort()
            left, right = min(changed), max(changed)
            for first, last in runs(rows):
                self.dataChanged.emit(self.index(first, left), self.index(last, right), VALUE_ROLES)

    def _announce_column(self, column: VolumeColumn) -> None:
        if len(self._rows):
            self.dataChanged.emit(self.index(0, column), self.index(len(self._rows) - 1, column), VALUE_ROLES)

    def _announce_ages(self) -> None:
        if len(self._rows):
            for column in (VolumeColumn.MODIFIED, VolumeColumn.CHANGED):
                first, last = self.index(0, column), self.index(len(self._rows) - 1, column)
                self.dataChanged.emit(first, last, _TEXT_ROLES)

    def _is_complete(self) -> bool:
        """Whether 'no user is known' means nobody: all volumes here and all machines have been read."""
        host = self._store.host(self._pool.host) if self._pool is not None else None
        return (
            host is not None
            and host.domains_loaded
            and self._undetailed == 0
            and self._pool is not None
            and self._store.volumes_listed(self._pool)
        )

    def _look_whether_complete(self) -> None:
        complete = self._is_complete()
        if complete == self._cells.complete:
            return
        self._cells.complete = complete
        self._cells.forget_nobodies()
        self._announce_column(VolumeColumn.USED_BY)

    def _tell_counts(self) -> None:
        counts = self.counts
        if counts != self._counts:
            self._counts = counts
            self.counts_changed.emit()


def _listing_changed(group: tuple[Change, ...]) -> bool:
    return any(change.what is not What.CHANGED for change in group)


_COLUMNS_OF_FIELDS: dict[frozenset[str], frozenset[VolumeColumn]] = {}


def _columns_of(fields: frozenset[str]) -> frozenset[VolumeColumn]:
    """The columns these fields show in; there are few sets of fields, so each is worked out once."""
    columns = _COLUMNS_OF_FIELDS.get(fields)
    if columns is None:
        columns = frozenset().union(*[COLUMNS_OF_FIELD.get(field, frozenset()) for field in fields])
        _COLUMNS_OF_FIELDS[fields] = columns
    return columns
