"""`python -m vstore_gui`, and `vstore-gui` once installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from vstore_gui.command_line import parse

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run VStore until its window is closed; returns the exit status."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    if options.scale is not None:
        # Read by Qt before the application exists.
        os.environ["QT_SCALE_FACTOR"] = str(options.scale)
    # Imported late: --help and --version need no Qt.
    from vstore_gui.app import run

    return run(options)


if __name__ == "__main__":
    sys.exit(main())
