"""What travels on the pipe. Values only, never code: msgspec decodes into these types and nothing else."""

from __future__ import annotations

import msgspec

from vstore_gui.entities.calls import AnyCall, Partial
from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.reports import Report

# ── window → child ──


class Open(msgspec.Struct, frozen=True, tag=True):
    """The first message: which host to open."""

    uri: str
    askpass: bool = True  # credentials may be asked for


class Request(msgspec.Struct, frozen=True, tag=True):
    id: int
    call: AnyCall


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Stop the request if it can be stopped (streams, block jobs); others are only no longer waited for."""

    id: int


class Credentials(msgspec.Struct, frozen=True, tag=True):
    """Answers to CredentialsWanted, or None when the user declined. Never logged."""

    id: int
    values: tuple[str, ...] | None

    def __repr__(self) -> str:
        return f"Credentials(id={self.id}, values=<hidden>)"


class Close(msgspec.Struct, frozen=True, tag=True):
    """Close the connections and exit."""


ToChild = Open | Request | Cancel | Credentials | Close

# ── child → window ──


class Reply(msgspec.Struct, frozen=True, tag=True):
    """The answer to a request; decoded to `calls.answer_type` of what was asked."""

    id: int
    answer: msgspec.Raw


class Failed(msgspec.Struct, frozen=True, tag=True):
    id: int
    error: ErrorState


class Part(msgspec.Struct, frozen=True, tag=True):
    id: int
    value: Partial


class Told(msgspec.Struct, frozen=True, tag=True):
    report: Report


ToWindow = Reply | Failed | Part | Told
