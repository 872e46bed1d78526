"""`./dev shots`: makes screenshots/ from the running program on the demo host; never by hand.

Each picture is a fresh process on a screen of its own, so that it shows what a newcomer sees.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.screen import home, screen

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "screenshots"
LIMIT_S = 120


@dataclass(frozen=True)
class Shot:
    page: str
    select: str
    theme: str
    percent: int

    @property
    def file(self) -> Path:
        size = "" if self.percent == 100 else f"-{self.percent}"
        return FOLDER / f"{self.page}-{self.theme}{size}.png"

    @property
    def arguments(self) -> list[str]:
        words = ["--demo", "--select", self.select, "--theme", self.theme, "--scale", str(self.percent / 100)]
        return [*words, "--size", "1360x860", "--screenshot", str(self.file), "--exit-when-idle"]


PAGES = {"pool": "pool/images", "machine": "machine/web01"}


def shots() -> Iterator[Shot]:
    for page, select in PAGES.items():
        for theme in ("light", "dark"):
            for percent in (100, 200):
                yield Shot(page, select, theme, percent)


def main(wanted: list[str]) -> int:
    """Take all pictures, or those whose name contains one of the words; the number of failures."""
    FOLDER.mkdir(exist_ok=True)
    failed = 0
    with screen() as display:
        for shot in shots():
            if wanted and not any(word in shot.file.stem for word in wanted):
                continue
            with home() as place:
                shot.file.unlink(missing_ok=True)
                command = [sys.executable, "-m", "vstore_gui", *shot.arguments]
                run = subprocess.run(command, cwd=ROOT, env=os.environ | place | display, timeout=LIMIT_S)
            made = run.returncode == 0 and shot.file.exists()
            failed += not made
            print(f"{'made' if made else 'FAILED'} {shot.file.relative_to(ROOT)}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
