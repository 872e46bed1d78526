"""Cells of a volume table: chips, bars, links, numbers that line up."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from vstore_gui.qtmodels.roles import Part, Role
from vstore_gui.qtmodels.volume_columns import COLUMNS, VolumeColumn
from vstore_gui.ui.icons import draw
from vstore_gui.ui.messages import visible
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.theme import bold, tabular
from vstore_gui.ui.widgets.capacity_bar import paint_bar
from vstore_gui.ui.widgets.chip import chip_width, paint_chip

__all__ = ["ROW_PADDING", "VolumeDelegate"]

_MARGIN = 10
ROW_PADDING = 14
_BAR_WIDTH = 72
_PART_ROLES = {"": "ink", "quiet": "soft", "bad": "bad", "tag": "ink"}
_SOFT = frozenset({VolumeColumn.PATH, VolumeColumn.MODIFIED, VolumeColumn.CHANGED, VolumeColumn.KEY})
_NUMBERS = frozenset(column for column, spec in COLUMNS.items() if spec.numeric)

Index = QModelIndex | QPersistentModelIndex


class VolumeDelegate(QStyledItemDelegate):
    """Paints the cells of VolumesModel; `link_at` tells what a click would follow."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.set_font(parent.font())

    def set_font(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetrics(font)
        self._bold = bold(font)
        self._bold_metrics = QFontMetrics(self._bold)
        self._numbers = tabular(font)
        self._small = QFont(font)
        self._small.setPointSizeF(font.pointSizeF() * 0.92)
        self._small_metrics = QFontMetrics(self._small)

    @property
    def row_height(self) -> int:
        return self._metrics.height() + ROW_PADDING

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """For 'fit the column to its contents'; heights are all the same."""
        column = index.column()
        text = index.data(Qt.ItemDataRole.DisplayRole) or ""
        if column == VolumeColumn.PERCENT:
            width = _BAR_WIDTH + 8 + self._metrics.horizontalAdvance("100 %")
        elif column == VolumeColumn.NAME:
            width = self._bold_metrics.horizontalAdvance(text)
        elif column == VolumeColumn.FORMAT:
            width = chip_width(self._small_metrics, text) + 20
        else:
            width = self._metrics.horizontalAdvance(text) + 20
        return QSize(width + 2 * _MARGIN, self.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, qcolor("selection"))
        painter.setPen(QPen(qcolor("line"), 1))
        painter.drawLine(rect.left(), rect.bottom(), rect.right() + 1, rect.bottom())
        inner = QRectF(rect.adjusted(_MARGIN, 0, -_MARGIN, -1))
        self._paint_cell(painter, inner, index)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(qcolor("accent_fill"), 1.5))
            painter.drawRoundedRect(QRectF(rect).adjusted(1.5, 1.5, -1.5, -2.5), 4, 4)
        painter.restore()

    def _paint_cell(self, painter: QPainter, rect: QRectF, index: Index) -> None:
        column = index.column()
        if column in (VolumeColumn.BACKING, VolumeColumn.USED_BY):
            parts = index.data(Role.PARTS)
            if parts:
                self._paint_parts(painter, rect, parts)
                return
            if index.data(Role.LOADING):
                self._words(painter, rect, "…", "soft")
            elif column == VolumeColumn.BACKING:
                self._words(painter, rect, "—", "soft")
            return
        text = index.data(Qt.ItemDataRole.DisplayRole)
        if not text:
            if index.data(Role.LOADING):
                self._words(painter, rect, "…", "soft", right=column in _NUMBERS)
            return
        text = visible(text)
        if column == VolumeColumn.NAME:
            painter.setFont(self._bold)
            painter.setPen(qcolor("ink"))
            shown = self._bold_metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, int(rect.width()))
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), shown)
        elif column == VolumeColumn.FORMAT:
            width = paint_chip(painter, rect, self._small, self._small_metrics, text)
            value = index.data(Role.VALUE)
            if value is not None and value.encryption:
                draw(painter, QRectF(rect.x() + width + 4, rect.y(), 14, rect.height()), "lock", "soft")
        elif column == VolumeColumn.PERCENT:
            self._paint_share(painter, rect, index.data(Role.CAPACITY), text)
        elif column in _NUMBERS:
            self._words(painter, rect, text, "ink", right=True)
        else:
            self._words(painter, rect, text, "soft" if column in _SOFT else "ink", middle=column in _SOFT)

    def _words(
        self,
        painter: QPainter,
        rect: QRectF,
        text: str,
        role: str,
        *,
        right: bool = False,
        middle: bool = False,
    ) -> None:
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        painter.setFont(self._numbers if right else self._font)
        painter.setPen(qcolor(role))
        align = Qt.AlignmentFlag.AlignVCenter | (
            Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        )
        painter.drawText(rect, int(align), self._metrics.elidedText(text, mode, int(rect.width())))

    def _paint_share(self, painter: QPainter, rect: QRectF, share: float | None, text: str) -> None:
        words = self._metrics.horizontalAdvance("100 %") + 8
        width = min(float(_BAR_WIDTH), rect.width() - words)
        if width > 12:
            bar = QRectF(rect.x(), rect.center().y() - 3, width, 6)
            paint_bar(painter, bar, share or 0.0)
        self._words(painter, rect, text, "soft", right=True)

    # ── pieces that may be links ────────────────────────────────────────────────────────────────────────────

    def _pieces(self, rect: QRectF, parts: tuple[Part, ...]) -> list[tuple[QRectF, Part, str]]:
        """Where each piece stands and what of it is shown."""
        placed: list[tuple[QRectF, Part, str]] = []
        x = rect.x()
        for part in parts:
            room = rect.right() - x
            if room < 8:
                break
            text = visible(part.text)
            if part.style == "tag":
                width = min(float(chip_width(self._small_metrics, text)), room)
            else:
                text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room))
                width = float(self._metrics.horizontalAdvance(text))
            placed.append((QRectF(x, rect.y(), width, rect.height()), part, text))
            x += width
        return placed

    def _paint_parts(self, painter: QPainter, rect: QRectF, parts: tuple[Part, ...]) -> None:
        for place, part, text in self._pieces(rect, parts):
            if part.style == "tag":
                paint_chip(painter, place, self._small, self._small_metrics, text)
                continue
            painter.setFont(self._font)
            painter.setPen(qcolor("accent" if part.key is not None else _PART_ROLES.get(part.style, "ink")))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)

    def link_at(self, rect: QRect, index: Index, position: QPointF) -> Any:
        """The key of the link under a position of the cell, or None."""
        if index.column() not in (VolumeColumn.BACKING, VolumeColumn.USED_BY):
            return None
        parts = index.data(Role.PARTS) or ()
        inner = QRectF(rect.adjusted(_MARGIN, 0, -_MARGIN, -1))
        for place, part, _text in self._pieces(inner, parts):
            if part.key is not None and place.contains(position):
                return part.key
        return None
