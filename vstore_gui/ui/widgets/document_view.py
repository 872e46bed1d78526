"""A libvirt document, fetched when it is looked at: read-only, monospaced, copyable."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from vstore_gui.entities.calls import Call
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.keys import HostId
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.icons import keep_icon
from vstore_gui.ui.messages import render, tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.theme import monospace
from vstore_gui.ui.widgets.labels import label

__all__ = ["DocumentView"]


class DocumentView(QWidget):
    """Asks the host for the document of what is shown; again when it is told that it may have changed."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._asked: tuple[HostId, Call[str]] | None = None
        self._turn = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        row = QHBoxLayout()
        self._state = label(role="soft", wrap=True)
        row.addWidget(self._state, 1)
        self._copy = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Copy")))
        self._copy.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Copy the document")))
        keep_icon(self._copy, "copy")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        row.addWidget(self._copy)
        column.addLayout(row)
        self.editor = QPlainTextEdit()
        self.editor.setReadOnly(True)
        self.editor.setFont(monospace())
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.editor.setTabChangesFocus(True)
        self.editor.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "XML document")))
        column.addWidget(self.editor, 1)

    def text(self) -> str:
        return self.editor.toPlainText()

    def show_document(self, host: HostId, call: Call[str]) -> None:
        """Show the answer to the call; the same one as before is asked for again quietly."""
        if self._asked != (host, call):
            self._asked = (host, call)
            self.editor.clear()
        self.reload()

    def reload(self) -> None:
        if self._asked is None or not self.isVisible():
            return
        self._turn += 1
        self._services.start(self, self._fetch(*self._asked, self._turn))

    def clear(self) -> None:
        self._asked = None
        self._turn += 1
        self.editor.clear()
        self._state.setText("")

    async def _fetch(self, host_id: HostId, call: Call[str], turn: int) -> None:
        host = self._services.sync.host(host_id)
        if host is None:
            self._state.setText(tr(QT_TRANSLATE_NOOP("vstore", "The host is not connected.")))
            return
        if not self.editor.toPlainText():
            self._state.setText(tr(QT_TRANSLATE_NOOP("vstore", "Asking the host…")))
        try:
            document = await host.call(call)
        except HostError as failure:
            if turn == self._turn:
                self._state.setText(render(failure.state.message))
            return
        if turn != self._turn:
            return  # something else is shown by now
        self._state.setText(tr(QT_TRANSLATE_NOOP("vstore", "As the host describes it, read just now.")))
        if document != self.editor.toPlainText():
            self.editor.setPlainText(document)
