"""What all dialogs share: a heading, a body, buttons; opened, never executed; awaited by their answer."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.messages import tr
from vstore_gui.ui.widgets.form import em
from vstore_gui.ui.widgets.labels import label

__all__ = ["Dialog"]


class Dialog(QDialog):
    """A window-modal dialog that deletes itself when closed. Esc and the window's cross decline."""

    def __init__(
        self,
        title: str,
        parent: QWidget | None = None,
        *,
        heading: str = "",
        width_em: float = 30,
        height_em: float = 0,
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
        self._height_em = height_em

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
            if isValid(self):  # it may have gone with its parent: that is why the wait was cancelled
                self.reject()
            raise

    def fit(self, at_least_em: float = 0) -> None:
        """As high as the contents need at the dialog's width, wrapped lines included, within the screen."""
        room = self.screen().availableGeometry()
        wide = max(self.width() if self.isVisible() else 0, em(self, self._width_em))
        wide = min(max(wide, self.minimumSizeHint().width()), room.width() - 40)
        layout = self.layout()
        needed = layout.totalSizeHint().height() if layout is not None else 0
        if layout is not None and layout.hasHeightForWidth():
            needed = max(needed, layout.totalHeightForWidth(wide))
        self.resize(wide, min(max(needed, em(self, at_least_em)), room.height() - 60))

    def showEvent(self, event: QShowEvent) -> None:
        if not event.spontaneous():
            self.fit(self._height_em)
        super().showEvent(event)
