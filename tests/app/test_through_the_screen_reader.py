"""The real program, driven from outside as a user of a screen reader would, on a real libvirtd."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lxml import etree

from tests.support.atspi import ScreenReader
from tests.support.iso import make_iso
from tests.support.libvirtd import Disk, PrivateLibvirtd
from tests.support.screen import desktop
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.real, pytest.mark.atspi]

ROOT = Path(__file__).parents[2]


@contextmanager
def program(*arguments: str) -> Iterator[ScreenReader]:
    """The program on a desktop of its own; it must take its leave properly and say nothing on its way."""
    with desktop() as environment:
        command = [sys.executable, "-m", "vstore_gui", "--size", "1360x860", *arguments]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)
        try:
            with ScreenReader("VStore", environment) as reader:
                yield reader
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=30)
        except BaseException as error:
            # What was not to be seen may be so because the program has ended, or told why on its way.
            status = process.poll()
            process.kill()
            error.add_note(f"the program's status: {status}; it said: {''.join(process.communicate())}")
            raise
        assert process.returncode == 0
        assert output == ""
        # Qt's own accessibility bridge announces what it does not implement.
        assert [line for line in errors.splitlines() if "qt.accessibility.atspi" not in line] == []


def disc_in(libvirtd: PrivateLibvirtd, machine: str, *flags: str) -> str | None:
    document = etree.fromstring(libvirtd.virsh("dumpxml", machine, *flags))
    source = document.find("devices/disk[@device='cdrom']/source")
    return None if source is None else source.get("file")


def test_disc_is_inserted_and_ejected(libvirtd: PrivateLibvirtd) -> None:
    folder = libvirtd.make_pool("discs")
    disc = make_iso(folder / "rescue.iso")
    make_iso(folder / "other.iso")
    libvirtd.virsh("pool-refresh", "discs")
    libvirtd.define_machine("box", Disk("sda", None, bus="sata", device="cdrom"))
    libvirtd.virsh("start", "box")
    with program(libvirtd.uri, "--select", "machine/box") as screen:
        screen.find("Insert a disc into sda").do()
        screen.find("Insert a disc", "dialog")
        screen.find("Filter: Discs", "text").text = "rescue"
        screen.gone("other.iso", "table cell")
        screen.find("Discs", "tree").choose_first()
        screen.enabled("Insert", "push button").do()
        wait_until(lambda: disc_in(libvirtd, "box") == str(disc), "virsh to see the disc")
        wait_until(lambda: disc_in(libvirtd, "box", "--inactive") == str(disc), "it to be stored as well")
        screen.find("Show rescue.iso", "push button")

        screen.enabled("Eject the disc from sda").do()
        wait_until(lambda: disc_in(libvirtd, "box") is None, "virsh to see the empty drive")
        screen.find("empty", "label")


def test_what_virsh_does_is_seen(libvirtd: PrivateLibvirtd) -> None:
    libvirtd.define_machine("box")
    with program(libvirtd.uri) as screen:
        screen.find_starting("box, shut off", "table cell")
        libvirtd.virsh("start", "box")
        screen.find_starting("box, running", "table cell")
        libvirtd.make_pool("fresh")
        screen.find_starting("fresh", "table cell")
        libvirtd.kill()
        screen.find_containing("reconnecting")
        libvirtd.start()
        screen.find_containing("live")
        libvirtd.virsh("destroy", "box")
        screen.find_starting("box, shut off", "table cell")


def open_new_pool_wizard(screen: ScreenReader) -> None:
    """As far as its page for a directory."""
    screen.find_containing(", live")
    screen.find("Connections, pools and machines", "tree").choose_first()
    screen.enabled("New pool…", "push button").do()
    screen.find("Directory", "radio button")
    screen.enabled("Next", "push button").do()


def test_pool_and_volume_are_made_with_the_wizards(libvirtd: PrivateLibvirtd) -> None:
    folder = libvirtd.tmp / "made"
    with program(libvirtd.uri) as screen:
        open_new_pool_wizard(screen)
        screen.find("Name", "text").type("made")
        screen.find("Target path", "text").type(str(folder))
        screen.find("The directory will be made.", "label")
        screen.enabled("Next", "push button").do()
        screen.find(f"Make the directory {folder}", "label")
        screen.enabled("Make pool", "push button").do()
        screen.find("made – VStore", "frame")
        info = libvirtd.virsh("pool-dumpxml", "made")
        assert f"<path>{folder}</path>" in info
        assert folder.is_dir()

        screen.enabled("New volume…", "push button").do()
        screen.find("Name", "text").type("disk.qcow2")
        screen.find("Capacity", "text").type("3")
        screen.enabled("Next", "push button").do()
        screen.enabled("Create volume", "push button").do()
        screen.find_starting("disk.qcow2", "table cell")
        document = etree.fromstring(libvirtd.virsh("vol-dumpxml", "disk.qcow2", "made"))
        assert document.findtext("capacity") == str(3 * 2**30)
        assert document.find("target/format[@type='qcow2']") is not None


def test_name_taken_by_virsh_while_the_wizard_is_open_is_told(libvirtd: PrivateLibvirtd) -> None:
    with program(libvirtd.uri) as screen:
        open_new_pool_wizard(screen)
        screen.find("Name", "text").type("wanted")
        screen.find("Target path", "text").type(str(libvirtd.tmp / "mine"))
        screen.enabled("Next", "push button").do()
        screen.enabled("Make pool", "push button")
        libvirtd.make_pool("wanted", libvirtd.tmp / "theirs")
        screen.find_starting("wanted, ", "table cell")
        screen.disabled("Make pool", "push button")
        assert libvirtd.virsh("pool-list", "--all", "--name") == "wanted"
        assert not (libvirtd.tmp / "mine").exists()
