"""`python -m vstore_gui.hostd --fd N`: serve one window over the socket of that number, until it goes."""

from __future__ import annotations

import argparse
import os
import signal
import socket

import libvirt

from vstore_gui.hostd import counting, foreign_bytes, handlers
from vstore_gui.hostd.server import Server


def main() -> None:
    parser = argparse.ArgumentParser(prog="vstore_gui.hostd")
    parser.add_argument("--fd", type=int, required=True, help="an open socket to the window")
    arguments = parser.parse_args()
    # Ctrl+C in a terminal goes to the whole group: the window decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    libvirt.registerErrorHandler(lambda _context, _error: None, None)  # errors are raised, not printed
    foreign_bytes.install()
    counting.install()
    assert handlers.HANDLERS
    os.set_inheritable(arguments.fd, False)  # an ssh that outlives us must not keep the window's end open
    Server(socket.socket(fileno=arguments.fd)).serve()


if __name__ == "__main__":
    main()
