"""The tree of connections, pools and machines: bars and state words, painted in one pass per row."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSettings,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from vstore_gui.entities.keys import DiskKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.roles import Role
from vstore_gui.qtmodels.tree import SidebarModel
from vstore_gui.store.changes import Key
from vstore_gui.ui.icons import draw, pool_icon
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.theme import bold, scaled
from vstore_gui.ui.widgets.capacity_bar import paint_bar

__all__ = ["MACHINE_ICONS", "Sidebar"]

Index = QModelIndex | QPersistentModelIndex

_COLLAPSED = "sidebar/collapsed"
_BAR_WIDTH = 56
_INDENT = 14
_MARGIN = 8
# Where things stand from the left, whatever their depth.
_CHEVRON_X = 14
_HOST_X = 32
_SECTION_X = 16
_LEAF_X = 18

# A machine's state to its icon and colour; the word stands in the tooltip and for the screen reader.
MACHINE_ICONS: dict[str, tuple[str, str]] = {
    "running": ("state-running", "ok"),
    "blocked": ("state-running", "warn"),
    "paused": ("state-paused", "warn"),
    "shutting down": ("state-shutdown", "warn"),
    "shut off": ("state-shutoff", "soft"),
    "crashed": ("state-crashed", "bad"),
    "suspended": ("state-suspended", "warn"),
    "no state": ("state-unknown", "soft"),
}
_LINK_ROLES = {
    "online": "ok",
    "connecting": "soft",
    "reconnecting": "warn",
    "failed": "bad",
    "offline": "soft",
    "stale": "warn",
}
_POOL_ROLES = {"not responding": "warn", "inactive": "soft", "inaccessible": "bad", "degraded": "warn"}


class _SidebarDelegate(QStyledItemDelegate):
    """Asks the model itself: through Qt each question costs several times as much."""

    def __init__(self, model: SidebarModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._read = model.data
        self.set_font(parent.font())

    def set_font(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetrics(font)
        self._bold = bold(font)
        self._bold_metrics = QFontMetrics(self._bold)
        self._small = scaled(font, 0.86)
        self._small_metrics = QFontMetrics(self._small)
        self._heading = bold(self._small)
        self._heading.setCapitalization(QFont.Capitalization.AllUppercase)
        self._heading.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.3)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, self._metrics.height() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRectF(option.rect).adjusted(0, 0, -_MARGIN - 6, 0)
        painter.save()
        kind = self._read(index, Role.KIND)
        if kind == "host":
            self._paint_host(painter, rect, index)
        elif kind in ("pools", "machines"):
            self._paint_section(painter, rect, index)
        else:
            self._paint_leaf(painter, rect, index, kind)
        painter.restore()

    def _right_note(
        self, painter: QPainter, rect: QRectF, note: str, role: str, share: float = 0.62
    ) -> float:
        """Paint a short text at the right end; returns the width it took."""
        if not note:
            return 0.0
        shown = self._small_metrics.elidedText(
            visible(note), Qt.TextElideMode.ElideRight, int(rect.width() * share)
        )
        painter.setFont(self._small)
        painter.setPen(qcolor(role))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), shown)
        return self._small_metrics.horizontalAdvance(shown) + 8

    def _left_text(
        self, painter: QPainter, rect: QRectF, font: QFont, metrics: QFontMetrics, text: str, role: str
    ) -> None:
        painter.setFont(font)
        painter.setPen(qcolor(role))
        shown = metrics.elidedText(visible(text), Qt.TextElideMode.ElideRight, max(0, int(rect.width())))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)

    def _paint_host(self, painter: QPainter, rect: QRectF, index: Index) -> None:
        rect.setLeft(_HOST_X)
        state = self._read(index, Role.STATE)
        role = _LINK_ROLES.get(state, "soft")
        note = self._read(index, Role.NOTE) or ""
        taken = self._right_note(painter, rect, note, "soft" if state == "online" else role, 0.5)
        if state in ("online", "failed", "stale"):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(qcolor(role))
            painter.drawEllipse(QRectF(rect.right() - taken - 4, rect.center().y() - 3.5, 7, 7))
            taken += 12
        self._left_text(
            painter,
            rect.adjusted(0, 0, -taken, 0),
            self._bold,
            self._bold_metrics,
            self._read(index, Qt.ItemDataRole.DisplayRole) or "",
            "ink",
        )

    def _paint_section(self, painter: QPainter, rect: QRectF, index: Index) -> None:
        note = self._read(index, Role.NOTE) or ""
        taken = self._right_note(painter, rect, note, "soft")
        rect.setLeft(_SECTION_X)
        lower = rect.adjusted(0, 4, -taken, 0)
        painter.setFont(self._heading)
        painter.setPen(qcolor("soft"))
        painter.drawText(
            lower, int(Qt.AlignmentFlag.AlignVCenter), self._read(index, Qt.ItemDataRole.DisplayRole) or ""
        )

    def _paint_leaf(self, painter: QPainter, rect: QRectF, index: Index, kind: str) -> None:
        rect.setLeft(_LEAF_X)
        state = self._read(index, Role.STATE) or ""
        stale = bool(self._read(index, Role.STALE))
        if kind == "pool":
            value = self._read(index, Role.VALUE)
            name, role = pool_icon(value.kind if value is not None else ""), "soft"
            note_role = _POOL_ROLES.get(state, "soft")
        else:
            name, role = MACHINE_ICONS.get(state, ("state-unknown", "soft"))
            note_role = "warn" if self._read(index, Role.WARNING) else "soft"
        # What can be seen without colour: other shapes for other states, and words where something is wrong.
        draw(painter, QRectF(rect.x(), rect.y(), 16, rect.height()), name, "soft" if stale else role)
        taken = self._right_note(painter, rect, self._read(index, Role.NOTE) or "", note_role)
        share = self._read(index, Role.CAPACITY) if kind == "pool" and not taken else None
        if share is not None and rect.width() > 150:
            bar = QRectF(rect.right() - _BAR_WIDTH, rect.center().y() - 3, _BAR_WIDTH, 6)
            paint_bar(painter, bar, share, warns=bool(self._read(index, Role.WARNING)))
            taken = _BAR_WIDTH + 8
        self._left_text(
            painter,
            rect.adjusted(24, 0, -taken, 0),
            self._font,
            self._metrics,
            self._read(index, Qt.ItemDataRole.DisplayRole) or "",
            "soft" if stale or state in ("inactive", "shut off") else "ink",
        )


class Sidebar(QTreeView):
    """Signals: `chosen(key)` when another host, pool or machine is current; `menu_wanted(position)`."""

    chosen = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(self, model: SidebarModel, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._settings = settings
        collapsed = settings.value(_COLLAPSED, [])
        self._collapsed: set[str] = (
            {str(name) for name in collapsed} if isinstance(collapsed, list) else set()
        )
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Connections, pools and machines")))
        self.setProperty("sidebar", True)
        # Of a current row that goes, the view makes a neighbour current: that is no choice of the user's. We
        # must hear of it before the view does.
        self._going = False
        model.rowsAboutToBeRemoved.connect(self._rows_go)
        self.setModel(model)
        model.rowsRemoved.connect(self._rows_gone)
        self._delegate = _SidebarDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(_INDENT)
        self.setExpandsOnDoubleClick(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setMinimumWidth(190)
        model.rowsInserted.connect(self._rows_came)
        self.expanded.connect(lambda index: self._remember(index, collapsed=False))
        self.collapsed.connect(lambda index: self._remember(index, collapsed=True))
        self.selectionModel().currentChanged.connect(self._current_changed)
        self._open_branches(QModelIndex())

    # ── branches ────────────────────────────────────────────────────────────────────────────────────────────

    def _name(self, index: Index) -> str:
        return f"{self._model.key_at(index)}|{self._model.kind_at(index)}"

    def _remember(self, index: QModelIndex, *, collapsed: bool) -> None:
        name = self._name(index)
        if collapsed == (name in self._collapsed):
            return
        (self._collapsed.add if collapsed else self._collapsed.discard)(name)
        self._settings.setValue(_COLLAPSED, sorted(self._collapsed))

    def _rows_came(self, parent: QModelIndex, first: int, last: int) -> None:
        kind = self._model.kind_at(parent)
        if kind == "":
            self._open_branches(parent, first, last)
        elif kind in ("pools", "machines") and first == 0:
            # The first child: only now the branch can be open.
            self._open(parent)

    def _open_branches(self, parent: QModelIndex, first: int = 0, last: int = -1) -> None:
        for row in range(first, (self._model.rowCount(parent) - 1 if last < 0 else last) + 1):
            host = self._model.index(row, 0, parent)
            self._open(host)
            for section in range(self._model.rowCount(host)):
                self._open(self._model.index(section, 0, host))

    def _open(self, index: QModelIndex) -> None:
        if self._name(index) not in self._collapsed:
            self.expand(index)

    # ── what is current ─────────────────────────────────────────────────────────────────────────────────────

    def select(self, key: Key | DiskKey) -> bool:
        """Make the thing current; of a volume its pool, of a disk its machine. False: not known yet."""
        index = self._model.index_of(key)
        if not index.isValid():
            return False
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    @property
    def current_key(self) -> Any:
        index = self.currentIndex()
        return self._model.key_at(index) if index.isValid() else None

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._going:
            self.chosen.emit(self._model.key_at(current) if current.isValid() else None)

    def _rows_go(self, *_: object) -> None:
        self._going = True

    def _rows_gone(self, *_: object) -> None:
        self._going = False

    # ── painting ────────────────────────────────────────────────────────────────────────────────────────────

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        state = option.state
        current = index == self.currentIndex()
        if current or state & QStyle.StateFlag.State_MouseOver:
            ground = QRectF(option.rect).adjusted(_MARGIN, 1, -_MARGIN, -1)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(
                QPen(qcolor("accent_fill"), 1.5) if current and self.hasFocus() else Qt.PenStyle.NoPen
            )
            painter.setBrush(qcolor("selection" if current else "hover"))
            painter.drawRoundedRect(ground, 7, 7)
            painter.restore()
        super().drawRow(painter, option, index)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        if self._model.kind_at(index) == "host":
            name = "chevron-down" if self.isExpanded(index) else "chevron-right"
            draw(painter, QRectF(_CHEVRON_X, rect.y(), 13, rect.height()), name, "soft")
        elif self._model.kind_at(index) in ("pools", "machines") and not self.isExpanded(index):
            draw(painter, QRectF(3, rect.y() + 2, 11, rect.height()), "chevron-right", "soft")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self.setCurrentIndex(index)
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Menu:
            place = self.visualRect(self.currentIndex()).center()
            self.menu_wanted.emit(self.viewport().mapToGlobal(place))
            return
        super().keyPressEvent(event)
