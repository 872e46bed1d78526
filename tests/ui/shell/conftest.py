"""The whole window over a fake host: real store, sync and runner."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import Desk
from vstore_gui.ui.main_window import MainWindow
from vstore_gui.ui.theme import Theme, ThemeChoice


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    qapp.setQuitOnLastWindowClosed(False)
    return Theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def desk(qt_loop: asyncio.AbstractEventLoop, theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    """One fake host, online, with an image pool, an ISO pool and two machines."""
    made = Desk(tmp_path)
    qt_loop.run_until_complete(made.open())
    yield made
    qt_loop.run_until_complete(made.close())


@pytest.fixture
def window(desk: Desk, qt_loop: asyncio.AbstractEventLoop) -> MainWindow:
    """The window, shown, with its pages made."""
    made = MainWindow(desk.services)
    made.show()
    qt_loop.run_until_complete(eventually(lambda: made.pages.prepared, "the pages are made"))
    return made
