"""What was begun and what was done, on disk before each step. See `Journal`."""

from __future__ import annotations

from pathlib import Path

__all__ = ["Journal"]


class Journal:
    """An append-only file of this process in `directory`, locked while the process lives."""

    def __init__(self, directory: Path) -> None: ...
    def close(self) -> None: ...
