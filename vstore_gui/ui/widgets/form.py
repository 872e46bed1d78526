"""What wizards and dialogs are made of: notices, and fields that say their problem beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.actions.plan import Reason
from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.store.store import Store
from vstore_gui.ui.icons import draw
from vstore_gui.ui.messages import render, tr, visible
from vstore_gui.ui.theme import set_role
from vstore_gui.ui.widgets.labels import label, link_button

__all__ = ["Field", "Notice", "NoticeList", "Sign", "em", "key_name", "name_link"]


def em(widget: QWidget, count: float) -> int:
    """A length that grows with the font: `count` times the height of its letters."""
    return round(widget.fontMetrics().height() * count)


def key_name(store: Store, key: Any) -> str:
    """What to call the thing behind a key, in one line."""
    return visible(_raw_name(store, key))


def _raw_name(store: Store, key: Any) -> str:
    match key:
        case VolumeKey():
            return key.name
        case PoolKey():
            pool = store.pool(key)
            return pool.name if pool else key.uuid
        case DiskKey():
            domain = store.domain(key.domain_key)
            return f"{domain.name if domain else key.domain} {key.target}"
        case DomainKey():
            domain = store.domain(key)
            return domain.name if domain else key.uuid
        case _:
            host = store.host(str(key))
            return (host.label if host else "") or str(key)


def name_link(name: str, accessible_name: str = "") -> QPushButton:
    """A link whose words are a name: one line, whatever it holds."""
    words = visible(name)
    return link_button(words, accessible_name or words)


_NO_MAXIMUM: Final = 16_777_215  # Qt's QWIDGETSIZE_MAX


class Sign(QWidget):
    """An icon in the colour of a role, which follows the theme."""

    def __init__(self, name: str, role: str = "ink", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role = name, role
        self.setFixedSize(size, max(size, em(self, 1)))

    def show_icon(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw(painter, QRectF(self.rect()), self._name, self._role)
        painter.end()


class Notice(QWidget):
    """One thing to know, with a sign and a word besides the colour: a problem, a warning, or a remark.

    Things named in it are offered as links. Signals: link_chosen(key).
    """

    link_chosen = Signal(object)

    _SIGNS: Final = {"problem": "error", "warning": "warning", "info": "info", "good": "ok"}
    _ROLES: Final = {"problem": "bad", "warning": "warn", "info": "soft", "good": "ok"}

    def __init__(self, level: str = "info", words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Sign("info", "soft")
        self._words = label(wrap=True)
        self._words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._links = QHBoxLayout()
        self._links.setContentsMargins(0, 0, 0, 0)
        self._links.setSpacing(10)
        body = QVBoxLayout()
        body.setSpacing(2)
        body.addWidget(self._words)
        body.addLayout(self._links)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(body, 1)
        self.say(level, words)

    @property
    def words(self) -> str:
        return self._words.text()

    def say(self, level: str, words: str, links: Iterable[tuple[str, Any]] = ()) -> None:
        """Show this instead; `links` are (name, key)."""
        self._sign.show_icon(self._SIGNS[level], self._ROLES[level])
        self._words.setText(words)
        self.setAccessibleName(words)
        role = self._ROLES[level]
        if self._words.property("role") != role:
            set_role(self._words, "role", role)
        while self._links.count():
            item = self._links.takeAt(0)
            old = item.widget() if item else None
            if old is not None:
                old.deleteLater()
        for name, key in links:
            self._links.addWidget(self._link(name, key))
        self._links.addStretch(1)

    def _link(self, name: str, key: Any) -> QPushButton:
        button = name_link(name, tr(QT_TRANSLATE_NOOP("vstore", "Show {name}"), name=name))
        button.clicked.connect(lambda: self.link_chosen.emit(key))
        return button


class NoticeList(QWidget):
    """Several notices under each other; hidden while there is none. Signals: link_chosen(key)."""

    link_chosen = Signal(object)

    def __init__(self, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._shown: tuple[Reason, ...] | None = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self.show_reasons(())

    def show_reasons(self, reasons: Iterable[Reason], *, calm: str = "warning") -> None:
        """`calm` is the level of those that do not block."""
        reasons = tuple(reasons)
        if reasons == self._shown:
            return
        self._shown = reasons
        while self._rows.count():
            item = self._rows.takeAt(0)
            old = item.widget() if item else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for reason in reasons:
            notice = Notice()
            links = [(key_name(self._store, key), key) for key in reason.links]
            notice.say("problem" if reason.blocks else calm, render(reason.message), links)
            notice.link_chosen.connect(self.link_chosen)
            self._rows.addWidget(notice)
        self.setVisible(bool(reasons))


class Field(QWidget):
    """A control with its label above, a line of help and, while there is one, its problem below.

    The label's mnemonic leads to the control; a screen reader hears the problem as the control's description.
    """

    def __init__(
        self,
        words: str,
        control: QWidget,
        *,
        help_text: str = "",
        extra: Iterable[QWidget] = (),
        focus: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.control = focus or control
        self.touched = False
        self._help_words = help_text
        title = label(words, strong=True)
        title.setBuddy(self.control)
        self.control.setAccessibleName(words.replace("&", ""))
        self.control.setAccessibleDescription(help_text)
        self.help = label(help_text, role="soft", wrap=True)
        if not help_text:
            self.help.hide()  # shown with the field: shown before it has a parent it would be a window
        self.message = Notice("problem")
        self.message.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        short = control.maximumWidth() < _NO_MAXIMUM
        row.addWidget(control, 0 if short else 1)
        for widget in extra:
            row.addWidget(widget)
        if short:
            row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(title)
        column.addLayout(row)
        column.addWidget(self.help)
        column.addWidget(self.message)

    def set_help(self, words: str) -> None:
        self._help_words = words
        self.help.setText(words)
        self.help.setVisible(bool(words))
        if self.message.isHidden():
            self.control.setAccessibleDescription(words)

    def show_problem(self, reason: Reason | None) -> None:
        """Say beside the control what is wrong or, when it does not block, what to know; None: nothing."""
        said = "" if reason is None else render(reason.message)
        level = "problem" if reason is None or reason.blocks else "warning"
        if reason is not None and (said != self.message.words or self.message.isHidden()):
            self.message.say(level, said)
            _announce(self.control)
        self.message.setVisible(reason is not None)
        self.control.setAccessibleDescription(said or self._help_words)
        bad = reason is not None and reason.blocks
        if bool(self.control.property("invalid")) != bad:
            set_role(self.control, "invalid", bad)


def _announce(control: QWidget) -> None:
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleEvent(control, QAccessible.Event.DescriptionChanged))
