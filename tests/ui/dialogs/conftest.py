"""A window's services over a fake host: real store, sync, runner and journal; host and window are fakes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.dialogs.desk import Desk
from vstore_gui.ui.theme import Theme, ThemeChoice


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    qapp.setQuitOnLastWindowClosed(False)  # the last window of a test is not the end of the loop
    return Theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def desk(
    qt_loop: asyncio.AbstractEventLoop, theme: Theme, tmp_path: Path, request: pytest.FixtureRequest
) -> Desk:
    """One fake host, online, with an image pool, an ISO pool and two machines.

    Indirectly parametrized with "demo" it changes media in stored configurations only, as the test driver.
    """
    made = Desk(tmp_path, media_change_live=getattr(request, "param", "") != "demo")
    qt_loop.run_until_complete(made.open())
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """What a test has opened at its desk is closed on the test's own loop, before tasks are counted."""
    desk = pyfuncitem.funcargs.get("desk")
    if not isinstance(desk, Desk):
        return
    test = pyfuncitem.obj

    async def seated(**arguments: Any) -> None:
        try:
            await test(**arguments)
        finally:
            await desk.close()

    pyfuncitem.obj = seated
