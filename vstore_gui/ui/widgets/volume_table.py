"""The table of a pool's volumes: keys, links, columns; what is in view is told to whoever reads details."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QByteArray,
    QEvent,
    QLine,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSettings,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from vstore_gui.entities.keys import VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.selection import spare_header
from vstore_gui.qtmodels.volume_columns import COLUMNS, DEFAULT_COLUMNS, VolumeColumn
from vstore_gui.qtmodels.volumes import VolumesModel
from vstore_gui.ui.messages import tr
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.widgets.cell_delegate import VolumeDelegate

__all__ = ["VolumeTable"]

ModelIndex = QModelIndex | QPersistentModelIndex

_LAYOUT = "volumes/columns"
_TELL_VIEW_MS = 80
_SAVE_MS = 500
# Widths in letters, for the first time.
_WIDTHS = {
    VolumeColumn.FORMAT: 9,
    VolumeColumn.CAPACITY: 10,
    VolumeColumn.ALLOCATION: 11,
    VolumeColumn.PERCENT: 13,
    VolumeColumn.BACKING: 16,
    VolumeColumn.USED_BY: 19,
    VolumeColumn.PATH: 44,
    VolumeColumn.MODIFIED: 11,
}
_NAME_AT_LEAST = 30  # letters
_BACKING_AT_MOST = 22


class VolumeTable(QTableView):
    """Signals: `opened(VolumeKey)` (double click, Enter), `link_followed(key)`, `rows_in_view(first, last)`,
    `selection_changed()`, `menu_wanted(position)`.
    """

    opened = Signal(object)
    link_followed = Signal(object)
    rows_in_view = Signal(int, int)
    selection_changed = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, model: VolumesModel, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._model = model
        self._pressed_link: Any = None
        self._fitting = True
        self._own_widths = False
        self._empty: set[VolumeColumn] = set()  # left out, because no row has anything in them
        self._asked_for: set[VolumeColumn] = set()
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Volumes")))
        self.setProperty("framed", True)
        self.setModel(model)
        self._delegate = VolumeDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        rows = self.verticalHeader()
        rows.hide()
        # All rows are of one height: nothing is measured, whatever their number.
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(self._delegate.row_height)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        for one in (header, rows):
            spare_header(one, model)
        header.setSortIndicatorShown(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._column_menu)
        header.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Columns of the volume table")))
        self._restore_columns()
        self._fitting = False
        self.setSortingEnabled(True)
        self._saving = QTimer(self, interval=_SAVE_MS, singleShot=True)
        self._saving.timeout.connect(self.save_columns)
        header.sectionResized.connect(lambda *_: self._resized())
        header.sectionMoved.connect(lambda *_: self._resized())
        header.sortIndicatorChanged.connect(lambda *_: self._saving.start())
        self._telling = QTimer(self, interval=_TELL_VIEW_MS, singleShot=True)
        self._telling.timeout.connect(self._tell_view)
        self.verticalScrollBar().valueChanged.connect(lambda *_: self._telling.start())
        for changed in (model.rowsInserted, model.rowsRemoved, model.layoutChanged, model.modelReset):
            changed.connect(lambda *_: self._telling.start())
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_changed.emit())

    # ── columns ─────────────────────────────────────────────────────────────────────────────────────────────

    def _restore_columns(self) -> None:
        header = self.horizontalHeader()
        letter = self.fontMetrics().averageCharWidth()
        for column in VolumeColumn:
            header.resizeSection(column, _WIDTHS.get(column, 14) * letter)
            header.setSectionHidden(column, column not in DEFAULT_COLUMNS)
        header.setSortIndicator(VolumeColumn.NAME, Qt.SortOrder.AscendingOrder)
        state = self._settings.value(_LAYOUT)
        if isinstance(state, QByteArray):
            header.restoreState(state)
        self._own_widths = isinstance(state, QByteArray)

    def save_columns(self) -> None:
        if not self._own_widths:
            return
        header = self.horizontalHeader()
        # What is left out is no choice of the user's: another pool has something to show there.
        left_out = list(self._empty)
        self._hide(left_out, hidden=False)
        self._settings.setValue(_LAYOUT, header.saveState())
        self._hide(left_out, hidden=True)

    def leave_out(self, column: VolumeColumn, *, empty: bool) -> None:
        """Hide a column while no row has anything in it, unless the user asks for it."""
        if empty == (column in self._empty) or column in self._asked_for:
            return
        if empty and not self.horizontalHeader().isSectionHidden(column):
            self._empty.add(column)
            self._hide([column], hidden=True)
        elif not empty:
            self._empty.discard(column)
            self._hide([column], hidden=False)
        self._give_name_the_rest()

    def _hide(self, columns: Sequence[VolumeColumn], *, hidden: bool) -> None:
        fitting, self._fitting = self._fitting, True
        for column in columns:
            self.horizontalHeader().setSectionHidden(column, hidden)
        self._fitting = fitting

    def _column_menu(self, position: QPoint) -> None:
        menu = self.column_menu()
        menu.popup(self.horizontalHeader().mapToGlobal(position))

    def column_menu(self) -> QMenu:
        """Which columns are shown; the name always is."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_column_menu(menu)
        return menu

    def fill_column_menu(self, menu: QMenu) -> None:
        header = self.horizontalHeader()
        for column, spec in COLUMNS.items():
            action = menu.addAction(tr(spec.title))
            action.setCheckable(True)
            action.setChecked(not header.isSectionHidden(column))
            action.setEnabled(column != VolumeColumn.NAME)
            action.toggled.connect(lambda on, column=column: self._show_column(column, on))
        menu.addSeparator()
        reset = menu.addAction(tr(QT_TRANSLATE_NOOP("vstore", "As at first")))
        reset.triggered.connect(self._reset_columns)

    def _show_column(self, column: VolumeColumn, on: bool) -> None:
        self._empty.discard(column)
        self._asked_for.add(column)
        self.horizontalHeader().setSectionHidden(column, not on)
        self._own_widths = True
        self._saving.start()

    def _reset_columns(self) -> None:
        header = self.horizontalHeader()
        self._settings.remove(_LAYOUT)
        left_out = list(self._empty)
        for place, column in enumerate(VolumeColumn):
            header.moveSection(header.visualIndex(column), place)
        self._fitting = True
        self._restore_columns()
        self._fitting = False
        self._hide(left_out, hidden=True)
        self._give_name_the_rest()

    # ── selection and view ──────────────────────────────────────────────────────────────────────────────────

    def selected_keys(self) -> tuple[VolumeKey, ...]:
        """In the table's order."""
        # Whole rows are selected, so the ranges tell: selectedRows() asks for the flags of each cell,
        # which takes most of a second for 10,000 rows.
        pool = self._model.pool
        if pool is None:
            return ()
        areas = {(area.top(), area.bottom()) for area in self.selectionModel().selection().toList()}
        names: dict[str, None] = {}
        for top, bottom in sorted(areas):
            names.update(dict.fromkeys(self._model.names_between(top, bottom)))
        host, uuid = pool
        return tuple([VolumeKey(host, uuid, name) for name in names])

    def select_key(self, key: VolumeKey) -> bool:
        """Select the volume's row and bring it into view; False while it is not there."""
        row = self._model.row_of(key)
        if row is None:
            return False
        self.selectRow(row)
        self.scrollTo(
            self._model.index(row, VolumeColumn.NAME), QAbstractItemView.ScrollHint.PositionAtCenter
        )
        return True

    def _tell_view(self) -> None:
        if not self.isVisible() or self._model.rowCount() == 0:
            return
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        self.rows_in_view.emit(max(0, first), last if last >= 0 else self._model.rowCount() - 1)

    def dataChanged(self, top_left: ModelIndex, bottom_right: ModelIndex, roles: Sequence[int] = ()) -> None:
        """Repaint what is in view: for a range of rows Qt would paint all, for each batch of details."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if last < 0:
            last = self._model.rowCount() - 1
        if top_left.row() <= last and bottom_right.row() >= first:
            super().dataChanged(top_left, bottom_right, roles)

    def tell_view_soon(self) -> None:
        self._telling.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._model.rowCount() == 0:
            return
        # One line a row, across: cell by cell they would cost as much as the texts.
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        height = self.verticalHeader().defaultSectionSize()
        last = last if last >= 0 else self._model.rowCount() - 1
        bottom = self.rowViewportPosition(first) + height - 1
        right = min(self.viewport().width(), self.horizontalHeader().length())
        painter = QPainter(self.viewport())
        painter.setPen(qcolor("line"))
        painter.drawLines(
            [QLine(0, y, right, y) for y in range(bottom, bottom + (last - first + 1) * height, height)]
        )
        painter.end()

    # ── mouse and keys ──────────────────────────────────────────────────────────────────────────────────────

    def _link_at(self, event: QMouseEvent) -> Any:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return None
        return self._delegate.link_at(self.visualRect(index), index, event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons():
            link = self._link_at(event)
            shape = Qt.CursorShape.ArrowCursor if link is None else Qt.CursorShape.PointingHandCursor
            if self.viewport().cursor().shape() != shape:
                self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        self._pressed_link = self._link_at(event) if plain else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed_link = self._pressed_link, None
        if pressed is not None and self._link_at(event) == pressed:
            self.link_followed.emit(pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self._model.key_at(index.row()))
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self._model.key_at(self.currentIndex().row()))
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def _give_name_the_rest(self) -> None:
        """Until the user has set widths, the names have what the other columns leave; where that is more
        than they need at least, backing files are named in full first.
        """
        if self._own_widths:
            return
        header = self.horizontalHeader()
        letter = self.fontMetrics().averageCharWidth()
        shared = (VolumeColumn.NAME, VolumeColumn.BACKING)
        room = self.viewport().width() - sum(header.sectionSize(c) for c in VolumeColumn if c not in shared)
        least = _NAME_AT_LEAST * letter
        backing = 0
        if not header.isSectionHidden(VolumeColumn.BACKING):
            narrow, wide = _WIDTHS[VolumeColumn.BACKING] * letter, _BACKING_AT_MOST * letter
            backing = min(wide, max(narrow, room - least))
        self._fitting = True
        if backing:
            header.resizeSection(VolumeColumn.BACKING, backing)
        header.resizeSection(VolumeColumn.NAME, max(least, room - backing))
        self._fitting = False

    def _resized(self) -> None:
        if not self._fitting:
            self._own_widths = True
            self._saving.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_name_the_rest()
        self._telling.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._delegate.set_font(self.font())
            self.verticalHeader().setDefaultSectionSize(self._delegate.row_height)
