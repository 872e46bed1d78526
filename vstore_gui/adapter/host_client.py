"""The Protocol of a host over a pipe to its child process. See `HostClient`."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from vstore_gui.adapter.api import HostObserver
from vstore_gui.adapter.child import COMMAND
from vstore_gui.adapter.supervisor import Backoff, Supervisor
from vstore_gui.entities.calls import AnyCall, Call, Partial, answer_type
from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import Report
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Seconds, text
from vstore_gui.wire.messages import Cancel, Credentials, Failed, Part, Reply, Request, ToWindow

__all__ = ["HostClient"]

R = TypeVar("R")


@cache
def _answer_decoder(call_type: type[Call[Any]]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(answer_type(call_type))


@dataclass(eq=False, slots=True)
class _Pending:
    call: Call[Any]
    answer: asyncio.Future[Any]
    on_part: Callable[[Partial], Any] | None


class HostClient:
    """A host over its child process. Single-threaded: lives in the loop's thread, on any asyncio loop.

    The observer hears of a new link state after the report that brought it (Online, Ended).
    """

    def __init__(
        self,
        uri: str,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        backoff: Backoff | None = None,
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._id = uri
        self._loop = loop
        self._backoff = backoff or Backoff()
        self._command = command
        self._observer: HostObserver | None = None
        self._supervisor: Supervisor | None = None
        self._pending: dict[int, _Pending] = {}
        self._ids = itertools.count(1)

    @property
    def id(self) -> str:
        return self._id

    @property
    def link(self) -> HostLink:
        return HostLink.OFFLINE if self._supervisor is None else self._supervisor.link

    @property
    def child_pid(self) -> int | None:
        """Of the child process, if one runs: for Diagnostics."""
        return None if self._supervisor is None else self._supervisor.pid

    def open(self, observer: HostObserver) -> None:
        if self._supervisor is not None:
            return
        self._observer = observer
        loop = self._loop or asyncio.get_event_loop()
        self._supervisor = Supervisor(
            self._id,
            on_answer=self._answered,
            on_report=self._reported,
            on_lost=self._lost,
            on_link=self._link_changed,
            loop=loop,
            backoff=self._backoff,
            command=self._command,
        )
        self._supervisor.open()

    def retry(self) -> None:
        if self._supervisor is not None:
            self._supervisor.retry()

    async def close(self) -> None:
        supervisor = self._supervisor
        if supervisor is None:
            return
        await supervisor.close()
        self._supervisor = None
        self._observer = None

    async def call(
        self,
        call: Call[R],
        *,
        on_part: Callable[[Partial], Any] | None = None,
        deadline_s: float | None = None,
    ) -> R:
        supervisor = self._supervisor
        if supervisor is None or supervisor.link is not HostLink.ONLINE:
            raise HostError(_not_connected(call))
        number = next(self._ids)
        pending = _Pending(call, asyncio.get_running_loop().create_future(), on_part)
        self._pending[number] = pending
        try:
            supervisor.send(Request(number, cast(AnyCall, call)))
            async with asyncio.timeout(deadline_s):
                return cast(R, await pending.answer)
        except TimeoutError:
            raise HostError(_no_answer(call, deadline_s or 0.0)) from None
        finally:
            # Given up before it was answered: what can be stopped is stopped.
            if self._pending.pop(number, None) is not None:
                supervisor.send(Cancel(number))

    def answer_credentials(self, request_id: int, values: tuple[str, ...] | None) -> None:
        if self._supervisor is not None:
            self._supervisor.send(Credentials(request_id, values))

    # ── what the child sends ──

    def _answered(self, message: ToWindow) -> None:
        match message:
            case Part(id=number, value=value):
                pending = self._pending.get(number)
                if pending is not None and pending.on_part is not None:
                    self._hand_part(number, pending, value)
            case Reply(id=number, answer=raw):
                pending = self._pending.pop(number, None)
                if pending is not None and not pending.answer.done():
                    try:
                        pending.answer.set_result(_answer_decoder(type(pending.call)).decode(raw))
                    except msgspec.DecodeError as error:
                        pending.answer.set_exception(
                            HostError(ErrorState.internal(f"unreadable answer: {error}", pending.call.name))
                        )
            case Failed(id=number, error=error):
                pending = self._pending.pop(number, None)
                if pending is not None and not pending.answer.done():
                    pending.answer.set_exception(HostError(error))

    def _hand_part(self, number: int, pending: _Pending, value: Partial) -> None:
        """A fault of who takes the parts is the caller's, and ends its call."""
        assert pending.on_part is not None
        try:
            pending.on_part(value)
        except Exception as error:
            del self._pending[number]
            if not pending.answer.done():
                pending.answer.set_exception(error)

    def _lost(self) -> None:
        pending, self._pending = self._pending, {}
        for waiting in pending.values():
            if not waiting.answer.done():
                waiting.answer.set_exception(HostError(_lost_link(waiting.call)))

    def _reported(self, report: Report) -> None:
        if self._observer is not None:
            self._observer.host_reported(self, report)

    def _link_changed(self, link: HostLink, retry_in_s: float | None) -> None:
        if self._observer is not None:
            self._observer.host_link_changed(self, link, retry_in_s)


def _not_connected(call: Call[Any]) -> ErrorState:
    return ErrorState(
        ErrorKind.LOST,
        text(QT_TRANSLATE_NOOP("vstore", "The host is not connected.")),
        text(QT_TRANSLATE_NOOP("vstore", "Connect to it, then try again.")),
        original="not connected",
        call=call.name,
    )


def _lost_link(call: Call[Any]) -> ErrorState:
    return ErrorState(
        ErrorKind.LOST,
        text(QT_TRANSLATE_NOOP("vstore", "The connection was lost while the host was working on this.")),
        text(
            QT_TRANSLATE_NOOP(
                "vstore", "The host may have done it or not: it is looked at again when it is back."
            )
        ),
        original="the connection's process ended before it answered",
        call=call.name,
    )


def _no_answer(call: Call[Any], waited_s: float) -> ErrorState:
    return ErrorState(
        ErrorKind.NOT_RESPONDING,
        text(QT_TRANSLATE_NOOP("vstore", "The host has not answered within {time}."), time=Seconds(waited_s)),
        text(QT_TRANSLATE_NOOP("vstore", "It may still be working on it. Nobody waits for it any more.")),
        original=f"no answer within {waited_s:g} s",
        call=call.name,
    )
