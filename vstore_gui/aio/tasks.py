"""Tasks that are owned: somebody holds them, cancels them with their owner and hears of their failure."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QObject

__all__ = ["cancel_all", "on_failure", "start"]

T = TypeVar("T")

_log = logging.getLogger(__name__)
_tasks: set[asyncio.Task[Any]] = set()
_report: Callable[[BaseException], None] | None = None


def on_failure(report: Callable[[BaseException], None] | None) -> None:
    """Who is told of a task that failed: the window shows it. Without one it is only logged."""
    global _report
    _report = report


def start(owner: QObject | None, coro: Coroutine[Any, Any, T], *, name: str | None = None) -> asyncio.Task[T]:
    """Start a task that ends with its owner (None: with the application).

    Its failure is reported to the user; a caller that awaits it gets the exception as well.
    """
    task = asyncio.get_event_loop().create_task(coro, name=name)
    _tasks.add(task)
    task.add_done_callback(_done)
    if owner is not None:
        # A weak reference: the owner's signal must not keep a finished task alive.
        reference = weakref.ref(task)
        owner.destroyed.connect(lambda *_: _cancel(reference))
    return task


def _cancel(reference: weakref.ref[asyncio.Task[Any]]) -> None:
    task = reference()
    if task is not None and not task.done():
        task.cancel()


def _done(task: asyncio.Task[Any]) -> None:
    _tasks.discard(task)
    if task.cancelled():
        return
    error = task.exception()
    if error is None:
        return
    _log.error("task %s failed", task.get_name(), exc_info=error)
    if _report is not None:
        _report(error)


async def cancel_all() -> None:
    """Cancel every task that still runs and wait until they have ended."""
    current = asyncio.current_task()
    pending = [task for task in _tasks if task is not current]
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
