"""Long work in short slices of the Qt loop. See `Slices`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer

__all__ = ["SLICE_S", "Slices"]

SLICE_S = 0.004
"""Half of what a slice may take: the loop has other things to do within a frame."""


class Slices(QObject):
    """Steps a generator, a slice each time the loop is idle, until it ends.

    `after_slice(done)` hears of each slice.
    A step of the generator should take well under a millisecond: slices end between steps.
    """

    def __init__(self, parent: QObject, after_slice: Callable[[bool], None]) -> None:
        super().__init__(parent)
        self._after_slice = after_slice
        self._work: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)

    @property
    def busy(self) -> bool:
        return self._work is not None

    def start(self, work: Iterator[None]) -> None:
        """Begin this work; what was under way is given up."""
        self._work = work
        self._timer.start()

    def stop(self) -> None:
        self._work = None
        self._timer.stop()

    def finish(self) -> None:
        """Do all that is left now, however long it takes."""
        while self.busy:
            self._slice()

    def _slice(self) -> None:
        work = self._work
        if work is None:
            return
        end = time.perf_counter() + SLICE_S
        done = False
        while time.perf_counter() < end:
            if next(work, self) is self:
                done = True
                self.stop()
                break
        self._after_slice(done)
