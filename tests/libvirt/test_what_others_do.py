"""Changes made by virsh, by another admin or by hand appear in the store by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.libvirt.stack import Stack
from tests.support.iso import make_iso
from tests.support.libvirtd import Disk, PrivateLibvirtd
from tests.support.waiting import eventually
from vstore_gui.entities.domain import DomainLifecycle
from vstore_gui.entities.pool import PoolLifecycle

pytestmark = pytest.mark.real


async def test_pool_is_defined_started_stopped_and_undefined(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    folder = libvirtd.tmp / "fresh"
    folder.mkdir()
    async with Stack(libvirtd, tmp_path) as stack:
        assert stack.pool("fresh") is None
        await stack.virsh("pool-define-as", "fresh", "dir", "--target", folder)
        await eventually(lambda: stack.pool("fresh"), "the pool to appear")
        await stack.virsh("pool-start", "fresh")
        await eventually(lambda: (pool := stack.pool("fresh")) and pool.active, "the pool to run")
        running = stack.pool("fresh")
        assert running is not None
        assert running.capacity_bytes
        assert running.target_path == str(folder)
        await stack.virsh("pool-destroy", "fresh")
        await eventually(
            lambda: (pool := stack.pool("fresh")) and pool.lifecycle is PoolLifecycle.INACTIVE,
            "the pool to stop",
        )
        await stack.virsh("pool-undefine", "fresh")
        await eventually(lambda: stack.pool("fresh") is None, "the pool to go")


async def test_volumes_of_the_pool_on_screen_come_and_go(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    libvirtd.make_pool("images")
    async with Stack(libvirtd, tmp_path) as stack:
        stack.sync.watch_pool(stack.pool_key("images"))
        await stack.virsh("vol-create-as", "images", "a.qcow2", "1G", "--format", "qcow2")
        await eventually(lambda: stack.volume("images", "a.qcow2"), "its row")
        stack.sync.watch_visible_volumes(stack.pool_key("images"), ["a.qcow2"])
        await eventually(
            lambda: (
                (now := stack.volume("images", "a.qcow2"))
                and (now.format, now.capacity_bytes) == ("qcow2", 2**30)
            ),
            "its details, which libvirt guesses while qemu-img is still at work",
        )
        await stack.virsh("vol-resize", "a.qcow2", "2G", "--pool", "images")
        await eventually(
            lambda: (now := stack.volume("images", "a.qcow2")) and now.capacity_bytes == 2**31, "its new size"
        )
        await stack.virsh("vol-delete", "a.qcow2", "--pool", "images")
        await eventually(lambda: stack.volume("images", "a.qcow2") is None, "it to go")


async def test_file_made_by_hand_is_found_by_a_refresh(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.make_pool("discs")
    async with Stack(libvirtd, tmp_path) as stack:
        make_iso(folder / "by-hand.iso")
        await stack.virsh("pool-refresh", "discs")
        await eventually(
            lambda: stack.volume("discs", "by-hand.iso"), "the disc, by the event of the refresh"
        )


async def test_machine_is_defined_started_paused_and_undefined(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    async with Stack(libvirtd, tmp_path) as stack:
        await stack.elsewhere(lambda: libvirtd.define_machine("box"))
        await eventually(lambda: stack.machine("box"), "the machine to appear")

        async def after(command: str, wanted: DomainLifecycle) -> None:
            await stack.virsh(command, "box")
            await eventually(lambda: (now := stack.machine("box")) and now.lifecycle is wanted, wanted.value)

        await after("start", DomainLifecycle.RUNNING)
        await after("suspend", DomainLifecycle.PAUSED)
        await after("resume", DomainLifecycle.RUNNING)
        await after("destroy", DomainLifecycle.SHUTOFF)
        await stack.virsh("undefine", "box")
        await eventually(lambda: stack.machine("box") is None, "the machine to go")


async def test_disc_is_changed_and_ejected(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.make_pool("discs")
    one, two = make_iso(folder / "one.iso"), make_iso(folder / "two.iso")
    libvirtd.define_machine("box", Disk("sda", one, bus="sata", device="cdrom"))
    libvirtd.virsh("start", "box")
    async with Stack(libvirtd, tmp_path) as stack:
        assert stack.disk("box", "sda").source.path == str(one)
        await stack.virsh("change-media", "box", "sda", two, "--live")
        await eventually(lambda: stack.disk("box", "sda").source.path == str(two), "the other disc")
        assert stack.disk("box", "sda", stored=True).source.path == str(one)
        await stack.virsh("change-media", "box", "sda", "--eject", "--live")
        await eventually(lambda: stack.disk("box", "sda").empty, "the drive to be empty")


async def test_edit_of_a_stored_configuration_on_screen_is_noticed(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    disc = make_iso(libvirtd.make_pool("discs") / "one.iso")
    libvirtd.define_machine("box", Disk("sda", None, bus="sata", device="cdrom"))
    libvirtd.virsh("start", "box")
    async with Stack(libvirtd, tmp_path) as stack:
        stack.sync.watch_domain(stack.machine_key("box"))
        await stack.virsh("change-media", "box", "sda", disc, "--insert", "--config")
        await eventually(
            lambda: stack.disk("box", "sda", stored=True).source.path == str(disc),
            "what the next start will bring",
        )
        assert stack.disk("box", "sda").empty


async def test_disk_is_plugged_in_and_pulled(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    libvirtd.make_pool("images")
    libvirtd.virsh("vol-create-as", "images", "hot.qcow2", "1G", "--format", "qcow2")
    path = libvirtd.tmp / "images" / "hot.qcow2"
    libvirtd.define_machine("box")
    libvirtd.virsh("start", "box")
    async with Stack(libvirtd, tmp_path) as stack:
        await stack.virsh("attach-disk", "box", path, "sdb", "--targetbus", "scsi", "--subdriver", "qcow2")
        await eventually(lambda: (box := stack.machine("box")) and box.disks, "the disk to appear")
        assert [
            use.target for use in stack.store.usage.users_of(stack.volume_key("images", "hot.qcow2"))
        ] == ["sdb"]
        await stack.virsh("destroy", "box")
        await eventually(lambda: (box := stack.machine("box")) and not box.disks, "it to go with the run")
        assert stack.store.usage.users_of(stack.volume_key("images", "hot.qcow2")) == ()
