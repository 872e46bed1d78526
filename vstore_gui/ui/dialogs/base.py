"""What all dialogs share: a heading, a body, buttons; opened, never executed; awaited by their answer."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.messages import tr
from vstore_gui.ui.widgets.form import em
from vstore_gui.ui.widgets.labels import label

__all__ = ["Dialog"]


class Dialog(QDialog):
    """A window-modal dialog that deletes itself when closed. Esc and the window's cross decline."""

    def __init__(
        self, title: str, parent: QWidget | None = None, *, heading: str = "", width_em: float = 30
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self.buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(14)
        if heading:
            column.addWidget(label(heading, strong=True, size=1.25, wrap=True))
        column.addLayout(self.body, 1)
        column.addLayout(self.buttons)
        self._width_em = width_em
        self._fit()

    def add_button(self, words: str, *, role: str = "", default: bool = False) -> QPushButton:
        """A button at the right, in the order added. `role`: '', 'primary', 'danger'. One is the default."""
        button = QPushButton(words)
        button.setAutoDefault(default)
        button.setDefault(default)
        if role:
            button.setProperty(role, True)
        button.setAccessibleName(words.replace("&&", "\0").replace("&", "").replace("\0", "&"))
        self.buttons.addWidget(button)
        return button

    def add_cancel(self, *, default: bool = False) -> QPushButton:
        button = self.add_button(tr(QT_TRANSLATE_NOOP("vstore", "Cancel")), default=default)
        button.clicked.connect(self.reject)
        return button

    async def answered(self) -> bool:
        """Open the dialog and wait until it is closed: True when it was accepted.

        A cancelled wait closes it.
        """
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def settle(result: int) -> None:
            if not answer.done():
                answer.set_result(result == QDialog.DialogCode.Accepted)

        self.finished.connect(settle)
        self.open()
        try:
            return await answer
        except asyncio.CancelledError:
            self.reject()
            raise

    def _fit(self) -> None:
        wide = em(self, self._width_em)
        screen = self.screen()
        if screen is not None:
            wide = min(wide, screen.availableGeometry().width() - 40)
        self.resize(wide, self.sizeHint().height())
