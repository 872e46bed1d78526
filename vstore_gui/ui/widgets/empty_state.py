"""A page with nothing on it: says what could be here and offers the first step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from vstore_gui.ui.icons import pixmap
from vstore_gui.ui.palette import colors
from vstore_gui.ui.widgets.labels import label

__all__ = ["EmptyState"]


class EmptyState(QWidget):
    """An icon, a title, a sentence or two, buttons; the first button is the recommended one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(2)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = label(strong=True, size=1.25)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words = label(role="soft", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setMaximumWidth(560)
        column.addWidget(self._picture)
        column.addSpacing(4)
        column.addWidget(self._title)
        words_row = QHBoxLayout()
        words_row.addStretch(1)
        words_row.addWidget(self._words, 100)
        words_row.addStretch(1)
        column.addLayout(words_row)
        column.addSpacing(8)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        column.addLayout(self._buttons)
        column.addStretch(3)
        self._shown: tuple[object, ...] = ()
        self._icon = ""

    def show_state(
        self,
        icon: str,
        title: str,
        words: str,
        steps: tuple[tuple[str, Callable[[], object]], ...] = (),
    ) -> None:
        """`steps` are labels of buttons with what they do."""
        shown = (icon, title, words, tuple(step[0] for step in steps), colors().dark)
        if shown == self._shown:
            return
        self._shown = shown
        self._icon = icon
        self._picture.setPixmap(pixmap(icon, "soft", 44, self.devicePixelRatioF()))
        self._title.setText(title)
        self._words.setText(words)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._buttons.addStretch(1)
        for index, (text, act) in enumerate(steps):
            button = QPushButton(text)
            button.setAccessibleName(text)
            button.setProperty("primary", index == 0)
            button.clicked.connect(lambda _=False, act=act: act())
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
