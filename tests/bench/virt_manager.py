"""virt-manager on the same pool, driven as a user would: until the storage page of the host answers."""

from __future__ import annotations

import shutil
import subprocess
import time

from tests.support.atspi import ScreenReader
from tests.support.screen import desktop

__all__ = ["installed", "measure"]

LIMIT_S = 300


def installed() -> bool:
    return shutil.which("virt-manager") is not None


def measure(uri: str, pool: str) -> float:
    """Seconds from its start until the pool's page shows its volumes. Raises AssertionError."""
    with desktop() as environment:
        # GTK's own; the test's Qt settings mean nothing to it.
        environment |= {"GDK_BACKEND": "x11", "NO_AT_BRIDGE": "0", "GTK_MODULES": "gail:atk-bridge"}
        start = time.monotonic()
        process = subprocess.Popen(
            ["virt-manager", "--no-fork", "--connect", uri, "--show-host-summary"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with ScreenReader("virt-manager", environment) as reader:
                reader.find("Storage", "page tab", LIMIT_S).select()
                # It offers a pool of its own beside ours, and may show that one first.
                reader.find(f"{pool}\nFilesystem Directory", "table cell", LIMIT_S).focus()
                reader.find("volume-00000.qcow2", "table cell", LIMIT_S)
                return time.monotonic() - start
        finally:
            process.terminate()
            process.wait()
