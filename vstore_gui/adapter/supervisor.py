"""Keeps one child process running for a host: starts it, hears of its end, starts it again. See
`Supervisor`."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vstore_gui.adapter.child import COMMAND, Child, describe_exit
from vstore_gui.entities.errors import ErrorKind, ErrorState
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import Ended, Online, Report
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.wire.messages import Open, ToChild, Told, ToWindow

__all__ = ["Backoff", "Supervisor", "child_died"]

_STEADY_S: Final = 10.0  # a link that held this long was no false start: pauses begin anew


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses before each new try: doubled up to a limit, spread a little so that many hosts do not try at
    once."""

    first_s: float = 1.0
    limit_s: float = 30.0
    jitter: float = 0.2

    def pause_s(self, failures: int) -> float:
        """The pause after so many failures in a row (1, 2, …)."""
        pause = min(self.limit_s, self.first_s * 2.0 ** min(failures - 1, 30))
        return pause * random.uniform(1 - self.jitter, 1 + self.jitter)


class Supervisor:
    """One host, one child at a time.

    `on_answer` gets every message that is no report; `on_report` the reports; `on_lost` is called when a
    child is gone, before the link changes; `on_link` when the link changes, with the pause before the next
    try where there is one.

    A child that ends because the link is lost, or that is killed, is started again after a pause. One that
    could not open the host for a reason that trying again does not mend (a wrong password, nothing
    installed), or that cannot even start, is not: `retry` tries again.
    """

    def __init__(
        self,
        uri: str,
        *,
        on_answer: Callable[[ToWindow], None],
        on_report: Callable[[Report], None],
        on_lost: Callable[[], None],
        on_link: Callable[[HostLink, float | None], None],
        loop: asyncio.AbstractEventLoop,
        backoff: Backoff,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._uri = uri
        self._on_answer, self._on_report = on_answer, on_report
        self._on_lost, self._on_link = on_lost, on_link
        self._loop = loop
        self._backoff = backoff
        self._command = command
        self.link = HostLink.OFFLINE
        self._child: Child | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ended: Ended | None = None
        self._closed: asyncio.Future[None] | None = None
        self._was_online = False  # since it was opened
        self._online_at: float | None = None  # of the present child
        self._heard = False  # whether the present child ever said anything
        self._failures = 0

    @property
    def pid(self) -> int | None:
        """Of the child, for Diagnostics and tests."""
        return None if self._child is None else self._child.pid

    def open(self) -> None:
        """Start the first child. Nothing when it is open already."""
        if self.link is HostLink.OFFLINE and self._child is None:
            self._was_online, self._failures = False, 0
            self._start()

    def retry(self) -> None:
        """Try now: nothing when a child is trying or online already."""
        if self._child is None and self.link is not HostLink.OFFLINE:
            self._start()

    async def close(self) -> None:
        """End the child and wait until it is gone (killed after two seconds)."""
        self._cancel_timer()
        if self._child is not None:
            if self._closed is None:
                self._closed = self._loop.create_future()
                self._child.end()
                self._on_lost()
            await asyncio.shield(self._closed)
        self._set_link(HostLink.OFFLINE)

    def send(self, message: ToChild) -> None:
        if self._child is not None:
            self._child.send(message)

    # ── inside ──

    def _start(self) -> None:
        self._cancel_timer()
        self._ended, self._online_at, self._heard = None, None, False
        try:
            self._child = Child(self._loop, self._message, self._gone, self._command)
        except OSError as error:
            self._finish(
                Ended(ErrorState.internal(f"cannot start {self._command[0]}: {error}", "Open"), retry=False)
            )
            return
        self._child.send(Open(self._uri))
        self._set_link(HostLink.RECONNECTING if self._was_online else HostLink.CONNECTING)

    def _message(self, message: ToWindow) -> None:
        if self._closed is not None:
            return
        self._heard = True
        if not isinstance(message, Told):
            self._on_answer(message)
            return
        report = message.report
        if isinstance(report, Ended):
            self._ended = report  # told when the child is gone
        elif isinstance(report, Online):
            self._was_online = True
            self._online_at = self._loop.time()
            self.link = HostLink.ONLINE  # who hears the report may ask at once
            self._on_report(report)
            self._on_link(HostLink.ONLINE, None)
        else:
            self._on_report(report)

    def _gone(self, status: int, words: str) -> None:
        """The child has ended and was reaped."""
        self._child = None
        if self._closed is not None:
            closed, self._closed = self._closed, None
            closed.set_result(None)
            return
        started = self._heard or self._was_online
        self._finish(self._ended or Ended(child_died(status, words), retry=started))

    def _finish(self, ended: Ended) -> None:
        if self._online_at is not None and self._loop.time() - self._online_at >= _STEADY_S:
            self._failures = 0
        self._failures += 1
        pause_s = self._backoff.pause_s(self._failures) if ended.retry else None
        waits_for_return = self._was_online and ended.retry
        self.link = HostLink.RECONNECTING if waits_for_return else HostLink.FAILED
        self._on_lost()
        link = self.link
        self._on_report(ended)
        if self._child is not None or self.link is not link:
            return  # who heard it tries again already, or has closed
        if pause_s is not None:
            self._timer = self._loop.call_later(pause_s, self._start)
        self._on_link(link, pause_s)

    def _set_link(self, link: HostLink, retry_in_s: float | None = None) -> None:
        if link is not self.link or retry_in_s is not None or link is HostLink.RECONNECTING:
            self.link = link
            self._on_link(link, retry_in_s)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def child_died(status: int, words: str) -> ErrorState:
    """The process of a connection ended without saying why."""
    how = describe_exit(status)
    return ErrorState(
        ErrorKind.INTERNAL,
        text(QT_TRANSLATE_NOOP("vstore", "The connection's process ended unexpectedly ({how})."), how=how),
        text(
            QT_TRANSLATE_NOOP("vstore", "If this happens again, copy Help ▸ Diagnostics into a bug report.")
        ),
        original=words or how,
        call="Open",
    )
