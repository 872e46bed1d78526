"""Plans carried out on a real host, and read back by virsh."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.libvirt.stack import Stack
from tests.support.iso import make_iso
from tests.support.libvirtd import Disk, PrivateLibvirtd
from tests.support.waiting import eventually
from vstore_gui.actions.disks import plan_change_media, plan_eject, source_of_volume
from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.actions.pools import NewPoolDraft, plan_new_pool
from vstore_gui.actions.volumes import NewVolumeDraft, plan_delete_volumes, plan_new_volume
from vstore_gui.entities.keys import VolumeKey

pytestmark = pytest.mark.real


async def done(stack: Stack, plan: Plan | tuple[Reason, ...]) -> JobState:
    assert isinstance(plan, Plan), plan
    job = await stack.run(plan)
    assert job.status is JobStatus.DONE, (job.error, job.reasons)
    assert job.warning is None, job.warning
    return job


async def disc_of(stack: Stack, machine: str, target: str, *flags: str) -> str | None:
    """The file that virsh says is in the drive."""
    document = etree.fromstring(await stack.virsh("dumpxml", machine, *flags))
    source = document.find(f"devices/disk/target[@dev='{target}']/../source")
    return None if source is None else source.get("file")


async def test_pool_is_made_with_its_directory(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.tmp / "made by us"
    async with Stack(libvirtd, tmp_path) as stack:
        draft = NewPoolDraft(name="made", target_path=str(folder), mode=0o750, makes_directory=True)
        await done(stack, plan_new_pool(stack.store, stack.uri, draft))
        info = await stack.virsh("pool-info", "made")
        assert folder.stat().st_mode & 0o777 == 0o750
        lines = dict(line.split(":", 1) for line in info.splitlines())
        assert [lines[word].strip() for word in ("State", "Persistent", "Autostart")] == [
            "running",
            "yes",
            "yes",
        ]
        pool = stack.pool("made")
        assert pool is not None
        assert pool.active
        assert pool.autostart


async def test_making_a_pool_is_undone(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.tmp / "made"
    async with Stack(libvirtd, tmp_path) as stack:
        draft = NewPoolDraft(name="made", target_path=str(folder), makes_directory=True)
        job = await done(stack, plan_new_pool(stack.store, stack.uri, draft))
        await done(stack, await stack.runner.plan_undo(job.id))
        assert "made" not in await stack.virsh("pool-list", "--all", "--name")


async def test_pool_whose_name_was_taken_meanwhile_is_refused(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    async with Stack(libvirtd, tmp_path) as stack:
        draft = NewPoolDraft(name="taken", target_path=str(libvirtd.tmp / "mine"), makes_directory=True)
        plan = plan_new_pool(stack.store, stack.uri, draft)
        await stack.elsewhere(lambda: libvirtd.make_pool("taken"))
        job = await stack.run(plan)
        assert job.status is JobStatus.REFUSED
        assert not (libvirtd.tmp / "mine").exists()


@pytest.mark.parametrize(
    ("draft", "wanted"),
    [
        (NewVolumeDraft("thin.qcow2", "qcow2", 2**30), ("qcow2", 2**30)),
        (NewVolumeDraft("tables.qcow2", "qcow2", 2**30, "metadata"), ("qcow2", 2**30)),
        (NewVolumeDraft("sparse.raw", "raw", 2**30), ("raw", 2**30)),
        (NewVolumeDraft("full.raw", "raw", 2**23, "full"), ("raw", 2**23)),
    ],
)
async def test_volume_is_made(
    draft: NewVolumeDraft, wanted: tuple[str, int], libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    folder = libvirtd.make_pool("images")
    async with Stack(libvirtd, tmp_path) as stack:
        await done(stack, plan_new_volume(stack.store, stack.pool_key("images"), draft))
        document = etree.fromstring(await stack.virsh("vol-dumpxml", draft.name, "images"))
        made = document.find("target/format")
        assert made is not None
        assert (made.get("format") or made.get("type"), int(document.findtext("capacity", "0"))) == wanted
        file = folder / draft.name
        assert (file.stat().st_blocks * 512 >= wanted[1]) == (draft.allocation == "full")
        assert stack.volume("images", draft.name) is not None


async def test_disc_is_inserted_and_ejected_in_a_running_machine(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    disc = make_iso(libvirtd.make_pool("discs") / "disc.iso")
    libvirtd.virsh("pool-refresh", "discs")
    libvirtd.define_machine("box", Disk("sda", None, bus="sata", device="cdrom"))
    libvirtd.virsh("start", "box")
    async with Stack(libvirtd, tmp_path) as stack:
        drive = stack.disk_key("box", "sda")
        source = source_of_volume(stack.store, stack.volume_key("discs", "disc.iso"))
        await done(stack, await plan_change_media(stack.store, stack.host, drive, source))
        assert await disc_of(stack, "box", "sda") == str(disc)
        assert await disc_of(stack, "box", "sda", "--inactive") == str(disc)
        assert stack.disk("box", "sda").source.path == str(disc)

        await done(stack, await plan_eject(stack.store, stack.host, drive))
        assert await disc_of(stack, "box", "sda") is None
        assert await disc_of(stack, "box", "sda", "--inactive") is None
        assert stack.disk("box", "sda").empty


async def test_inserting_is_undone_to_the_previous_disc(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.make_pool("discs")
    one, two = make_iso(folder / "one.iso"), make_iso(folder / "two.iso")
    libvirtd.virsh("pool-refresh", "discs")
    libvirtd.define_machine("box", Disk("sda", one, bus="sata", device="cdrom"))
    libvirtd.virsh("start", "box")
    async with Stack(libvirtd, tmp_path) as stack:
        drive = stack.disk_key("box", "sda")
        source = source_of_volume(stack.store, stack.volume_key("discs", "two.iso"))
        job = await done(stack, await plan_change_media(stack.store, stack.host, drive, source))
        assert await disc_of(stack, "box", "sda") == str(two)
        await done(stack, await stack.runner.plan_undo(job.id))
        assert await disc_of(stack, "box", "sda") == str(one)
        assert await disc_of(stack, "box", "sda", "--inactive") == str(one)


async def test_disc_of_a_machine_that_is_off_is_changed_in_its_configuration(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    disc = make_iso(libvirtd.make_pool("discs") / "disc.iso")
    libvirtd.virsh("pool-refresh", "discs")
    libvirtd.define_machine("box", Disk("sda", None, bus="sata", device="cdrom"))
    async with Stack(libvirtd, tmp_path) as stack:
        source = source_of_volume(stack.store, stack.volume_key("discs", "disc.iso"))
        drive = stack.disk_key("box", "sda")
        await done(stack, await plan_change_media(stack.store, stack.host, drive, source))
        assert await disc_of(stack, "box", "sda") == str(disc)
        assert stack.disk("box", "sda").source.path == str(disc)


class TestDeleting:
    """Volumes that something needs are kept."""

    async def refused(self, stack: Stack, *keys: VolumeKey) -> str:
        """The reasons, as text."""
        await stack.sync.complete()
        job = await stack.run(plan_delete_volumes(stack.store, keys))
        assert job.status is JobStatus.REFUSED
        return repr(job.reasons)

    async def test_volume_of_a_machine_is_kept(self, libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
        folder = libvirtd.make_pool("images")
        libvirtd.virsh("vol-create-as", "images", "root.qcow2", "1G", "--format", "qcow2")
        libvirtd.define_machine("box", Disk("vda", folder / "root.qcow2", kind="qcow2"))
        async with Stack(libvirtd, tmp_path) as stack:
            assert "box" in await self.refused(stack, stack.volume_key("images", "root.qcow2"))
        assert (folder / "root.qcow2").exists()

    async def test_base_of_a_chain_is_kept(self, libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
        folder = libvirtd.make_pool("images")
        below: str | None = None
        for name in ("base.qcow2", "middle.qcow2", "top.qcow2"):
            backing: list[str] = ["--backing-vol", below, "--backing-vol-format", "qcow2"] if below else []
            libvirtd.virsh("vol-create-as", "images", name, "1G", "--format", "qcow2", *backing)
            below = name
        libvirtd.define_machine("box", Disk("vda", folder / "top.qcow2", kind="qcow2"))
        async with Stack(libvirtd, tmp_path) as stack:
            assert "box" in await self.refused(stack, stack.volume_key("images", "base.qcow2"))
        assert (folder / "base.qcow2").exists()

    async def test_volume_is_kept_when_its_user_came_after_the_plan(
        self, libvirtd: PrivateLibvirtd, tmp_path: Path
    ) -> None:
        folder = libvirtd.make_pool("images")
        libvirtd.virsh("vol-create-as", "images", "free.qcow2", "1G", "--format", "qcow2")
        async with Stack(libvirtd, tmp_path) as stack:
            plan = plan_delete_volumes(stack.store, [stack.volume_key("images", "free.qcow2")])
            await stack.elsewhere(
                lambda: libvirtd.define_machine("late", Disk("vda", folder / "free.qcow2", kind="qcow2"))
            )
            job = await stack.run(plan)
            assert job.status is JobStatus.REFUSED
        assert (folder / "free.qcow2").exists()

    async def test_volume_used_through_a_linked_directory_is_kept(
        self, libvirtd: PrivateLibvirtd, tmp_path: Path
    ) -> None:
        folder = libvirtd.make_pool("images")
        link = libvirtd.tmp / "link"
        link.symlink_to(folder)
        libvirtd.virsh("vol-create-as", "images", "root.qcow2", "1G", "--format", "qcow2")
        libvirtd.define_machine("box", Disk("vda", link / "root.qcow2", kind="qcow2"))
        async with Stack(libvirtd, tmp_path) as stack:
            assert "box" in await self.refused(stack, stack.volume_key("images", "root.qcow2"))
        assert (folder / "root.qcow2").exists()

    async def test_free_volume_is_deleted(self, libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
        folder = libvirtd.make_pool("images")
        libvirtd.virsh("vol-create-as", "images", "free.qcow2", "1G", "--format", "qcow2")
        async with Stack(libvirtd, tmp_path) as stack:
            await done(stack, plan_delete_volumes(stack.store, [stack.volume_key("images", "free.qcow2")]))
            await eventually(lambda: stack.volume("images", "free.qcow2") is None, "it to go")
        assert not (folder / "free.qcow2").exists()
