"""What the window is given: everything it needs from the floors below, made and wired by `app.py`."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from PySide6.QtCore import QObject, QSettings

from vstore_gui.actions.jobs import JobList, JobState
from vstore_gui.actions.plan import Plan
from vstore_gui.aio import tasks
from vstore_gui.aio.stall_meter import StallMeter
from vstore_gui.entities.keys import DiskKey, HostId
from vstore_gui.store.changes import Key
from vstore_gui.store.connection_book import ConnectionBook
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

if TYPE_CHECKING:
    from asyncio import Task

    from vstore_gui.actions.runner import Runner
    from vstore_gui.ui.theme import Theme

__all__ = ["Navigator", "Services"]

T = TypeVar("T")


class Navigator(Protocol):
    """What pages and dialogs may ask of the window (the main window is one)."""

    def show_key(self, key: Key | DiskKey) -> None:
        """Select the thing in the sidebar and show its page; a volume is selected in its pool's table."""

    def new_pool(self, host: HostId | None = None) -> None: ...
    def new_volume(self, pool: Any | None = None) -> None: ...
    def attach_iso(self, iso: Any | None = None) -> None: ...
    def insert_media(self, disk: DiskKey) -> None: ...
    def connect_host(self) -> None: ...

    def run_plan(self, plan: Plan) -> JobState | None:
        """Run it as a job: at once when harmless, else after its confirmation. None when the user declined
        (or is still being asked: the job appears in the activity panel)."""


@dataclass(slots=True)
class Services:
    """`navigator` is the main window: it puts itself there when it is built."""

    store: Store
    sync: Sync
    runner: Runner
    jobs: JobList
    connections: ConnectionBook
    settings: QSettings
    stall_meter: StallMeter
    theme: Theme | None = None
    demo_uri: str = ""
    navigator: Navigator = cast("Navigator", None)  # noqa: RUF009  there is no window before the window

    def start(self, owner: QObject, coro: Coroutine[Any, Any, T]) -> Task[T]:
        """Start a task owned by a widget: it ends with the widget, its failure is shown to the user."""
        return tasks.start(owner, coro)
