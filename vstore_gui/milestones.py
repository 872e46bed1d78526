"""`--milestones FILE.json`: when what was on screen, how late the loop was, what it cost.

The names in the file are stable: scripts and benchmarks read them.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vstore_gui.aio.stall_meter import Stalls
from vstore_gui.entities.calls import ChildStats
from vstore_gui.entities.keys import HostId

__all__ = ["Milestones", "since_process_start_s"]


def since_process_start_s() -> float:
    """Seconds since the kernel started this process: the interpreter's own start is in it."""
    after_name = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    started_s = int(after_name.split()[19]) / os.sysconf("SC_CLK_TCK")  # field 22, counted from 1
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_s


class Milestones:
    """Collects; `write` puts all of it in the file."""

    def __init__(self) -> None:
        self._window_shown_s: float | None = None
        self._connections: dict[HostId, float] = {}
        self._pools: dict[str, dict[str, Any]] = {}
        self._machines: dict[str, dict[str, Any]] = {}

    def window_shown(self) -> None:
        if self._window_shown_s is None:
            self._window_shown_s = since_process_start_s()

    def online(self, host: HostId) -> None:
        self._connections.setdefault(host, since_process_start_s())

    def names_shown(self, host: HostId, pool: str, rows: int) -> None:
        entry = self._pools.setdefault(f"{host}|pool/{pool}", {})
        entry["rows"] = rows
        entry.setdefault("names_s", round(since_process_start_s(), 4))

    def details_shown(self, host: HostId, pool: str) -> None:
        entry = self._pools.setdefault(f"{host}|pool/{pool}", {})
        entry.setdefault("details_s", round(since_process_start_s(), 4))

    def machine_shown(self, host: HostId, machine: str) -> None:
        entry = self._machines.setdefault(f"{host}|machine/{machine}", {})
        entry.setdefault("shown_s", round(since_process_start_s(), 4))

    def write(self, file: Path, stalls: Stalls, children: Iterable[tuple[HostId, ChildStats]]) -> None:
        calls: Counter[str] = Counter()
        events: Counter[str] = Counter()
        children_rss: dict[HostId, float] = {}
        for host, stats in children:
            calls.update(stats.calls)
            events.update(stats.events)
            children_rss[host] = _mib(stats.peak_rss_bytes)
        peak_rss_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        document = {
            "window_shown_s": self._window_shown_s and round(self._window_shown_s, 4),
            "connections": {host: {"online_s": round(at, 4)} for host, at in self._connections.items()},
            "pools": self._pools,
            "machines": self._machines,
            "stalls": {
                "max_ms": stalls.max_ms,
                "p999_ms": stalls.p999_ms,
                "over_16_ms": stalls.over_16_ms,
                "over_50_ms": stalls.over_50_ms,
                "beats": stalls.beats,
                "histogram_ms": {str(late): n for late, n in stalls.histogram.items()},
            },
            "peak_rss_mib": _mib(peak_rss_bytes),
            "children_peak_rss_mib": children_rss,
            "calls": dict(calls.most_common()),
            "events": dict(events.most_common()),
        }
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _mib(n_bytes: int) -> float:
    return round(n_bytes / 2**20, 1)
