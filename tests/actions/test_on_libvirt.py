"""The same plans on libvirt itself: its test driver, and a real daemon with QEMU."""

from __future__ import annotations

import asyncio
import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from lxml.builder import E

from tests.actions.world import World, messages, world
from tests.contract.sites import QUICK, RealSite, Site, TestDriverSite
from tests.support.libvirtd import PrivateLibvirtd
from tests.support.waiting import eventually
from vstore_gui.actions.disks import plan_change_media, plan_eject
from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.media import source_of_path
from vstore_gui.actions.plan import Plan
from vstore_gui.actions.pools import (
    NewPoolDraft,
    plan_delete_pool_contents,
    plan_new_pool,
    plan_set_autostart,
    plan_stop_pool,
    plan_undefine_pool,
)
from vstore_gui.actions.volumes import NewVolumeDraft, plan_delete_volumes, plan_new_volume
from vstore_gui.adapter.host_client import HostClient
from vstore_gui.entities.calls import DefineDomain
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.units import MIB
from vstore_gui.flows.insert_media import InsertMediaFlow
from vstore_gui.flows.new_pool import NewPoolFlow
from vstore_gui.xml.domain import DomainXml


@pytest.fixture(scope="session", params=["test", pytest.param("real", marks=pytest.mark.real)])
def place(request: pytest.FixtureRequest) -> str:
    """Which libvirt. The daemon is started here, before a test's own accounts are opened."""
    if request.param == "real":
        request.getfixturevalue("_one_libvirtd")
    return str(request.param)


@pytest.fixture
def site(place: str, request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return TestDriverSite(tmp_path) if place == "test" else RealSite(request.getfixturevalue("libvirtd"))


async def opened(w: World) -> None:
    w.sync.add(w.host)
    await eventually(lambda: w.host.link in (HostLink.ONLINE, HostLink.FAILED), "the host is online")
    assert w.host.link is HostLink.ONLINE, w.store.host(w.host.id)
    await w.settled()


async def done(w: World, plan: Plan) -> JobState:
    job = await w.runner.run(plan)
    assert job.status is JobStatus.DONE, (job.error, messages(job.reasons))
    assert job.warning is None, str(job.warning)
    await w.settled()
    return job


async def undone(w: World, job: JobState) -> None:
    undo = await w.runner.undo(job.id)
    assert not isinstance(undo, tuple), messages(undo)
    ended = await w.ended(undo)
    assert ended.status is JobStatus.DONE, (ended.error, messages(ended.reasons))
    await w.settled()


def there(site: Site, name: str) -> bool:
    return Path(site.place(name)).exists()


async def new_pool(w: World, name: str, path: str) -> PoolKey:
    await done(w, plan_new_pool(w.store, w.host.id, NewPoolDraft(name=name, target_path=path)))
    key = w.store.pool_named(w.host.id, name)
    assert key is not None
    return key


async def test_a_pool_is_made_by_the_wizard_and_taken_back(site: Site, tmp_path: Path) -> None:
    async with world(tmp_path / "journal", site.host) as w:  # type: ignore[arg-type]
        await opened(w)
        flow = NewPoolFlow(w.store, w.sync, w.host.id)
        flow.draft.name, flow.draft.target_path = "wizard <&>", site.place("wizard")
        await flow.probe()
        # The test driver has no directories: of its paths nothing is known.
        expected = "The directory will be made." if site.checks_storage else "None"
        assert str(flow.target_state()) == expected
        job = await done(w, flow.plan())
        flow.close()
        key = w.store.pool_named(w.host.id, "wizard <&>")
        assert key is not None
        pool = w.store.pool(key)
        assert pool is not None
        assert (pool.active, pool.autostart) == (True, True)
        assert there(site, "wizard") == site.checks_storage
        await undone(w, job)
        assert w.store.pool(key) is None
        assert not there(site, "wizard")


async def test_stop_autostart_undefine_and_all_the_way_back(site: Site, tmp_path: Path) -> None:
    async with world(tmp_path / "journal", site.host) as w:  # type: ignore[arg-type]
        await opened(w)
        key = await new_pool(w, "images", site.place("images"))
        await undone(w, await done(w, plan_set_autostart(w.store, key, False)))
        await undone(w, await done(w, plan_stop_pool(w.store, key)))
        job = await done(w, await plan_undefine_pool(w.store, w.host, key))
        assert w.store.pool(key) is None
        await undone(w, job)
        pool = w.store.pool(key)
        assert pool is not None
        assert (pool.name, pool.active, pool.autostart) == ("images", True, True)


async def test_volumes_are_made_on_each_other_and_deleted_in_order(site: Site, tmp_path: Path) -> None:
    async with world(tmp_path / "journal", site.host) as w:  # type: ignore[arg-type]
        await opened(w)
        key = await new_pool(w, "images", site.place("images"))
        base = NewVolumeDraft("base.qcow2", "qcow2", 64 * MIB)
        await done(w, plan_new_volume(w.store, key, base))
        top = NewVolumeDraft(
            "top.qcow2", "qcow2", 64 * MIB, backing=VolumeKey(*key, "base.qcow2"), backing_format="qcow2"
        )
        await done(w, plan_new_volume(w.store, key, top))
        job = await w.runner.run(plan_delete_volumes(w.store, [VolumeKey(*key, "base.qcow2")]))
        assert job.status is JobStatus.REFUSED
        assert "is the backing volume of top.qcow2" in messages(job.reasons)[0]
        both = [VolumeKey(*key, "base.qcow2"), VolumeKey(*key, "top.qcow2")]
        await done(w, plan_delete_volumes(w.store, both))
        assert not w.store.volumes(key)


async def test_a_pool_is_deleted_with_its_contents(site: Site, tmp_path: Path) -> None:
    async with world(tmp_path / "journal", site.host) as w:  # type: ignore[arg-type]
        await opened(w)
        key = await new_pool(w, "images", site.place("images"))
        for name in ("a.raw", "-rf", "ä & <b>"):
            await done(w, plan_new_volume(w.store, key, NewVolumeDraft(name, "raw", MIB)))
        await done(w, await plan_delete_pool_contents(w.store, w.host, key))
        assert w.store.pool(key) is None
        assert not there(site, "images")


def machine(site: Site, name: str, *discs: str | None) -> tuple[str, str]:
    """uuid and document of a machine with a SATA CD-ROM drive for each disc (None: empty)."""
    drives = []
    for at, disc in enumerate(discs):
        drive = E.disk(
            E.driver(name="qemu", type="raw"),
            E.target(dev=f"sd{'abc'[at]}", bus="sata"),
            E.readonly(),
            type="file",
            device="cdrom",
        )
        if disc is not None:
            drive.insert(1, E.source(file=disc))
        drives.append(drive)
    domain_uuid = str(uuid.uuid4())
    return domain_uuid, site.domain_xml(name, *drives, domain_uuid=domain_uuid)


async def test_a_disc_goes_into_a_shut_off_machine_and_out_again(site: Site, tmp_path: Path) -> None:
    async with world(tmp_path / "journal", site.host) as w:  # type: ignore[arg-type]
        await opened(w)
        domain_uuid, document = machine(site, "web01", None)
        await w.host.call(DefineDomain(document))
        drive = DiskKey(w.host.id, domain_uuid, "sda")
        await eventually(lambda: w.store.domain(drive.domain_key), "the machine shows")
        iso = tmp_path / "debian.iso"
        iso.write_bytes(b"\0" * 4096)
        job = await done(w, await plan_change_media(w.store, w.host, drive, source_of_path(str(iso))))

        def disc() -> str | None:
            state = w.store.domain(DomainKey(w.host.id, domain_uuid))
            assert state is not None
            return state.disks[0].source.path

        assert disc() == str(iso)
        await undone(w, job)
        assert disc() is None
        await done(w, await plan_change_media(w.store, w.host, drive, source_of_path(str(iso))))
        job = await done(w, await plan_eject(w.store, w.host, drive))
        assert disc() is None
        await undone(w, job)
        assert disc() == str(iso)


# ── a real daemon only ──────────────────────────────────────────────────────────────────────────────────────


class NoRecents:
    def paths(self, host: str) -> tuple[str, ...]:
        return ()

    def add(self, host: str, path: str) -> None:
        raise AssertionError("nothing was accepted")


@pytest.mark.real
async def test_a_running_machine_gets_a_disc_now_and_at_next_start(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    site = RealSite(libvirtd)
    folder = libvirtd.make_pool("iso")
    for name in ("debian.iso", "old.iso", "other.iso"):
        (folder / name).write_bytes(b"\0" * 2048 * 16)
    libvirtd.virsh("pool-refresh", "iso")
    domain_uuid, document = machine(site, "web01", str(folder / "old.iso"))
    file = libvirtd.tmp / "web01.xml"
    file.write_text(document)
    libvirtd.virsh("define", file)
    libvirtd.virsh("start", "web01")
    # What waits for the next start differs from what runs.
    libvirtd.virsh("change-media", "web01", "sda", folder / "other.iso", "--update", "--config")

    def discs() -> tuple[str | None, str | None]:
        live = DomainXml.parse(libvirtd.virsh("dumpxml", "web01"))
        stored = DomainXml.parse(libvirtd.virsh("dumpxml", "web01", "--inactive"))
        return live.disk("sda").source.path, stored.disk("sda").source.path

    async with world(tmp_path / "journal", HostClient(libvirtd.uri, backoff=QUICK)) as w:  # type: ignore[arg-type]
        await opened(w)
        drive = DiskKey(w.host.id, domain_uuid, "sda")
        flow = InsertMediaFlow(w.store, w.sync, drive, NoRecents())
        await flow.load()
        flow.choose_disc(next(disc for disc in flow.discs() if disc.name == "debian.iso"))
        job = await done(w, await flow.plan())
        flow.close()
        wanted = str(folder / "debian.iso")
        assert await asyncio.to_thread(discs) == (wanted, wanted)
        await undone(w, job)
        assert await asyncio.to_thread(discs) == (str(folder / "old.iso"), str(folder / "other.iso"))
        job = await done(w, await plan_eject(w.store, w.host, drive))
        assert await asyncio.to_thread(discs) == (None, None)
        await undone(w, job)
        assert await asyncio.to_thread(discs) == (str(folder / "old.iso"), str(folder / "other.iso"))
        # The same in both from here on: one call does both.
        await done(w, await plan_change_media(w.store, w.host, drive, source_of_path(wanted)))
        plan = await plan_eject(w.store, w.host, drive)
        assert len(plan.steps) == 1
        await done(w, plan)
        assert await asyncio.to_thread(discs) == (None, None)


@pytest.mark.real
async def test_what_is_preallocated_is_what_was_asked_for(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.make_pool("images")

    def taken(name: str) -> int:
        return (folder / name).stat().st_blocks * 512

    def info(name: str) -> dict[str, Any]:
        ran = subprocess.run(
            ["qemu-img", "info", "--output=json", folder / name], capture_output=True, check=True
        )
        return json.loads(ran.stdout)  # type: ignore[no-any-return]

    async with world(tmp_path / "journal", HostClient(libvirtd.uri, backoff=QUICK)) as w:  # type: ignore[arg-type]
        await opened(w)
        key = w.store.pool_named(w.host.id, "images")
        assert key is not None
        for format_, allocation in (
            ("raw", "thin"), ("raw", "full"), ("qcow2", "thin"), ("qcow2", "metadata"), ("qcow2", "full"),
        ):  # fmt: skip
            draft = NewVolumeDraft(f"{format_}-{allocation}", format_, 64 * MIB, allocation)  # type: ignore[arg-type]
            await done(w, plan_new_volume(w.store, key, draft))
        draft = NewVolumeDraft("top", "qcow2", 64 * MIB, "thin", VolumeKey(*key, "raw-full"), "raw")
        await done(w, plan_new_volume(w.store, key, draft))
    assert taken("raw-thin") == 0
    assert taken("raw-full") >= 64 * MIB
    assert taken("qcow2-thin") < taken("qcow2-metadata") < 2 * MIB
    assert taken("qcow2-full") >= 64 * MIB
    assert info("qcow2-thin")["format-specific"]["data"]["compat"] == "1.1"
    top = info("top")
    assert top["backing-filename"] == str(folder / "raw-full")
    assert top["backing-filename-format"] == "raw"


@pytest.mark.real
async def test_the_virsh_commands_shown_do_the_same_when_pasted(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    site = RealSite(libvirtd)
    domain_uuid, document = machine(site, "web01", None)
    file = libvirtd.tmp / "web01.xml"
    file.write_text(document)
    libvirtd.virsh("define", file)
    path = libvirtd.tmp / "pasted"

    def paste(plan: Plan) -> None:
        for step in plan.steps:
            for line in step.virsh:
                ran = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True)
                assert ran.returncode == 0, (line, ran.stderr)

    async with world(tmp_path / "journal", HostClient(libvirtd.uri, backoff=QUICK)) as w:  # type: ignore[arg-type]
        await opened(w)
        draft = NewPoolDraft(name="it's & <mine>", target_path=str(path), mode=0o711)
        await asyncio.to_thread(paste, plan_new_pool(w.store, w.host.id, draft))
        await eventually(lambda: w.store.pool_named(w.host.id, draft.name), "the pool shows")
        key = w.store.pool_named(w.host.id, draft.name)
        assert key is not None
        await eventually(lambda: (pool := w.store.pool(key)) and pool.active, "it runs")
        volume = NewVolumeDraft("a 'b' -c.qcow2", "qcow2", MIB, "metadata")
        await asyncio.to_thread(paste, plan_new_volume(w.store, key, volume))
        await w.sync.reread_pool(key)
        volume_key = VolumeKey(*key, volume.name)
        assert w.store.volume(volume_key) is not None
        drive = DiskKey(w.host.id, domain_uuid, "sda")
        disc = source_of_path(str(path / volume.name))
        await asyncio.to_thread(paste, await plan_change_media(w.store, w.host, drive, disc, format="qcow2"))
        await w.sync.reread_domain(drive.domain_key)
        assert w.store.domain(drive.domain_key).disks[0].source.path == disc.path  # type: ignore[union-attr]
        await asyncio.to_thread(paste, await plan_eject(w.store, w.host, drive))
        await w.sync.reread_domain(drive.domain_key)
        await asyncio.to_thread(paste, await plan_delete_pool_contents(w.store, w.host, key))
        await eventually(lambda: w.store.pool(key) is None, "the pool is gone")
    assert not path.exists()


@pytest.mark.real
async def test_a_pool_over_a_directory_that_is_there_leaves_its_permissions(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    there = libvirtd.tmp / "there"
    there.mkdir(mode=0o755)
    async with world(tmp_path / "journal", HostClient(libvirtd.uri, backoff=QUICK)) as w:  # type: ignore[arg-type]
        await opened(w)
        for mode, expected in ((None, 0o755), (0o700, 0o700)):
            flow = NewPoolFlow(w.store, w.sync, w.host.id)
            flow.draft.name, flow.draft.target_path, flow.draft.mode = "there", str(there), mode
            await flow.probe()
            job = await done(w, flow.plan())
            flow.close()
            assert there.stat().st_mode & 0o777 == expected
            await undone(w, job)
            assert there.is_dir()
