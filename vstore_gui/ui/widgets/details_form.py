"""Facts of a thing as 'label  value' rows: plain text, selectable, copied as it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from vstore_gui.ui.messages import visible
from vstore_gui.ui.widgets.labels import label, link_button

__all__ = ["DetailsForm", "Fact", "scrolled"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One row. `exact` is the tooltip; with a `key` the value is a link. A row without value is left out."""

    title: str
    value: str | None
    exact: str = ""
    key: Any = None
    role: str = ""


class DetailsForm(QWidget):
    """Rows of facts; set again only where something changed."""

    def __init__(self, show_key: Callable[[Any], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._show_key = show_key
        self._facts: tuple[Fact, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self._facts

    def set_facts(self, facts: Sequence[Fact]) -> None:
        shown = tuple(fact for fact in facts if fact.value)
        if shown == self._facts:
            return
        self._facts = shown
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, fact in enumerate(shown):
            title = label(fact.title, role="soft")
            title.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(title, row, 0)
            words = visible(fact.value or "")
            value: QWidget
            if fact.key is not None:
                value = link_button(words, f"{fact.title}: {words}")
                value.clicked.connect(lambda _=False, key=fact.key: self._show_key(key))
                holder = QWidget()
                line = QHBoxLayout(holder)
                line.setContentsMargins(0, 0, 0, 0)
                line.addWidget(value)
                line.addStretch(1)
                self._grid.addWidget(holder, row, 1)
            else:
                value = label(words, role=fact.role, wrap=True, selectable=True)
                value.setAccessibleName(f"{fact.title}: {words}")
                self._grid.addWidget(value, row, 1)
            value.setToolTip(visible(fact.exact))


def scrolled(*widgets: QWidget, margins: tuple[int, int, int, int] = (0, 12, 8, 12)) -> QScrollArea:
    """The widgets below each other in a scroll area of their own."""
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.setContentsMargins(*margins)
    column.setSpacing(12)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.viewport().setAutoFillBackground(False)
    inner.setAutoFillBackground(False)
    return area
