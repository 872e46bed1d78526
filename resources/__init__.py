"""Files that come with the program: icons, translations, styles, the demo host.

The folder stands beside the code and is packaged as `vstore_gui.resources`, where a link leads in a checkout.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["path"]


def path(*parts: str) -> Path:
    """Where that file or folder is, in a checkout as after an installation: `path("demo", "host.xml")`."""
    return Path(__file__).parent.joinpath(*parts)
