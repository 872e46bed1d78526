"""The pages of the window, one of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.store.changes import Key
from vstore_gui.ui.actions import Actions
from vstore_gui.ui.pages.host_page import HostPage
from vstore_gui.ui.pages.machine_page import MachinePage
from vstore_gui.ui.pages.pool_page import PoolPage
from vstore_gui.ui.pages.start_page import StartPage
from vstore_gui.ui.services import Services

__all__ = ["Page", "PageStack"]


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
        self.show_key(None)

    def make_all(self) -> None:
        """Make the pages now, while nobody waits for a click to be answered."""
        for name in self._makers:
            self._made(name)

    def _made(self, name: str) -> QWidget:
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._makers[name]()
            self.addWidget(page)
        return page

    def _make_host(self) -> QWidget:
        return HostPage(self._services, self._actions)

    def _make_pool(self) -> QWidget:
        page = PoolPage(self._services, self._actions)
        page.selection_changed.connect(self.selection_changed)
        return page

    def _make_machine(self) -> QWidget:
        return MachinePage(self._services, actions=self._actions)

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

    def fill_columns(self, menu: QMenu) -> None:
        """The columns of the page's table; nothing where it has none."""
        fill = getattr(self.currentWidget(), "fill_columns", None)
        if fill is not None:
            fill(menu)

    @property
    def selected_volumes(self) -> tuple[VolumeKey, ...]:
        selected: tuple[VolumeKey, ...] = getattr(self.currentWidget(), "selected", ())
        return selected
