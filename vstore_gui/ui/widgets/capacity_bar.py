"""Where the space went: allocated, promised to thin volumes, free."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Size
from vstore_gui.ui.messages import format_bytes, format_size, tr
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.widgets.flow_layout import FlowLayout
from vstore_gui.ui.widgets.labels import label

__all__ = ["CapacityBar", "CapacityView", "Space", "paint_bar"]

NEARLY_FULL = 0.9
"""From here on the bar warns."""


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes; None where the host does not know. `promised_bytes`: what thin volumes may still take."""

    capacity_bytes: int | None = None
    allocated_bytes: int | None = None
    available_bytes: int | None = None
    promised_bytes: int = 0

    @property
    def known(self) -> bool:
        return bool(self.capacity_bytes) and self.allocated_bytes is not None

    @property
    def allocated_part(self) -> float:
        if not self.capacity_bytes or self.allocated_bytes is None:
            return 0.0
        return min(1.0, self.allocated_bytes / self.capacity_bytes)

    @property
    def promised_part(self) -> float:
        if not self.capacity_bytes:
            return 0.0
        return min(1.0 - self.allocated_part, self.promised_bytes / self.capacity_bytes)

    @property
    def overcommitted(self) -> bool:
        return self.available_bytes is not None and self.promised_bytes > self.available_bytes

    @property
    def nearly_full(self) -> bool:
        return self.known and self.allocated_part >= NEARLY_FULL


def paint_bar(
    painter: QPainter, rect: QRectF, allocated: float, promised: float = 0.0, *, warns: bool = False
) -> None:
    """A rounded bar: filled part, hatched part, rest. For widgets and delegates alike."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = rect.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolor("bar"))
    painter.drawRoundedRect(rect, radius, radius)
    allocated = max(0.0, min(1.0, allocated))
    promised = max(0.0, min(1.0 - allocated, promised))
    if allocated <= 0 and promised <= 0:
        return
    # The ends of what is filled follow the bar's own round ends: a clip only where the two meet.
    width = max(rect.width() * allocated, rect.height() if allocated > 0 else 0.0)
    if promised <= 0:
        painter.setBrush(qcolor("nearly_full" if warns else "allocated"))
        painter.drawRoundedRect(
            QRectF(rect.x(), rect.y(), min(width, rect.width()), rect.height()), radius, radius
        )
        return
    outline = QPainterPath()
    outline.addRoundedRect(rect, radius, radius)
    painter.save()
    painter.setClipPath(outline)
    painter.fillRect(
        QRectF(rect.x(), rect.y(), rect.width() * allocated, rect.height()),
        qcolor("nearly_full" if warns else "allocated"),
    )
    hatched = QRectF(
        rect.x() + rect.width() * allocated, rect.y(), max(2.0, rect.width() * promised), rect.height()
    )
    painter.setClipRect(hatched, Qt.ClipOperation.IntersectClip)
    step = 8.0
    painter.setPen(QPen(qcolor("promised"), step * 0.45))
    x = hatched.left() - hatched.height()
    while x < hatched.right() + hatched.height():
        painter.drawLine(int(x), int(hatched.bottom()) + 1, int(x + hatched.height()) + 1, int(hatched.top()))
        x += step
    painter.restore()


class CapacityBar(QWidget):
    """The bar alone, as wide as there is room."""

    def __init__(self, parent: QWidget | None = None, *, height: int = 14) -> None:
        super().__init__(parent)
        self._space = Space()
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Capacity")))

    def sizeHint(self) -> QSize:
        return QSize(240, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._height)

    def set_space(self, space: Space) -> None:
        if space == self._space:
            return
        self._space = space
        words = sentence(space)
        self.setToolTip(words)
        self.setAccessibleDescription(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        space = self._space
        paint_bar(
            painter,
            QRectF(self.rect()),
            space.allocated_part,
            space.promised_part,
            warns=space.nearly_full,
        )
        painter.end()


def sentence(space: Space) -> str:
    """The bar in words, with exact bytes."""
    if not space.known or space.capacity_bytes is None or space.allocated_bytes is None:
        return tr(QT_TRANSLATE_NOOP("vstore", "The host does not know how much space there is."))
    return tr(
        QT_TRANSLATE_NOOP("vstore", "{allocated} of {capacity} allocated"),
        allocated=format_bytes(space.allocated_bytes),
        capacity=format_bytes(space.capacity_bytes),
    )


class _Entry(QWidget):
    """One entry of the legend: a swatch, a number, a word."""

    def __init__(self, color: str | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._color = color
        row = QHBoxLayout(self)
        row.setContentsMargins(16 if color else 0, 0, 0, 0)
        row.setSpacing(5)
        self._number = label(strong=True)
        self._word = label(role="soft")
        row.addWidget(self._number)
        row.addWidget(self._word)

    def say(self, number: str, word: str, exact: str = "") -> None:
        self._number.setText(number)
        self._number.setVisible(bool(number))
        self._word.setText(word)
        self.setToolTip(exact)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._color is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(qcolor(self._color))
        painter.drawRoundedRect(QRectF(0, (self.height() - 9) / 2, 9, 9), 2, 2)
        painter.end()


class CapacityView(QWidget):
    """The bar with its legend: '571 GiB allocated  + 248 GiB promised  349 GiB free of 920 GiB'."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        self.bar = CapacityBar()
        column.addWidget(self.bar)
        row = FlowLayout()
        self._allocated = _Entry("allocated", self)
        self._promised = _Entry("promised", self)
        self._free = _Entry(None, self)
        self._trouble: QLabel = label(role="warn")
        for entry in (self._allocated, self._promised, self._free, self._trouble):
            row.addWidget(entry)
        column.addLayout(row)

    def set_space(self, space: Space) -> None:
        self.bar.set_space(space)
        self.bar.setVisible(space.known)
        known = space.known and space.allocated_bytes is not None and space.capacity_bytes is not None
        self._allocated.setVisible(space.allocated_bytes is not None)
        self._free.setVisible(known and space.available_bytes is not None)
        self._promised.setVisible(known and space.promised_bytes > 0)
        if space.allocated_bytes is not None:
            self._allocated.say(
                format_size(space.allocated_bytes),
                tr(QT_TRANSLATE_NOOP("vstore", "allocated")),
                format_bytes(space.allocated_bytes),
            )
        self._promised.say(
            "+ " + format_size(space.promised_bytes),
            tr(QT_TRANSLATE_NOOP("vstore", "promised to thin volumes")),
            format_bytes(space.promised_bytes),
        )
        if space.available_bytes is not None and space.capacity_bytes is not None:
            self._free.say(
                format_size(space.available_bytes),
                tr(
                    QT_TRANSLATE_NOOP("vstore", "free of {capacity}"),
                    capacity=Size(space.capacity_bytes),
                ),
                format_bytes(space.available_bytes),
            )
        if known and space.overcommitted:
            self._trouble.setText(
                tr(
                    QT_TRANSLATE_NOOP(
                        "vstore", "more is promised than is free: thin volumes can fill the pool"
                    )
                )
            )
        elif space.nearly_full:
            self._trouble.setText(tr(QT_TRANSLATE_NOOP("vstore", "nearly full")))
        elif not space.known:
            self._trouble.setText(
                tr(QT_TRANSLATE_NOOP("vstore", "the host does not know how much space there is"))
            )
        self._trouble.setVisible((known and (space.overcommitted or space.nearly_full)) or not space.known)
