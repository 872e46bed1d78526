"""A storage pool: how full it is, its volumes, what it is, its document."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from vstore_gui.entities.calls import GetPoolDocument
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.pool_kinds import POOL_KINDS, PoolKind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count, Seconds, text
from vstore_gui.flows.space import SpaceMeter
from vstore_gui.qtmodels.formats import exact_bytes_text, size_text
from vstore_gui.qtmodels.roles import Part
from vstore_gui.store.changes import Changes, Key
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.messages import Message, render, tr
from vstore_gui.ui.pages.header import ActionButton, PageHeader
from vstore_gui.ui.pages.volumes_tab import VolumesTab
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.capacity_bar import CapacityView, Space
from vstore_gui.ui.widgets.details_form import DetailsForm, Fact, scrolled
from vstore_gui.ui.widgets.document_view import DocumentView
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.message_strip import MessageBanner
from vstore_gui.ui.widgets.tabs import Tabs

__all__ = ["PoolPage", "lifecycle_words", "source_words"]

_FOLLOW_MS = 120
_COUNT_MS = 250
_DETAILS = 1  # the tab

_LIFECYCLE: dict[PoolLifecycle, tuple[str, str]] = {
    PoolLifecycle.RUNNING: (QT_TRANSLATE_NOOP("vstore", "running"), "soft"),
    PoolLifecycle.INACTIVE: (QT_TRANSLATE_NOOP("vstore", "not running"), "warn"),
    PoolLifecycle.BUILDING: (QT_TRANSLATE_NOOP("vstore", "being built"), "warn"),
    PoolLifecycle.DEGRADED: (QT_TRANSLATE_NOOP("vstore", "running, degraded"), "warn"),
    PoolLifecycle.INACCESSIBLE: (QT_TRANSLATE_NOOP("vstore", "running, not accessible"), "bad"),
}


def lifecycle_words(state: PoolState) -> str:
    return tr(_LIFECYCLE[state.lifecycle][0])


class PoolPage(QWidget):
    """Signals: `selection_changed(tuple of VolumeKey)`."""

    selection_changed = Signal(object)

    def __init__(self, services: Services, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._actions = actions
        self._key: PoolKey | None = None
        self._meter: SpaceMeter | None = None
        self._banner: MessageBanner | None = None
        self.header = PageHeader()
        self._start = ActionButton(actions["pool_start"])
        self._stop = ActionButton(actions["pool_stop"])
        for button in (ActionButton(actions["refresh"]), self._start, self._stop):
            self.header.add_button(button)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name in ("pool_autostart", "", "copy", "", "pool_undefine", "pool_delete"):
            if name:
                menu.addAction(actions[name])
            else:
                menu.addSeparator()
        self.header.add_menu(menu)
        self._capacity = CapacityView()
        self._banners = QVBoxLayout()

        self.volumes = VolumesTab(services, actions)
        self._details = DetailsForm(services.navigator.show_key)
        self._explained = label(role="soft", wrap=True)
        self._document: DocumentView | None = None
        self._document_place = QWidget()
        QVBoxLayout(self._document_place).setContentsMargins(0, 0, 0, 0)
        self.tabs = Tabs()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.volumes, tr(QT_TRANSLATE_NOOP("vstore", "Volumes")))
        self.tabs.addTab(scrolled(self._details, self._explained), tr(QT_TRANSLATE_NOOP("vstore", "Details")))
        self.tabs.addTab(self._document_place, tr(QT_TRANSLATE_NOOP("vstore", "XML")))
        corner = QWidget()
        corner_row = QHBoxLayout(corner)
        corner_row.setContentsMargins(0, 0, 0, 6)
        self.volumes.filter.setMinimumWidth(220)
        corner_row.addWidget(self.volumes.filter)
        self.tabs.setCornerWidget(corner)
        self.tabs.currentChanged.connect(self._tab_changed)

        column = QVBoxLayout(self)
        column.setContentsMargins(22, 16, 22, 12)
        column.setSpacing(10)
        column.addWidget(self.header)
        column.addLayout(self._banners)
        column.addWidget(self._capacity)
        column.addWidget(self.tabs, 1)

        self._following = QTimer(self, interval=_FOLLOW_MS, singleShot=True)
        self._following.timeout.connect(self._follow)
        self._ageing = QTimer(self, interval=1000)
        self._ageing.timeout.connect(self._say_trouble)
        self.volumes.selection_changed.connect(self.selection_changed)
        # The tabs lay themselves out anew for each word: some 6 ms, too many while a large pool is listed.
        self._counting = QTimer(self, interval=_COUNT_MS, singleShot=True)
        self._counting.timeout.connect(self._say_count)
        self.volumes.counts_changed.connect(
            lambda _total: None if self._counting.isActive() else self._counting.start()
        )
        unsubscribe = services.store.subscribe(self._store_changed)
        self.destroyed.connect(lambda *_, end=unsubscribe: end())

    # ── the page ────────────────────────────────────────────────────────────────────────────────────────────

    def show_key(self, key: Key) -> None:
        """Show the pool; of a volume, its pool with the volume selected."""
        pool = key.pool_key if isinstance(key, VolumeKey) else key
        if not isinstance(pool, PoolKey):
            return
        if pool != self._key:
            self._key = pool
            self._stop_measuring()
            self._meter = SpaceMeter(self._services.store, pool)
            if self._document is not None:
                self._document.clear()
            self._follow()
        self._services.sync.watch_pool(pool)
        self.volumes.show_pool(pool)
        if isinstance(key, VolumeKey):
            self.tabs.setCurrentWidget(self.volumes)
            self.volumes.select(key)
        self._tab_changed()

    def _stop_measuring(self) -> None:
        if self._meter is not None:
            self._meter.close()
            self._meter = None

    def page_hidden(self) -> None:
        self._services.sync.watch_pool(None)
        self.volumes.leave()
        self._ageing.stop()

    def focus_filter(self) -> None:
        self.tabs.setCurrentWidget(self.volumes)
        self.volumes.focus_filter()

    def fill_columns(self, menu: QMenu) -> None:
        self.volumes.table.fill_column_menu(menu)

    @property
    def selected(self) -> tuple[VolumeKey, ...]:
        return self.volumes.table.selected_keys()

    @property
    def complete(self) -> bool:
        return self.volumes.settled

    @property
    def waiting(self) -> bool:
        """The volume to select is not listed (yet)."""
        return self.volumes.waiting_for is not None

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()

    # ── following the store ─────────────────────────────────────────────────────────────────────────────────

    def _store_changed(self, changes: Changes) -> None:
        key = self._key
        if key is None or not self.isVisible() or self._following.isActive():
            return
        if key in changes.volumes or any(
            change.key in (key, key.host) for change in (*changes.pools, *changes.hosts)
        ):
            self._following.start()

    def _follow(self) -> None:
        key = self._key
        state = self._services.store.pool(key) if key else None
        if key is None or state is None:
            return
        kind = POOL_KINDS.get(state.kind)
        self.header.set_title(state.name)
        self.header.line.set_parts(self._line(state, kind))
        self._capacity.set_space(self._space(state))
        self._capacity.setVisible(state.active)
        self._start.setVisible(not state.active)
        self._stop.setVisible(state.active)
        if self.tabs.currentIndex() == _DETAILS:
            self._show_details(state, kind)
        self._say_trouble()

    def _show_details(self, state: PoolState, kind: PoolKind | None) -> None:
        self._details.set_facts(self._facts(state, kind))
        self._explained.setText(
            "\n\n".join((render(kind.explanation), render(kind.migration))) if kind is not None else ""
        )

    def _line(self, state: PoolState, kind: PoolKind | None) -> list[Part]:
        words, role = _LIFECYCLE[state.lifecycle]
        if state.autostart:
            start = tr(QT_TRANSLATE_NOOP("vstore", "starts with the host"))
        elif state.persistent:
            start = tr(QT_TRANSLATE_NOOP("vstore", "started by hand"))
        else:
            start = tr(QT_TRANSLATE_NOOP("vstore", "not kept over a restart"))
        parts = [
            Part(render(kind.label) if kind else state.kind),
            Part(state.target_path or source_words(state)),
            Part(tr(words), style=role),
            Part(start),
        ]
        if kind is not None:
            hints: dict[str, tuple[str, str]] = {
                "yes": (QT_TRANSLATE_NOOP("vstore", "shared: live migration"), "ok"),
                "no": (QT_TRANSLATE_NOOP("vstore", "local: migration copies disks"), "warn"),
                "if shared": (QT_TRANSLATE_NOOP("vstore", "live migration if shared"), "soft"),
            }
            hint, role = hints[kind.shared]
            parts.append(Part(tr(hint), style=role))
        return parts

    def _space(self, state: PoolState) -> Space:
        return Space(
            state.capacity_bytes,
            state.allocation_bytes,
            state.available_bytes,
            self._meter.value.promised_bytes if state.active and self._meter is not None else 0,
        )

    def _facts(self, state: PoolState, kind: PoolKind | None) -> list[Fact]:
        source, permissions = state.source, state.permissions
        yes, no = tr(QT_TRANSLATE_NOOP("vstore", "yes")), tr(QT_TRANSLATE_NOOP("vstore", "no"))
        hosts = ", ".join(f"{host.name}:{host.port}" if host.port else host.name for host in source.hosts)
        real = state.real_target_path
        return [
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Name")), state.name),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Kind")), render(kind.label) if kind else state.kind),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "State")), lifecycle_words(state)),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Starts with the host")), yes if state.autostart else no),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Definition is kept")), yes if state.persistent else no),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Target")), state.target_path),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Leads to")), real if real != state.target_path else None),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Source hosts")), hosts),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Source devices")), ", ".join(source.devices)),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Source directory")), source.directory),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Source name")), source.name),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Source format")), source.format),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Adapter")), source.adapter),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Initiator IQN")), source.initiator_iqn),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Protocol version")), source.protocol_version),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "User of the source")), source.auth_username),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Capacity")),
                size_text(state.capacity_bytes),
                exact_bytes_text(state.capacity_bytes),
            ),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Allocated")),
                size_text(state.allocation_bytes),
                exact_bytes_text(state.allocation_bytes),
            ),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Free")),
                size_text(state.available_bytes),
                exact_bytes_text(state.available_bytes),
            ),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Mode")),
                None if permissions.mode is None else f"{permissions.mode:04o}",
            ),
            Fact(
                tr(QT_TRANSLATE_NOOP("vstore", "Owner, group")),
                None
                if permissions.owner is None and permissions.group is None
                else f"{permissions.owner}, {permissions.group}",
            ),
            Fact(tr(QT_TRANSLATE_NOOP("vstore", "Security label")), permissions.label),
            Fact("UUID", state.uuid),
        ]

    # ── trouble ─────────────────────────────────────────────────────────────────────────────────────────────

    def _say_trouble(self) -> None:
        """A banner while the values are old: the pool does not respond, or the host is away."""
        message, ages = self._trouble()
        if message is not None and ages and not self._ageing.isActive() and self.isVisible():
            self._ageing.start()
        elif not ages:
            self._ageing.stop()
        shown = self._banner.message if self._banner is not None else None
        if message == shown:
            return
        if self._banner is not None:
            self._banner.hide()
            self._banner.deleteLater()
            self._banner = None
        if message is not None:
            self._banner = MessageBanner(message, closable=False)
            self._banners.addWidget(self._banner)

    def _trouble(self) -> tuple[Message | None, bool]:
        """What to say, and whether its age runs."""
        key = self._key
        host = self._services.store.host(key.host) if key else None
        if key is None or host is None:
            return None, False
        if key.uuid in host.silent_pools:
            return (
                Message(
                    "warning",
                    text(QT_TRANSLATE_NOOP("vstore", "The pool does not respond.")),
                    text(
                        QT_TRANSLATE_NOOP(
                            "vstore",
                            "What is shown is what was last known. The call is left waiting: when the "
                            "storage comes back, it answers, and the values are read again.",
                        )
                    ),
                ),
                False,
            )
        if host.link is not HostLink.ONLINE and (host.stale or self._services.store.pool(key) is not None):
            age_s = max(0, int(time.time() - (host.lost_s or host.since_s)))
            return (
                Message(
                    "warning",
                    text(
                        QT_TRANSLATE_NOOP("vstore", "The host is not connected: values are from {age} ago."),
                        age=Seconds(age_s if age_s < 60 else age_s // 60 * 60),
                    ),
                ),
                True,
            )
        return None, False

    # ── tabs ────────────────────────────────────────────────────────────────────────────────────────────────

    def _tab_changed(self) -> None:
        if self.tabs.currentIndex() == _DETAILS:
            self._follow()
        self.volumes.filter.setVisible(self.tabs.currentWidget() is self.volumes)
        if self.tabs.currentWidget() is self._document_place and self._key is not None:
            if self._document is None:
                self._document = DocumentView(self._services)
                layout = self._document_place.layout()
                assert layout is not None
                layout.addWidget(self._document)
                self._document.show()
            self._document.show_document(self._key.host, GetPoolDocument(self._key.uuid))

    def _say_count(self) -> None:
        total = self.volumes.model.counts.total
        words = (
            tr(QT_TRANSLATE_NOOP("vstore", "Volumes {n}"), n=Count(total))
            if total
            else tr(QT_TRANSLATE_NOOP("vstore", "Volumes"))
        )
        if self.tabs.tabText(0) != words:
            self.tabs.setTabText(0, words)


def source_words(state: PoolState) -> str:
    """Where a pool without a target is: 'ceph1:6789 rbd', '/dev/sdb'."""
    source = state.source
    hosts = ", ".join(host.name for host in source.hosts)
    return " ".join(part for part in (hosts, source.name or source.directory or "", *source.devices) if part)
