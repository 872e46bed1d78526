"""The errors a fake host raises: kind and words as the real thing has them."""

from __future__ import annotations

from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.text import text

__all__ = ["refusal"]


def refusal(kind: ErrorKind, words: str, call: str = "") -> HostError:
    """A HostError of this kind; the words are its message and its original."""
    return HostError(ErrorState(kind, text("{words}", words=words), original=words, call=call))
