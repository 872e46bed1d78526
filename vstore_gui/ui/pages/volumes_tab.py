"""The volumes of a pool: filter, table, what is selected, and one volume's panel beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.pool_kinds import POOL_KINDS, VolumeOperation
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count
from vstore_gui.qtmodels.volume_columns import VolumeColumn
from vstore_gui.qtmodels.volumes import VolumesModel
from vstore_gui.store.changes import Changes, Key
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.icons import icon, keep_icon
from vstore_gui.ui.messages import format_age, format_size, tr
from vstore_gui.ui.pages.volume_panel import VolumePanel
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.empty_state import EmptyState
from vstore_gui.ui.widgets.labels import ElidedLabel
from vstore_gui.ui.widgets.volume_table import VolumeTable

__all__ = ["VolumesTab"]

_AGE_TICK_MS = 5000
_FILTER_MS = 60
_SUMMARY_MS = 100


class VolumesTab(QWidget):
    """Signals: `selection_changed(tuple of VolumeKey)`, `counts_changed(total)`."""

    selection_changed = Signal(object)
    counts_changed = Signal(int)

    def __init__(self, services: Services, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._actions = actions
        self._pool: PoolKey | None = None
        self._wanted: VolumeKey | None = None
        self._read_s: dict[PoolKey, float] = {}  # when the names were last read
        self.model = VolumesModel(services.store, self)
        self.table = VolumeTable(self.model, services.settings)
        self.table.addActions([actions["delete"], actions["copy"]])

        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr(QT_TRANSLATE_NOOP("vstore", "Filter volumes")))
        self.filter.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Filter volumes")))
        self.filter.setClearButtonEnabled(True)
        sign = self.filter.addAction(icon("filter", "soft"), QLineEdit.ActionPosition.LeadingPosition)
        keep_icon(sign, "filter", "soft")
        self.filter.setMaximumWidth(320)
        self._filtering = QTimer(self, interval=_FILTER_MS, singleShot=True)
        self._filtering.timeout.connect(self._set_filter)
        self.filter.textChanged.connect(lambda *_: self._filtering.start())
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.filter)
        leave.setContext(Qt.ShortcutContext.WidgetShortcut)
        leave.activated.connect(self._leave_filter)

        self._empty = EmptyState()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        self.panel: VolumePanel | None = None
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setProperty("bare", True)
        self._splitter.setHandleWidth(10)
        self._splitter.addWidget(self._stack)
        self._splitter.setStretchFactor(0, 1)
        self.summary = ElidedLabel()
        self.summary.setProperty("role", "soft")
        self.summary.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Summary of the volumes")))

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._splitter, 1)
        column.addWidget(self.summary)

        # Details come in many small batches: the line under the table need not follow each one.
        self._saying = QTimer(self, interval=_SUMMARY_MS, singleShot=True)
        self._saying.timeout.connect(self._say_summary)
        self._ageing = QTimer(self, interval=_AGE_TICK_MS)
        self._ageing.timeout.connect(self._say_summary)
        self.table.opened.connect(self.open_volume)
        self.table.link_followed.connect(services.navigator.show_key)
        self.table.rows_in_view.connect(self._in_view)
        self.table.selection_changed.connect(self._selected)
        self.table.menu_wanted.connect(self._menu)
        self.model.counts_changed.connect(self._counts)
        unsubscribe: Callable[[], None] = services.store.subscribe(self._store_changed)
        # What was read again and found unchanged is published by no change.
        deaf: Callable[[], None] = services.sync.on_milestone(self._reached)
        for end in (unsubscribe, deaf):
            self.destroyed.connect(lambda *_, end=end: end())

    # ── what is shown ───────────────────────────────────────────────────────────────────────────────────────

    def show_pool(self, key: PoolKey) -> None:
        if key != self._pool:
            self._pool = key
            self._wanted = None
            self.close_panel()
            self.filter.clear()
            self._filtering.stop()
            self.model.set_filter("")
            self.model.set_pool(key)
            self.table.scrollToTop()
        self._ageing.start()
        self._counts()
        self.table.tell_view_soon()

    def leave(self) -> None:
        """The page is not on screen any more."""
        self._ageing.stop()

    def select(self, key: VolumeKey) -> None:
        """Select the volume, now or as soon as it is listed."""
        if not self._select_now(key) and self.filter.text():
            self.filter.clear()
            self.model.set_filter("")
            self._select_now(key)

    def _select_now(self, key: VolumeKey) -> bool:
        found = self.table.select_key(key)
        self._wanted = None if found else key
        return found

    @property
    def settled(self) -> bool:
        """Every row is in its place."""
        return self.model.settled and not self._filtering.isActive()

    @property
    def waiting_for(self) -> VolumeKey | None:
        """The volume to select that is not listed (yet)."""
        return self._wanted

    def _set_filter(self) -> None:
        self.model.set_filter(self.filter.text())
        self._close_hidden_panel()

    def focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _leave_filter(self) -> None:
        if self.filter.text():
            self.filter.clear()
        else:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ── the volume's panel ──────────────────────────────────────────────────────────────────────────────────

    def open_volume(self, key: VolumeKey) -> None:
        if self.panel is None:
            self.panel = VolumePanel(self._services)
            self.panel.closed.connect(self.close_panel)
            self._splitter.addWidget(self.panel)
            self._splitter.setStretchFactor(1, 0)
            width = self._splitter.width()
            side = max(320, width // 3)
            self._splitter.setSizes([width - side, side])
        self.panel.show()
        self.panel.show_volume(key)

    def _close_hidden_panel(self) -> None:
        """The volume that is open was filtered out: what stands beside the table would not be in it."""
        panel = self.panel
        if panel is None or not panel.isVisibleTo(self) or not self.filter.text() or not self.settled:
            return
        if panel.key is not None and self.model.row_of(panel.key) is None:
            panel.hide()  # the focus stays in the filter

    def close_panel(self) -> None:
        if self.panel is not None and self.panel.isVisibleTo(self):
            self.panel.hide()
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ── following ───────────────────────────────────────────────────────────────────────────────────────────

    def _store_changed(self, changes: Changes) -> None:
        pool = self._pool
        if pool is None:
            return
        changed = pool in changes.volumes or any(change.key == pool for change in changes.pools)
        if changed and self.panel is not None and self.panel.isVisibleTo(self):
            self.panel.refresh()
        if not self.model.rowCount() and any(
            change.key in (pool, pool.host) for change in (*changes.pools, *changes.hosts)
        ):
            self._choose_face()

    def _reached(self, kind: str, key: Key, _count: int) -> None:
        if kind == "names" and isinstance(key, PoolKey):
            self._read_s[key] = time.time()
            if key == self._pool:
                self._saying.start()

    def _in_view(self, first: int, last: int) -> None:
        if self._pool is not None:
            self._services.sync.watch_visible_volumes(self._pool, self.model.names_between(first, last))

    def _selected(self) -> None:
        keys = self.table.selected_keys()
        self.selection_changed.emit(keys)
        self._saying.start()
        if self.panel is not None and self.panel.isVisibleTo(self) and len(keys) == 1:
            self.panel.show_volume(keys[0])

    def _menu(self, position: QPoint) -> None:
        self._actions.menu(self, volumes=True).popup(position)

    def _counts(self) -> None:
        self._choose_face()
        if not self._saying.isActive():
            self._saying.start()
        self.counts_changed.emit(self.model.counts.total)
        self._leave_out_empty()
        self._close_hidden_panel()
        if self._wanted is not None and self.model.counts.total:
            self._select_now(self._wanted)

    def _leave_out_empty(self) -> None:
        """Once all is read it is known whether any volume tells when it was modified."""
        counts = self.model.counts
        if self._pool is None or not counts.total or counts.detailed < counts.total:
            return
        volumes = self._services.store.volumes(self._pool).values()
        empty = all(volume.modified_s is None for volume in volumes)
        self.table.leave_out(VolumeColumn.MODIFIED, empty=empty)

    def _choose_face(self) -> None:
        """The table, or what could be in it."""
        counts = self.model.counts
        self.filter.setEnabled(counts.total > 0)
        pool = self._services.store.pool(self._pool) if self._pool else None
        if counts.shown or pool is None or self._pool is None:
            self._stack.setCurrentWidget(self.table)
            return
        if counts.total:
            self._empty.show_state(
                "search",
                tr(QT_TRANSLATE_NOOP("vstore", "No volume matches")),
                tr(
                    QT_TRANSLATE_NOOP("vstore", "None of {n} volumes has all of these words.")
                    if counts.total > 1
                    else QT_TRANSLATE_NOOP("vstore", "The only volume does not have all of these words."),
                    n=Count(counts.total),
                ),
                ((tr(QT_TRANSLATE_NOOP("vstore", "Show all")), self.filter.clear),),
            )
        elif not pool.active:
            self._empty.show_state(
                "stop",
                tr(QT_TRANSLATE_NOOP("vstore", "The pool is not running")),
                tr(QT_TRANSLATE_NOOP("vstore", "Its volumes can be seen and used while it runs.")),
                ((tr(QT_TRANSLATE_NOOP("vstore", "Start")), self._actions["pool_start"].trigger),),
            )
        elif not self._services.store.volumes_listed(self._pool):
            self._empty.show_state(
                "clock",
                tr(QT_TRANSLATE_NOOP("vstore", "Reading the volumes…")),
                tr(QT_TRANSLATE_NOOP("vstore", "They appear as soon as the host has named them.")),
            )
        else:
            self._show_no_volumes(pool)
        self._stack.setCurrentWidget(self._empty)

    def _show_no_volumes(self, pool: PoolState) -> None:
        kind = POOL_KINDS.get(pool.kind)
        if kind is not None and kind.can(VolumeOperation.CREATE):
            words = QT_TRANSLATE_NOOP(
                "vstore", "Volumes are the disks of machines, ISO images and templates."
            )
            steps: tuple[tuple[str, Callable[[], object]], ...] = (
                (tr(QT_TRANSLATE_NOOP("vstore", "New volume…")), self._actions["new_volume"].trigger),
                (tr(QT_TRANSLATE_NOOP("vstore", "Refresh")), self._actions["refresh"].trigger),
            )
        else:
            words = QT_TRANSLATE_NOOP(
                "vstore",
                "Volumes of this kind of pool are made on the storage itself. Refresh to look again.",
            )
            steps = ((tr(QT_TRANSLATE_NOOP("vstore", "Refresh")), self._actions["refresh"].trigger),)
        self._empty.show_state("volume", tr(QT_TRANSLATE_NOOP("vstore", "No volumes yet")), tr(words), steps)

    def _say_summary(self) -> None:
        """'6 of 1,204 shown · 2 selected · 48 GiB allocated · refreshed 3 s ago'."""
        counts = self.model.counts
        self.summary.setVisible(counts.total > 0)
        if not counts.total or self._pool is None:
            return
        selected = self.table.selected_keys()
        said = [
            tr(
                QT_TRANSLATE_NOOP("vstore", "{shown} of {total} shown"),
                shown=Count(counts.shown),
                total=Count(counts.total),
            )
        ]
        if selected:
            volumes = [self._services.store.volume(key) for key in selected]
            allocated = sum(volume.allocation_bytes or 0 for volume in volumes if volume is not None)
            said += [
                tr(QT_TRANSLATE_NOOP("vstore", "{n} selected"), n=Count(len(selected))),
                tr(QT_TRANSLATE_NOOP("vstore", "{size} allocated"), size=format_size(allocated)),
            ]
        if counts.detailed < counts.total:
            said.append(
                tr(
                    QT_TRANSLATE_NOOP("vstore", "details of {n} are being read"),
                    n=Count(counts.total - counts.detailed),
                )
            )
        else:
            read_s = self._read_s.get(self._pool)
            if read_s is not None:
                said.append(tr(QT_TRANSLATE_NOOP("vstore", "read {age}"), age=format_age(read_s)))
        self.summary.setText(" · ".join(said))
