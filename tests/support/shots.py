"""`./dev shots`: makes screenshots/ from the running program on the demo host; never by hand.

Each picture is a fresh process on a screen of its own, so that it shows what a newcomer sees.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from tests.support.scenes import SCENES
from tests.support.screen import home, screen

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "screenshots"
LIMIT_S = 120
SIZE = "1360x860"


@dataclass(frozen=True)
class Shot:
    """A picture of a scene (see `tests/support/scenes.py`)."""

    scene: str
    theme: str
    percent: int

    @property
    def file(self) -> Path:
        size = "" if self.percent == 100 else f"-{self.percent}"
        return FOLDER / f"{self.scene}-{self.theme}{size}.png"

    @property
    def arguments(self) -> list[str]:
        return [self.scene, str(self.file), self.theme, str(self.percent / 100), SIZE]


AT_200_TOO = ("pool", "machine")


def shots() -> Iterator[Shot]:
    for scene in SCENES:
        for theme in ("light", "dark"):
            for percent in (100, 200) if scene in AT_200_TOO else (100,):
                yield Shot(scene, theme, percent)


def shrink(file: Path) -> None:
    """Write the picture again with a palette of its 256 commonest colours: a third of the size.

    What is rarer are steps at the edges of letters; each becomes the nearest that is kept.
    """
    picture = QImage(str(file)).convertToFormat(QImage.Format.Format_RGB32)
    commonest = Counter(memoryview(picture.constBits()).cast("B").cast("I")).most_common(256)
    small = picture.convertToFormat(
        QImage.Format.Format_Indexed8,
        [color for color, _times in commonest],
        Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither,
    )
    if not small.save(str(file), quality=0):  # for PNG that is zlib's best
        raise OSError(f"cannot write {file}")


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
                command = [sys.executable, "-m", "tests.support.scenes", *shot.arguments]
                run = subprocess.run(command, cwd=ROOT, env=os.environ | place | display, timeout=LIMIT_S)
            made = run.returncode == 0 and shot.file.exists()
            failed += not made
            if made:
                shrink(shot.file)
            print(f"{'made' if made else 'FAILED'} {shot.file.relative_to(ROOT)}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
