"""Every handler: importing the modules below registers them."""

from __future__ import annotations

from vstore_gui.hostd import block_stats, domains, host, pools, volumes
from vstore_gui.hostd.registry import HANDLERS

__all__ = ["HANDLERS", "MODULES"]

MODULES = (block_stats, domains, host, pools, volumes)
