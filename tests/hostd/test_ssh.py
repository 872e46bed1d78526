"""ssh's questions reach us and its answers go back: through our script, our askpass and our socket."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from vstore_gui.hostd.ssh import SshHelper, needs_helper, with_command
from vstore_gui.hostd.uris import is_local, is_test

# Shows what it was given, then asks as ssh does.
FAKE_SSH = """#!/bin/sh
echo "args:$*"
echo "force:$SSH_ASKPASS_REQUIRE"
question="Are you sure you want to continue connecting (yes/no/[fingerprint])? "
answer=$("$SSH_ASKPASS" "$question") || echo "no answer"
echo "answer:$answer"
"""


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    ssh = folder / "ssh"
    ssh.write_text(FAKE_SSH)
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


class Asker:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answer: str | None = "yes"

    def __call__(self, prompt: str, hint: str) -> str | None:
        self.asked.append((prompt, hint))
        return self.answer


@pytest.fixture
def asker() -> Asker:
    return Asker()


@pytest.fixture
def helper(asker: Asker, bin_folder: Path) -> Iterator[SshHelper]:
    helper = SshHelper(asker)
    yield helper
    helper.close()
    assert not Path(helper.command).exists()


def run(helper: SshHelper, *arguments: str) -> list[str]:
    # What libvirt leaves of the environment.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [helper.command, *arguments], capture_output=True, text=True, env=environment, timeout=60
    )
    return done.stdout.splitlines()


def test_a_question_is_asked_and_answered(helper: SshHelper, asker: Asker) -> None:
    lines = run(helper, "-p", "22", "-T", "--", "nas", "sh -c 'a b'")
    assert asker.asked == [("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", "")]
    assert lines[1:] == ["force:force", "answer:yes"]
    assert lines[0].endswith("-p 22 -T -- nas sh -c 'a b'")


def test_our_file_of_host_keys_stands_before_the_users(helper: SshHelper) -> None:
    option = run(helper, "nas")[0]
    ours, _, users = option.partition("UserKnownHostsFile=")[2].partition('" ')
    assert ours.endswith("vstore-gui/known_hosts")
    assert users.startswith("~/.ssh/known_hosts")


def test_a_question_that_is_declined_fails_the_askpass(helper: SshHelper, asker: Asker) -> None:
    asker.answer = None
    assert run(helper, "nas")[2:] == ["no answer", "answer:"]


def test_the_scripts_are_nobody_elses(helper: SshHelper) -> None:
    folder = Path(helper.command).parent
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize(
    ("uri", "wanted"),
    [
        ("qemu+ssh://root@nas/system", True),
        ("qemu+ssh://nas/system?keyfile=/k&no_verify=1", True),
        ("qemu+ssh://nas/system?command=/opt/ssh", False),
        ("qemu+libssh2://nas/system", False),
        ("qemu+tls://nas/system", False),
        ("qemu:///system", False),
    ],
)
def test_only_an_ssh_that_the_user_did_not_choose_is_replaced(uri: str, wanted: bool) -> None:
    assert needs_helper(uri) is wanted


def test_what_the_user_gave_in_the_address_stays(tmp_path: Path) -> None:
    uri = "qemu+ssh://root@nas:2222/system?keyfile=/home/a%20b/key&proxy=netcat"
    assert with_command(uri, "/run/a b/ssh") == uri + "&command=/run/a%20b/ssh"
    assert with_command("qemu+ssh://nas/system", "/x") == "qemu+ssh://nas/system?command=/x"


@pytest.mark.parametrize(
    ("uri", "local", "test"),
    [
        ("qemu:///system", True, False),
        ("qemu:///session", True, False),
        ("qemu+unix:///system?socket=/run/s", True, False),
        ("test:///default", True, True),
        ("test:///home/a/host.xml", True, True),
        ("test+tcp://nas/default", False, False),
        ("qemu+tcp://127.0.0.1:16509/system", False, False),
        ("qemu+ssh://root@nas/system", False, False),
        ("esx://vcenter/", False, False),
    ],
)
def test_what_an_address_tells(uri: str, local: bool, test: bool) -> None:
    assert (is_local(uri), is_test(uri)) == (local, test)
