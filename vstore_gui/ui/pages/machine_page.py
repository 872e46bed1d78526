"""A machine's page: who it is, a card for each disk, its documents."""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Iterator
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from vstore_gui.entities.calls import ReadVolume
from vstore_gui.entities.domain import DomainLifecycle, DomainState
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.keys import DiskKey, DomainKey, HostId, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.roles import Part
from vstore_gui.qtmodels.slices import Slices
from vstore_gui.store.changes import Changes
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.dialogs.change_media import drop_file, eject, insert_path, insert_volume
from vstore_gui.ui.dialogs.recents import SettingsRecents
from vstore_gui.ui.messages import format_age, tr
from vstore_gui.ui.pages.header import ActionButton, PageHeader
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.disk_card import DiskCard
from vstore_gui.ui.widgets.disk_facts import DiskFacts, disk_facts, disk_keys
from vstore_gui.ui.widgets.domain_documents import DomainDocuments
from vstore_gui.ui.widgets.empty_state import EmptyState
from vstore_gui.ui.widgets.form import Notice, Sign
from vstore_gui.ui.widgets.later_banner import LaterBanner
from vstore_gui.ui.widgets.tabs import Tabs

__all__ = ["MachinePage"]

_log = logging.getLogger(__name__)

_RECHECK_MS: Final = 15

# lifecycle: (icon, colour role, word)
_LIFECYCLES: Final = {
    DomainLifecycle.RUNNING: ("state-running", "ok", QT_TRANSLATE_NOOP("vstore", "running")),
    DomainLifecycle.BLOCKED: ("state-running", "ok", QT_TRANSLATE_NOOP("vstore", "running, blocked")),
    DomainLifecycle.PAUSED: ("state-paused", "warn", QT_TRANSLATE_NOOP("vstore", "paused")),
    DomainLifecycle.SHUTDOWN: ("state-shutdown", "warn", QT_TRANSLATE_NOOP("vstore", "shutting down")),
    DomainLifecycle.SHUTOFF: ("state-shutoff", "soft", QT_TRANSLATE_NOOP("vstore", "shut off")),
    DomainLifecycle.CRASHED: ("state-crashed", "bad", QT_TRANSLATE_NOOP("vstore", "crashed")),
    DomainLifecycle.PMSUSPENDED: ("state-suspended", "warn", QT_TRANSLATE_NOOP("vstore", "suspended")),
    DomainLifecycle.NOSTATE: ("state-unknown", "soft", QT_TRANSLATE_NOOP("vstore", "state not known")),
}


class MachinePage(QWidget):
    """Shows one machine. Cards are made in slices of the loop and changed in place afterwards."""

    def __init__(
        self, services: Services, parent: QWidget | None = None, *, actions: Actions | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._store = services.store
        self._recents = SettingsRecents(services.settings)
        self._key: DomainKey | None = None
        self._cards: dict[DiskKey, DiskCard] = {}
        self._asked: set[VolumeKey] = set()  # volumes that were read for this machine
        # Making and deleting a card costs much more than filling one: cards are used again.
        self._spare: dict[bool, list[DiskCard]] = {True: [], False: []}  # by whether they take media

        self.header = PageHeader()
        if actions is not None:
            self._add_actions(actions)
        self._state_sign = Sign("state-unknown", "soft", 20)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._state_sign)
        head.addWidget(self.header, 1)
        self._stale = Notice("warning")
        self._stale.hide()
        self._later = LaterBanner()
        self._later.show_wanted.connect(self._show_differences)

        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 10, 0, 10)
        self._list.setSpacing(10)
        self._list.addStretch(1)
        inner = QWidget()
        inner.setLayout(self._list)
        self._scroller = QScrollArea()
        self._scroller.setWidgetResizable(True)
        self._scroller.setFrameShape(QFrame.Shape.NoFrame)
        self._scroller.setWidget(inner)
        self._scroller.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._empty = EmptyState()
        disks = QWidget()
        disk_column = QVBoxLayout(disks)
        disk_column.setContentsMargins(0, 10, 0, 0)
        disk_column.setSpacing(0)
        disk_column.addWidget(self._later)
        disk_column.addWidget(self._scroller, 1)
        disk_column.addWidget(self._empty, 1)
        self.documents = DomainDocuments(services)
        self.tabs = Tabs()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Parts of the machine")))
        self.tabs.addTab(disks, tr(QT_TRANSLATE_NOOP("vstore", "Disks")))
        self.tabs.addTab(self.documents, tr(QT_TRANSLATE_NOOP("vstore", "XML")))
        self.tabs.currentChanged.connect(self._show_documents)

        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 10)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._stale)
        column.addWidget(self.tabs, 1)

        self._slices = Slices(self, self._slice_done)
        self._recheck = QTimer(self)
        self._recheck.setSingleShot(True)
        self._recheck.setInterval(_RECHECK_MS)
        self._recheck.timeout.connect(self._show)
        self._unsubscribe = services.store.subscribe(self._store_changed)
        self.destroyed.connect(self._unsubscribe)

    def _add_actions(self, actions: Actions) -> None:
        for name in ("attach_iso", "refresh"):
            # In the accent's own colour an icon would be lost on the button's ground.
            self.header.add_button(ActionButton(actions[name], icon=name != "attach_iso"))
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.addAction(actions["copy"])
        self.header.add_menu(menu)

    @property
    def key(self) -> DomainKey | None:
        return self._key

    @property
    def cards(self) -> tuple[DiskCard, ...]:
        """The cards made so far, in the machine's order."""
        domain = self._store.domain(self._key) if self._key else None
        if self._key is None or domain is None:
            return ()
        return tuple(self._cards[key] for key in disk_keys(self._key, domain) if key in self._cards)

    @property
    def complete(self) -> bool:
        """Every disk of the machine has its card."""
        return self._key is not None and not self._slices.busy

    def show_key(self, key: DomainKey) -> None:
        """Show this machine from now on."""
        if key != self._key:
            self._key = key
            self._clear()
            self._scroller.verticalScrollBar().setValue(0)
        self._services.sync.watch_domain(key)
        self._show()

    def card(self, target: str) -> DiskCard | None:
        if self._key is None:
            return None
        return self._cards.get(DiskKey(self._key.host, self._key.uuid, target))

    def page_hidden(self) -> None:
        """Another page is shown: nothing of this one is polled any more."""
        self._services.sync.watch_domain(None)
        self._slices.stop()
        self._recheck.stop()
        self._key = None
        self._clear()

    # ── showing ─────────────────────────────────────────────────────────────────────────────────────────────

    def _store_changed(self, changes: Changes) -> None:
        key = self._key
        if key is None or self._recheck.isActive():
            return
        concerned = (
            any(change.key == key for change in changes.domains)
            or any(change.key == key.host for change in changes.hosts)
            or any(change.key.host == key.host for change in changes.pools if not isinstance(change.key, str))
            or any(pool.host == key.host for pool in changes.volumes)
        )
        if concerned:
            self._recheck.start()

    def _show(self) -> None:
        key = self._key
        if key is None:
            return
        domain = self._store.domain(key)
        host = self._store.host(key.host)
        self._show_head(domain, host)
        if domain is None:
            self._clear()
            self._show_gone()
            return
        keys = disk_keys(key, domain)
        self.tabs.setTabText(0, tr(QT_TRANSLATE_NOOP("vstore", "Disks {count}"), count=str(len(keys))))
        self._later.show_domain(domain)
        self._scroller.setVisible(bool(keys))
        self._empty.setVisible(not keys)
        if not keys:
            self._empty.show_state(
                "disk",
                tr(QT_TRANSLATE_NOOP("vstore", "No disks")),
                tr(QT_TRANSLATE_NOOP("vstore", "This machine has neither disks nor drives.")),
            )
        self._drop_cards(keys)
        self._slices.start(self._fill(keys))
        self._show_documents()

    def _show_head(self, domain: DomainState | None, host: HostState | None) -> None:
        online = host is not None and host.link is HostLink.ONLINE
        self._stale.setVisible(not online)
        if not online:
            lost_s = (host.lost_s or host.since_s) if host else 0.0
            since = format_age(lost_s) if lost_s else ""
            self._stale.say(
                "warning",
                tr(
                    QT_TRANSLATE_NOOP("vstore", "Not connected: what is shown is old. {age}"),
                    age=since,
                ),
            )
        if domain is None:
            self.header.line.set_parts(())
            return
        icon, role, word = _LIFECYCLES[domain.lifecycle]
        self._state_sign.show_icon(icon, role)
        self.header.set_title(domain.name)
        parts = [Part(tr(word), style=role)]
        if domain.reason and domain.lifecycle is not DomainLifecycle.RUNNING:
            parts.append(Part(domain.reason, style=role))
        parts += [
            Part(part) for part in (domain.title, domain.machine, domain.arch, domain.virt_type) if part
        ]
        parts.append(
            Part(
                tr(QT_TRANSLATE_NOOP("vstore", "starts with the host"))
                if domain.autostart
                else tr(QT_TRANSLATE_NOOP("vstore", "started by hand"))
            )
        )
        if not domain.persistent:
            parts.append(Part(tr(QT_TRANSLATE_NOOP("vstore", "transient: gone when it stops")), style="warn"))
        if domain.has_managed_save:
            parts.append(Part(tr(QT_TRANSLATE_NOOP("vstore", "saved: resumes at next start")), style="warn"))
        self.header.line.set_parts(parts)

    def _show_gone(self) -> None:
        self._later.hide()
        self._scroller.hide()
        self._empty.show()
        self._empty.show_state(
            "machine",
            tr(QT_TRANSLATE_NOOP("vstore", "This machine is gone")),
            tr(QT_TRANSLATE_NOOP("vstore", "It was undefined, or it was transient and has stopped.")),
        )

    def _fill(self, keys: tuple[DiskKey, ...]) -> Iterator[None]:
        """Make what is missing and change what differs, a card a step."""
        recents = self._recents.paths(keys[0].host) if keys else ()
        for at, key in enumerate(keys):
            facts = disk_facts(self._store, key, recents)
            if facts is None:
                continue
            card = self._cards.get(key)
            if card is not None and card.facts.takes_media != facts.takes_media:
                self._drop_card(key)
                card = None
            if card is None:
                card = self._cards[key] = self._take_card(facts)
                self._list.insertWidget(at, card)
                card.show()
            else:
                card.show_facts(facts)
                if self._list.indexOf(card) != at:
                    self._list.insertWidget(at, card)
            yield

    def _slice_done(self, done: bool) -> None:
        """All cards are filled: read the volumes they stand on, where nobody has looked at their pool yet."""
        if not done:
            return
        unread = {key for card in self._cards.values() for key in card.facts.unread} - self._asked
        if unread and self._key is not None:
            self._asked |= unread
            self._start(self._read(self._key.host, tuple(unread)))

    async def _read(self, host_id: HostId, volumes: tuple[VolumeKey, ...]) -> None:
        host = self._services.sync.host(host_id)
        if host is None:
            return
        for key in volumes:
            call = ReadVolume(key.pool, key.name)
            try:
                answer = await host.call(call)
            except HostError as failure:
                # A card without sizes is no reason to bother anybody; the pool's page tells what is wrong.
                _log.info("%s of %s: %s", call.name, key.name, failure)
                continue
            self._services.sync.applied(host_id, call, answer)

    def _take_card(self, facts: DiskFacts) -> DiskCard:
        spare = self._spare[facts.takes_media]
        if spare:
            card = spare.pop()
            card.show_facts(facts)
            return card
        card = DiskCard(facts)
        navigator = self._services.navigator
        card.link_chosen.connect(navigator.show_key)
        card.insert_wanted.connect(navigator.insert_media)
        card.eject_wanted.connect(self._eject)
        card.recent_wanted.connect(self._insert_path)
        card.volume_dropped.connect(self._insert_volume)
        card.file_dropped.connect(self._drop_file)
        card.copy_wanted.connect(lambda words: QGuiApplication.clipboard().setText(words))
        return card

    def _drop_cards(self, keys: tuple[DiskKey, ...]) -> None:
        for key in self._cards.keys() - set(keys):
            self._drop_card(key)

    def _drop_card(self, key: DiskKey) -> None:
        card = self._cards.pop(key)
        card.hide()
        self._list.removeWidget(card)
        self._spare[card.facts.takes_media].append(card)

    def _clear(self) -> None:
        self._slices.stop()
        self._asked.clear()
        for key in list(self._cards):
            self._drop_card(key)

    def _show_documents(self) -> None:
        if self._key is not None and self.tabs.currentWidget() is self.documents:
            self.documents.show_domain(self._key, self._store.domain(self._key))

    def _show_differences(self) -> None:
        self.tabs.setCurrentWidget(self.documents)
        self.documents.show_differences()

    # ── doing ───────────────────────────────────────────────────────────────────────────────────────────────

    def _start(self, coro: Coroutine[Any, Any, None]) -> None:
        self._services.start(self, coro)

    def _eject(self, key: DiskKey) -> None:
        self._start(eject(self._services, key, self.window()))

    def _insert_path(self, key: DiskKey, path: str) -> None:
        self._start(insert_path(self._services, key, path, self.window()))

    def _insert_volume(self, key: DiskKey, volume: VolumeKey) -> None:
        self._start(insert_volume(self._services, key, volume, self.window()))

    def _drop_file(self, key: DiskKey, path: str) -> None:
        self._start(drop_file(self._services, key, path, self.window()))
