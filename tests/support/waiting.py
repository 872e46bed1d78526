"""Waiting on conditions: no test sleeps for a fixed time and hopes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

__all__ = ["eventually", "wait_until"]

LIMIT_S = 30.0  # generous: a limit is for what is broken, not for what is slow
_PAUSE_S = 0.01


def wait_until(condition: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
    """Block until the condition holds; AssertionError naming `what` after the limit. Without a loop."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"waited {limit_s:g} s in vain for: {what}"
        time.sleep(_PAUSE_S)


async def eventually(condition: Callable[[], object], what: str, limit_s: float = LIMIT_S) -> None:
    """The same on a running loop, which goes on turning meanwhile."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"waited {limit_s:g} s in vain for: {what}"
        await asyncio.sleep(_PAUSE_S)
