"""Choosing a disc and a drive."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest

from tests.actions.world import World, cdrom, file_disk, messages, world
from tests.fakes.host import FAKE_INFO, FakeHost
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.plan import PlanRefused
from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.keys import HostId
from vstore_gui.flows.insert_media import InsertMediaFlow

MIB = 1024**2


class Remembered:
    """Recents in memory."""

    def __init__(self) -> None:
        self.known: dict[HostId, list[str]] = defaultdict(list)

    def paths(self, host: HostId) -> tuple[str, ...]:
        return tuple(self.known[host])

    def add(self, host: HostId, path: str) -> None:
        self.known[host] = [path, *(other for other in self.known[host] if other != path)]


def with_isos(w: World) -> None:
    iso = w.host.add_pool("iso", target_path="/srv/iso")
    w.host.add_volume(iso.uuid, "debian.iso", format="iso", capacity_bytes=600 * MIB)
    w.host.add_volume(iso.uuid, "Arch.ISO", format="raw", capacity_bytes=800 * MIB)
    w.host.add_volume(iso.uuid, "fake.iso", format="qcow2")
    w.host.add_volume(iso.uuid, "dos.img", format="raw", capacity_bytes=1_474_560)
    w.host.add_volume(iso.uuid, "disk.img", format="raw", capacity_bytes=20 * 1024 * MIB)
    images = w.host.add_pool("images", target_path="/srv/images")
    w.host.add_volume(images.uuid, "web01.qcow2")
    w.host.add_pool("off", active=False)


async def test_discs_are_the_isos_of_all_active_pools_recent_ones_first() -> None:
    async with world() as w:
        with_isos(w)
        domain = w.host.add_domain("web01", disks=(cdrom("/srv/iso/Arch.ISO"),))
        await w.open()
        recents = Remembered()
        flow = InsertMediaFlow(w.store, w.sync, w.drive(domain), recents)
        await flow.load()
        assert [disc.name for disc in flow.discs()] == ["Arch.ISO", "debian.iso"]
        assert [disc.in_drive for disc in flow.discs()] == [True, False]
        assert [disc.size_bytes for disc in flow.discs()] == [800 * MIB, 600 * MIB]
        recents.add(w.host.id, "/srv/iso/debian.iso")
        recents.add(w.host.id, "/home/me/mine.iso")
        assert [(disc.name, disc.recent, disc.pool_name) for disc in flow.discs()] == [
            ("mine.iso", True, None),
            ("debian.iso", True, "iso"),
            ("Arch.ISO", False, "iso"),
        ]
        flow.filter_text = "deb"
        assert [disc.name for disc in flow.discs()] == ["debian.iso"]
        flow.close()


async def test_a_floppy_drive_takes_floppy_images() -> None:
    async with world() as w:
        with_isos(w)
        floppy = DiskState("fda", bus="fdc", device="floppy", format="raw")
        domain = w.host.add_domain("dos", disks=(floppy,))
        await w.open()
        flow = InsertMediaFlow(w.store, w.sync, w.drive(domain, "fda"), Remembered())
        await flow.load()
        assert [disc.name for disc in flow.discs()] == ["dos.img"]
        flow.close()


async def test_the_chosen_disc_is_inserted_and_remembered(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        with_isos(w)
        domain = w.host.add_domain("web01", running=True, disks=(cdrom(),))
        await w.open()
        recents = Remembered()
        flow = InsertMediaFlow(w.store, w.sync, w.drive(domain), recents)
        assert messages(flow.problems()) == ["Choose a disc."]
        with pytest.raises(PlanRefused, match="Choose a disc"):
            await flow.plan()
        await flow.load()
        flow.choose_disc(flow.discs()[1])
        assert flow.complete(), messages(flow.problems())
        job = await w.run(await flow.plan())
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        flow.accepted()
        assert recents.paths(w.host.id) == ("/srv/iso/debian.iso",)
        assert w.domain(domain).disks[0].source.path == "/srv/iso/debian.iso"
        assert messages(flow.problems()) == ["It is in the drive already."]
        flow.close()


async def test_a_disc_deleted_meanwhile_is_refused_when_the_plan_is_run(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        with_isos(w)
        domain = w.host.add_domain("web01", running=True, disks=(cdrom(),))
        await w.open()
        flow = InsertMediaFlow(w.store, w.sync, w.drive(domain), Remembered())
        await flow.load()
        flow.choose_disc(flow.discs()[1])
        plan = await flow.plan()
        key = w.store.pool_named(w.host.id, "iso")
        assert key is not None
        w.host.remove_volume(key.uuid, "debian.iso")
        job = await w.run(plan)
        assert job.status is JobStatus.REFUSED
        assert messages(job.reasons) == ["debian.iso is gone from iso."]
        assert messages(flow.problems()) == ["debian.iso is gone from iso."]
        flow.close()


async def test_attach_iso_offers_drives_of_running_machines_first() -> None:
    async with world() as w:
        with_isos(w)
        w.host.add_domain("a-off", disks=(cdrom(), file_disk("/x")))
        w.host.add_domain("z-on", running=True, disks=(cdrom(), cdrom(target="sdb")))
        w.host.add_domain("dos", running=True, disks=(DiskState("fda", bus="fdc", device="floppy"),))
        await w.open()
        flow = InsertMediaFlow(w.store, w.sync, None, Remembered())
        await flow.load()
        drives = [(drive.domain.name, drive.disk.target) for drive in flow.drives()]
        assert drives == [("z-on", "sda"), ("z-on", "sdb"), ("a-off", "sda")]
        flow.choose_disc(flow.discs()[0])
        assert messages(flow.problems()) == ["Choose a machine and its drive."]
        flow.choose_drive(flow.drives()[0].key)
        assert flow.complete()
        assert (await flow.plan()).steps
        flow.close()


async def test_discs_of_several_hosts_narrow_the_machines_to_their_own() -> None:
    async with world() as w:
        with_isos(w)
        w.host.add_domain("here", disks=(cdrom(),))
        await w.open()
        other = await w.add_host("fake://other/system")
        pool = other.add_pool("far", target_path="/srv/far")
        other.add_volume(pool.uuid, "far.iso", format="iso")
        there = other.add_domain("there", disks=(cdrom(),))
        await w.settled()
        flow = InsertMediaFlow(w.store, w.sync, None, Remembered())
        await flow.load()
        assert {disc.host for disc in flow.discs()} == {w.host.id, other.id}
        flow.choose_disc(next(disc for disc in flow.discs() if disc.name == "far.iso"))
        assert [drive.domain.uuid for drive in flow.drives()] == [there.uuid]
        flow.choose_drive(w.drive(next(iter(w.store.domains(w.host.id).values()))))
        assert messages(flow.problems()) == ["The disc is on another host than the machine."]
        flow.close()


async def test_a_typed_path_is_looked_at_and_no_pool_is_made_of_it(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain("web01", running=True, disks=(cdrom(),))
        w.host.storage.files.add("/home/me/mine.iso")
        await w.open()
        flow = InsertMediaFlow(w.store, w.sync, w.drive(domain), Remembered())
        flow.choose_path("mine.iso")
        assert "must be absolute" in messages(flow.problems())[0]
        flow.choose_path("/home/me/other.iso")
        await flow.probe()
        assert messages(flow.problems()) == ["There is no such file on the host."]
        flow.choose_path("/srv")
        await flow.probe()
        assert messages(flow.problems()) == ["This is a directory."]
        flow.choose_path("/home/me/mine.iso")
        await flow.probe()
        assert flow.complete(), messages(flow.problems())
        job = await w.run(await flow.plan())
        assert job.status is JobStatus.DONE
        assert w.changed() == ["UpdateDisk"]
        assert not w.store.pools(w.host.id)
        flow.close()


async def test_a_file_dropped_from_this_desktop_goes_only_into_a_machine_of_this_computer() -> None:
    remote = FakeHost("fake://far/system", msgspec.structs.replace(FAKE_INFO, local=False))
    async with world(host=remote) as w:
        domain = w.host.add_domain("web01", disks=(cdrom(),))
        await w.open()
        flow = InsertMediaFlow(w.store, w.sync, w.drive(domain), Remembered())
        (reason,) = flow.drop_local_file("/home/me/mine.iso")
        assert "copy it to a pool of that host" in str(reason.message)
        assert flow.path == ""
        flow.close()
        here = await w.add_host("fake:///system")
        local = here.add_domain("local", disks=(cdrom(),))
        await w.settled()
        flow = InsertMediaFlow(w.store, w.sync, None, Remembered())
        assert flow.drop_local_file("/home/me/mine.iso") == ()
        assert flow.path == "/home/me/mine.iso"
        assert [drive.domain.uuid for drive in flow.drives()] == [local.uuid]
        flow.close()


async def test_the_list_of_ten_thousand_volumes_stays_quick() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        for n in range(10_000):
            w.host.add_volume(pool.uuid, f"v{n:05}.qcow2")
        w.host.add_volume(pool.uuid, "debian.iso", format="iso")
        domain = w.host.add_domain("web01", disks=(cdrom(),))
        await w.open()
        flow = InsertMediaFlow(w.store, w.sync, w.drive(domain), Remembered())
        await flow.load()
        flow.discs()
        began = time.perf_counter()
        for _ in range(100):
            assert [disc.name for disc in flow.discs()] == ["debian.iso"]
        assert time.perf_counter() - began < 1.0  # a hundred keystrokes: some 3 ms on a quiet machine
        flow.close()
