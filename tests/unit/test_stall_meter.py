import time
from typing import Any

from PySide6.QtCore import QCoreApplication, QTimer

from vstore_gui.aio.stall_meter import StallMeter


def test_a_stall_is_seen_with_its_length(qapp: QCoreApplication, qtbot: Any) -> None:
    meter = StallMeter()
    meter.start()
    qtbot.waitUntil(lambda: meter.stalls().beats > 20, timeout=30_000)
    QTimer.singleShot(0, lambda: time.sleep(0.12))
    qtbot.waitUntil(lambda: meter.stalls().over_50_ms >= 1, timeout=30_000)
    stalls = meter.stalls()
    meter.stop()
    assert stalls.max_ms >= 100
    assert meter.worst
    assert meter.worst[-1][1] >= 100
    assert sum(stalls.histogram.values()) == stalls.beats


def test_a_single_stall_is_not_the_percentile() -> None:
    meter = StallMeter()
    meter._histogram.update({0: 1999, 800: 1})
    assert meter.stalls().p999_ms == 0.0
    meter._histogram.update({700: 2})
    assert meter.stalls().p999_ms == 70.0
