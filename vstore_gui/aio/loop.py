"""One event loop for Qt and asyncio: qasync's, started and ended here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import qasync
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from vstore_gui.aio import tasks

__all__ = ["make_loop", "run"]

_THREADS = 4  # journal, schemas: short work that would block


def make_loop(application: QCoreApplication) -> asyncio.AbstractEventLoop:
    """A loop that runs inside Qt's; it is the current one from now on. Closing it ends its threads."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(application)
    # Not qasync's own executor (0.28): it starts ten QThreads at its first use, and with those starting while
    # the window is built PySide 6.11 crashed about once in fifteen starts.
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="vstore"))
    asyncio.set_event_loop(loop)
    return loop


def run(
    application: QApplication,
    main: Callable[[asyncio.Event], Coroutine[Any, Any, None]],
    shut_down: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """Run `main`, wait until its event is set or the last window is closed, run `shut_down`. Blocks.

    Qt's own quit would end the loop under what still has to be shut down: nothing here calls it.
    """
    loop = make_loop(application)
    quitting = asyncio.Event()
    application.setQuitOnLastWindowClosed(False)
    application.lastWindowClosed.connect(quitting.set)

    async def whole_life() -> None:
        try:
            await main(quitting)
            await quitting.wait()
        finally:
            await shut_down()
            await tasks.cancel_all()

    try:
        loop.run_until_complete(whole_life())
    finally:
        loop.close()
