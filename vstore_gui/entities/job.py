"""A long call's progress, as hostd reports it."""

from __future__ import annotations

import msgspec

__all__ = ["Progress"]


class Progress(msgspec.Struct, frozen=True, gc=False, tag=True):
    """done and total in bytes (or steps when `unit` says so); total None where the end is not known."""

    done: int
    total: int | None = None
    unit: str = "bytes"
