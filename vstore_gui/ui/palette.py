"""The colours of the window, by role: one table for light, one for dark.

Text roles are readable on every ground role: a test computes WCAG's contrast for each pair.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from typing import Final

from PySide6.QtGui import QColor, QPalette

__all__ = [
    "DARK", "GROUND_ROLES", "LIGHT", "TEXT_ROLES", "Colors", "colors", "contrast", "names", "qcolor",
    "qpalette", "use_colors",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colors:
    """'#rrggbb' by role."""

    dark: bool
    # grounds
    window: str
    panel: str
    side: str
    selection: str
    hover: str
    chip: str
    # text
    ink: str
    soft: str
    accent: str  # links, the one coloured button
    ok: str
    warn: str
    bad: str
    on_accent: str  # text on a ground of `accent_fill`
    # shapes
    accent_fill: str
    accent_hover: str
    line: str  # separators
    frame: str  # outlines of controls
    bar: str  # what is free in a capacity bar
    allocated: str
    promised: str
    nearly_full: str
    disabled: str


TEXT_ROLES: Final = ("ink", "soft", "accent", "ok", "warn", "bad")
GROUND_ROLES: Final = ("window", "panel", "side", "selection", "hover", "chip")

LIGHT: Final = Colors(
    dark=False,
    window="#f6f7f9",
    panel="#ffffff",
    side="#eef0f3",
    selection="#e3edfb",
    hover="#e9ecf0",
    chip="#eef1f5",
    ink="#1d2329",
    soft="#55606c",
    accent="#1f5bbd",
    ok="#187341",
    warn="#8f5500",
    bad="#b82d26",
    on_accent="#ffffff",
    accent_fill="#2563c9",
    accent_hover="#1d52ab",
    line="#dfe3e8",
    frame="#cfd5dc",
    bar="#d9dfe6",
    allocated="#2563c9",
    promised="#8fb3ea",
    nearly_full="#b26a00",
    disabled="#98a1ab",
)

DARK: Final = Colors(
    dark=True,
    window="#1b1f24",
    panel="#23282f",
    side="#1f242a",
    selection="#2b3b55",
    hover="#2a3038",
    chip="#2d343d",
    ink="#e6e9ed",
    soft="#a3aeba",
    accent="#7fb0ff",
    ok="#5ccf8a",
    warn="#f0b352",
    bad="#ff8a82",
    on_accent="#10151c",
    accent_fill="#7fb0ff",
    accent_hover="#9cc2ff",
    line="#353c45",
    frame="#424a55",
    bar="#39414b",
    allocated="#6ea3f5",
    promised="#48689c",
    nearly_full="#f0b352",
    disabled="#6d7783",
)

_current: Colors = LIGHT


def colors() -> Colors:
    """The colours in use: read them when painting, so that a change of theme needs a repaint only."""
    return _current


def use_colors(table: Colors) -> None:
    """For `ui.theme`, which repaints what is on screen."""
    global _current
    _current = table


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio of two colours: 1 for equal ones, 21 for black on white; 4.5 is AA for text."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def qpalette(table: Colors) -> QPalette:
    """The same colours for what Qt's style paints."""
    role = QPalette.ColorRole
    palette = QPalette(QColor(table.panel), QColor(table.window))
    pairs = {
        role.Window: table.window,
        role.WindowText: table.ink,
        role.Base: table.panel,
        role.AlternateBase: table.window,
        role.Text: table.ink,
        role.Button: table.panel,
        role.ButtonText: table.ink,
        role.BrightText: table.bad,
        role.Highlight: table.accent_fill,
        role.HighlightedText: table.on_accent,
        role.Accent: table.accent_fill,
        role.Link: table.accent,
        role.LinkVisited: table.accent,
        role.ToolTipBase: table.panel,
        role.ToolTipText: table.ink,
        role.PlaceholderText: table.soft,
        role.Light: table.panel,
        role.Midlight: table.hover,
        role.Mid: table.line,
        role.Dark: table.frame,
        role.Shadow: table.line,
    }
    for color_role, color in pairs.items():
        palette.setColor(color_role, QColor(color))
    for color_role in (role.WindowText, role.Text, role.ButtonText, role.Link):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(table.disabled))
    return palette


def names() -> tuple[str, ...]:
    """The roles, for style sheets."""
    return tuple(field.name for field in fields(Colors) if field.name != "dark")


def qcolor(role: str) -> QColor:
    """The colour of a role, for painters. Not to be changed: it is shared."""
    return _qcolor(getattr(_current, role))


@functools.lru_cache(maxsize=64)
def _qcolor(color: str) -> QColor:
    return QColor(color)
