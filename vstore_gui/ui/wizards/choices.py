"""A few options to choose one of, each with a line that explains it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.messages import tr
from vstore_gui.ui.widgets.labels import label

__all__ = ["Choices"]


class Choices(QWidget):
    """A few options with a line each; the recommended one says so. Signals: chosen(name)."""

    chosen = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._offered: list[tuple[str, str, str, bool]] = []
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QRadioButton] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self.setAccessibleName(name.replace("&", ""))

    def offer(self, options: list[tuple[str, str, str, bool]], current: str) -> None:
        """(name, label, explanation, recommended); `current` is the one chosen now."""
        if options != self._offered:
            self._offered = options
            self._rebuild(options)
        if current in self._buttons:
            self._buttons[current].setChecked(True)

    def _rebuild(self, options: list[tuple[str, str, str, bool]]) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons.clear()
        for name, words, explanation, recommended in options:
            button = QRadioButton(words)
            said = (
                tr(QT_TRANSLATE_NOOP("vstore", "{words} Recommended."), words=explanation)
                if recommended
                else explanation
            )
            button.setAccessibleName(words)
            button.setAccessibleDescription(said)
            button.clicked.connect(lambda _=False, n=name: self.chosen.emit(n))
            self._group.addButton(button)
            self._buttons[name] = button
            self._rows.addWidget(button)
            line = label(said, role="soft", wrap=True)
            line.setContentsMargins(24, 0, 0, 0)
            self._rows.addWidget(line)
