"""The window: the tree, the page of what is selected, messages, activity. See `MainWindow`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QSplitter, QVBoxLayout, QWidget

from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.plan import Danger, Plan
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DiskKey, DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count, text
from vstore_gui.qtmodels.tree import SidebarModel
from vstore_gui.store.changes import Changes, Key
from vstore_gui.ui import openers
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.icons import beside_icon
from vstore_gui.ui.menus import application_theme, fill_menus, make_toolbar
from vstore_gui.ui.messages import messages, render, show_info, tr
from vstore_gui.ui.pages.page_stack import PageStack
from vstore_gui.ui.selection import Selection
from vstore_gui.ui.services import Services
from vstore_gui.ui.theme import ThemeChoice
from vstore_gui.ui.warm_up import warm_up
from vstore_gui.ui.widgets.activity_panel import ActivityPanel
from vstore_gui.ui.widgets.message_strip import MessageStrip
from vstore_gui.ui.widgets.sidebar import Sidebar

__all__ = ["MainWindow"]

_GEOMETRY = "window/geometry"
_SPLITTER = "window/splitter"
_THEME = "window/theme"
_LOOK_AGAIN_MS = 10
_CHOOSE_AFTER_MS = 60  # of the first painting: whoever starts the program says until then what to show
_FIRST_SIZE = QSize(1280, 820)


class MainWindow(QMainWindow):
    """The main window and the Navigator of everything in it. Usable before any connection is open.

    Signals: `painted()` once, when the user sees it for the first time.
    """

    painted = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        services.navigator = self
        self._wanted: Selection | None = None
        self._closing = False
        self._painted = False
        self._showing = False
        self._shown: Any = None
        self._choosing = False  # nothing has been chosen yet: the first host that answers will be
        self.setWindowTitle("VStore")
        self.setMinimumSize(640, 420)
        self.commands = Actions(services, self, self)
        self.toolbar = make_toolbar(self, self.commands, self.find_anything)
        self.theme = services.theme or application_theme()
        self._restore_theme()
        fill_menus(
            self.menuBar(),
            self.commands,
            self.theme,
            choose_theme=self._choose_theme,
            fill_columns=lambda menu: self.pages.fill_columns(menu),
            toggle_activity=lambda: self.activity.set_collapsed(not self.activity.collapsed),
            show_diagnostics=lambda: openers.diagnostics(services, self),
            show_keys=lambda: openers.keyboard_help(self.commands, self),
            show_about=lambda: openers.about(self),
        )
        if self.theme is not None:
            self.theme.changed.connect(self._theme_changed)

        tree = SidebarModel(services.store, self, host_order=lambda: list(services.connections.connections))
        self.sidebar = Sidebar(tree, services.settings)
        self.sidebar.addActions([self.commands["copy"]])
        self.pages = PageStack(services, self.commands)
        self.pages.make_all()
        self.strip = MessageStrip()
        self.activity = ActivityPanel(services)

        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.pages, 1)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.sidebar)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self._splitter, 1)
        rows.addWidget(self.activity)
        self.setCentralWidget(whole)
        self._restore_layout()

        self.sidebar.chosen.connect(self._chosen)
        self.sidebar.menu_wanted.connect(self._sidebar_menu)
        self.pages.selection_changed.connect(self._volumes_selected)
        self.activity.undo_asked.connect(self._undo_job)
        messages().said.connect(self.strip.say)
        end_jobs = services.jobs.subscribe(lambda _job: self._say_undo())
        end_store = services.store.subscribe(self._store_changed)
        self.destroyed.connect(lambda *_: (end_jobs(), end_store()))
        self._say_undo()
        warm_up(services)
        self.sidebar.setFocus(Qt.FocusReason.OtherFocusReason)

    # ── layout ──────────────────────────────────────────────────────────────────────────────────────────────

    def _restore_layout(self) -> None:
        settings = self._services.settings
        geometry = settings.value(_GEOMETRY)
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            screen = self.screen().availableSize() if self.screen() is not None else _FIRST_SIZE
            self.resize(_FIRST_SIZE.boundedTo(screen))
        splitter = settings.value(_SPLITTER)
        if not (isinstance(splitter, QByteArray) and self._splitter.restoreState(splitter)):
            self._splitter.setSizes([268, 1012])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            # What it holds is painted in the same turn of the loop.
            QTimer.singleShot(0, self, self.painted.emit)
            QTimer.singleShot(_CHOOSE_AFTER_MS, self, self._begin_choosing)

    def save_layout(self) -> None:
        self._services.settings.setValue(_GEOMETRY, self.saveGeometry())
        self._services.settings.setValue(_SPLITTER, self._splitter.saveState())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing leaves running jobs to the hosts: it is asked about when there are any."""
        running = [job for job in self._services.jobs.jobs.values() if job.status is JobStatus.RUNNING]
        if running and not self._closing:
            event.ignore()
            self.ask(
                tr(QT_TRANSLATE_NOOP("vstore", "Close while a job is running?"))
                if len(running) == 1
                else tr(
                    QT_TRANSLATE_NOOP("vstore", "Close while {n} jobs are running?"), n=Count(len(running))
                ),
                "\n".join(render(job.plan.title) for job in running[:5])
                + "\n\n"
                + tr(
                    QT_TRANSLATE_NOOP(
                        "vstore",
                        "The hosts may go on with what they were asked. At its next start VStore says what "
                        "was done and what was left.",
                    )
                ),
                tr(QT_TRANSLATE_NOOP("vstore", "Close")),
                self._close_now,
            )
            return
        self.save_layout()
        super().closeEvent(event)

    def _close_now(self) -> None:
        self._closing = True
        self.close()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            if self.isActiveWindow():
                self._services.sync.window_focused()
            elif QApplication.activeWindow() is None:  # not a dialog of ours: the user went elsewhere
                self._services.sync.window_left()

    def _restore_theme(self) -> None:
        """The theme chosen in the menu, unless the command line names one."""
        remembered = str(self._services.settings.value(_THEME, ThemeChoice.SYSTEM.value))
        choices = {choice.value: choice for choice in ThemeChoice}
        if self.theme is not None and self.theme.choice is ThemeChoice.SYSTEM and remembered in choices:
            self.theme.choose(choices[remembered])

    def _choose_theme(self, choice: ThemeChoice) -> None:
        if self.theme is not None:
            self._services.settings.setValue(_THEME, choice.value)
            self.theme.choose(choice)

    def _theme_changed(self) -> None:
        for widget in QApplication.allWidgets():
            widget.update()

    # ── selection ───────────────────────────────────────────────────────────────────────────────────────────

    def _chosen(self, key: Any) -> None:
        if not self._showing:
            self._show(key)

    def _begin_choosing(self) -> None:
        self._choosing = self._shown is None and self._wanted is None
        self._choose_first_host()

    def _choose_first_host(self) -> None:
        """At start, with nothing chosen: show the first host that is online."""
        online = (host.id for host in self._services.store.hosts.values() if host.link is HostLink.ONLINE)
        host = next(online, None)
        if self._choosing and self._wanted is None and host is not None:
            self.show_key(host)

    def _show(self, key: Any) -> None:
        self._choosing = False
        self._shown = key
        self.pages.show_key(key)
        target = key.domain_key if isinstance(key, DiskKey) else key
        self.commands.set_target(
            target.pool_key if isinstance(target, VolumeKey) else target, self.pages.selected_volumes
        )
        self._say_title(target)
        if isinstance(target, DomainKey):
            self._tell_machine_shown(target)

    def _tell_machine_shown(self, key: DomainKey) -> None:
        """For `--milestones`: the machine's page has a card for each of its disks."""
        if self._shown not in (key, getattr(self._shown, "domain_key", None)):
            return
        if not self.pages.complete:
            QTimer.singleShot(_LOOK_AGAIN_MS, self, lambda: self._tell_machine_shown(key))
            return
        domain = self._services.store.domain(key)
        self._services.sync.milestone("machine-shown", key, len(domain.disks) if domain else 0)

    def pages_key(self) -> Any:
        """The key whose page is shown."""
        return self._shown

    def _say_title(self, key: Any) -> None:
        store = self._services.store
        name = ""
        match key:
            case PoolKey():
                pool = store.pool(key)
                name = pool.name if pool else ""
            case VolumeKey():
                name = key.name
            case DomainKey():
                domain = store.domain(key)
                name = domain.name if domain else ""
        self.setWindowTitle(f"{name} – VStore" if name else "VStore")

    def _volumes_selected(self, keys: tuple[VolumeKey, ...]) -> None:
        pool = self.commands.pool
        if pool is not None:
            self.commands.set_target(pool, keys)

    def _sidebar_menu(self, position: QPoint) -> None:
        self.commands.set_target(self.sidebar.current_key)
        self.commands.menu(self).popup(position)

    def select(self, text: str) -> None:
        """Select what `--select` names once it is known. Raises SelectionError for what names nothing."""
        self._wanted = Selection.parse(text)
        self._select_wanted()

    @property
    def selection_failed(self) -> bool:
        """What `select` was told to select is not there (yet)."""
        return self._wanted is not None or self.pages.waiting

    @property
    def busy(self) -> bool:
        """Something is still being put on the screen."""
        return not self.pages.complete

    def _select_wanted(self) -> None:
        if self._wanted is None:
            return
        key = self._wanted.key(self._services.store)
        if key is not None:
            self._wanted = None
            self.show_key(key)

    def _store_changed(self, changes: Changes) -> None:
        if self._choosing and changes.hosts:
            QTimer.singleShot(0, self, self._choose_first_host)
        if self._wanted is not None:
            # After all subscribers have heard: the tree must have the row first.
            QTimer.singleShot(0, self, self._select_wanted)
        shown = self._shown
        gone = shown.pool_key if isinstance(shown, VolumeKey) else shown
        store = self._services.store
        if (isinstance(gone, PoolKey) and store.pool(gone) is None) or (
            isinstance(gone, DomainKey) and store.domain(gone) is None
        ):
            self._fall_back(gone.host)
        elif isinstance(gone, str) and store.host(gone) is None:
            self._fall_back(None)

    def _fall_back(self, host: HostId | None) -> None:
        """What was shown has gone: show the host it was on, or where to begin."""
        key = host if host is not None and self._services.store.host(host) is not None else None
        self._shown = key
        QTimer.singleShot(0, self, lambda: self._show_fallen_back(key))

    def _show_fallen_back(self, key: HostId | None) -> None:
        if self._shown != key:
            return  # something else has been chosen since
        if key is None:
            self._show(key)
        else:
            self.show_key(key)

    # ── Navigator ───────────────────────────────────────────────────────────────────────────────────────────

    def show_key(self, key: Key | DiskKey) -> None:
        # The tree follows: what becomes current in it is no choice of the user's.
        self._showing = True
        self.sidebar.select(key)
        self._showing = False
        self._show(key)

    def new_pool(self, host: HostId | None = None) -> None:
        openers.new_pool(self._services, host or self.commands.host, self)

    def new_volume(self, pool: PoolKey | None = None) -> None:
        openers.new_volume(self._services, pool or self.commands.pool, self)

    def attach_iso(self, iso: VolumeKey | None = None) -> None:
        openers.attach_iso(self._services, iso, self)

    def insert_media(self, disk: DiskKey) -> None:
        openers.insert_media(self._services, disk, self)

    def connect_host(self) -> None:
        openers.connect_host(self._services, self)

    def run_plan(self, plan: Plan) -> JobState | None:
        if plan.danger is Danger.NONE:
            return self._services.runner.start(plan)
        self.confirm_plan(plan)
        return None

    # ── what actions ask ────────────────────────────────────────────────────────────────────────────────────

    def confirm_plan(self, plan: Plan) -> None:
        openers.confirm_plan(self._services, plan, self)

    def find_anything(self, typed: str = "") -> None:
        openers.find(self._services, typed, self)

    def filter_page(self) -> None:
        if not self.pages.focus_filter():
            self.find_anything()

    def rename_connection(self, host: HostId) -> None:
        openers.rename_connection(self._services, host, self)

    def undo(self) -> None:
        job = self._services.jobs.last_undoable
        if job is not None:
            self._undo_job(job.id)

    def _undo_job(self, job_id: str) -> None:
        self._services.start(self, self._undo(job_id))

    async def _undo(self, job_id: str) -> None:
        plan = await self._services.runner.plan_undo(job_id)
        if isinstance(plan, Plan):
            if plan.danger is Danger.NONE:
                self._services.runner.start(plan, undo_of=job_id)
            else:
                openers.confirm_plan(self._services, plan, self, undo_of=job_id)
            return
        job = self._services.jobs.get(job_id)
        inverse = job.plan.inverse if job is not None else None
        for reason in plan:
            said = (
                text(
                    QT_TRANSLATE_NOOP("vstore", "Cannot undo “{what}”: {why}"),
                    what=inverse.label,
                    why=reason.message,
                )
                if inverse is not None
                else reason.message
            )
            show_info(said, "warning")

    def _say_undo(self) -> None:
        job = self._services.jobs.last_undoable
        action = self.commands["undo"]
        inverse = job.plan.inverse if job is not None else None
        action.setEnabled(inverse is not None)
        action.setText(
            tr(QT_TRANSLATE_NOOP("vstore", "&Undo “{what}”"), what=_short(render(inverse.label)))
            if inverse is not None
            else tr(QT_TRANSLATE_NOOP("vstore", "&Undo"))
        )
        action.setIconText(beside_icon(action.text().replace("&", "")))
        action.setToolTip(
            tr(QT_TRANSLATE_NOOP("vstore", "Undo: {what} (Ctrl+Z)"), what=render(inverse.label))
            if inverse is not None
            else tr(QT_TRANSLATE_NOOP("vstore", "There is nothing to undo."))
        )

    def ask(self, title: str, words: str, verb: str, then: Callable[[], object]) -> None:
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowModality(Qt.WindowModality.WindowModal)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(title)
        box.setText(title)
        box.setInformativeText(words)
        accept = box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        accept.clicked.connect(lambda *_: then())
        box.open()


def _short(words: str) -> str:
    """For the toolbar: what is undone in no more than some letters; '&' shown as it is."""
    shown = words if len(words) <= 34 else words[:33] + "…"
    return shown.replace("&", "&&")
