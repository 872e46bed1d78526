"""Reading thousands of documents must cost little beside asking a host for them (a hundred µs each).

Seen: a volume 22 µs, of which parsing takes 9; a domain of three disks 90 µs, of which parsing takes 28.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from lxml import etree

from tests.xml.test_states import CDROM, VDA, VOLUME, _domain
from vstore_gui.xml.domain import domain_state
from vstore_gui.xml.volume import read_volume


def _ratio(read: Callable[[str], object], text: str, times: int) -> float:
    """How many times longer reading takes than parsing: the median of interleaved runs."""

    def seconds(call: Callable[[str], object]) -> float:
        start = time.process_time()
        for _ in range(times):
            call(text)
        return time.process_time() - start

    return statistics.median(seconds(read) / seconds(etree.fromstring) for _ in range(7))


def test_reading_a_volume_costs_little_more_than_parsing_it() -> None:
    assert _ratio(read_volume, VOLUME, 500) < 6


def test_reading_a_domain_costs_a_few_times_its_parsing() -> None:
    assert _ratio(domain_state, _domain(VDA, VDA, CDROM), 500) < 12
