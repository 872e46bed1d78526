"""One event loop for Qt and asyncio: qasync's, started and ended here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import qasync
from PySide6.QtCore import QCoreApplication

from vstore_gui.aio import tasks

__all__ = ["make_loop", "run"]


def make_loop(application: QCoreApplication) -> asyncio.AbstractEventLoop:
    """A loop that runs inside Qt's; it is the current one from now on."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    return loop


def run(
    application: QCoreApplication,
    main: Callable[[], Coroutine[Any, Any, None]],
    shut_down: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """Run `main`, then Qt until the application is asked to quit, then `shut_down`. Blocks until all has
    ended.
    """
    loop = make_loop(application)
    quitting = asyncio.Event()
    application.aboutToQuit.connect(quitting.set)

    async def whole_life() -> None:
        try:
            await main()
            await quitting.wait()
        finally:
            await shut_down()
            await tasks.cancel_all()

    try:
        loop.run_until_complete(whole_life())
    finally:
        loop.close()
