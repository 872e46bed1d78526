"""A page of a wizard: it asks for a part of the draft and says its problems beside the fields."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from vstore_gui.actions.plan import Reason
from vstore_gui.ui.widgets.form import Field
from vstore_gui.ui.widgets.labels import label

__all__ = ["WizardPage"]


class WizardPage(QWidget):
    """One page: it asks for a part of the draft. Signals: edited() after each change of input.

    `key` is the page's name in its flow; `step` what the list of steps calls it.
    """

    edited = Signal()

    def __init__(self, key: str, step: str, question: str, explanation: str = "") -> None:
        super().__init__()
        self.key = key
        self.step = step
        self.fields: dict[str, Field] = {}
        self.content = QVBoxLayout()
        self.content.setSpacing(16)
        title = label(question, strong=True, size=1.35, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 12)
        column.setSpacing(12)
        column.addWidget(title)
        if explanation:
            column.addWidget(label(explanation, role="soft", wrap=True))
        column.addLayout(self.content, 1)

    def add_field(self, name: str, field: Field) -> Field:
        """Take a field in under the name its Reasons have."""
        self.fields[name] = field
        self.content.addWidget(field)
        return field

    def entered(self) -> None:
        """The page is shown: fill in what earlier pages decide."""

    def first_focus(self) -> QWidget | None:
        """What has the focus when the page is entered."""
        for field in self.fields.values():
            if field.control.isEnabled() and not field.isHidden():
                return field.control
        return None

    def touch(self, name: str) -> None:
        """The user has been in the field: its problems may be said now."""
        if name in self.fields:
            self.fields[name].touched = True
        self.edited.emit()

    def show_problems(self, reasons: Iterable[Reason], *, all_fields: bool) -> tuple[Reason, ...]:
        """Put each problem beside its field; returns those that stand beside none.

        A field that was not touched yet says nothing unless `all_fields`: nobody is scolded beforehand.
        """
        first: dict[str, Reason] = {}
        homeless = []
        for reason in reasons:
            if reason.field not in self.fields:
                homeless.append(reason)
            elif reason.field not in first or (reason.blocks and not first[reason.field].blocks):
                first[reason.field] = reason
        for name, field in self.fields.items():
            said = first.get(name) if field.touched or all_fields else None
            field.show_problem(said)
        return tuple(homeless)
