"""The pages of the window, each made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.store.changes import Key
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.pages.start_page import StartPage
from vstore_gui.ui.services import Services

__all__ = ["Page", "PageStack"]

# What the pages are made of, the innermost first: no turn of the loop loads more than one or two.
_MODULES = (
    "vstore_gui.ui.pages.header",
    "vstore_gui.qtmodels.relations",
    "vstore_gui.qtmodels.volume_columns",
    "vstore_gui.qtmodels.volume_cells",
    "vstore_gui.qtmodels.volumes",
    "vstore_gui.ui.widgets.document_view",
    "vstore_gui.ui.pages.volume_panel",
    "vstore_gui.ui.widgets.cell_delegate",
    "vstore_gui.ui.widgets.volume_table",
    "vstore_gui.ui.pages.volumes_tab",
    "vstore_gui.ui.pages.pool_page",
    "vstore_gui.ui.pages.host_page",
    "vstore_gui.flows.insert_media",
    "vstore_gui.ui.dialogs.tray_locked",
    "vstore_gui.ui.dialogs.change_media",
    "vstore_gui.ui.widgets.disk_facts",
    "vstore_gui.ui.widgets.disk_card",
    "vstore_gui.ui.widgets.diff_view",
    "vstore_gui.ui.widgets.domain_documents",
    "vstore_gui.ui.pages.machine_page",
)


class Page(Protocol):
    """What every page can."""

    def show_key(self, key: Any) -> None: ...
    def page_hidden(self) -> None: ...


class PageStack(QStackedWidget):
    """Shows the page of a key. Signals: `selection_changed(tuple of VolumeKey)` of the pool page."""

    selection_changed = Signal(object)

    def __init__(self, services: Services, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._actions = actions
        self._pages: dict[str, QWidget] = {}
        self._makers: dict[str, Callable[[], QWidget]] = {
            "start": lambda: StartPage(services),
            "host": self._make_host,
            "pool": self._make_pool,
            "machine": self._make_machine,
        }
        self._preparations: list[Callable[[], object]] = []
        self._preparing = QTimer(self, interval=0)
        self._preparing.timeout.connect(self._prepare_next)
        self.show_key(None)

    def prepare(self) -> None:
        """Make the pages ahead, one step in each turn of the loop: the first click then need not wait."""
        self._preparations = [
            *(lambda name=name: import_module(name) for name in _MODULES),
            *(lambda name=name: self._made(name) for name in ("pool", "host", "machine")),
        ]
        self._preparing.start()

    def _prepare_next(self) -> None:
        if not self._preparations:
            self._preparing.stop()
            return
        self._preparations.pop(0)()

    @property
    def prepared(self) -> bool:
        """No page is being made ahead."""
        return not self._preparing.isActive()

    def _made(self, name: str) -> QWidget:
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._makers[name]()
            self.addWidget(page)
        return page

    def _make_host(self) -> QWidget:
        from vstore_gui.ui.pages.host_page import HostPage

        return HostPage(self._services, self._actions)

    def _make_pool(self) -> QWidget:
        from vstore_gui.ui.pages.pool_page import PoolPage

        page = PoolPage(self._services, self._actions)
        page.selection_changed.connect(self.selection_changed)
        return page

    def _make_machine(self) -> QWidget:
        from vstore_gui.ui.pages.machine_page import MachinePage

        return MachinePage(self._services)

    def page(self, name: str) -> QWidget | None:
        """A page that has been made: 'start', 'host', 'pool', 'machine'."""
        return self._pages.get(name)

    def show_key(self, key: Key | DiskKey | None) -> None:
        match key:
            case PoolKey() | VolumeKey():
                name = "pool"
            case DomainKey():
                name = "machine"
            case DiskKey():
                name, key = "machine", key.domain_key
            case str():
                name = "host"
            case _:
                name = "start"
        page = self._made(name)
        before = self.currentWidget()
        if before is not None and before is not page:
            cast(Page, before).page_hidden()
        self.setCurrentWidget(page)
        cast(Page, page).show_key(key)

    @property
    def complete(self) -> bool:
        """The page on screen has all it is to show of what is known."""
        complete: bool = getattr(self.currentWidget(), "complete", True)
        return complete

    @property
    def waiting(self) -> bool:
        """A volume is to be selected that is not listed (yet)."""
        waiting: bool = getattr(self._pages.get("pool"), "waiting", False)
        return waiting

    def focus_filter(self) -> bool:
        """Ctrl+F; False where the page has nothing to filter."""
        focus = getattr(self.currentWidget(), "focus_filter", None)
        if focus is None:
            return False
        focus()
        return True

    @property
    def selected_volumes(self) -> tuple[VolumeKey, ...]:
        selected: tuple[VolumeKey, ...] = getattr(self.currentWidget(), "selected", ())
        return selected
