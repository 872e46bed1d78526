"""The list of a wizard's steps at its side."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QWidget,
)

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.messages import tr
from vstore_gui.ui.theme import bold, qcolor, set_role
from vstore_gui.ui.widgets.form import Sign
from vstore_gui.ui.widgets.labels import label

__all__ = ["StepLabel", "StepSide"]


class StepSide(QFrame):
    """The ground of the list of steps."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), qcolor("side"))
        painter.end()


class StepLabel(QWidget):
    """A step's name with a sign of where it stands: done, here, ahead."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._sign = Sign("chevron-right", "soft")
        self._label = label(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._sign)
        row.addWidget(self._label, 1)

    def place(self, number: int, now: int, count: int) -> None:
        """Show where step `number` stands while `now` is the current one of `count`."""
        if number < now:
            self._sign.show_icon("ok", "ok")
        else:
            self._sign.show_icon("chevron-right", "accent" if number == now else "side")
        font = self.font()
        self._label.setFont(bold(font) if number == now else font)
        set_role(self._label, "role", "" if number == now else "soft")
        self.setAccessibleName(
            tr(
                QT_TRANSLATE_NOOP("vstore", "Step {number} of {count}: {step}"),
                number=str(number + 1),
                count=str(count),
                step=self._name,
            )
        )
