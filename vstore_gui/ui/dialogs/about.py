"""Help ▸ About and Help ▸ Keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from vstore_gui import __version__, resources
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.messages import tr
from vstore_gui.ui.widgets.labels import label

__all__ = ["AboutDialog", "KeyboardDialog"]

# Keys of views and fields, which are no actions.
_HABITS = (
    ("Enter", QT_TRANSLATE_NOOP("vstore", "Open the selected volume beside the table")),
    ("Esc", QT_TRANSLATE_NOOP("vstore", "Close the panel, clear the filter, leave a dialog")),
    ("Tab", QT_TRANSLATE_NOOP("vstore", "To the next control")),
    ("F10", QT_TRANSLATE_NOOP("vstore", "To the menus")),
)


class _Closable(QDialog):
    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(16)
        column.addLayout(self.body, 1)
        column.addWidget(buttons)


class AboutDialog(_Closable):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr(QT_TRANSLATE_NOOP("vstore", "About VStore")), parent)
        row = QHBoxLayout()
        row.setSpacing(16)
        picture = QLabel()
        icon = QIcon(str(resources.path("icons", "vstore.svg")))
        picture.setPixmap(icon.pixmap(64, 64))
        row.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.addWidget(label(f"VStore {__version__}", strong=True, size=1.4))
        words.addWidget(
            label(tr(QT_TRANSLATE_NOOP("vstore", "Storage of libvirt and KVM hosts, at a glance.")))
        )
        words.addWidget(
            label(
                tr(
                    QT_TRANSLATE_NOOP(
                        "vstore", "Free software under the GNU General Public License, version 3 or later."
                    )
                ),
                role="soft",
                wrap=True,
            )
        )
        row.addLayout(words, 1)
        self.body.addLayout(row)


class KeyboardDialog(_Closable):
    """Every key there is, from the actions themselves."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(tr(QT_TRANSLATE_NOOP("vstore", "Keyboard")), parent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        rows = [
            (
                ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()),
                action.text().replace("&", "").rstrip("…"),
            )
            for _name, action in actions.items()
            if action.shortcuts()
        ]
        rows += [(keys, tr(words)) for keys, words in _HABITS]
        for number, (keys, words) in enumerate(rows):
            grid.addWidget(label(keys, strong=True), number, 0)
            grid.addWidget(label(words), number, 1)
        self.body.addLayout(grid)
