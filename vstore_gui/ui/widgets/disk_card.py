"""The card of one disk: what it is, what it is made of; for drives, the disc and its buttons."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.entities.keys import VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.volumes import volume_keys_in
from vstore_gui.ui.icons import beside_icon, keep_icon
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.theme import set_role
from vstore_gui.ui.widgets.chip import Chip
from vstore_gui.ui.widgets.disk_facts import DiskFacts, Piece
from vstore_gui.ui.widgets.form import Sign, em, name_link
from vstore_gui.ui.widgets.labels import ElidedLabel, label
from vstore_gui.ui.widgets.message_strip import icon_button

__all__ = ["DiskCard"]

_LINK_EM = 18  # a name longer than this is elided in its link; its tooltip has all of it
_LINK_PADDING = 2  # of the style sheet's links: other lines keep as much, so that all begin alike
_WIDE_EM = 46  # from this width on the drop hint stands beside the buttons


class DiskCard(QFrame):
    """Shows DiskFacts; equal facts change nothing, new ones change what differs.

    Signals: link_chosen(key); insert_wanted(DiskKey); eject_wanted(DiskKey); recent_wanted(DiskKey, path);
    volume_dropped(DiskKey, VolumeKey); file_dropped(DiskKey, path); copy_wanted(text).
    """

    link_chosen = Signal(object)
    insert_wanted = Signal(object)
    eject_wanted = Signal(object)
    recent_wanted = Signal(object, str)
    volume_dropped = Signal(object, object)
    file_dropped = Signal(object, str)
    copy_wanted = Signal(str)

    def __init__(self, facts: DiskFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._facts: DiskFacts | None = None
        self._sign = Sign(facts.icon, "ink", 22)
        self._target = label(strong=True)
        self._chip = Chip()
        self._badges = QHBoxLayout()
        self._badges.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(7)
        head.setContentsMargins(_LINK_PADDING, 0, 0, 0)
        head.addWidget(self._target)
        head.addWidget(self._chip)
        head.addLayout(self._badges)
        head.addStretch(1)
        self._source = _PieceLine()
        self._source.link_chosen.connect(self.link_chosen)
        self._detail = ElidedLabel()
        self._detail.setProperty("role", "soft")
        self._detail.setContentsMargins(_LINK_PADDING, 0, 0, 0)
        self._later = label(role="warn", wrap=True)
        self._later.setContentsMargins(_LINK_PADDING, 0, 0, 0)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addStretch(1)
        text.addLayout(head)
        text.addWidget(self._source)
        text.addWidget(self._detail)
        text.addWidget(self._later)
        text.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 11, 16, 11)
        row.setSpacing(12)
        row.addWidget(self._sign)
        row.addLayout(text, 1)
        self._media: _MediaSide | None = None
        if facts.takes_media:
            self._media = _MediaSide(self)
            row.addWidget(self._media)
            self.setAcceptDrops(True)
        self._more = icon_button("more", tr(QT_TRANSLATE_NOOP("vstore", "More actions")))
        self._more.clicked.connect(self._show_menu)
        row.addWidget(self._more)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.show_facts(facts)

    @property
    def facts(self) -> DiskFacts:
        assert self._facts is not None
        return self._facts

    def show_facts(self, facts: DiskFacts) -> None:
        """Change what differs from what is shown."""
        old = self._facts
        if facts == old:
            return
        self._facts = facts
        target = visible(facts.key.target)
        self.setAccessibleName(
            tr(QT_TRANSLATE_NOOP("vstore", "Disk {target}, {label}"), target=target, label=facts.label)
        )
        self.setAccessibleDescription(
            ". ".join(
                part
                for part in (" ".join(piece.text for piece in facts.source), facts.detail, facts.later)
                if part
            )
        )
        if old is None or facts.icon != old.icon:
            self._sign.show_icon(facts.icon, "ink")
        self._target.setText(target)
        self._more.setAccessibleName(
            tr(QT_TRANSLATE_NOOP("vstore", "More actions for {target}"), target=target)
        )
        self._chip.set_text(facts.label)
        if old is None or facts.badges != old.badges:
            _refill(self._badges, [Chip(words, role) for words, role in facts.badges])
        self._source.show_pieces(facts.source)
        self._detail.setText(facts.detail)
        self._detail.setVisible(bool(facts.detail))
        self._detail.setToolTip(facts.detail_tip)
        self._later.setText(facts.later)
        self._later.setVisible(bool(facts.later))
        if self._media is not None:
            self._media.show_facts(facts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._media is not None:
            self._media.fit(self.width())

    # ── drops ───────────────────────────────────────────────────────────────────────────────────────────────

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.facts.why_insert or _dropped(event) is None:
            return
        event.acceptProposedAction()
        set_role(self, "strip", "info")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_role(self, "strip", "")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        set_role(self, "strip", "")
        dropped = _dropped(event)
        if dropped is None or self.facts.why_insert:
            return
        event.acceptProposedAction()
        if isinstance(dropped, str):
            self.file_dropped.emit(self.facts.key, dropped)
        else:
            self.volume_dropped.emit(self.facts.key, dropped)

    # ── menu ────────────────────────────────────────────────────────────────────────────────────────────────

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(
            event.globalPos() if not event.globalPos().isNull() else self.mapToGlobal(QPoint(0, 0))
        )

    def _show_menu(self) -> None:
        self.menu().popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def menu(self) -> QMenu:
        """What can be done with the disk; gone with its closing."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        facts = self.facts
        if facts.takes_media:
            _add(menu, tr(QT_TRANSLATE_NOOP("vstore", "&Insert…")), facts.why_insert, self._insert)
            _add(menu, tr(QT_TRANSLATE_NOOP("vstore", "&Eject")), facts.why_eject, self._eject)
            menu.addSeparator()
        for piece in facts.source:
            if isinstance(piece.key, VolumeKey):
                words = tr(QT_TRANSLATE_NOOP("vstore", "Show {name}"), name=piece.text).replace("&", "&&")
                _add(menu, words, "", lambda key=piece.key: self.link_chosen.emit(key))
        none = "" if facts.path else tr(QT_TRANSLATE_NOOP("vstore", "It has no path."))
        _add(
            menu,
            tr(QT_TRANSLATE_NOOP("vstore", "&Copy path")),
            none,
            lambda: self.copy_wanted.emit(self.facts.path or ""),
        )
        return menu

    def _insert(self) -> None:
        self.insert_wanted.emit(self.facts.key)

    def _eject(self) -> None:
        self.eject_wanted.emit(self.facts.key)


class _MediaSide(QWidget):
    """The right side of a drive: the drop hint, recent discs, Insert… and Eject."""

    def __init__(self, card: DiskCard) -> None:
        super().__init__(card)
        self._card = card
        self._recents_shown: tuple[tuple[str, str], ...] | None = None
        self._hint = label(role="soft")
        self._recents = QVBoxLayout()
        self._hint.setIndent(_LINK_PADDING)
        self._recents.setSpacing(0)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addStretch(1)
        texts.addWidget(self._hint)
        texts.addLayout(self._recents)
        texts.addStretch(1)
        self._side = QWidget()
        self._side.setLayout(texts)
        texts.setContentsMargins(0, 0, 0, 0)
        self.insert = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Insert…")))
        self.insert.setProperty("primary", True)
        self.insert.clicked.connect(lambda: card.insert_wanted.emit(card.facts.key))
        self.eject = QPushButton(beside_icon(tr(QT_TRANSLATE_NOOP("vstore", "Eject"))))
        keep_icon(self.eject, "eject")
        self.eject.clicked.connect(lambda: card.eject_wanted.emit(card.facts.key))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._side)
        row.addWidget(self.insert)
        row.addWidget(self.eject)

    def show_facts(self, facts: DiskFacts) -> None:
        target = visible(facts.key.target)
        self._hint.setText(
            tr(QT_TRANSLATE_NOOP("vstore", "drop a floppy image here, or choose"))
            if facts.icon == "floppy"
            else tr(QT_TRANSLATE_NOOP("vstore", "drop an ISO here, or choose"))
        )
        self.insert.setAccessibleName(
            tr(QT_TRANSLATE_NOOP("vstore", "Insert a disc into {target}"), target=target)
        )
        self.eject.setAccessibleName(
            tr(QT_TRANSLATE_NOOP("vstore", "Eject the disc from {target}"), target=target)
        )
        for button, why in ((self.insert, facts.why_insert), (self.eject, facts.why_eject)):
            button.setEnabled(not why)
            button.setToolTip(why)
            button.setAccessibleDescription(why)
        if facts.recents != self._recents_shown:
            self._recents_shown = facts.recents
            _refill(self._recents, [self._recent(name, path) for name, path in facts.recents])
        for index in range(self._recents.count()):
            item = self._recents.itemAt(index)
            widget = item.widget() if item else None
            if widget is not None:
                widget.setEnabled(not facts.why_insert)

    def fit(self, card_width: int) -> None:
        """Narrow cards have no room for hints."""
        self._side.setVisible(card_width >= em(self, _WIDE_EM))

    def _recent(self, name: str, path: str) -> QPushButton:
        link = name_link(name, tr(QT_TRANSLATE_NOOP("vstore", "Insert {name}"), name=name))
        link.setToolTip(visible(path))
        link.clicked.connect(lambda: self._card.recent_wanted.emit(self._card.facts.key, path))
        return link


class _PieceLine(QWidget):
    """Pieces of a line, links among them; the last piece that is no link gives way when room is short.

    Pieces of the same shape as before go into the widgets that are there: making a button takes a
    millisecond.
    """

    link_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._pieces: tuple[Piece, ...] = ()
        self._shape: tuple[tuple[bool, bool], ...] | None = None
        self._widgets: list[QWidget] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(3)

    def show_pieces(self, pieces: tuple[Piece, ...]) -> None:
        shape = tuple((piece.key is not None, _is_sign(piece)) for piece in pieces)
        if pieces == self._pieces and shape == self._shape:
            return
        self._pieces = pieces
        if shape != self._shape:
            self._shape = shape
            self._rebuild(pieces)
        for widget, piece in zip(self._widgets, pieces, strict=True):
            self._fill(widget, piece)

    def _rebuild(self, pieces: tuple[Piece, ...]) -> None:
        self._widgets = [self._widget(at, piece) for at, piece in enumerate(pieces)]
        _refill(self._row, self._widgets)
        plain = [at for at, widget in enumerate(self._widgets) if isinstance(widget, ElidedLabel)]
        if plain:
            self._row.setStretch(plain[-1], 1)
        else:
            self._row.addStretch(1)
        # A link brings its own padding.
        begins_with_link = bool(pieces) and pieces[0].key is not None
        self._row.setContentsMargins(0 if begins_with_link else _LINK_PADDING, 0, 0, 0)

    def _widget(self, at: int, piece: Piece) -> QWidget:
        if piece.key is not None:
            link = name_link("")
            link.clicked.connect(lambda: self.link_chosen.emit(self._pieces[at].key))
            return link
        return label(role=piece.role) if _is_sign(piece) else ElidedLabel(middle=True)

    def _fill(self, widget: QWidget, piece: Piece) -> None:
        words = visible(piece.text)
        tip = visible(piece.tip)
        if isinstance(widget, QPushButton):
            metrics = self.fontMetrics()
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, em(self, _LINK_EM))
            widget.setText(shown.replace("&", "&&"))
            widget.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Show {name}"), name=piece.text))
            tip = "\n".join(part for part in (words if shown != words else "", tip) if part)
        elif isinstance(widget, QLabel):
            if widget.property("role") != piece.role:
                set_role(widget, "role", piece.role)
            widget.setText(words)
        widget.setToolTip(tip)


def _is_sign(piece: Piece) -> bool:
    """'▸', '←', '…': never elided."""
    return piece.key is None and len(piece.text) <= 2


def _refill(layout: QHBoxLayout | QVBoxLayout, widgets: list[Any]) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
    for widget in widgets:
        layout.addWidget(widget)


def _add(menu: QMenu, words: str, why_not: str, act: Any) -> QAction:
    action = menu.addAction(words)
    action.setEnabled(not why_not)
    action.setToolTip(why_not)
    action.triggered.connect(lambda _=False: act())
    return action


def _dropped(event: QDropEvent) -> VolumeKey | str | None:
    """What is being dropped: a volume of ours, or the path of one local file."""
    mime = event.mimeData()
    volumes = volume_keys_in(mime)
    if len(volumes) == 1:
        return volumes[0]
    urls = mime.urls()
    if len(urls) == 1 and urls[0].isLocalFile():
        return urls[0].toLocalFile()
    return None
