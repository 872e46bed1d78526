"""Cells of a volume table: chips, bars, links, numbers that line up.

A page of rows is some 300 cells, and all of them must be painted within a frame: the model is asked directly,
texts are laid out once and kept, the painter is not saved and restored for each cell.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QStaticText
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from vstore_gui.qtmodels.roles import Part, Role
from vstore_gui.qtmodels.volume_columns import COLUMNS, VolumeColumn
from vstore_gui.qtmodels.volumes import VolumesModel
from vstore_gui.ui.icons import draw
from vstore_gui.ui.messages import visible
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.theme import bold, tabular
from vstore_gui.ui.widgets.capacity_bar import paint_bar
from vstore_gui.ui.widgets.chip import chip_width, paint_chip

__all__ = ["ROW_PADDING", "VolumeDelegate"]

_MARGIN: Final = 10
ROW_PADDING: Final = 14
_BAR_WIDTH: Final = 72
_TEXTS_KEPT: Final = 6000
_PART_ROLES: Final = {"": "ink", "quiet": "soft", "bad": "bad", "tag": "ink"}

# As ints: comparing and joining Qt's enums costs more than painting a short text.
_DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
_PARTS: Final = int(Role.PARTS)
_LOADING: Final = int(Role.LOADING)
_CAPACITY: Final = int(Role.CAPACITY)
_VALUE: Final = int(Role.VALUE)
_SELECTED: Final = QStyle.StateFlag.State_Selected.value
_FOCUSED: Final = QStyle.StateFlag.State_HasFocus.value
_NAME: Final = int(VolumeColumn.NAME)
_FORMAT: Final = int(VolumeColumn.FORMAT)
_PERCENT: Final = int(VolumeColumn.PERCENT)
_BACKING: Final = int(VolumeColumn.BACKING)
_LINKED: Final = frozenset({_BACKING, int(VolumeColumn.USED_BY)})
_SOFT: Final = frozenset(
    int(column)
    for column in (VolumeColumn.PATH, VolumeColumn.MODIFIED, VolumeColumn.CHANGED, VolumeColumn.KEY)
)
_NUMBERS: Final = frozenset(int(column) for column, spec in COLUMNS.items() if spec.numeric)

Index = QModelIndex | QPersistentModelIndex


def _cut(part: Part) -> Qt.TextElideMode:
    """Names differ in their ends: 'debian-12-base.qcow2' from 'debian-13-base.qcow2'."""
    return Qt.TextElideMode.ElideRight if part.key is None else Qt.TextElideMode.ElideLeft


class _Texts:
    """Laid-out single lines of one font, cut to a width."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetrics(font)
        self._kept: dict[tuple[str, int, Qt.TextElideMode], tuple[QStaticText, float]] = {}

    def get(
        self, text: str, width: int, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> tuple[QStaticText, float]:
        """The text and the width it takes."""
        key = (text, width, mode)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) > _TEXTS_KEPT:
                self._kept.clear()
            shown, taken = text, self.metrics.horizontalAdvance(text)
            if taken > width:
                shown = self.metrics.elidedText(text, mode, width)
                taken = self.metrics.horizontalAdvance(shown)
            made = QStaticText(shown)
            made.setTextFormat(Qt.TextFormat.PlainText)
            made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            found = self._kept[key] = (made, float(taken))
        return found


class VolumeDelegate(QStyledItemDelegate):
    """Paints the cells of a VolumesModel; `link_at` tells what a click would follow.

    The lines between rows are the table's: one for all cells of a row.
    """

    def __init__(self, model: VolumesModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.set_font(parent.font())

    def set_font(self, font: QFont) -> None:
        self._plain = _Texts(font)
        self._bold = _Texts(bold(font))
        self._numbers = _Texts(tabular(font))
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.92)
        self._small = small
        self._small_metrics = QFontMetrics(small)
        self._height = self._plain.metrics.height()
        self._percent_width = self._numbers.metrics.horizontalAdvance("100 %") + 8

    @property
    def row_height(self) -> int:
        return self._height + ROW_PADDING

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """For 'fit the column to its contents'; heights are all the same."""
        column = index.column()
        text = self._model.data(index, _DISPLAY) or ""
        if column == _PERCENT:
            width = _BAR_WIDTH + self._percent_width
        elif column == _NAME:
            width = self._bold.metrics.horizontalAdvance(text)
        elif column == _FORMAT:
            width = chip_width(self._small_metrics, text) + 20
        else:
            width = self._plain.metrics.horizontalAdvance(text) + 20
        return QSize(width + 2 * _MARGIN, self.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        state = option.state.value
        if state & _SELECTED:
            painter.fillRect(rect, qcolor("selection"))
        self._paint_cell(painter, rect, index)
        if state & _FOCUSED:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(qcolor("accent_fill"), 1.5))
            painter.drawRoundedRect(QRectF(rect).adjusted(1.5, 1.5, -1.5, -2.5), 4, 4)

    def _paint_cell(self, painter: QPainter, rect: QRect, index: Index) -> None:
        x, y, width, height = rect.x() + _MARGIN, rect.y(), rect.width() - 2 * _MARGIN, rect.height() - 1
        if width <= 0:
            return
        read = self._model.data
        column = index.column()
        if column in _LINKED:
            parts = read(index, _PARTS)
            if parts:
                self._paint_parts(painter, QRectF(x, y, width, height), parts)
            elif read(index, _LOADING):
                self._words(painter, self._plain, (x, y, width, height), "…", "soft")
            elif column == _BACKING:
                self._words(painter, self._plain, (x, y, width, height), "—", "soft")
            return
        text = read(index, _DISPLAY)
        if not text:
            if read(index, _LOADING):
                self._words(
                    painter, self._plain, (x, y, width, height), "…", "soft", right=column in _NUMBERS
                )
            return
        text = visible(text)
        if column == _NAME:
            self._words(
                painter, self._bold, (x, y, width, height), text, "ink", mode=Qt.TextElideMode.ElideMiddle
            )
        elif column == _FORMAT:
            cell = QRectF(x, y, width, height)
            taken = paint_chip(painter, cell, self._small, self._small_metrics, text)
            value = read(index, _VALUE)
            if value is not None and value.encryption:
                draw(painter, QRectF(x + taken + 4, y, 14, height), "lock", "soft")
        elif column == _PERCENT:
            bar = min(_BAR_WIDTH, width - self._percent_width)
            if bar > 12:
                share = read(index, _CAPACITY) or 0.0
                paint_bar(painter, QRectF(x, y + height / 2 - 3, bar, 6), share)
            self._words(painter, self._numbers, (x, y, width, height), text, "soft", right=True)
        elif column in _NUMBERS:
            self._words(painter, self._numbers, (x, y, width, height), text, "ink", right=True)
        elif column in _SOFT:
            self._words(
                painter, self._plain, (x, y, width, height), text, "soft", mode=Qt.TextElideMode.ElideMiddle
            )
        else:
            self._words(painter, self._plain, (x, y, width, height), text, "ink")

    def _words(
        self,
        painter: QPainter,
        texts: _Texts,
        cell: tuple[int, int, int, int],
        text: str,
        role: str,
        *,
        right: bool = False,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        x, y, width, height = cell
        shown, taken = texts.get(text, width, mode)
        painter.setFont(texts.font)
        painter.setPen(qcolor(role))
        left = x + width - taken if right else x
        painter.drawStaticText(QPointF(left, y + (height - self._height) // 2), shown)

    # ── pieces that may be links ────────────────────────────────────────────────────────────────────────────

    def _pieces(self, rect: QRectF, parts: tuple[Part, ...]) -> list[tuple[QRectF, Part, str]]:
        """Where each piece stands."""
        placed: list[tuple[QRectF, Part, str]] = []
        x, right = rect.x(), rect.right()
        for part in parts:
            room = right - x
            if room < 8:
                break
            text = visible(part.text)
            if part.style == "tag":
                width = min(float(chip_width(self._small_metrics, text)), room)
            else:
                width = self._plain.get(text, int(room), _cut(part))[1]
            placed.append((QRectF(x, rect.y(), width, rect.height()), part, text))
            x += width
        return placed

    def _paint_parts(self, painter: QPainter, rect: QRectF, parts: tuple[Part, ...]) -> None:
        right = rect.right()
        top = rect.y() + (rect.height() - self._height) // 2
        for place, part, text in self._pieces(rect, parts):
            if part.style == "tag":
                paint_chip(painter, place, self._small, self._small_metrics, text)
                continue
            painter.setFont(self._plain.font)
            painter.setPen(qcolor("accent" if part.key is not None else _PART_ROLES.get(part.style, "ink")))
            shown, _taken = self._plain.get(text, int(right - place.x()), _cut(part))
            painter.drawStaticText(QPointF(place.x(), top), shown)

    def link_at(self, rect: QRect, index: Index, position: QPointF) -> Any:
        """The key of the link under a position of the cell, or None."""
        if index.column() not in _LINKED:
            return None
        parts = self._model.data(index, _PARTS) or ()
        inner = QRectF(rect.adjusted(_MARGIN, 0, -_MARGIN, -1))
        for place, part, _text in self._pieces(inner, parts):
            if part.key is not None and place.contains(position):
                return part.key
        return None
