"""An error in full: what happened, what to do, and the original words, to be copied."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.dialogs.base import Dialog
from vstore_gui.ui.messages import describe, render, tr
from vstore_gui.ui.theme import monospace
from vstore_gui.ui.widgets.form import Notice, em
from vstore_gui.ui.widgets.labels import label

__all__ = ["ErrorDetailsDialog"]


class ErrorDetailsDialog(Dialog):
    """Shows one ErrorState; open() it."""

    def __init__(self, error: ErrorState, parent: QWidget | None = None) -> None:
        super().__init__(tr(QT_TRANSLATE_NOOP("vstore", "What went wrong")), parent, width_em=36)
        self._error = error
        self.body.addWidget(Notice("problem", render(error.message)))
        if error.advice is not None:
            self.body.addWidget(label(render(error.advice), wrap=True, selectable=True))
        if error.command:
            command = label(error.command, wrap=True, selectable=True)
            command.setFont(monospace())
            command.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Command to type on the host")))
            self.body.addWidget(command)
        details = QPlainTextEdit(describe(error))
        details.setReadOnly(True)
        details.setTabChangesFocus(True)
        details.setFont(monospace())
        details.setMinimumHeight(em(self, 6))
        details.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Original message")))
        self.body.addWidget(details, 1)
        copy = self.add_button(tr(QT_TRANSLATE_NOOP("vstore", "&Copy all")))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.whole_text()))
        close = self.add_button(tr(QT_TRANSLATE_NOOP("vstore", "Close")), default=True)
        close.clicked.connect(self.accept)

    def whole_text(self) -> str:
        """All of it, for a bug report."""
        error = self._error
        parts = (render(error.message), render(error.advice), error.command, describe(error))
        return "\n".join(part for part in parts if part)
