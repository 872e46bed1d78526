"""Ctrl+K: find pools, volumes, machines and paths of all connections, and go there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count
from vstore_gui.qtmodels.find import FindModel
from vstore_gui.qtmodels.roles import Role
from vstore_gui.ui.icons import draw, icon, keep_icon, pool_icon
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.services import Services
from vstore_gui.ui.theme import bold, scaled
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.sidebar import MACHINE_ICONS

__all__ = ["FindPopup"]

_WIDTH_LETTERS = 92
_ROWS = 11
_MARGIN = 12
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)

Index = QModelIndex | QPersistentModelIndex


class _FoundDelegate(QStyledItemDelegate):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._font = bold(parent.font())
        self._metrics = QFontMetrics(self._font)
        self._small = scaled(parent.font(), 0.92)
        self._small_metrics = QFontMetrics(self._small)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, self._metrics.height() + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        rect = QRectF(option.rect).adjusted(4, 1, -4, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(qcolor("selection"))
            painter.drawRoundedRect(rect, 7, 7)
        rect = rect.adjusted(_MARGIN - 4, 0, -_MARGIN + 4, 0)
        name, role = _sign(index)
        draw(painter, QRectF(rect.x(), rect.y(), 16, rect.height()), name, role)
        where = visible(index.data(Role.NOTE) or "")
        shown = self._small_metrics.elidedText(where, Qt.TextElideMode.ElideLeft, int(rect.width() * 0.5))
        painter.setFont(self._small)
        painter.setPen(qcolor("soft"))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), shown)
        taken = self._small_metrics.horizontalAdvance(shown) + 16
        left = rect.adjusted(28, 0, -taken, 0)
        title = visible(index.data(Qt.ItemDataRole.DisplayRole) or "")
        painter.setFont(self._font)
        painter.setPen(qcolor("ink"))
        painter.drawText(
            left,
            int(Qt.AlignmentFlag.AlignVCenter),
            self._metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, max(0, int(left.width()))),
        )
        painter.restore()


def _sign(index: Index) -> tuple[str, str]:
    """The icon and colour of what was found."""
    value = index.data(Role.VALUE)
    match index.data(Role.KIND):
        case "pool":
            return pool_icon(value.kind if value is not None else ""), "soft"
        case "machine":
            return MACHINE_ICONS.get(index.data(Role.STATE) or "", ("machine", "soft"))
        case "host":
            return "host", "soft"
        case "disk":
            takes_media = value is not None and value.takes_media
            return ("cdrom" if takes_media else "disk"), "soft"
        case _:
            is_iso = value is not None and value.name.lower().endswith(".iso")
            return ("iso" if is_iso else "volume"), "soft"


class FindPopup(QFrame):
    """A field and what fits, over the window. Up and Down choose, Enter goes there, Esc leaves."""

    def __init__(self, services: Services, parent: QWidget) -> None:
        super().__init__(parent)
        self._services = services
        self._window = parent
        self._focus_before: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Find anything")))
        self.field = QLineEdit()
        self.field.setPlaceholderText(
            tr(QT_TRANSLATE_NOOP("vstore", "Pools, volumes, machines, paths of all connections"))
        )
        self.field.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "What to find")))
        sign = self.field.addAction(icon("search", "soft"), QLineEdit.ActionPosition.LeadingPosition)
        keep_icon(sign, "search", "soft")
        self.model = FindModel(services.store, self)
        self.list = QListView()
        self.list.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "What was found")))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_FoundDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self._note = label(role="soft", size=0.92)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self._note)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.model.set_text)
        self.model.progressed.connect(self._progressed)
        self.model.rowsInserted.connect(self._choose_first)
        self.model.layoutChanged.connect(self._choose_first)
        self.list.clicked.connect(self._go)
        self.list.entered.connect(self.list.setCurrentIndex)
        self._progressed()

    def popup(self, typed: str = "") -> None:
        """Open below the top of the window, in its middle."""
        window = self._window
        letters = self.fontMetrics().averageCharWidth()
        row = self.list.itemDelegate().sizeHint(QStyleOptionViewItem(), QModelIndex()).height()
        width = min(_WIDTH_LETTERS * letters, window.width() - 40)
        around = self.sizeHint().height() - self.list.sizeHint().height()
        rows = max(3, min(_ROWS, (window.height() - 80 - around) // row))  # none is cut
        height = around + rows * row
        self.resize(width, height)
        self.move((window.width() - width) // 2, 60)
        self._focus_before = window.focusWidget()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.setText(typed)

    def leave(self) -> None:
        """Close, and give the keyboard back to who had it."""
        had = self.field.hasFocus()
        before, self._focus_before = self._focus_before, None
        self.close()
        if had and before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(qcolor("frame"))
        painter.setBrush(qcolor("panel"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that move in the list go to it, whatever has the focus; the rest is typed."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
            if event.key() in _MOVING:
                self.list.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._go(self.list.currentIndex())
                return True
        if watched is self.field and event.type() == QEvent.Type.FocusOut and self.isVisible():
            # Not for a menu or another window: only when the keyboard goes elsewhere in this one.
            QTimer.singleShot(0, self, self._leave_if_left)
        return super().eventFilter(watched, event)

    def _leave_if_left(self) -> None:
        focused = self._window.focusWidget()
        if focused is not None and focused is not self and not self.isAncestorOf(focused):
            self.close()

    def _choose_first(self) -> None:
        if not self.list.currentIndex().isValid() and self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))

    def _progressed(self) -> None:
        if not self.model.text:
            words = tr(QT_TRANSLATE_NOOP("vstore", "Type a name or a path. Enter goes there."))
        elif self.model.total:
            words = tr(QT_TRANSLATE_NOOP("vstore", "{n} found"), n=Count(self.model.total))
        elif self.model.busy:
            words = tr(QT_TRANSLATE_NOOP("vstore", "searching…"))
        else:
            words = tr(
                QT_TRANSLATE_NOOP("vstore", "Nothing fits. Connections that are closed are not searched.")
            )
        self._note.setText(words)
        self._choose_first()

    def _go(self, index: Index) -> None:
        if not index.isValid():
            return
        key = self.model.key_at(index.row())
        self.leave()
        self._services.navigator.show_key(key)
