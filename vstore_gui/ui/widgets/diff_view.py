"""A document with its differences: added and removed lines are signed by + and −, coloured besides."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Literal

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from vstore_gui.ui.palette import colors
from vstore_gui.ui.theme import monospace

__all__ = ["DiffView", "Line", "diff_lines"]

Sign = Literal["+", "−", " ", "⋯"]
Line = tuple[Sign, str]

_CONTEXT = 4  # unchanged lines kept around a change
_TINT = 38  # of 255: how strongly a changed line's ground is coloured


def diff_lines(before: str | None, after: str | None, *, whole: bool = False) -> tuple[Line, ...]:
    """The lines of both documents, each with its sign. A document that is new has no signs: all of it is new.

    Long stretches without a change are left out (sign ⋯) unless `whole`.
    """
    new = (after or "").splitlines()
    old = (before or "").splitlines()
    if before is None:
        return tuple((" ", line) for line in new)
    return tuple(_merged(old, new, whole))


def _merged(old: Sequence[str], new: Sequence[str], whole: bool) -> Iterator[Line]:
    operations = difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    last = len(operations) - 1
    for index, (tag, old_from, old_to, new_from, new_to) in enumerate(operations):
        if tag == "equal":
            yield from _context(old[old_from:old_to], first=index == 0, last=index == last, whole=whole)
            continue
        for line in old[old_from:old_to]:
            yield "−", line
        for line in new[new_from:new_to]:
            yield "+", line


def _context(lines: Sequence[str], *, first: bool, last: bool, whole: bool) -> Iterator[Line]:
    head = 0 if first else _CONTEXT
    tail = 0 if last else _CONTEXT
    if whole or len(lines) <= head + tail + 1:
        yield from ((" ", line) for line in lines)
        return
    yield from ((" ", line) for line in lines[:head])
    yield "⋯", ""
    yield from ((" ", line) for line in lines[len(lines) - tail :])


class DiffView(QPlainTextEdit):
    """Read-only; plain text, so what is copied is what is seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(monospace())
        self.setTabChangesFocus(True)
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        return self._lines

    def set_lines(self, lines: tuple[Line, ...]) -> None:
        self._lines = lines
        signed = any(sign in "+−" for sign, _ in lines)
        shown = (f"{sign} {line}".rstrip() if signed else line for sign, line in lines)
        self.setPlainText("\n".join(shown))
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._colour()

    def _colour(self) -> None:
        roles = {"+": colors().ok, "−": colors().bad}
        selections = []
        for number, (sign, _) in enumerate(self._lines):
            if sign not in roles:
                continue
            look = QTextCharFormat()
            look.setForeground(QColor(roles[sign]))
            ground = QColor(roles[sign])
            ground.setAlpha(_TINT)
            look.setBackground(ground)
            look.setProperty(QTextFormat.Property.FullWidthSelection, True)
            selection = QTextEdit.ExtraSelection()
            selection.format = look
            selection.cursor = QTextCursor(self.document().findBlockByNumber(number))
            selections.append(selection)
        self.setExtraSelections(selections)
