"""A child process and the pipe to it. See `Child`."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from vstore_gui.wire.frames import FrameError, FrameReader, frame
from vstore_gui.wire.messages import Close, ToChild, ToWindow

__all__ = ["COMMAND", "Child"]

COMMAND: Final = (sys.executable, "-m", "vstore_gui.hostd")

_RECEIVE_BYTES: Final = 256 * 1024
_TURN_S: Final = 0.004  # decoding and applying in one turn of the loop: a frame has room for more
_STDERR_BYTES: Final = 4096
_GRACE_S: Final = 2.0  # between asking a child to end and killing it
_POLL_S: Final = (0.005, 0.5)


class Child:
    """Starts the process, hands its messages over in the loop's thread, and reaps it when it ends.

    `on_message` gets each message; messages are worked off for a few milliseconds a turn, so that a flood of
    them never holds the loop up. `on_end` is called once, after the last message, when the process is gone:
    with its exit status (negative: the signal) and the last lines that it wrote to its standard error.
    Writing never blocks.

    Raises OSError when the process cannot be started. Lives in the loop's thread, without threads of its own.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        on_message: Callable[[ToWindow], None],
        on_end: Callable[[int, str], None],
        command: tuple[str, ...] = COMMAND,
    ) -> None:
        self._loop = loop
        self._on_message = on_message
        self._on_end = on_end
        self._decoder: msgspec.msgpack.Decoder[ToWindow] = msgspec.msgpack.Decoder(ToWindow)
        self._encoder = msgspec.msgpack.Encoder()
        self._frames = FrameReader()
        self._unsent = bytearray()
        self._turn_booked = False
        self._input_ended = False
        self._stderr: deque[bytes] = deque()
        self._kill_at: float | None = None
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._socket.setblocking(False)
            try:
                self._process = subprocess.Popen(
                    (*command, "--fd", str(theirs.fileno())),
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env=_environment(),
                    start_new_session=True,  # no terminal: neither Ctrl+C nor a prompt of ssh goes astray
                )
            except OSError:
                self._socket.close()
                raise
        assert self._process.stderr is not None
        self._stderr_fd = self._process.stderr.fileno()
        os.set_blocking(self._stderr_fd, False)
        loop.add_reader(self._socket.fileno(), self._readable)
        loop.add_reader(self._stderr_fd, self._read_stderr)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: ToChild) -> None:
        """Hand it to the pipe, now or as soon as the pipe takes it. A child that is gone gets nothing."""
        if self._input_ended:
            return
        self._unsent += frame(self._encoder.encode(message))
        self._write()

    def end(self) -> None:
        """Ask it to end, and kill it if it does not within two seconds. `on_end` follows."""
        if not self._input_ended:
            self.send(Close())
            self._stop_input()

    # ── reading ──

    def _readable(self) -> None:
        # While a turn is booked the rest of the last one comes first; the socket stays readable meanwhile.
        if not self._turn_booked:
            self._turn()

    def _turn(self) -> None:
        self._turn_booked = False
        ends_at = time.monotonic() + _TURN_S
        try:
            while not self._input_ended:
                message = self._frames.next()
                if message is not None:
                    self._on_message(self._decoder.decode(message))
                    if time.monotonic() >= ends_at:
                        self._turn_booked = True
                        self._loop.call_soon(self._turn)
                        return
                    continue
                data = self._socket.recv(_RECEIVE_BYTES)
                if not data:
                    self._stop_input()
                    return
                self._frames.feed(data)
        except BlockingIOError:
            return
        except ConnectionError:
            self._stop_input()
        except (FrameError, msgspec.DecodeError) as error:
            # What comes from it cannot be trusted any more.
            self._stderr.append(f"unreadable message: {error}\n".encode())
            self._process.kill()
            self._stop_input()

    def _read_stderr(self) -> None:
        try:
            data = os.read(self._stderr_fd, _STDERR_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._stderr_fd)
            return
        self._stderr.append(data)
        while len(self._stderr) > 1 and sum(map(len, self._stderr)) > 2 * _STDERR_BYTES:
            self._stderr.popleft()

    # ── writing ──

    def _write(self) -> None:
        try:
            while self._unsent:
                sent = self._socket.send(self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            self._loop.add_writer(self._socket.fileno(), self._write)
            return
        except OSError:
            self._unsent.clear()  # it is gone: the reading side hears of that
        if not self._input_ended:
            self._loop.remove_writer(self._socket.fileno())

    # ── ending ──

    def _stop_input(self) -> None:
        """The pipe is of no use any more: close it, which ends a child that still runs, and wait for its
        end."""
        self._input_ended = True
        self._loop.remove_reader(self._socket.fileno())
        self._loop.remove_writer(self._socket.fileno())
        self._socket.close()
        self._kill_at = time.monotonic() + _GRACE_S
        self._loop.call_soon(self._reap, _POLL_S[0])

    def _reap(self, pause_s: float) -> None:
        status = self._process.poll()
        if status is None:
            if self._kill_at is not None and time.monotonic() >= self._kill_at:
                self._process.kill()
                self._kill_at = None
            self._loop.call_later(pause_s, self._reap, min(2 * pause_s, _POLL_S[1]))
            return
        self._read_stderr()
        self._loop.remove_reader(self._stderr_fd)
        assert self._process.stderr is not None
        self._process.stderr.close()
        words = b"".join(self._stderr)[-_STDERR_BYTES:].decode(errors="replace").strip()
        self._on_end(status, words)


def _environment() -> dict[str, str]:
    """Ours, with this package to be found, and without a default URI: the window says which host to open."""
    environment = {name: value for name, value in os.environ.items() if name != "LIBVIRT_DEFAULT_URI"}
    root = str(Path(__file__).resolve().parents[2])
    path = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{root}{os.pathsep}{path}" if path else root
    return environment


def describe_exit(status: int) -> str:
    """'signal SIGKILL' or 'status 1'."""
    if status >= 0:
        return f"status {status}"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:
        return f"signal {-status}"
