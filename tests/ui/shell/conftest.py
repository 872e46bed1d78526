"""The whole window over a fake host: real store, sync and runner."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.dialogs.desk import Desk
from vstore_gui.ui.main_window import MainWindow
from vstore_gui.ui.theme import Theme, ThemeChoice


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """A window that is looked at is polled for: when its test ends, nobody looks any more."""
    desk = pyfuncitem.funcargs.get("desk")
    test = pyfuncitem.obj
    if not isinstance(desk, Desk) or not inspect.iscoroutinefunction(test):
        return

    @functools.wraps(test)
    async def then_look_away(**arguments: Any) -> None:
        try:
            await test(**arguments)
        finally:
            desk.sync.watch_pool(None)
            desk.sync.watch_domain(None)

    pyfuncitem.obj = then_look_away


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
    return made
