"""The head of a page: name, one line about it, its actions."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.roles import Part
from vstore_gui.ui.icons import beside_icon, keep_icon
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.theme import bold, scaled
from vstore_gui.ui.widgets.labels import ElidedLabel

__all__ = ["ActionButton", "PageHeader", "PartsLine"]


class PartsLine(QWidget):
    """One line of pieces divided by '·', elided at the end. `Part.style` is a colour role."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: Iterable[Part]) -> None:
        made = tuple(part for part in parts if part.text)
        if made == self._parts:
            return
        self._parts = made
        words = " · ".join(visible(part.text) for part in made)
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        return self.accessibleName()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.accessibleName()), metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, QFontMetrics(self.font()).height() + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetrics(self.font())
        x, right = 0.0, float(self.width())
        for number, part in enumerate(self._parts):
            for text, role in ((" · ", "soft"), (visible(part.text), part.style or "soft")):
                if number == 0 and text == " · ":
                    continue
                room = int(right - x)
                if room <= 0:
                    break
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
                painter.setPen(qcolor(role))
                painter.drawText(QRectF(x, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
                x += metrics.horizontalAdvance(shown)
        painter.end()


class ActionButton(QPushButton):
    """A button that is an action: same word, same state, same reason."""

    def __init__(self, action: QAction, *, icon: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self._with_icon = icon
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    def _follow(self) -> None:
        action = self._action
        word = action.text().replace("&", "").rstrip()
        if word != self.accessibleName():
            self.setText(beside_icon(word) if self._with_icon else word)
            self.setAccessibleName(word)
        self.setEnabled(action.isEnabled())
        self.setToolTip(action.toolTip())
        if self._with_icon:
            self.setIcon(action.icon())


class PageHeader(QWidget):
    """Name and line on the left, buttons on the right; `menu` opens from a last button '⋯'."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        column = QVBoxLayout()
        column.setSpacing(3)
        self.title = ElidedLabel()
        self.title.setFont(bold(scaled(self.title.font(), 1.5)))
        self.line = PartsLine()
        column.addWidget(self.title)
        column.addWidget(self.line)
        row.addLayout(column, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        row.addLayout(self._buttons)

    def set_title(self, title: str) -> None:
        self.title.setText(visible(title))
        self.title.setAccessibleName(visible(title))

    def add_button(self, button: QWidget) -> None:
        self._buttons.addWidget(button)

    def add_menu(self, menu: QMenu) -> QPushButton:
        button = QPushButton()
        keep_icon(button, "more")
        name = tr(QT_TRANSLATE_NOOP("vstore", "More actions"))
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setMenu(menu)
        self._buttons.addWidget(button)
        return button
