"""A chip: a word on a rounded ground ('qcow2', 'virtio-blk', 'read-only')."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from vstore_gui.ui.palette import qcolor

__all__ = ["Chip", "chip_width", "paint_chip"]

_PADDING = 7


def chip_width(metrics: QFontMetrics, text: str) -> int:
    return metrics.horizontalAdvance(text) + 2 * _PADDING


def paint_chip(
    painter: QPainter, rect: QRectF, font: QFont, metrics: QFontMetrics, text: str, role: str = "ink"
) -> float:
    """Paint it at the rectangle's left, in its middle; returns the width taken."""
    width = min(float(chip_width(metrics, text)), rect.width())
    height = metrics.height() + 2
    ground = QRectF(rect.x(), rect.y() + (rect.height() - height) / 2, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolor("chip"))
    painter.drawRoundedRect(ground, 5, 5)
    painter.setPen(qcolor(role))
    painter.setFont(font)
    inner = int(width) - 2 * _PADDING
    shown = (
        text
        if chip_width(metrics, text) <= width
        else metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner)
    )
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, shown)
    return width


class Chip(QWidget):
    """A chip as a widget; `role` colours its word."""

    def __init__(self, text: str = "", role: str = "ink", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._role = role
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str, role: str = "ink") -> None:
        if (text, role) != (self._text, self._role):
            self._text = text
            self._role = role
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def text(self) -> str:
        return self._text

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.92)
        return font

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._small())
        return QSize(chip_width(metrics, self._text), metrics.height() + 2)

    minimumSizeHint = sizeHint

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self._small()
        paint_chip(painter, QRectF(self.rect()), font, QFontMetrics(font), self._text, self._role)
        painter.end()
