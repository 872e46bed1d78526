"""A host over ssh, by a real sshd of the tests' own: its key is asked about, kept, a changed one refused."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.libvirtd import PrivateLibvirtd
from tests.support.waiting import wait_until
from vstore_gui.adapter.api import Host
from vstore_gui.adapter.host_client import HostClient
from vstore_gui.entities.calls import ListPools
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import CredentialPrompt, CredentialsWanted, Ended, Online, Report

pytestmark = pytest.mark.real

_SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin")


class Door:
    """An sshd on a loopback port, which lets the one in who has the key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.key = folder / "id"
        self._make_key(self.key)
        self.change_host_key()
        (folder / "conf").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nStrictModes no\nUsePAM no\n"
            f"AuthorizedKeysFile {self.key}.pub\nPermitRootLogin yes\nPidFile none\n"
        )
        self._sshd: subprocess.Popen[bytes] | None = None

    @staticmethod
    def _make_key(file: Path) -> None:
        file.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)

    def change_host_key(self) -> None:
        self._make_key(self.folder / "host")

    def open(self) -> None:
        assert _SSHD is not None, "./dev test installs openssh-server"
        Path("/run/sshd").mkdir(exist_ok=True)
        self._sshd = subprocess.Popen(
            [_SSHD, "-D", "-e", "-f", str(self.folder / "conf")], stderr=subprocess.DEVNULL
        )
        wait_until(self._answers, "sshd answers")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def close(self) -> None:
        if self._sshd is not None:
            self._sshd.terminate()
            self._sshd.wait(30)
            self._sshd = None


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    made = Door(tmp_path)
    made.open()
    yield made
    made.close()


class Visitor:
    """Connects once, answering every question alike; what it saw and how it ended."""

    def __init__(self, answer: tuple[str, ...] | None) -> None:
        self._answer = answer
        self._done = asyncio.Event()
        self.asked: list[CredentialPrompt] = []
        self.ended: Ended | None = None

    def host_reported(self, host: Host, report: Report) -> None:
        if isinstance(report, CredentialsWanted):
            self.asked += report.prompts
            host.answer_credentials(report.id, self._answer)
        elif isinstance(report, Online | Ended):
            self.ended = report if isinstance(report, Ended) else None
            self._done.set()

    def host_link_changed(self, host: Host, link: HostLink, retry_in_s: float | None) -> None:
        """Of no interest here."""

    async def visit(self, uri: str) -> int | None:
        """The number of pools there, or None when it was not let in."""
        host = HostClient(uri)
        host.open(self)
        try:
            await asyncio.wait_for(self._done.wait(), 120)
            return None if self.ended else len(await host.call(ListPools()))
        finally:
            await host.close()


async def test_an_unknown_key_is_asked_about_once_and_a_changed_one_refused(
    door: Door, libvirtd: PrivateLibvirtd
) -> None:
    own_socket = libvirtd.uri.partition("socket=")[2]
    uri = f"qemu+ssh://root@127.0.0.1:{door.port}/system?socket={own_socket}&keyfile={door.key}"

    declining = Visitor(("no",))
    assert await declining.visit(uri) is None
    assert [prompt.kind for prompt in declining.asked] == ["confirm"]
    assert "SHA256:" in declining.asked[0].prompt
    assert declining.ended is not None
    assert declining.ended.error.kind is ErrorKind.HOST_KEY

    accepting = Visitor(("yes",))
    assert await accepting.visit(uri) is not None
    assert len(accepting.asked) == 1

    again = Visitor(None)
    assert await again.visit(uri) is not None
    assert again.asked == []

    door.close()
    door.change_host_key()
    door.open()
    deceived = Visitor(("yes",))
    assert await deceived.visit(uri) is None
    assert deceived.ended is not None
    assert deceived.ended.error.kind is ErrorKind.HOST_KEY
