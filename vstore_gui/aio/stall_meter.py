"""How late the Qt loop's heartbeat is: the measure of 'never frozen'."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

__all__ = ["HEARTBEAT_MS", "StallMeter", "Stalls"]

HEARTBEAT_MS: Final = 5
_RESOLUTION_MS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Stalls:
    """Lateness of all heartbeats so far, in milliseconds."""

    beats: int
    max_ms: float
    p999_ms: float  # 99.9 % of the beats were less late
    over_16_ms: int
    over_50_ms: int
    histogram: dict[float, int]  # lateness in ms, rounded → beats: lets several runs be pooled


class StallMeter(QObject):
    """A timer of 5 ms that notes how much later than that it fires.

    Its cost is some 200 wake-ups a second of a few microseconds each. The longest stall is known with what
    ran before it only as a time; `worst` keeps the last few with their wall clock, for Diagnostics.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._histogram: Counter[int] = Counter()
        self._max_ms = 0.0
        self._last = 0.0
        self.worst: list[tuple[float, float]] = []  # (Unix time, ms), stalls over 50 ms, newest last
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(HEARTBEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def reset(self) -> None:
        self._histogram.clear()
        self._max_ms = 0.0
        self.worst.clear()
        self._last = time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        # A repeating timer skips the beats it missed: the gap to the last one, less the interval, is the
        # lateness.
        late_ms = max(0.0, (now - self._last) * 1000 - HEARTBEAT_MS)
        self._last = now
        self._histogram[round(late_ms / _RESOLUTION_MS)] += 1
        if late_ms > self._max_ms:
            self._max_ms = late_ms
        if late_ms > 50:
            self.worst = [*self.worst[-19:], (time.time(), late_ms)]

    def stalls(self) -> Stalls:
        beats = self._histogram.total()
        allowed = beats / 1000  # how many beats may be later than the 99.9th percentile
        later = 0
        p999 = 0.0
        for bucket in sorted(self._histogram, reverse=True):
            later += self._histogram[bucket]
            if later > allowed:
                p999 = bucket * _RESOLUTION_MS
                break
        return Stalls(
            beats=beats,
            max_ms=round(self._max_ms, 2),
            p999_ms=round(p999, 2),
            over_16_ms=sum(n for bucket, n in self._histogram.items() if bucket * _RESOLUTION_MS > 16),
            over_50_ms=sum(n for bucket, n in self._histogram.items() if bucket * _RESOLUTION_MS > 50),
            histogram={round(bucket * _RESOLUTION_MS, 1): n for bucket, n in sorted(self._histogram.items())},
        )
