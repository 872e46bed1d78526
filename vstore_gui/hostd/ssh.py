"""ssh for libvirt's qemu+ssh transport, with questions asked in the window.

libvirt strips SSH_ASKPASS_REQUIRE (and more) from the environment of the ssh it starts, so the variables must
be set behind its back: the URI's `command=` names a script of ours in a private directory, which sets them
and runs ssh. ssh then runs our askpass, which puts the question to this process through a socket in that
directory.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from vstore_gui.hostd import askpass

__all__ = ["SshHelper", "known_hosts_file", "needs_helper", "with_command"]

_WORDS_BYTES = 2000

SshQuestion = Callable[[str, str], str | None]
"""(prompt, hint) → what askpass prints, or None to make it fail."""


def needs_helper(uri: str) -> bool:
    """Whether libvirt will start an ssh for this URI that is not the user's own choice."""
    parts = urlsplit(uri)
    return parts.scheme.endswith("+ssh") and "command" not in dict(
        parse_qsl(parts.query, keep_blank_values=True)
    )


def with_command(uri: str, command: str) -> str:
    """The URI with `command=` added; everything else stays as the user gave it."""
    parts = urlsplit(uri)
    parameter = f"command={quote(command, safe='/')}"
    query = f"{parts.query}&{parameter}" if parts.query else parameter
    return urlunsplit(parts._replace(query=query))


def known_hosts_file() -> Path:
    """Our own file of accepted host keys; new keys go there, the user's files are only read."""
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "vstore-gui" / "known_hosts"


class SshHelper:
    """A private directory with the scripts and the socket, and a thread that answers askpass."""

    def __init__(self, question: SshQuestion, *, ssh: str = "ssh") -> None:
        self._question = question
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        self._directory = Path(
            tempfile.mkdtemp(
                prefix="vstore-ssh-", dir=runtime if runtime and Path(runtime).is_dir() else None
            )
        )
        self._words = self._directory / "words"
        address = self._directory / "socket"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(address))
        self._socket.listen(8)
        known_hosts = known_hosts_file()
        known_hosts.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        program = shlex.join((sys.executable, "-I", askpass.__file__, str(address)))
        ask = self._script("askpass", f'exec {program} "$@"')
        # ssh splits the option's value at spaces unless it is quoted.
        files = f'"{known_hosts}" ~/.ssh/known_hosts ~/.ssh/known_hosts2'
        self.command = self._script(
            "ssh",
            f'export SSH_ASKPASS={shlex.quote(ask)} SSH_ASKPASS_REQUIRE=force DISPLAY="${{DISPLAY:-:0}}"\n'
            f'exec {shlex.quote(ssh)} -o UserKnownHostsFile={shlex.quote(files)} "$@" '
            # libvirt (9.0) reads at most a kilobyte of ssh's words: of a changed host key's long warning it
            # makes 'Value too large for defined data type'.
            f"2>>{shlex.quote(str(self._words))}",
        )
        threading.Thread(target=self._serve, name="askpass", daemon=True).start()

    @property
    def words(self) -> str:
        """What ssh said: the end of it, where the reason of a failure stands."""
        try:
            said = self._words.read_bytes()
        except OSError:
            return ""
        return said[-_WORDS_BYTES:].decode(errors="backslashreplace").strip()

    def close(self) -> None:
        """Remove the directory; a question under way fails."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # closing alone does not wake the thread that accepts
        self._socket.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _script(self, name: str, body: str) -> str:
        path = self._directory / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o700)
        return str(path)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return  # closed
            # ssh to a jump host asks from a process of its own, at the same time.
            threading.Thread(target=self._answer, args=(connection,), name="askpass-one", daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rw", encoding="utf-8") as lines:
            try:
                asked = json.loads(lines.readline())
                answer = self._question(str(asked["prompt"]), str(asked["hint"]))
                lines.write(json.dumps({"answer": answer}) + "\n")
                lines.flush()
            except (OSError, ValueError, KeyError):
                return  # askpass went away: ssh gave up, or was ended with the connection
