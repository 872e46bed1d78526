"""'At next start …': where a running machine's stored configuration differs from the live one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.widgets.disk_facts import source_words
from vstore_gui.ui.widgets.labels import label, link_button

__all__ = ["LaterBanner", "later_sentences"]

_FIELDS: Final = (
    ("bus", QT_TRANSLATE_NOOP("vstore", "bus")),
    ("device", QT_TRANSLATE_NOOP("vstore", "device")),
    ("format", QT_TRANSLATE_NOOP("vstore", "format")),
    ("readonly", QT_TRANSLATE_NOOP("vstore", "read-only")),
    ("shareable", QT_TRANSLATE_NOOP("vstore", "shareable")),
    ("transient", QT_TRANSLATE_NOOP("vstore", "transient")),
    ("cache", QT_TRANSLATE_NOOP("vstore", "cache")),
    ("io", QT_TRANSLATE_NOOP("vstore", "io")),
    ("discard", QT_TRANSLATE_NOOP("vstore", "discard")),
    ("serial", QT_TRANSLATE_NOOP("vstore", "serial")),
    ("wwn", QT_TRANSLATE_NOOP("vstore", "wwn")),
    ("boot_order", QT_TRANSLATE_NOOP("vstore", "boot order")),
    ("encryption", QT_TRANSLATE_NOOP("vstore", "encryption")),
)


def later_sentences(domain: DomainState) -> tuple[str, ...]:
    """What changes at the next start, a sentence for each disk and field."""
    now = {disk.target: disk for disk in domain.disks}
    later = {disk.target: disk for disk in domain.next_disks or ()}
    return tuple(
        sentence
        for target in domain.pending_targets
        for sentence in _sentences(visible(target), now.get(target), later.get(target))
    )


def _sentences(target: str, now: DiskState | None, later: DiskState | None) -> Iterator[str]:
    if now is None:
        yield tr(
            QT_TRANSLATE_NOOP("vstore", "{target}: added, {source}"),
            target=target,
            source=source_words(later),
        )
        return
    if later is None:
        yield tr(QT_TRANSLATE_NOOP("vstore", "{target}: removed"), target=target)
        return
    if now.source != later.source:
        yield tr(
            QT_TRANSLATE_NOOP("vstore", "{target}: {old} → {new}"),
            target=target,
            old=source_words(now),
            new=source_words(later),
        )
    for name, word in _FIELDS:
        if name == "format" and (now.empty or later.empty):
            continue  # it is the medium's, and comes and goes with it
        old, new = getattr(now, name), getattr(later, name)
        if old != new:
            yield tr(
                QT_TRANSLATE_NOOP("vstore", "{target}: {field} changes from {old} to {new}"),
                target=target,
                field=tr(word),
                old=_value(old),
                new=_value(new),
            )


def _value(value: object) -> str:
    match value:
        case None:
            return tr(QT_TRANSLATE_NOOP("vstore", "default"))
        case True:
            return tr(QT_TRANSLATE_NOOP("vstore", "on"))
        case False:
            return tr(QT_TRANSLATE_NOOP("vstore", "off"))
        case _:
            return visible(str(value))


class LaterBanner(QFrame):
    """Hidden while nothing differs. Signals: show_wanted() for the two documents side by side."""

    show_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("strip", "warning")
        self._words = label(wrap=True, selectable=True)
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        show = link_button(
            tr(QT_TRANSLATE_NOOP("vstore", "Show")), tr(QT_TRANSLATE_NOOP("vstore", "Show the differences"))
        )
        show.clicked.connect(self.show_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        title = label(tr(QT_TRANSLATE_NOOP("vstore", "At next start")), role="warn", strong=True)
        row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        row.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def words(self) -> str:
        return self._words.text()

    def show_domain(self, domain: DomainState) -> None:
        sentences = later_sentences(domain)
        self.setVisible(bool(sentences))
        words = "\n".join(sentences)
        if words != self._words.text():
            self._words.setText(words)
            self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "At next start")))
            self.setAccessibleDescription(words)
