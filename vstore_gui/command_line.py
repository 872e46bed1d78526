"""The command line. Its options are stable: scripts and benchmarks use them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vstore_gui import __version__

__all__ = ["Options", "parse"]


@dataclass(frozen=True, slots=True)
class Options:
    uris: tuple[str, ...] = ()
    demo: bool = False
    select: str | None = None
    screenshot: Path | None = None
    size: tuple[int, int] | None = None
    scale: float | None = None
    theme: str | None = None
    milestones: Path | None = None
    exit_when_idle: bool = False


def _size(typed: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)[xX×](\d+)", typed)
    if match is None:
        raise argparse.ArgumentTypeError(f"'{typed}' is no size like 1360x860")
    return int(match[1]), int(match[2])


def _scale(typed: str) -> float:
    try:
        scale = float(typed)
    except ValueError:
        scale = 0.0
    if not 0.5 <= scale <= 4:
        raise argparse.ArgumentTypeError(f"'{typed}' is no scale between 0.5 and 4")
    return scale


def _selection(typed: str) -> str:
    # Imported late: --help and --version need no store.
    from vstore_gui.ui.selection import Selection, SelectionError

    try:
        Selection.parse(typed)
    except SelectionError:
        raise argparse.ArgumentTypeError(
            f"'{typed}' is not like pool/NAME, pool/NAME/volume/NAME or machine/NAME"
        ) from None
    return typed


def parse(arguments: Sequence[str]) -> Options:
    """Options from command line words. Prints and exits on --help, --version and errors."""
    parser = argparse.ArgumentParser(
        prog="vstore-gui",
        description="See and manage the storage of libvirt/KVM hosts.",
        epilog="With no URI: the remembered connections; the first time qemu:///system when it can be "
        "reached, else qemu:///session, else the demo host.",
    )
    parser.add_argument("uris", metavar="URI", nargs="*", help="libvirt connections to open")
    parser.add_argument("--demo", action="store_true", help="open the demo host; nothing real is touched")
    parser.add_argument(
        "--select",
        metavar="TEXT",
        type=_selection,
        help="show URI|pool/NAME, URI|pool/NAME/volume/NAME or URI|machine/NAME; "
        "'URI|' may be left out when one host is open",
    )
    parser.add_argument("--screenshot", metavar="FILE", type=Path, help="save the window once idle")
    parser.add_argument("--size", metavar="WxH", type=_size, help="size of the window, e.g. 1360x860")
    parser.add_argument("--scale", metavar="N", type=_scale, help="scale of the whole interface, e.g. 2")
    parser.add_argument("--theme", choices=("light", "dark"), help="instead of following the desktop")
    parser.add_argument("--milestones", metavar="FILE.json", type=Path, help="write times, stalls and counts")
    parser.add_argument("--exit-when-idle", action="store_true", help="leave once nothing is loading")
    parser.add_argument("--version", action="version", version=f"VStore {__version__}")
    words = vars(parser.parse_args(arguments))
    return Options(**words | {"uris": tuple(words["uris"])})
