"""The child's end of the pipe: reads messages, writes messages. See `Server`."""

from __future__ import annotations

import os
import socket
import sys
import threading

import msgspec

from vstore_gui.hostd.session import Session
from vstore_gui.wire.frames import FrameReader, frame
from vstore_gui.wire.messages import Cancel, Close, Credentials, Open, Request, ToChild, ToWindow

__all__ = ["Server"]

_RECEIVE_BYTES = 256 * 1024
_SEND_BUFFER_BYTES = 1024 * 1024  # batches are handed over without waiting for the window's next turn


class Server:
    """Serves one window over a socket, for one session.

    The calling thread reads; any thread writes, one frame at a time. When the window goes (end of file), the
    process ends at once, whatever libvirt calls hang.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self._writing = threading.Lock()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(ToChild)
        self._session: Session | None = None

    def serve(self) -> None:
        """Blocks until the window closes or goes; does not return then."""
        reader = FrameReader()
        try:
            while data := self._socket.recv(_RECEIVE_BYTES):
                reader.feed(data)
                for message in reader:
                    self._take(self._decoder.decode(message))
        except ConnectionError:
            pass  # the window was killed: the same as its end of file
        self._close()

    def send(self, message: ToWindow) -> None:
        """Blocks while the window does not read: readers then wait instead of filling the memory."""
        framed = frame(self._encoder.encode(message))
        try:
            with self._writing:
                self._socket.sendall(framed)
        except OSError:
            self._leave()  # nobody is left to tell

    def _take(self, message: ToChild) -> None:
        session = self._session
        match message:
            case Open():
                if session is None:
                    self._session = Session(message, self.send, self._leave)
            case Request():
                if session is not None:
                    session.ask(message)
            case Credentials(id=request, values=values):
                if session is not None:
                    session.credentials.answer(request, values)
            case Cancel():
                pass  # nothing that is asked yet can be stopped; its answer is dropped by the window
            case Close():
                self._close()

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
        self._leave()

    def _leave(self) -> None:
        """Without waiting for threads: one may hang in a libvirt call for ever."""
        sys.stderr.flush()
        os._exit(0)
