"""What can go wrong on a host, as values the window can explain.

The table from libvirt's (code, domain) pairs to these kinds stands in `hostd.errors`; what each kind means
to the user stands with the table too: one row tells all of an error.
"""

from __future__ import annotations

import enum

import msgspec

from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text

__all__ = ["ErrorKind", "ErrorState", "HostError"]


class ErrorKind(enum.Enum):
    NOT_FOUND = "not-found"  # the pool, volume or machine is gone
    EXISTS = "exists"  # a name, uuid or target is taken
    IN_USE = "in-use"
    BUSY = "busy"  # a libvirt job holds it: try later
    NOT_ACTIVE = "not-active"
    ALREADY_ACTIVE = "already-active"
    DENIED = "denied"  # the daemon refuses this user (polkit, socket permissions, libvirt group)
    PATH_DENIED = "path-denied"  # the file's permissions
    AUTH_FAILED = "auth-failed"
    AUTH_CANCELLED = "auth-cancelled"
    HOST_KEY = "host-key"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # nothing listens there
    NOT_RUNNING = "not-running"  # the daemon is installed and does not run
    NOT_INSTALLED = "not-installed"
    LOST = "lost"  # the link broke while the call was under way
    NOT_RESPONDING = "not-responding"
    NO_SPACE = "no-space"
    NOT_SUPPORTED = "not-supported"
    INVALID = "invalid"  # the document or an argument was refused
    TRAY_LOCKED = "tray-locked"
    MISSING_PATH = "missing-path"
    READ_ONLY = "read-only"
    TIMEOUT = "timeout"
    INTERNAL = "internal"  # a fault of ours
    OTHER = "other"  # libvirt's own words are all there is


class ErrorState(msgspec.Struct, frozen=True):
    """What happened, to what, why, and what to do. The original text and code are for 'Details'."""

    kind: ErrorKind
    message: Text
    advice: Text | None = None
    command: str | None = None  # one line to type on the host that mends it, where there is one
    original: str = ""
    code: int | None = None
    domain: int | None = None
    call: str = ""

    @staticmethod
    def internal(original: str, call: str = "") -> ErrorState:
        """A fault of our own: shown with its text, so that it can be reported."""
        return ErrorState(
            ErrorKind.INTERNAL,
            text(QT_TRANSLATE_NOOP("vstore", "VStore made a mistake: {original}"), original=original),
            text(QT_TRANSLATE_NOOP("vstore", "Copy Help ▸ Diagnostics into a bug report.")),
            original=original,
            call=call,
        )


class HostError(Exception):
    """Raised by every host call that fails; `state` is what to show."""

    def __init__(self, state: ErrorState) -> None:
        super().__init__(f"{state.message} [{state.kind.value}] {state.original}")
        self.state = state

    @property
    def kind(self) -> ErrorKind:
        return self.state.kind
