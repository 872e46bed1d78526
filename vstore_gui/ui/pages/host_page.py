"""A connection: whether it is open, what the host is, how much space it has; what to do when it fails."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.keys import HostId
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.pool_kinds import POOL_KINDS
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count, Names, text
from vstore_gui.qtmodels.formats import when_tooltip
from vstore_gui.qtmodels.hosts import host_title, link_text, link_word, retry_text
from vstore_gui.qtmodels.roles import Part
from vstore_gui.store.changes import Changes, Key
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.messages import Message, describe, render, tr
from vstore_gui.ui.pages.header import ActionButton, PageHeader
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.capacity_bar import CapacityView, Space
from vstore_gui.ui.widgets.details_form import DetailsForm, Fact, scrolled
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.message_strip import MessageBanner

__all__ = ["HostPage", "space_of_pools", "version_words"]

_FOLLOW_MS = 150
_ROLES = {"online": "ok", "failed": "bad", "reconnecting": "warn", "stale": "warn"}


def version_words(version: tuple[int, int, int]) -> str | None:
    return None if version == (0, 0, 0) else ".".join(str(part) for part in version)


def space_of_pools(pools: list[PoolState]) -> Space:
    """All running pools together; pools that do not tell are left out.

    Pools over one file system count it each time: the page says so.
    """
    known = [
        pool
        for pool in pools
        if pool.active and pool.capacity_bytes is not None and pool.allocation_bytes is not None
    ]
    if not known:
        return Space()
    return Space(
        sum(pool.capacity_bytes or 0 for pool in known),
        sum(pool.allocation_bytes or 0 for pool in known),
        sum(pool.available_bytes or 0 for pool in known),
    )


class HostPage(QWidget):
    """Overview of one connection."""

    def __init__(self, services: Services, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._host: HostId | None = None
        self._banner: MessageBanner | None = None
        self.header = PageHeader()
        self._new_pool = ActionButton(actions["new_pool"])
        self._try_again = ActionButton(actions["host_reconnect"])
        self._disconnect = ActionButton(actions["host_disconnect"])
        for button in (self._new_pool, self._try_again, self._disconnect):
            self.header.add_button(button)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name in ("host_autoconnect", "copy", "", "rename", "host_remove"):
            if name:
                menu.addAction(actions[name])
            else:
                menu.addSeparator()
        self.header.add_menu(menu)
        self._banners = QVBoxLayout()
        self._space_title = label(strong=True)
        self._space = CapacityView()
        self._space_note = label(role="soft", wrap=True)
        self._details = DetailsForm(services.navigator.show_key)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 16, 22, 12)
        column.setSpacing(10)
        column.addWidget(self.header)
        column.addLayout(self._banners)
        column.addWidget(scrolled(self._space_title, self._space, self._space_note, self._details), 1)
        self._following = QTimer(self, interval=_FOLLOW_MS, singleShot=True)
        self._following.timeout.connect(self._follow)
        self._counting = QTimer(self, interval=1000)
        self._counting.timeout.connect(self._say_link)
        end = services.store.subscribe(self._store_changed)
        self.destroyed.connect(lambda *_, end=end: end())

    def show_key(self, key: Key) -> None:
        if isinstance(key, str):
            self._host = key
            self._follow()

    def page_hidden(self) -> None:
        """Nothing of it is polled."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()

    def _store_changed(self, changes: Changes) -> None:
        host = self._host
        if host is None or not self.isVisible() or self._following.isActive():
            return
        if any(change.key == host for change in changes.hosts) or any(
            change.key[0] == host for change in (*changes.pools, *changes.domains)
        ):
            self._following.start()

    def _follow(self) -> None:
        state = self._services.store.host(self._host) if self._host else None
        if state is None:
            return
        self.header.set_title(host_title(state))
        self._say_link()
        offline = state.link in (HostLink.OFFLINE, HostLink.FAILED, HostLink.RECONNECTING)
        self._try_again.setVisible(offline)
        self._disconnect.setVisible(not offline)
        self._new_pool.setVisible(not offline)
        pools = list(self._services.store.pools(state.id).values())
        space = space_of_pools(pools)
        for widget in (self._space_title, self._space, self._space_note):
            widget.setVisible(space.known)
        self._space_title.setText(tr(QT_TRANSLATE_NOOP("vstore", "Space of all running pools")))
        self._space.set_space(space)
        self._space_note.setText(
            tr(QT_TRANSLATE_NOOP("vstore", "Pools that stand on one file system count it once each."))
        )
        self._details.set_facts(self._facts(state, pools))
        self._say_trouble(state)

    def _say_link(self) -> None:
        """Where the link stands; until the next try, how long that is."""
        state = self._services.store.host(self._host) if self._host else None
        if state is None:
            return
        again = retry_text(state, time.time())
        parts = [Part(link_text(state), style=_ROLES.get(link_word(state), "soft"))]
        if again:
            parts.append(Part(again))
        self.header.line.set_parts((*parts, Part(self._address(state))))
        if not again or not self.isVisible():
            self._counting.stop()
        elif not self._counting.isActive():
            self._counting.start()

    def _address(self, state: HostState) -> str:
        """The URI; for the demo host, whose file lies wherever VStore is installed, what it is."""
        if state.id == self._services.demo_uri:
            return tr(QT_TRANSLATE_NOOP("vstore", "libvirt's test driver: nothing here is real"))
        return state.id

    def _facts(self, state: HostState, pools: list[PoolState]) -> list[Fact]:
        info = state.info
        domains = self._services.store.domains(state.id).values()
        running = sum(domain.active for domain in domains)
        kinds = None
        if info.pool_kinds is not None:
            kinds = render(
                Names(
                    tuple(
                        render(POOL_KINDS[kind].label) if kind in POOL_KINDS else kind
                        for kind in info.pool_kinds
                    )
                )
            )
        elif state.link is HostLink.ONLINE:
            kinds = tr(QT_TRANSLATE_NOOP("vstore", "this host does not tell"))
        return [
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Address")), self._address(state), state.id),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "State")),
                link_text(state),
                when_tooltip(state.since_s or None),
            ),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Next try")),
                when_tooltip(state.retry_at_s) or None,
            ),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Host name")), info.hostname),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Driver")), info.driver),
            Fact("libvirt", version_words(info.libvirt_version)),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Hypervisor")), version_words(info.hypervisor_version)),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Pools")),
                tr(
                    QT_TRANSLATE_NOOP("vstore", "{n}, {active} running"),
                    n=Count(len(pools)),
                    active=Count(sum(pool.active for pool in pools)),
                )
                if state.pools_loaded
                else None,
            ),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Machines")),
                tr(
                    QT_TRANSLATE_NOOP("vstore", "{n}, {active} running"),
                    n=Count(len(domains)),
                    active=Count(running),
                )
                if state.domains_loaded
                else None,
            ),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Kinds of pools it supports")), kinds),
        ]

    def _say_trouble(self, state: HostState) -> None:
        message = self._trouble(state)
        if message == (self._banner.message if self._banner else None):
            return
        if self._banner is not None:
            self._banner.hide()
            self._banner.deleteLater()
            self._banner = None
        if message is not None:
            self._banner = MessageBanner(message, closable=False)
            self._banners.addWidget(self._banner)

    def _trouble(self, state: HostState) -> Message | None:
        if state.error is not None and state.link is not HostLink.ONLINE:
            error = state.error
            return Message("error", error.message, error.advice, error.command, describe(error))
        if state.waiting_for is not None:
            return Message(
                "warning",
                text(
                    QT_TRANSLATE_NOOP("vstore", "Waiting for the host: {call} has not been answered yet."),
                    call=state.waiting_for,
                ),
                text(
                    QT_TRANSLATE_NOOP(
                        "vstore",
                        "While one pool hangs, libvirt cannot list pools. The machines are shown; the pools "
                        "appear as soon as it answers.",
                    )
                ),
            )
        if state.silent_pools:
            known = self._services.store.pools(state.id)
            names = tuple(known[uuid].name if uuid in known else uuid for uuid in state.silent_pools)
            return Message(
                "warning",
                text(QT_TRANSLATE_NOOP("vstore", "These pools do not respond: {names}."), names=Names(names)),
            )
        if state.link is HostLink.OFFLINE:
            return Message("info", text(QT_TRANSLATE_NOOP("vstore", "This connection is closed.")))
        return None
