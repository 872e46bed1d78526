"""A screen that is not there (Xvfb), with a session bus on which a screen reader would find what is on it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

__all__ = ["desktop", "home", "screen"]


@contextmanager
def home(parent: Path | None = None) -> Iterator[dict[str, str]]:
    """Environment variables that give a program an empty home of its own."""
    with tempfile.TemporaryDirectory(prefix="vstore-home-", dir=parent) as folder:
        variables = {"HOME": folder}
        for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "CACHE_HOME", "RUNTIME_DIR"):
            place = Path(folder, name.lower())
            place.mkdir(mode=0o700)
            variables[f"XDG_{name}"] = str(place)
        yield variables


@contextmanager
def screen(width: int = 2800, height: int = 1900) -> Iterator[dict[str, str]]:
    """Environment variables under which a Qt program draws on a fresh Xvfb."""
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        f"{width}x{height}x24",
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    server = subprocess.Popen(
        command,
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            display = answer.readline().strip()  # written when it is ready; empty when it died
        if not display:
            raise RuntimeError(f"Xvfb ended with status {server.wait()}")
        yield {"DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb", "LC_ALL": "C.UTF-8"}
    finally:
        server.terminate()
        server.wait()


@contextmanager
def desktop() -> Iterator[dict[str, str]]:
    """A whole environment: a screen, a home, a session bus with accessibility; for programs started in it."""
    with ExitStack() as stack:
        environment = os.environ | stack.enter_context(home()) | stack.enter_context(screen(1600, 1000))
        # No services but the accessibility bus: what a desktop would start by itself must not slip in.
        environment["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        environment["NO_AT_BRIDGE"] = "0"
        environment.pop("AT_SPI_BUS_ADDRESS", None)
        bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        stack.callback(_end_session, bus)
        assert bus.stdout is not None
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        yield environment


def _end_session(bus: subprocess.Popen[bytes]) -> None:
    """End the bus; what it started (the accessibility bus) leaves when the bus is gone."""
    os.killpg(bus.pid, signal.SIGTERM)
    bus.wait()
    if bus.stdout is not None:
        bus.stdout.close()
