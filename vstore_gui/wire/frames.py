"""Frames: four bytes of little-endian length, then one msgpack message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

__all__ = ["MAX_FRAME_BYTES", "FrameError", "FrameReader", "frame"]

_PREFIX_BYTES: Final = 4
MAX_FRAME_BYTES: Final = 64 * 1024 * 1024  # libvirt's own largest message is 32 MiB


class FrameError(ValueError):
    """The other side sent what is no frame: the pipe cannot be trusted any more."""


def frame(message: bytes) -> bytes:
    """The message with its length before it."""
    if len(message) > MAX_FRAME_BYTES:
        raise FrameError(f"message of {len(message)} bytes")
    return len(message).to_bytes(_PREFIX_BYTES, "little") + message


class FrameReader:
    """Collects bytes as they come and yields whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def __iter__(self) -> Iterator[bytes]:
        """Whole messages received so far; each is yielded once. May be left in the middle and resumed."""
        while (message := self.next()) is not None:
            yield message

    def next(self) -> bytes | None:
        """The next whole message, or None until more bytes come."""
        if len(self._buffer) < _PREFIX_BYTES:
            return None
        length = int.from_bytes(self._buffer[:_PREFIX_BYTES], "little")
        if length > MAX_FRAME_BYTES:
            raise FrameError(f"frame of {length} bytes")
        end = _PREFIX_BYTES + length
        if len(self._buffer) < end:
            return None
        message = bytes(self._buffer[_PREFIX_BYTES:end])
        del self._buffer[:end]
        return message
