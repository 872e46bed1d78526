"""What is said to the user: texts rendered for the locale, and the bridge that messages cross to it."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QCoreApplication, QObject, Signal

from vstore_gui.entities.errors import ErrorState, HostError
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Arg, Count, Names, Seconds, Size, Text
from vstore_gui.qtmodels import formats

__all__ = [
    "Message", "Messages", "describe", "format_age", "format_bytes", "format_count", "format_duration",
    "format_size", "messages", "recent_errors", "render", "report_failure", "show_error", "show_info", "tr",
    "use_bridge", "visible",
]  # fmt: skip

Severity = Literal["error", "warning", "info", "ok"]


def tr(template: str, /, **args: Arg) -> str:
    """Translate a text of the window itself and fill in its places."""
    return _fill(QCoreApplication.translate("vstore", template), args)


def render(value: Arg | None) -> str:
    """A text value as the user reads it: translated, names as plain text in one line."""
    match value:
        case None:
            return ""
        case str():
            return visible(value)
        case Size(n_bytes):
            return format_size(n_bytes)
        case Count(n):
            return format_count(n)
        case Seconds(seconds):
            return format_duration(seconds)
        case Names(names):
            return formats.list_text(visible(name) for name in names)
        case Text(template, args):
            return _fill(QCoreApplication.translate("vstore", template), dict(args))


def _fill(template: str, args: dict[str, Arg]) -> str:
    if not args:
        return template
    return template.format_map({key: render(arg) for key, arg in args.items()})


def visible(name: str) -> str:
    """A name in one line: line breaks, control and direction characters show as '␤' or '�', never obeyed."""
    if name.isprintable():
        return name
    return "".join(
        "␤" if char == "\n" else "�" if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") else char
        for char in name
    )


def format_size(n_bytes: int | None) -> str:
    """'20 GiB', '9.8 GiB'; '—' where it is not known."""
    return formats.size_text(n_bytes) or "—"


format_bytes = formats.exact_bytes_text
format_count = formats.count_text
format_duration = formats.duration_text


def format_age(since_s: float) -> str:
    """'just now', '12 s ago': how long a Unix time is past."""
    age_s = time.time() - since_s
    if age_s < 2:
        return tr(QT_TRANSLATE_NOOP("vstore", "just now"))
    return tr(QT_TRANSLATE_NOOP("vstore", "{age} ago"), age=Seconds(age_s))


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell. `details` are the original words and codes."""

    severity: Severity
    text: Text
    advice: Text | None = None
    command: str | None = None
    details: str = ""


def describe(error: ErrorState) -> str:
    """The original words of an error, for 'Details' and for bug reports."""
    code = f"code {error.code}, domain {error.domain}" if error.code is not None else ""
    return "\n".join(
        line
        for line in (error.original, error.call and f"call: {error.call}", code, error.kind.value)
        if line
    )


class Messages(QObject):
    """The bridge. Signals: `said(Message)`. Keeps the last errors for Diagnostics."""

    said = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[tuple[float, Message]] = []  # (Unix time, message), newest last

    def say(self, message: Message) -> None:
        if message.severity == "error":
            self.errors = [*self.errors[-49:], (time.time(), message)]
        self.said.emit(message)


_bridge: Messages | None = None


def messages() -> Messages:
    """The application's bridge: the window shows what is said on it."""
    global _bridge
    if _bridge is None:
        _bridge = Messages()
    return _bridge


def use_bridge(bridge: Messages | None) -> Messages | None:
    """Put another bridge in its place (a recording one, in tests); returns the one before."""
    global _bridge
    before, _bridge = _bridge, bridge
    return before


def recent_errors() -> list[tuple[float, Message]]:
    return messages().errors


def show_error(error: ErrorState) -> None:
    """Say what went wrong, in the window, without taking the keyboard away."""
    messages().say(
        Message("error", error.message, advice=error.advice, command=error.command, details=describe(error))
    )


def show_info(what: Text, severity: Severity = "info", advice: Text | None = None) -> None:
    messages().say(Message(severity, what, advice=advice))


def report_failure(failure: BaseException) -> None:
    """For `aio.tasks.on_failure`: a host's error is explained; anything else is a fault of ours."""
    if isinstance(failure, HostError):
        show_error(failure.state)
        return
    reasons = getattr(failure, "reasons", None)  # a plan that was refused tells why
    if reasons:
        for reason in reasons:
            show_info(reason.message, "warning")
        return
    show_error(
        ErrorState.internal(
            f"{type(failure).__name__}: {failure}" if str(failure) else type(failure).__name__,
        )
    )
