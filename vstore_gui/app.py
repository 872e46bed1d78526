"""The wiring: the only place that knows concrete classes of every floor."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QApplication

from vstore_gui import APPLICATION_ID, __version__, resources
from vstore_gui.actions.jobs import JobList
from vstore_gui.actions.journal import Journal
from vstore_gui.actions.runner import Runner
from vstore_gui.adapter.api import Host
from vstore_gui.adapter.host_client import HostClient
from vstore_gui.aio import loop, tasks
from vstore_gui.aio.stall_meter import StallMeter
from vstore_gui.command_line import Options
from vstore_gui.entities.calls import ChildStats, GetChildStats
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey
from vstore_gui.entities.reports import CredentialsWanted
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.flows.first_connection import first_connection
from vstore_gui.milestones import Milestones
from vstore_gui.store.changes import Key
from vstore_gui.store.connection_book import ConnectionBook
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync
from vstore_gui.ui import messages
from vstore_gui.ui.dialogs.credentials import ask_credentials
from vstore_gui.ui.dialogs.diagnostics import clean_uri
from vstore_gui.ui.main_window import MainWindow
from vstore_gui.ui.services import Services
from vstore_gui.ui.theme import Theme, ThemeChoice

__all__ = ["Application", "demo_uri", "run"]

_log = logging.getLogger(__name__)

# Idle for so long means idle: a page that is drawn may still ask for something.
_IDLE_FOR_S = 0.3


def demo_uri() -> str:
    """libvirt's test driver on our own host file."""
    return f"test://{resources.path('demo', 'host.xml')}"


def _directory(variable: str, default: str) -> Path:
    """A directory of ours below an XDG base directory."""
    base = os.environ.get(variable, "")
    return (Path(base) if base.startswith("/") else Path.home() / default) / "vstore-gui"


def _calm_the_collector() -> None:
    """Keep Python's garbage collector from stalling the window.

    A full collection with 10,000 volumes loaded takes some 12 ms. What exists now lives as long as the
    program; what comes later are values, which reference counting frees: looking for cycles can be rare.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def run(options: Options) -> int:
    """Run the application; returns the exit status. Blocks."""
    QCoreApplication.setApplicationName("VStore")
    QCoreApplication.setApplicationVersion(__version__)
    qt = QApplication(sys.argv[:1])
    qt.setDesktopFileName(APPLICATION_ID)
    application = Application(qt, options)
    loop.run(qt, application.main, application.shut_down)
    return application.exit_status


class Application:
    """One running VStore: its floors, its window, and what the command line wants of it."""

    def __init__(self, qt: QApplication, options: Options) -> None:
        self.exit_status = 0
        self._quitting = asyncio.Event()
        self._options = options
        self._milestones = Milestones()
        self._stall_meter = StallMeter(qt)

        config = _directory("XDG_CONFIG_HOME", ".config")
        state = _directory("XDG_STATE_HOME", ".local/state")
        self.store = Store()
        self.sync = Sync(self.store, start=self._start)
        self.sync.on_error = lambda _host, error: messages.show_error(error)
        self.sync.on_credentials = self._credentials_wanted
        self.sync.on_milestone(self._reached)
        self.jobs = JobList()
        self.journal = Journal(state / "journal")
        self.runner = Runner(self.store, self.sync, self.jobs, self.journal, self._start)
        self.connections = ConnectionBook(self.store, self.sync, self._make_host, config / "connections.json")
        self._settings = QSettings(str(config / "window.ini"), QSettings.Format.IniFormat)
        self._theme = Theme(qt, ThemeChoice(options.theme) if options.theme else ThemeChoice.SYSTEM)
        self._services = Services(
            store=self.store,
            sync=self.sync,
            runner=self.runner,
            jobs=self.jobs,
            connections=self.connections,
            settings=self._settings,
            stall_meter=self._stall_meter,
            theme=self._theme,
            demo_uri=demo_uri(),
        )
        self._window: MainWindow | None = None

    @staticmethod
    def _start(coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return tasks.start(None, coro)

    @staticmethod
    def _make_host(uri: str) -> Host:
        return HostClient(uri)

    # ── the life of the application ──

    async def main(self, quitting: asyncio.Event) -> None:
        """Show the window, then connect; the window is usable from the first moment."""
        self._quitting = quitting
        for number in (signal.SIGINT, signal.SIGTERM):
            # Python runs the handler at the next heartbeat of the stall meter.
            signal.signal(number, lambda *_: quitting.set())
        tasks.on_failure(messages.report_failure)
        # First of all, so that the hosts' processes start while the window is built.
        connecting = tasks.start(None, self._connect())
        await asyncio.sleep(0)
        self._window = window = MainWindow(self._services)
        if self._options.size is not None:
            window.resize(*self._options.size)
        seen = asyncio.Event()
        window.painted.connect(seen.set)
        window.show()
        await seen.wait()
        _calm_the_collector()
        # From here on the user looks at it: what is late now is felt.
        self._stall_meter.start()
        self._milestones.window_shown()
        if self._options.select is not None:
            window.select(self._options.select)
        if self._options.screenshot or self._options.milestones or self._options.exit_when_idle:
            tasks.start(None, self._when_idle(connecting))

    async def _connect(self) -> None:
        named = (*self._options.uris, *((demo_uri(),) if self._options.demo else ()))
        self.connections.load()
        if named:
            for uri in named:
                label = "Demo host" if uri == demo_uri() else ""
                self.connections.add(uri, label=label, remember=False)
        elif self.connections.connections:
            self.connections.open_autoconnecting()
        else:
            await self._first_connection()
        await self.runner.recover()

    async def _first_connection(self) -> None:
        found, refusals = await first_connection(self.store, self.connections)
        if found is not None:
            return
        self.connections.add(demo_uri(), label="Demo host", remember=False)
        reason = next(iter(refusals.values()), None)
        messages.messages().say(
            messages.Message(
                "info",
                text(
                    QT_TRANSLATE_NOOP(
                        "vstore",
                        "No libvirt of this computer answered, so this is the demo host: nothing is real.",
                    )
                ),
                advice=reason.advice if reason is not None else None,
                command=reason.command if reason is not None else None,
                details=messages.describe(reason) if reason is not None else "",
            )
        )

    async def shut_down(self) -> None:
        """End every child process and write what is remembered."""
        await self.sync.close()
        self.journal.close()
        self._settings.sync()
        self._stall_meter.stop()
        tasks.on_failure(None)

    # ── what hosts want ──

    def _credentials_wanted(self, host: Host, wanted: CredentialsWanted) -> None:
        tasks.start(None, self._ask_credentials(host, wanted))

    async def _ask_credentials(self, host: Host, wanted: CredentialsWanted) -> None:
        state = self.store.host(host.id)
        label = state.label if state is not None and state.label else host.id
        values = await ask_credentials(self._window, label, wanted.prompts)
        host.answer_credentials(wanted.id, values)

    # ── what the command line wants ──

    def _reached(self, kind: str, key: Key, count: int) -> None:
        match kind, key:
            case "online", str():
                self._milestones.online(key)
            case (("names" | "details"), PoolKey()):
                pool = self.store.pool(key)
                if pool is not None and kind == "names":
                    self._milestones.names_shown(key.host, pool.name, count)
                elif pool is not None:
                    self._milestones.details_shown(key.host, pool.name)
            case "machine-shown", DomainKey():
                domain = self.store.domain(key)
                if domain is not None:
                    self._milestones.machine_shown(key.host, domain.name)

    def _idle(self) -> bool:
        connecting = any(state.link is HostLink.CONNECTING for state in self.store.hosts.values())
        return (
            not connecting
            and self.sync.idle
            and self._window is not None
            and not self._window.busy
            and all(job.ended for job in self.jobs.jobs.values())
        )

    async def _when_idle(self, connecting: asyncio.Task[None]) -> None:
        await connecting
        idle_since: float | None = None
        now = asyncio.get_running_loop().time
        while idle_since is None or now() - idle_since < _IDLE_FOR_S:
            await asyncio.sleep(_IDLE_FOR_S / 6)
            if not self._idle():
                idle_since = None
            elif idle_since is None:
                idle_since = now()
        stalls = self._stall_meter.stalls()
        if self._options.screenshot is not None and not self._save_screenshot(self._options.screenshot):
            _log.error("cannot write %s", self._options.screenshot)
            self.exit_status = 1
        if self._options.milestones is not None:
            self._milestones.write(self._options.milestones, stalls, await self._children())
        for state in self.store.hosts.values():
            if state.error is not None and state.link in (HostLink.FAILED, HostLink.RECONNECTING):
                _log.error("%s: %s", clean_uri(state.id), state.error.message)
                self.exit_status = 1
        if self._window is not None and self._window.selection_failed:
            _log.error("nothing is called %s", self._options.select)
            self.exit_status = 1
        if self._options.exit_when_idle:
            self._quitting.set()

    def _save_screenshot(self, file: Path) -> bool:
        return self._window is not None and self._window.grab().save(str(file))

    async def _children(self) -> list[tuple[HostId, ChildStats]]:
        children = []
        for host_id, state in self.store.hosts.items():
            host = self.sync.host(host_id)
            if host is None or state.link is not HostLink.ONLINE:
                continue
            try:
                children.append((host_id, await host.call(GetChildStats(), deadline_s=5)))
            except HostError as error:
                _log.warning("no figures of %s: %s", host_id, error)
        return children
