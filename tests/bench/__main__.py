"""`./dev bench [--quick] …`: runs everything, interleaved, and prints medians and ratios."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import virt_manager
from tests.bench.big_host import POOL, BigHost
from tests.support.screen import home, screen

ROOT = Path(__file__).parents[2]
LIMIT_S = 600


def app(uri: str) -> dict[str, Any]:
    """The program itself, on a screen; what `--milestones` writes."""
    with tempfile.TemporaryDirectory() as folder, home() as place, screen() as display:
        file = Path(folder, "milestones.json")
        command = [sys.executable, "-m", "vstore_gui", uri, "--select", f"pool/{POOL}", "--size", "1360x860"]
        command += ["--milestones", str(file), "--exit-when-idle"]
        environment = os.environ | place | display
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=LIMIT_S)
        return dict(json.loads(file.read_text()))


def plain(uri: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.plain", uri, POOL]
    run = subprocess.run(command, cwd=ROOT, check=True, timeout=LIMIT_S, stdout=subprocess.PIPE)
    return dict(json.loads(run.stdout))


def virsh(uri: str) -> float:
    start = time.monotonic()
    command = ["virsh", "-c", uri, "vol-list", POOL, "--details"]
    subprocess.run(command, check=True, timeout=LIMIT_S, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def interleaved(runs: int, measures: dict[str, Callable[[], Any]]) -> dict[str, list[Any]]:
    """Each measure once per round, so that what else the machine does falls on all alike."""
    results: dict[str, list[Any]] = {name: [] for name in measures}
    for number in range(runs):
        for name, measure in measures.items():
            results[name].append(measure())
        print(f"round {number + 1} of {runs}", file=sys.stderr)
    return results


def summary(results: dict[str, list[Any]]) -> dict[str, Any]:
    """Medians over the rounds; lateness over all beats of all rounds."""
    median = statistics.median
    apps, plains = results["app"], results["plain"]
    pages = [next(iter(run["pools"].values())) for run in apps]
    online = [next(iter(run["connections"].values()))["online_s"] for run in apps]
    late: Counter[float] = Counter()
    for run in apps:
        late.update({float(ms): beats for ms, beats in run["stalls"]["histogram_ms"].items()})
    beats = sum(run["stalls"]["beats"] for run in apps)
    figures: dict[str, Any] = {
        "rows": pages[0]["rows"],
        "window shown, s": median(run["window_shown_s"] for run in apps),
        "online, s": median(online),
        "names shown, s": median(page["names_s"] for page in pages),
        "all details, s": median(page["details_s"] for page in pages),
        "all details after online, s": median(
            page["details_s"] - since for page, since in zip(pages, online, strict=True)
        ),
        "plain: names, s": median(run["names_s"] for run in plains),
        "plain: all details, s": median(run["details_s"] for run in plains),
        "plain: all details after open, s": median(run["details_after_open_s"] for run in plains),
        "virsh vol-list --details, s": median(results["virsh"]),
        "longest stall of any round, ms": max(run["stalls"]["max_ms"] for run in apps),
        "longest stall, median of rounds, ms": median(run["stalls"]["max_ms"] for run in apps),
        "99.9 % of all beats late by at most, ms": percentile(late, beats, 0.999),
        "beats": beats,
        "beats late by over 16 ms": sum(run["stalls"]["over_16_ms"] for run in apps),
        "beats late by over 50 ms": sum(run["stalls"]["over_50_ms"] for run in apps),
        "peak memory of the window, MiB": median(run["peak_rss_mib"] for run in apps),
        "peak memory of the child, MiB": median(sum(run["children_peak_rss_mib"].values()) for run in apps),
    }
    figures["ratio to plain, from process start"] = (
        figures["all details, s"] / figures["plain: all details, s"]
    )
    figures["ratio to plain, from open connection"] = (
        figures["all details after online, s"] / figures["plain: all details after open, s"]
    )
    figures["ratio to virsh"] = figures["all details, s"] / figures["virsh vol-list --details, s"]
    if "virt-manager" in results:
        figures["virt-manager (watched by AT-SPI), s"] = median(results["virt-manager"])
        figures["ratio to virt-manager"] = (
            figures["all details, s"] / figures["virt-manager (watched by AT-SPI), s"]
        )
    return figures


def percentile(histogram: Counter[float], total: int, share: float) -> float:
    """The smallest lateness that this share of all beats does not exceed."""
    seen = 0
    for late in sorted(histogram):
        seen += histogram[late]
        if seen >= share * total:
            return late
    return max(histogram, default=0.0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="500 volumes, 20 machines, 2 rounds")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--volumes", type=int)
    parser.add_argument("--machines", type=int)
    parser.add_argument("--json", type=Path, help="write every single figure")
    parser.add_argument("--no-virt-manager", action="store_true", help="even where it is installed")
    options = parser.parse_args()
    runs = options.runs or (2 if options.quick else 5)
    volumes = options.volumes or (500 if options.quick else 10_000)
    machines = options.machines or (20 if options.quick else 300)
    with BigHost(volumes, machines) as host:
        measures: dict[str, Callable[[], Any]] = {
            "app": lambda: app(host.uri),
            "plain": lambda: plain(host.uri),
            "virsh": lambda: virsh(host.uri),
        }
        if virt_manager.installed() and not options.no_virt_manager:
            measures["virt-manager"] = lambda: virt_manager.measure(host.uri, POOL)
        results = interleaved(runs, measures)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    print(f"{volumes} volumes, {machines} machines of 3 disks, {runs} interleaved rounds; medians")
    for name, figure in summary(results).items():
        print(f"  {name:<44}{figure:>10.2f}" if isinstance(figure, float) else f"  {name:<44}{figure:>10}")
    print("  libvirt calls of the program:", results["app"][0]["calls"])


if __name__ == "__main__":
    main()
