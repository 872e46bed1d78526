"""A machine's documents, fetched when looked at: as it runs, as stored, and where the two differ."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from vstore_gui.entities.calls import GetDomainDocument
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.keys import DomainKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.icons import keep_icon
from vstore_gui.ui.messages import render, tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.diff_view import DiffView, diff_lines
from vstore_gui.ui.widgets.labels import label

__all__ = ["DomainDocuments"]

LIVE: Final = "live"
STORED: Final = "stored"
DIFFERENCES: Final = "differences"


class DomainDocuments(QWidget):
    """Shows one machine's documents; asks again when it changes while it is looked at."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._key: DomainKey | None = None
        self._turn = 0
        self._group = QButtonGroup(self)
        self._modes: dict[str, QRadioButton] = {}
        row = QHBoxLayout()
        row.setSpacing(16)
        for mode, words in (
            (LIVE, tr(QT_TRANSLATE_NOOP("vstore", "&Live: as it runs now"))),
            (STORED, tr(QT_TRANSLATE_NOOP("vstore", "&Stored: for the next start"))),
            (DIFFERENCES, tr(QT_TRANSLATE_NOOP("vstore", "&Differences"))),
        ):
            button = QRadioButton(words)
            button.setAccessibleName(words.replace("&", ""))
            button.clicked.connect(self.reload)
            self._group.addButton(button)
            self._modes[mode] = button
            row.addWidget(button)
        self._modes[LIVE].setChecked(True)
        row.addStretch(1)
        self.editor = DiffView()
        self.editor.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "XML document")))
        copy = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Copy")))
        keep_icon(copy, "copy")
        copy.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Copy the document")))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.editor.toPlainText()))
        row.addWidget(copy)
        self._state = label(role="soft", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._state)
        column.addWidget(self.editor, 1)

    @property
    def mode(self) -> str:
        return next(mode for mode, button in self._modes.items() if button.isChecked())

    def show_domain(self, key: DomainKey | None, domain: DomainState | None) -> None:
        """Show this machine's documents from now on, or again because it changed."""
        if key != self._key:
            self._key = key
            self.editor.set_lines(())
        two = domain is not None and domain.next_disks is not None
        why = tr(QT_TRANSLATE_NOOP("vstore", "Only a running machine has two configurations."))
        for mode in (STORED, DIFFERENCES):
            self._modes[mode].setEnabled(two)
            self._modes[mode].setToolTip("" if two else why)
        if not two:
            self._modes[LIVE].setChecked(True)
        self.reload()

    def show_differences(self) -> None:
        self._modes[DIFFERENCES].setChecked(True)
        self.reload()

    def reload(self) -> None:
        """Ask the host, when the documents are on screen."""
        self._turn += 1
        if self._key is not None and self.isVisible():
            self._services.start(self, self._fetch(self._key, self.mode, self._turn))

    async def _fetch(self, key: DomainKey, mode: str, turn: int) -> None:
        host = self._services.sync.host(key.host)
        if host is None:
            self._state.setText(tr(QT_TRANSLATE_NOOP("vstore", "The host is not connected.")))
            return
        if not self.editor.lines:
            self._state.setText(tr(QT_TRANSLATE_NOOP("vstore", "Asking the host…")))
        try:
            live = stored = None
            if mode != STORED:
                live = await host.call(GetDomainDocument(key.uuid))
            if mode != LIVE:
                stored = await host.call(GetDomainDocument(key.uuid, inactive=True))
        except HostError as failure:
            if turn == self._turn:
                self._state.setText(render(failure.state.message))
            return
        if turn != self._turn:
            return  # something else is asked for by now
        if mode == DIFFERENCES:
            self.editor.set_lines(diff_lines(live, stored))
            words = tr(QT_TRANSLATE_NOOP("vstore", "− as it runs now, + as it starts next"))
        else:
            self.editor.set_lines(diff_lines(None, live if mode == LIVE else stored))
            words = ""
        self._state.setText(words)
        self._state.setVisible(bool(words))
