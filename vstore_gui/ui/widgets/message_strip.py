"""Messages in the window: what happened, what to do, and the original words for those who want them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.icons import keep_icon, pixmap
from vstore_gui.ui.messages import Message, describe, render, tr
from vstore_gui.ui.theme import monospace
from vstore_gui.ui.widgets.labels import label, link_button

__all__ = ["MessageBanner", "MessageStrip", "icon_button"]

_ICONS = {
    "error": ("error", "bad"),
    "warning": ("warning", "warn"),
    "info": ("info", "accent"),
    "ok": ("ok", "ok"),
}
_LEAVES_AFTER_MS = 8000
_MOST_SHOWN = 4


def icon_button(icon: str, name: str, role: str = "soft", size: int = 16) -> QToolButton:
    """A small flat button of one icon."""
    button = QToolButton()
    keep_icon(button, icon, role)
    button.setIconSize(QSize(size, size))
    button.setAutoRaise(True)
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class MessageBanner(QFrame):
    """One message. It never takes the keyboard away. Signals: `left(banner)` when it was dismissed."""

    left = Signal(object)

    def __init__(self, message: Message, parent: QWidget | None = None, *, closable: bool = True) -> None:
        super().__init__(parent)
        self.message = message
        self.setProperty("strip", message.severity)
        words = render(message.text)
        self.setAccessibleName(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(10)
        picture = QLabel()
        name, role = _ICONS[message.severity]
        picture.setPixmap(pixmap(name, role, 18, self.devicePixelRatioF()))
        picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        row.addWidget(picture)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label(words, wrap=True, selectable=True, strong=message.advice is not None))
        if message.advice is not None:
            texts.addWidget(label(render(message.advice), role="soft", wrap=True, selectable=True))
        row.addLayout(texts, 1)
        self._times: QLabel = label(role="soft")
        self._times.hide()
        row.addWidget(self._times)
        self.details: QPlainTextEdit | None = None
        if message.details:
            self.details_button: QPushButton = link_button(tr(QT_TRANSLATE_NOOP("vstore", "Details")))
            self.details_button.clicked.connect(self._toggle_details)
            row.addWidget(self.details_button, alignment=Qt.AlignmentFlag.AlignTop)
        if closable:
            close = icon_button("close", tr(QT_TRANSLATE_NOOP("vstore", "Dismiss this message")))
            close.clicked.connect(self.leave)
            row.addWidget(close, alignment=Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        if message.command:
            column.addLayout(self._command_row(message.command))

    def _command_row(self, command: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(28, 0, 0, 0)
        text = label(command, selectable=True)
        text.setFont(monospace())
        text.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Command to type on the host")))
        row.addWidget(text)
        copy = icon_button("copy", tr(QT_TRANSLATE_NOOP("vstore", "Copy the command")))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(command))
        row.addWidget(copy)
        row.addStretch(1)
        return row

    def _toggle_details(self) -> None:
        if self.details is None:
            self.details = QPlainTextEdit(self.message.details)
            self.details.setReadOnly(True)
            self.details.setFont(monospace())
            self.details.setMaximumHeight(110)
            self.details.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Original message")))
            holder = QHBoxLayout()
            holder.setContentsMargins(28, 0, 0, 0)
            holder.addWidget(self.details, 1)
            copy = icon_button("copy", tr(QT_TRANSLATE_NOOP("vstore", "Copy the details")))
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.whole_text()))
            holder.addWidget(copy, alignment=Qt.AlignmentFlag.AlignTop)
            layout = self.layout()
            if isinstance(layout, QVBoxLayout):
                layout.addLayout(holder)
            self.details.show()
            copy.show()
            return
        self.details.setVisible(not self.details.isVisible())

    def whole_text(self) -> str:
        """All of it, as it is copied."""
        parts = (
            render(self.message.text),
            render(self.message.advice),
            self.message.command,
            self.message.details,
        )
        return "\n".join(part for part in parts if part)

    def count(self, times: int) -> None:
        self._times.setText(f"× {times}")
        self._times.show()

    def leave(self) -> None:
        self.hide()
        self.left.emit(self)
        self.deleteLater()

    @staticmethod
    def of_error(error: ErrorState, *, closable: bool = False) -> MessageBanner:
        return MessageBanner(
            Message(
                "error", error.message, advice=error.advice, command=error.command, details=describe(error)
            ),
            closable=closable,
        )


class MessageStrip(QWidget):
    """The messages that stand, newest first. Equal ones are counted; good news leaves by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(22, 10, 22, 0)
        self._column.setSpacing(6)
        self._standing: list[tuple[MessageBanner, int]] = []
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Messages")))
        self.hide()

    @property
    def banners(self) -> tuple[MessageBanner, ...]:
        return tuple(banner for banner, _ in self._standing)

    def say(self, message: Message) -> None:
        for index, (banner, times) in enumerate(self._standing):
            if banner.message == message:
                self._standing[index] = (banner, times + 1)
                banner.count(times + 1)
                return
        banner = MessageBanner(message)
        banner.left.connect(self._sweep)
        self._standing.insert(0, (banner, 1))
        self._column.insertWidget(0, banner)
        self.show()
        if message.severity in ("info", "ok"):
            QTimer.singleShot(_LEAVES_AFTER_MS, banner, banner.leave)
        for old, _ in self._standing[_MOST_SHOWN:]:
            old.leave()

    def _sweep(self, gone: object) -> None:
        self._standing = [entry for entry in self._standing if entry[0] is not gone]
        if not self._standing:
            self.hide()
