"""Putting discs into drives, taking them out, and taking that back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.actions.world import World, cdrom, file_disk, messages, world
from tests.fakes.host import FAKE_INFO, FakeHost
from tests.fakes.refusals import refusal
from vstore_gui.actions.disks import (
    forced,
    plan_change_media,
    plan_eject,
    source_of_path,
    source_of_volume,
    why_not_change_media,
    why_not_eject,
)
from vstore_gui.actions.drive_change import edited_disk
from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.media import Medium, format_of_volume
from vstore_gui.actions.plan import Danger, Plan, PlanRefused
from vstore_gui.entities import calls
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.pool import PoolSource, SourceHost
from vstore_gui.entities.volume import VolumeState
from vstore_gui.xml.disk import DiskXml

DEBIAN = "/srv/iso/debian.iso"
OLD = "/srv/iso/old.iso"


def source(path: str = DEBIAN) -> DiskSource:
    return DiskSource(SourceKind.FILE, path=path)


def now(w: World, domain: DomainState) -> str | None:
    return next(disk for disk in w.domain(domain).disks if disk.target == "sda").source.path


def at_next_start(w: World, domain: DomainState) -> str | None:
    disks = w.domain(domain).next_disks
    assert disks is not None
    return next(disk for disk in disks if disk.target == "sda").source.path


async def undone(w: World, job: JobState) -> JobState:
    undo = await w.runner.undo(job.id)
    assert not isinstance(undo, tuple), messages(undo)
    ended = await w.ended(undo)
    await w.settled()
    return ended


async def test_a_running_machine_gets_the_disc_now_and_at_next_start_in_one_call(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain("web01", running=True, disks=(file_disk("/x.qcow2"), cdrom()))
        await w.open()
        plan = await plan_change_media(w.store, w.host, w.drive(domain), source())
        job = await w.run(plan)
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        (call,) = [call for call in w.host.asked if isinstance(call, calls.UpdateDisk)]
        assert (call.live, call.config, call.force) == (True, True, False)
        assert (now(w, domain), at_next_start(w, domain)) == (DEBIAN, DEBIAN)
        assert w.domain(domain).pending_targets == ()
        assert (await undone(w, job)).status is JobStatus.DONE
        assert (now(w, domain), at_next_start(w, domain)) == (None, None)


async def test_what_waits_for_the_next_start_is_not_overwritten_by_what_runs(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain(
            "web01",
            running=True,
            disks=(cdrom(OLD, serial="one"),),
            next_disks=(cdrom("/srv/iso/other.iso", serial="two"),),
        )
        await w.open()
        plan = await plan_change_media(w.store, w.host, w.drive(domain), source())
        assert len(plan.steps) == 2
        assert "set up differently" in messages(plan.notes)[0]
        job = await w.run(plan)
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        state = w.domain(domain)
        assert [disk.serial for disk in state.disks] == ["one"]
        assert [disk.serial for disk in state.next_disks or ()] == ["two"]
        assert (now(w, domain), at_next_start(w, domain)) == (DEBIAN, DEBIAN)
        assert (await undone(w, job)).status is JobStatus.DONE
        assert (now(w, domain), at_next_start(w, domain)) == (OLD, "/srv/iso/other.iso")


async def test_a_shut_off_machine_gets_the_disc_in_its_configuration(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain("web01", disks=(cdrom(),))
        await w.open()
        job = await w.run(await plan_change_media(w.store, w.host, w.drive(domain), source()))
        (call,) = [call for call in w.host.asked if isinstance(call, calls.UpdateDisk)]
        assert (call.live, call.config) == (False, True)
        assert now(w, domain) == DEBIAN
        assert (await undone(w, job)).status is JobStatus.DONE
        assert now(w, domain) is None


async def test_a_transient_machine_gets_the_disc_now_only(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain("live", running=True, persistent=False, disks=(cdrom(),))
        await w.open()
        job = await w.run(await plan_change_media(w.store, w.host, w.drive(domain), source()))
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        (call,) = [call for call in w.host.asked if isinstance(call, calls.UpdateDisk)]
        assert (call.live, call.config) == (True, False)
        assert now(w, domain) == DEBIAN


async def test_a_host_that_cannot_change_it_live_changes_the_stored_configuration_and_says_so(
    tmp_path: Path,
) -> None:
    host = FakeHost(info=msgspec.structs.replace(FAKE_INFO, media_change_live=False))
    async with world(tmp_path, host) as w:
        domain = w.host.add_domain("web01", running=True, disks=(cdrom(OLD),))
        await w.open()
        plan = await plan_change_media(w.store, w.host, w.drive(domain), source())
        assert "takes effect at the next start" in messages(plan.notes)[0]
        assert [type(step.call).__name__ for step in plan.steps] == ["DefineDomain"]
        assert DiskXml.parse(plan.steps[0].xml_after or "").source.path == DEBIAN
        job = await w.run(plan)
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        assert (now(w, domain), at_next_start(w, domain)) == (OLD, DEBIAN)
        assert (await undone(w, job)).status is JobStatus.DONE
        assert (now(w, domain), at_next_start(w, domain)) == (OLD, OLD)


async def test_a_transient_machine_of_such_a_host_is_refused() -> None:
    host = FakeHost(info=msgspec.structs.replace(FAKE_INFO, media_change_live=False))
    async with world(host=host) as w:
        domain = w.host.add_domain("live", running=True, persistent=False, disks=(cdrom(),))
        await w.open()
        with pytest.raises(PlanRefused, match="transient"):
            await plan_change_media(w.store, w.host, w.drive(domain), source())


async def test_eject_keeps_everything_but_the_source(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        drive = cdrom(OLD, serial="DVD-1")
        domain = w.host.add_domain("web01", running=True, disks=(drive,))
        await w.open()
        job = await w.run(await plan_eject(w.store, w.host, w.drive(domain)))
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        (after,) = w.domain(domain).disks
        assert after.empty
        assert (after.serial, after.bus, after.readonly) == ("DVD-1", "sata", True)
        assert "The drive is empty." in messages(why_not_eject(w.store, w.drive(domain)))
        assert (await undone(w, job)).status is JobStatus.DONE
        assert now(w, domain) == OLD


async def test_an_undo_is_refused_once_the_guest_has_another_disc(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain("web01", running=True, disks=(cdrom(),))
        await w.open()
        job = await w.run(await plan_change_media(w.store, w.host, w.drive(domain), source()))
        w.host.change_domain(domain.uuid, disks=(cdrom(OLD),), next_disks=(cdrom(OLD),))
        await w.settled()
        refused = await w.runner.undo(job.id)
        assert isinstance(refused, tuple)
        assert messages(refused) == ["sda of web01 holds old.iso by now."]
        # Ctrl+Z goes on to what was done before; the job itself may be asked again.
        assert w.jobs.last_undoable is None
        w.host.change_domain(domain.uuid, disks=(cdrom(DEBIAN),), next_disks=(cdrom(DEBIAN),))
        await w.settled()
        assert isinstance(await w.runner.plan_undo(job.id), Plan)
        assert w.jobs.last_undoable is not None


async def test_a_locked_tray_is_told_and_opened_by_force_once_asked(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain("web01", running=True, disks=(cdrom(OLD),))
        await w.open()
        w.host.lock_tray(domain.uuid, "sda")
        plan = await plan_eject(w.store, w.host, w.drive(domain))
        assert plan.danger is Danger.NONE
        job = await w.run(plan)
        assert job.status is JobStatus.FAILED
        assert job.error is not None
        assert job.error.kind is ErrorKind.TRAY_LOCKED
        assert not job.left_over
        by_force = forced(job.plan)
        assert by_force.danger is Danger.INTERRUPTS
        assert "--force" in by_force.steps[0].virsh[0]
        assert (await w.run(by_force)).status is JobStatus.DONE
        assert now(w, domain) is None


async def test_when_only_the_stored_configuration_fails_the_running_disc_can_be_put_back(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain(
            "web01", running=True, disks=(cdrom(OLD),), next_disks=(cdrom("/srv/iso/other.iso"),)
        )
        await w.open()
        plan = await plan_change_media(w.store, w.host, w.drive(domain), source())
        call = w.host.call

        async def refuse_the_stored_one(wanted: Any, **more: Any) -> Any:
            if isinstance(wanted, calls.UpdateDisk) and wanted.config and DEBIAN in wanted.xml:
                raise refusal(ErrorKind.DENIED, "not allowed")
            return await call(wanted, **more)

        w.host.call = refuse_the_stored_one  # type: ignore[method-assign]
        job = await w.run(plan)
        assert (job.status, job.steps_done, job.left_over) == (JobStatus.FAILED, 1, True)
        assert now(w, domain) == DEBIAN
        clean_up = w.runner.clean_up(job.id)
        assert clean_up is not None
        assert (await w.ended(clean_up)).status is JobStatus.DONE
        await w.settled()
        assert (now(w, domain), at_next_start(w, domain)) == (OLD, "/srv/iso/other.iso")


async def test_the_disc_that_is_in_already_and_what_is_no_drive_are_refused() -> None:
    async with world() as w:
        domain = w.host.add_domain("web01", disks=(cdrom(DEBIAN), file_disk("/x.qcow2")))
        await w.open()
        with pytest.raises(PlanRefused, match=r"debian\.iso is in the drive already"):
            await plan_change_media(w.store, w.host, w.drive(domain), source())
        assert "is no drive" in messages(why_not_change_media(w.store, w.drive(domain, "vda")))[0]
        assert "has no drive sdz" in messages(why_not_change_media(w.store, w.drive(domain, "sdz")))[0]


async def test_a_floppy_that_another_machine_writes_to_is_told() -> None:
    async with world() as w:
        floppy = DiskState("fda", bus="fdc", device="floppy", format="raw")
        inside = msgspec.structs.replace(floppy, source=source("/srv/dos.img"))
        w.host.add_domain("dos", running=True, disks=(inside,))
        domain = w.host.add_domain("dos2", disks=(floppy,))
        await w.open()
        plan = await plan_change_media(w.store, w.host, w.drive(domain, "fda"), source("/srv/dos.img"))
        assert "dos uses it as well" in messages(plan.notes)[0]


# ── how a drive refers to a volume ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "volume", "expected"),
    [
        ("dir", {"path": "/srv/p/a.iso", "kind": "file"}, DiskSource(SourceKind.FILE, path="/srv/p/a.iso")),
        ("logical", {"path": "/dev/vg/a", "kind": "block"}, DiskSource(SourceKind.BLOCK, path="/dev/vg/a")),
        (
            "mpath",
            {"path": "/dev/mapper/a", "kind": "block"},
            DiskSource(SourceKind.BLOCK, path="/dev/mapper/a"),
        ),
        (
            "rbd",
            {"path": "vms/a", "kind": "network"},
            DiskSource(SourceKind.NETWORK, protocol="rbd", name="vms/a", hosts=(SourceHost("mon", 6789),)),
        ),
        (
            "gluster",
            {"path": "gluster://mon/vms/a", "kind": "network"},
            DiskSource(
                SourceKind.NETWORK, protocol="gluster", name="vms/a", hosts=(SourceHost("mon", 6789),)
            ),
        ),
    ],
)
async def test_a_volume_is_referred_to_by_path_where_it_has_one(
    kind: str, volume: dict[str, Any], expected: DiskSource
) -> None:
    async with world() as w:
        pool = w.host.add_pool("p", kind, source=PoolSource(hosts=(SourceHost("mon", 6789),), name="vms"))
        await w.open()
        w.store.put_volumes(w.key(pool), (VolumeState("a", key="a", detailed=True, **volume),))
        assert source_of_volume(w.store, w.volume(pool, "a")) == expected


async def test_a_volume_that_a_drive_cannot_refer_to_is_refused_with_the_reason() -> None:
    async with world() as w:
        source_ = PoolSource(hosts=(SourceHost("mon"),), name="vms", auth_username="admin")
        ceph = w.host.add_pool("ceph", "rbd", source=source_)
        san = w.host.add_pool("san", "iscsi-direct")
        await w.open()
        for pool in (ceph, san):
            w.store.put_volumes(w.key(pool), (VolumeState("a", path="vms/a", detailed=True, kind="network"),))
        with pytest.raises(PlanRefused, match="needs credentials"):
            source_of_volume(w.store, w.volume(ceph, "a"))
        with pytest.raises(PlanRefused, match="cannot refer"):
            source_of_volume(w.store, w.volume(san, "a"))
        with pytest.raises(PlanRefused, match="gone"):
            source_of_volume(w.store, w.volume(ceph, "missing"))


def test_a_path_must_be_absolute() -> None:
    assert source_of_path("/srv/a.iso") == source("/srv/a.iso")
    assert source_of_path("/dev/sr0").kind is SourceKind.BLOCK
    with pytest.raises(PlanRefused, match="absolute"):
        source_of_path("a.iso")


@pytest.mark.parametrize(
    ("format_", "driver"), [("iso", "raw"), (None, "raw"), ("raw", "raw"), ("qcow2", "qcow2"), ("fat", "raw")]
)
def test_the_drivers_format_of_a_volume(format_: str | None, driver: str) -> None:
    assert format_of_volume(VolumeState("a", format=format_)) == driver


DISK = """\
<disk type='file' device='cdrom'>
  <!-- the installer -->
  <driver name='qemu' type='raw' cache='none'/>
  <source file='/srv/iso/old.iso' startupPolicy='optional' index='1'>
    <seclabel model='dac' relabel='no'/>
  </source>
  <backingStore/>
  <target dev='sda' bus='sata'/>
  <readonly/>
  <x:mine xmlns:x='urn:x'/>
  <address type='drive' controller='0' bus='0' target='0' unit='0'/>
</disk>"""

PATHS = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x2FFF, exclude_characters="\x7f"),
    min_size=1,
    max_size=40,
).map(lambda name: f"/srv/{name}")


@settings(deadline=None)
@given(PATHS)
def test_a_disc_put_in_and_taken_out_leaves_what_we_do_not_know(path: str) -> None:
    put = edited_disk(DISK, Medium(source(path), "raw"))
    assert DiskXml.parse(put).source.path == path
    assert DiskXml.parse(put).source.startup_policy == "optional"
    for kept in ("the installer", "urn:x", "cache=", "<address"):
        assert kept in put
    emptied = edited_disk(put, Medium())
    assert DiskXml.parse(emptied).source.kind is SourceKind.NONE
    for kept in ("the installer", "urn:x", "cache=", "<address"):
        assert kept in emptied
    assert DiskXml.parse(edited_disk(put, Medium(source(OLD), "raw"))).source.path == OLD
