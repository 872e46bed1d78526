"""What a test must not leave behind: threads, child processes, asyncio tasks, exceptions nobody looked at."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

__all__ = ["LoopWatch", "Processes", "children", "run_watched", "threads_left"]

# What is ending when a test ends may finish ending.
_GRACE_S = float(os.environ.get("TEST_GRACE_S", "5"))
_PAUSE_S = 0.01


def children() -> dict[int, str]:
    """Direct child processes of this one by pid, with the command line (zombies by their short name)."""
    found: dict[int, str] = {}
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            pids = [int(pid) for pid in listing.read_text().split()]
        except OSError:
            continue  # that thread has just ended
        for pid in pids:
            try:
                command = (
                    Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
                found[pid] = command.strip() or Path(f"/proc/{pid}/comm").read_text().strip() + " (zombie)"
            except OSError:
                continue  # it has just been reaped
    return found


def threads_left(before: set[threading.Thread]) -> list[str]:
    """Names of Python threads that were not there before and do not end within the grace."""
    end = time.monotonic() + _GRACE_S
    while True:
        left = [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
        if not left or time.monotonic() > end:
            return [f"{thread.name} ({'daemon' if thread.daemon else 'not daemon'})" for thread in left]
        time.sleep(_PAUSE_S)


class Processes:
    """Compares the children of this process with those that were there when it was made."""

    def __init__(self) -> None:
        self._before = children()

    def left(self) -> dict[int, str]:
        end = time.monotonic() + _GRACE_S
        while True:
            left = {pid: command for pid, command in children().items() if pid not in self._before}
            if not left or time.monotonic() > end:
                return left
            time.sleep(_PAUSE_S)


class LoopWatch:
    """Collects what a loop's exception handler is told, and the tasks that outlive the test's coroutine."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._troubles: list[str] = []
        self._errors: list[BaseException] = []
        loop.set_exception_handler(self._note)

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._errors.append(error)
        self._troubles.append(
            f"{context.get('message')}: {error!r}" if error else str(context.get("message"))
        )

    async def around(self, test: Coroutine[Any, Any, object]) -> None:
        """Run the test; AssertionError when it leaves tasks behind."""
        await test
        mine = asyncio.current_task()
        end = self._loop.time() + _GRACE_S
        while left := [task for task in asyncio.all_tasks() if task is not mine]:
            if self._loop.time() > end:
                names = ", ".join(f"{task.get_name()} ({task.get_coro()!r})" for task in left)
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)
                raise AssertionError(f"tasks left running: {names}")
            await asyncio.sleep(_PAUSE_S)

    def check(self) -> None:
        """AssertionError for exceptions that nobody retrieved; collects garbage: that is when they tell."""
        gc.collect()
        if self._troubles:
            raise AssertionError("the loop's exception handler was told: " + "; ".join(self._troubles)) from (
                self._errors[0] if self._errors else None
            )


def run_watched(test: Coroutine[Any, Any, object]) -> None:
    """Run a test's coroutine on a fresh plain asyncio loop, with the checks above."""
    with asyncio.Runner(debug=False) as runner:
        watch = LoopWatch(runner.get_loop())
        runner.run(watch.around(test))
        watch.check()
