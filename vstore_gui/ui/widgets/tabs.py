"""Tabs of a page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QTabWidget, QWidget

__all__ = ["Tabs"]


class Tabs(QTabWidget):
    """A QTabWidget that does not repaint the whole page because a label in it has another text.

    Qt's own (6.11) lays itself out and repaints on each LayoutRequest of whatever it holds: while details
    of a pool arrive, that is the table's every cell, many times a second.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laid_out_for: tuple[QSize, QSize] | None = None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            sizes = (self.tabBar().sizeHint(), self.minimumSizeHint())
            if sizes == self._laid_out_for:
                return True
            self._laid_out_for = sizes
        return super().event(event)
