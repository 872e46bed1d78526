"""One volume beside its table: what it is, who uses it, its document."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from vstore_gui.entities.calls import GetVolumeDocument
from vstore_gui.entities.domain import FILE_ROLES
from vstore_gui.entities.keys import VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count
from vstore_gui.entities.volume import VolumeState
from vstore_gui.qtmodels.formats import exact_bytes_text, percent_text, size_text, when_text, when_tooltip
from vstore_gui.qtmodels.volume_columns import full_fraction
from vstore_gui.store.usage_index import Use
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.services import Services
from vstore_gui.ui.theme import bold, scaled
from vstore_gui.ui.widgets.details_form import DetailsForm, Fact, scrolled
from vstore_gui.ui.widgets.document_view import DocumentView
from vstore_gui.ui.widgets.labels import ElidedLabel, label
from vstore_gui.ui.widgets.message_strip import icon_button
from vstore_gui.ui.widgets.tabs import Tabs

__all__ = ["VolumePanel"]


class VolumePanel(QFrame):
    """Signals: `closed()`."""

    closed = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._key: VolumeKey | None = None
        self.setProperty("card", True)
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Volume")))
        self.setMinimumWidth(260)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 10)
        row = QHBoxLayout()
        self._title = ElidedLabel(middle=True)
        self._title.setFont(bold(scaled(self._title.font(), 1.15)))
        row.addWidget(self._title, 1)
        close = icon_button("close", tr(QT_TRANSLATE_NOOP("vstore", "Close the volume's panel")))
        close.clicked.connect(self.closed)
        row.addWidget(close)
        column.addLayout(row)
        show_key = services.navigator.show_key
        self.tabs = Tabs()
        self.tabs.setDocumentMode(True)
        self._details = DetailsForm(show_key)
        self._users = DetailsForm(show_key)
        self._nobody = label(role="soft", wrap=True)
        self._document = DocumentView(services)
        self.tabs.addTab(scrolled(self._details), tr(QT_TRANSLATE_NOOP("vstore", "Details")))
        self.tabs.addTab(scrolled(self._nobody, self._users), tr(QT_TRANSLATE_NOOP("vstore", "Used by")))
        self.tabs.addTab(self._document, tr(QT_TRANSLATE_NOOP("vstore", "XML")))
        self.tabs.currentChanged.connect(self._load_document)
        column.addWidget(self.tabs, 1)

    @property
    def key(self) -> VolumeKey | None:
        return self._key

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self._details.facts

    @property
    def user_facts(self) -> tuple[Fact, ...]:
        return self._users.facts

    def show_volume(self, key: VolumeKey) -> None:
        self._key = key
        self._title.setText(visible(key.name))
        self._document.clear()
        self.refresh()
        self._load_document()

    def refresh(self) -> None:
        """Show what the store says now."""
        key = self._key
        if key is None:
            return
        state = self._services.store.volume(key)
        if state is None:
            self.closed.emit()
            return
        self._details.set_facts(self._facts(key, state))
        users = self._user_facts(key)
        self._users.set_facts(users)
        self._nobody.setVisible(not users)
        if not users:
            self._nobody.setText(
                tr(QT_TRANSLATE_NOOP("vstore", "No machine and no other volume that is known needs it."))
            )
        self.tabs.setTabText(
            1,
            tr(QT_TRANSLATE_NOOP("vstore", "Used by {n}"), n=Count(len(users)))
            if users
            else tr(QT_TRANSLATE_NOOP("vstore", "Used by")),
        )

    def _load_document(self) -> None:
        if self._key is not None and self.tabs.currentWidget() is self._document:
            self._document.show_document(self._key.host, GetVolumeDocument(self._key.pool, self._key.name))

    def _facts(self, key: VolumeKey, state: VolumeState) -> list[Fact]:
        share = full_fraction(state)
        backing = self._services.store.volume_at(key.host, state.backing_path) if state.backing_path else None
        waiting = None if state.detailed else tr(QT_TRANSLATE_NOOP("vstore", "being read…"))
        mode = state.permissions.mode
        owner, group = state.permissions.owner, state.permissions.group
        return [
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "State")), waiting, role="soft"),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Format")), state.format),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Capacity")),
                size_text(state.capacity_bytes),
                exact_bytes_text(state.capacity_bytes),
            ),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Allocated")),
                _allocated(state, share),
                exact_bytes_text(state.allocation_bytes),
            ),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Physical size")),
                size_text(state.physical_bytes),
                exact_bytes_text(state.physical_bytes),
            ),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Path")), state.path),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Key")), None if state.key == state.path else state.key),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Backing file")),
                backing.name if backing else state.backing_path,
                state.backing_path or "",
                key=backing,
            ),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Backing format")), state.backing_format),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Encryption")), state.encryption),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Compatibility")), state.compat),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Features")), ", ".join(state.features)),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Cluster size")),
                size_text(state.cluster_size_bytes),
                exact_bytes_text(state.cluster_size_bytes),
            ),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Mode")), None if mode is None else f"{mode:04o}"),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Owner, group")),
                None if owner is None and group is None else f"{owner}, {group}",
            ),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Security label")), state.permissions.label),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Modified")),
                when_text(state.modified_s),
                when_tooltip(state.modified_s),
            ),
        ]

    def _user_facts(self, key: VolumeKey) -> list[Fact]:
        store = self._services.store
        facts: list[Fact] = []
        for use in store.usage.users_of(key):
            domain = store.domain(use.domain)
            facts.append(Fact(_use_words(use), domain.name if domain else use.domain.uuid, key=use.domain))
        facts += [
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Backing file of")), overlay.name, key=overlay)
            for overlay in store.usage.overlays_of(key)
        ]
        facts += [
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "The same file as")), alias.name, key=alias)
            for alias in store.usage.aliases_of(key)
        ]
        return facts

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)


def _allocated(state: VolumeState, share: float | None) -> str:
    size = size_text(state.allocation_bytes)
    return f"{size}, {percent_text(share)}" if size and share is not None else size


def _use_words(use: Use) -> str:
    """How a machine uses it: 'disk vda', 'kernel', 'disk vda through web01.qcow2'."""
    what = use.target or tr(FILE_ROLES.get(use.role, use.role))
    if use.through:
        return tr(
            QT_TRANSLATE_NOOP("vstore", "{what} through {overlay}"),
            what=what,
            overlay=visible(use.through[0]),
        )
    if use.readonly:
        return tr(QT_TRANSLATE_NOOP("vstore", "{what}, read-only"), what=what)
    return what
