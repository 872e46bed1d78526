"""The libvirtd that the other tests rely on: real, private, and gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.iso import make_iso
from tests.support.libvirtd import Disk, PrivateLibvirtd, VirshError
from tests.support.waiting import wait_until

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]


def test_a_machine_runs_and_its_disc_is_changed(libvirtd: PrivateLibvirtd) -> None:
    pool = libvirtd.make_pool("discs")
    disc = make_iso(pool / "disc.iso", "HELLO")
    libvirtd.virsh("pool-refresh", "discs")
    libvirtd.define_machine("box", Disk("sda", disc, bus="sata", device="cdrom"))
    libvirtd.virsh("start", "box")
    assert "disc.iso" in libvirtd.virsh("domblklist", "box")
    libvirtd.virsh("change-media", "box", "sda", "--eject")
    assert "disc.iso" not in libvirtd.virsh("domblklist", "box")


def test_libvirt_takes_our_discs_for_iso_images(libvirtd: PrivateLibvirtd) -> None:
    pool = libvirtd.make_pool("discs")
    make_iso(pool / "disc.iso")
    libvirtd.virsh("pool-refresh", "discs")
    assert "<format type='iso'/>" in libvirtd.virsh("vol-dumpxml", "disc.iso", "discs")


def test_machines_outlive_a_killed_daemon(libvirtd: PrivateLibvirtd) -> None:
    libvirtd.define_machine("box")
    libvirtd.virsh("start", "box")
    libvirtd.kill()
    with pytest.raises(VirshError):
        libvirtd.virsh("list")
    libvirtd.start()
    assert libvirtd.virsh("domstate", "box") == "running"


def test_a_stopped_daemon_answers_when_it_goes_on(libvirtd: PrivateLibvirtd) -> None:
    libvirtd.stop()
    with pytest.raises(subprocess.TimeoutExpired):
        libvirtd.virsh("list", limit_s=0.5)
    libvirtd.cont()
    libvirtd.virsh("list")


def test_each_test_starts_with_an_empty_host(libvirtd: PrivateLibvirtd) -> None:
    libvirtd.define_machine("box")
    libvirtd.make_pool("images")
    libvirtd.clean()
    assert libvirtd.virsh("list", "--all", "--name") == ""
    assert libvirtd.virsh("pool-list", "--all", "--name") == ""


def test_nothing_survives_a_killed_test_run() -> None:
    script = (
        "import sys; from tests.support.libvirtd import PrivateLibvirtd;"
        "daemon = PrivateLibvirtd(); daemon.define_machine('box'); daemon.virsh('start', 'box');"
        "print(daemon.tmp, flush=True); sys.stdin.read()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with run:
        assert run.stdout is not None
        folder = run.stdout.readline().decode().strip()
        assert Path(folder).is_absolute()
        assert _processes_naming(folder), "its namespace is not there"
        os.kill(run.pid, signal.SIGKILL)
    wait_until(lambda: not _processes_naming(folder), "all its processes to be gone")
    wait_until(lambda: not Path(folder).exists(), "its folder to be gone")


def _processes_naming(folder: str) -> list[str]:
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if folder.encode() in command.read_bytes():
                found.append(command.parent.name)
        except OSError:
            continue  # it has just ended
    return found
