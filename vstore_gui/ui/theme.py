"""The look of the window: the colours of the desktop's scheme, or those chosen, on Qt's Fusion style."""

from __future__ import annotations

import enum
import re
import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from vstore_gui import resources
from vstore_gui.ui import icons
from vstore_gui.ui.icons import icon, keep_icon, pixmap
from vstore_gui.ui.palette import DARK, LIGHT, Colors, colors, names, qcolor, qpalette, use_colors

__all__ = [
    "Theme", "ThemeChoice", "bold", "colors", "icon", "keep_icon", "monospace", "pixmap", "qcolor", "scaled",
    "set_role", "tabular",
]  # fmt: skip

_FALLBACK_FAMILIES: Final = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans")

# What the style sheet calls a drawing: the icon, and the role of its colour.
_DRAWINGS: Final = {
    "chevron": ("chevron-down", "soft"),
    "chevron_up": ("chevron-up", "soft"),
    "tick": ("tick", "on_accent"),
    "tick_disabled": ("tick", "disabled"),
    "tick_ink": ("tick", "ink"),
    "dot": ("dot", "on_accent"),
    "dot_disabled": ("dot", "disabled"),
    "dot_ink": ("dot", "ink"),
}


class ThemeChoice(enum.Enum):
    """SYSTEM follows the desktop, live."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Dresses the application. Signals: `changed` after new colours are in use."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self._drawings = tempfile.TemporaryDirectory(prefix="vstore-style-")
        application.setStyle("Fusion")
        application.setFont(_desktop_font())
        application.setWindowIcon(QIcon(str(resources.path("icons", "vstore.svg"))))
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._scheme_changed)
        self._dress()

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        if choice is not self._choice:
            self._choice = choice
            self._dress()

    def _scheme_changed(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._dress()

    def _table(self) -> Colors:
        match self._choice:
            case ThemeChoice.LIGHT:
                return LIGHT
            case ThemeChoice.DARK:
                return DARK
            case ThemeChoice.SYSTEM:
                scheme = self._application.styleHints().colorScheme()
                return DARK if scheme is Qt.ColorScheme.Dark else LIGHT

    def _dress(self) -> None:
        table = self._table()
        use_colors(table)
        self._application.setPalette(qpalette(table))
        self._application.setStyleSheet(style_sheet(table, Path(self._drawings.name)))
        icons.recolour()
        self.changed.emit()


def style_sheet(table: Colors, scratch: Path) -> str:
    """The style sheet in a table's colours. Its drawings go into `scratch`: Qt takes them from files only."""
    values = {name: getattr(table, name) for name in names()}
    for key, (drawing, role) in _DRAWINGS.items():
        file = scratch / f"{key}-{'dark' if table.dark else 'light'}.svg"
        if not file.exists():
            text = resources.path("icons", f"{drawing}.svg").read_text(encoding="utf-8")
            file.write_text(text.replace("currentColor", getattr(table, role)), encoding="utf-8")
        values[key] = file.as_posix()
    sheet = resources.path("style", "window.qss").read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), sheet)


def _desktop_font() -> QFont:
    """The desktop's font; without a desktop (Qt then answers whatever comes first) a sober installed one."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    families = set(QFontDatabase.families())
    if QFontInfo(font).family() not in families or font.family() in ("", "Sans Serif", "Sans", "DejaVu Sans"):
        for family in _FALLBACK_FAMILIES:
            if family in families:
                font = QFont(family)
                font.setPointSizeF(10)
                break
    if font.pointSizeF() < 9:
        font.setPointSizeF(10)
    return font


def monospace() -> QFont:
    """The desktop's fixed-width font, for documents and commands."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if not QFontInfo(font).fixedPitch():
        font = QFont("DejaVu Sans Mono")
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSizeF(QApplication.font().pointSizeF())
    return font


def bold(font: QFont) -> QFont:
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def scaled(font: QFont, factor: float) -> QFont:
    made = QFont(font)
    made.setPointSizeF(font.pointSizeF() * factor)
    return made


def tabular(font: QFont) -> QFont:
    """The font with digits of equal width, where it has them: columns of numbers line up."""
    made = QFont(font)
    if hasattr(QFont, "Tag"):
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def set_role(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and let the widget be dressed anew."""
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
