"""A filtered list to pick one thing from; rows that cannot be picked say why."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.icons import icon
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.widgets.form import em

__all__ = ["PickModel", "PickRow", "Picker"]

_Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()


@dataclass(frozen=True, slots=True)
class PickRow:
    """`key` is what is picked and tells rows apart; `reason` says why it cannot be picked (None: it can)."""

    key: Any
    name: str
    where: str = ""
    detail: str = ""
    badge: str = ""
    icon: str = "volume"
    reason: str | None = None
    tip: str = ""


class PickModel(QAbstractTableModel):
    """Rows in the order given. A new list changes what differs; the rest keeps its selection."""

    def __init__(self, headers: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = tuple(headers)
        self._rows: list[PickRow] = []

    @property
    def rows(self) -> Sequence[PickRow]:
        return self._rows

    def set_rows(self, rows: Iterable[PickRow]) -> None:
        new = list(rows)
        old = self._rows
        shortest = min(len(old), len(new))
        head = 0
        while head < shortest and old[head].key == new[head].key:
            head += 1
        tail = 0
        while tail < shortest - head and old[-1 - tail].key == new[-1 - tail].key:
            tail += 1
        if len(old) - tail > head:
            self.beginRemoveRows(_ROOT, head, len(old) - tail - 1)
            del old[head : len(old) - tail]
            self.endRemoveRows()
        if len(new) - tail > head:
            self.beginInsertRows(_ROOT, head, len(new) - tail - 1)
            old[head:head] = new[head : len(new) - tail]
            self.endInsertRows()
        for at, row in enumerate(new):
            if old[at] != row:
                old[at] = row
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(self._headers) - 1))

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (visible(row.name), visible(row.where), row.detail, row.badge)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.reason or row.tip or None
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return icon(row.icon, "soft")
        if role == Qt.ItemDataRole.UserRole:
            return row
        if role == Qt.ItemDataRole.AccessibleTextRole and column == 0:
            parts = (row.name, row.where, row.detail, row.badge, row.reason or "")
            return ", ".join(visible(part) for part in parts if part)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemNeverHasChildren
        if self._rows[index.row()].reason is None:
            flags |= Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags


class _Filter(QSortFilterProxyModel):
    """Rows whose name or place holds every word that was typed."""

    def __init__(self, source: PickModel) -> None:
        super().__init__(source)
        self._source = source
        self._words: tuple[str, ...] = ()
        self.setSourceModel(source)

    def set_words(self, typed: str) -> None:
        self._words = tuple(typed.casefold().split())
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, _parent: _Index) -> bool:
        if not self._words:
            return True
        row = self._source.rows[source_row]
        told = f"{row.name} {row.where} {row.detail}".casefold()
        return all(word in told for word in self._words)


class _Delegate(QStyledItemDelegate):
    """Rows with air, selected in the window's calm colour instead of the desktop's."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), hint.height() + 10)

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        palette = option.palette
        palette.setColor(QPalette.ColorRole.Highlight, qcolor("selection"))
        palette.setColor(QPalette.ColorRole.HighlightedText, qcolor("ink"))
        option.palette = palette


class Picker(QWidget):
    """Signals: picked(key or None) as the selection moves; chosen(key) by double click or Enter."""

    picked = Signal(object)
    chosen = Signal(object)

    def __init__(self, name: str, headers: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quiet = False
        self.model = PickModel(headers, self)
        self._filter = _Filter(self.model)
        self.filter_box = QLineEdit()
        self.filter_box.setPlaceholderText(tr(QT_TRANSLATE_NOOP("vstore", "Filter")))
        self.filter_box.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Filter: {what}"), what=name))
        self.filter_box.setClearButtonEnabled(True)
        self.filter_box.textChanged.connect(self._filter_typed)
        self.filter_box.installEventFilter(self)
        self.view = QTreeView()
        self.view.setProperty("framed", True)
        self.view.setRootIsDecorated(False)
        self.view.setUniformRowHeights(True)
        self.view.setAllColumnsShowFocus(True)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setTabKeyNavigation(False)
        self.view.setItemDelegate(_Delegate(self.view))
        self.view.setAccessibleName(name)
        self.view.setModel(self._filter)
        self.view.setMinimumHeight(em(self, 7))
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section in range(1, len(headers)):
            # ResizeToContents would measure every row at each change.
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(section, em(self, 9 if section == 1 else 7))
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._current_changed())
        self.view.doubleClicked.connect(lambda index: self._choose(index))
        self.view.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.filter_box)
        column.addWidget(self.view, 1)

    @property
    def current(self) -> Any:
        """The key of the picked row, or None."""
        index = self.view.currentIndex()
        row = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        return row.key if row is not None and row.reason is None else None

    @property
    def shown(self) -> int:
        """How many rows the filter leaves."""
        return self._filter.rowCount()

    def set_rows(self, rows: Iterable[PickRow]) -> None:
        """Show these. What is picked stays picked while it is there, and nothing slips into its place."""
        with self._keeping():
            self.model.set_rows(rows)

    @contextlib.contextmanager
    def _keeping(self) -> Iterator[None]:
        before = self.current
        self._quiet = True
        try:
            yield
        finally:
            if self.current != before:
                self.pick(before)
            self._quiet = False
        if self.current != before:
            self.picked.emit(self.current)

    def _current_changed(self) -> None:
        if not self._quiet:
            self.picked.emit(self.current)

    def pick(self, key: Any) -> None:
        """Select the row with this key; None: no row."""
        if key is None:
            self.view.selectionModel().clear()
            return
        for at, row in enumerate(self.model.rows):
            if row.key == key:
                index = self._filter.mapFromSource(self.model.index(at, 0))
                if index.isValid():
                    self.view.setCurrentIndex(index)
                    return
        self.view.selectionModel().clear()

    def pick_first(self) -> None:
        """Select the first row that can be picked."""
        for at in range(self._filter.rowCount()):
            index = self._filter.index(at, 0)
            if index.data(Qt.ItemDataRole.UserRole).reason is None:
                self.view.setCurrentIndex(index)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if watched is self.filter_box and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                # Arrows move through the list while the filter keeps the keyboard.
                if self.current is None:
                    self.pick_first()
                else:
                    step = 1 if event.key() == Qt.Key.Key_Down else -1
                    index = self.view.currentIndex()
                    beside = index.sibling(index.row() + step, 0)
                    if beside.isValid():
                        self.view.setCurrentIndex(beside)
                return True
            if watched is self.view and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.view.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _filter_typed(self, typed: str) -> None:
        with self._keeping():
            self._filter.set_words(typed)
        if typed and self.current is None:
            self.pick_first()

    def _choose(self, index: QModelIndex) -> None:
        row = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        if row is not None and row.reason is None:
            self.chosen.emit(row.key)
