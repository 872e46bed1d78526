"""Plans for volumes, and the guard that keeps volumes in use."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from tests.actions.world import World, cdrom, file_disk, messages, world
from tests.fakes.host import FakeHost
from vstore_gui.actions.guards import VolumesUnused, blocking
from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.plan import Danger, PlanRefused
from vstore_gui.actions.volumes import (
    NewVolumeDraft,
    plan_delete_volumes,
    plan_new_volume,
    why_not_delete_volumes,
    why_not_new_volume,
)
from vstore_gui.entities import calls
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import DomainFile
from vstore_gui.entities.keys import VolumeKey
from vstore_gui.entities.pool import PoolSource, SourceHost
from vstore_gui.entities.units import GIB
from vstore_gui.xml.volume import VolumeXml


def new(name: str = "web01.qcow2", **fields: object) -> NewVolumeDraft:
    return NewVolumeDraft(name=name, capacity_bytes=10 * GIB, **fields)  # type: ignore[arg-type]


def with_change_time(w: World, job: JobState, key: VolumeKey, *, made_ns: int, now_ns: int) -> None:
    """The host told when the file was changed last: in the answer, and what is there now."""
    (made,) = job.answers
    w.jobs.put(msgspec.structs.replace(job, answers=(msgspec.structs.replace(made, changed_ns=made_ns),)))
    w.store.put_volumes(key.pool_key, (msgspec.structs.replace(made, changed_ns=now_ns),))


async def test_a_new_volume_is_created_and_undone_without_a_typed_name(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        key = w.volume(pool, "web01.qcow2")
        job = await w.run(plan_new_volume(w.store, w.key(pool), new()))
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        with_change_time(w, job, key, made_ns=5, now_ns=5)
        plan = await w.runner.plan_undo(job.id)
        assert not isinstance(plan, tuple), messages(plan)
        assert (plan.danger, plan.confirm_name) == (Danger.NONE, None)
        undo = await w.runner.undo(job.id)
        assert not isinstance(undo, tuple)
        await w.ended(undo)
        assert w.store.volume(key) is None


@pytest.mark.parametrize("told", [True, False], ids=["written to", "no times"])
async def test_a_new_volume_that_may_have_been_written_to_is_undone_only_with_its_name_typed(
    tmp_path: Path, told: bool
) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        job = await w.run(plan_new_volume(w.store, w.key(pool), new()))
        if told:
            with_change_time(w, job, w.volume(pool, "web01.qcow2"), made_ns=5, now_ns=7)
        plan = await w.runner.plan_undo(job.id)
        assert not isinstance(plan, tuple)
        assert (plan.danger, plan.confirm_name) == (Danger.LOSES_DATA, "web01.qcow2")


async def test_a_new_volume_that_a_machine_uses_by_now_is_not_undone(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        await w.open()
        job = await w.run(plan_new_volume(w.store, w.key(pool), new()))
        w.host.add_domain("web01", disks=(file_disk("/srv/images/web01.qcow2"),))
        await w.settled()
        refused = await w.runner.plan_undo(job.id)
        assert isinstance(refused, tuple)
        assert messages(refused) == ["web01.qcow2 is used by web01."]


@pytest.mark.parametrize(
    ("format_", "allocation", "allocated", "metadata"),
    [
        ("raw", "thin", 0, False),
        ("raw", "full", 10 * GIB, False),
        ("qcow2", "thin", 0, False),
        ("qcow2", "metadata", 0, True),
        ("qcow2", "full", 10 * GIB, True),
    ],
)
async def test_what_is_allocated(format_: str, allocation: str, allocated: int, metadata: bool) -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        await w.open()
        plan = plan_new_volume(w.store, w.key(pool), new(format=format_, allocation=allocation))
        call = plan.steps[0].call
        assert isinstance(call, calls.CreateVolume)
        document = VolumeXml.parse(call.xml)
        assert document.allocation_bytes == allocated
        assert document.compat == ("1.1" if format_ == "qcow2" else None)
        assert call.preallocate_metadata is metadata


async def test_a_backing_volume_of_another_pool_is_named_with_its_format() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        templates = w.host.add_pool("templates", target_path="/srv/templates")
        w.host.add_volume(templates.uuid, "base.raw", format="raw")
        await w.open()
        backing = w.volume(templates, "base.raw")
        plan = plan_new_volume(w.store, w.key(pool), new(backing=backing, backing_format="raw"))
        document = VolumeXml.parse(plan.steps[0].xml_after or "")
        assert (document.backing_path, document.backing_format) == ("/srv/templates/base.raw", "raw")
        assert "must not change" in messages(plan.notes)[0]
        with pytest.raises(PlanRefused, match=r"format of base\.raw is not known"):
            plan_new_volume(w.store, w.key(pool), new(backing=backing))


async def test_a_name_taken_meanwhile_is_refused_though_no_event_told_of_it(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        plan = plan_new_volume(w.store, w.key(pool), new())
        w.host.add_volume(pool.uuid, "web01.qcow2")
        job = await w.run(plan)
        assert job.status is JobStatus.REFUSED
        assert w.changed() == []


async def test_a_preallocated_volume_needs_its_room() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", available_bytes=9 * GIB)
        await w.open()
        plan = plan_new_volume(w.store, w.key(pool), new(allocation="full"))
        reasons = blocking(await w.runner.check(plan))
        assert "9.0 GiB left" in messages(reasons)[0]


@pytest.mark.parametrize("kind", ["iscsi", "scsi", "mpath", "iscsi-direct", "gluster"])
async def test_kinds_that_cannot_create_say_so(kind: str) -> None:
    async with world() as w:
        pool = w.host.add_pool("san", kind)
        await w.open()
        assert "cannot create volumes" in messages(why_not_new_volume(w.store, w.key(pool)))[0]


# ── in use ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_deleting_an_unused_volume_must_be_confirmed_by_its_name(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "old.qcow2")
        await w.open()
        key = w.volume(pool, "old.qcow2")
        plan = plan_delete_volumes(w.store, [key])
        assert (plan.danger, plan.confirm_name, plan.inverse) == (Danger.LOSES_DATA, "old.qcow2", None)
        job = await w.run(plan)
        assert job.status is JobStatus.DONE
        assert w.store.volume(key) is None
        assert w.jobs.last_undoable is None


async def test_a_volume_in_use_by_a_machine_is_not_deleted(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "web01.qcow2")
        domain = w.host.add_domain("web01", disks=(file_disk("/srv/images/web01.qcow2"),))
        await w.open()
        key = w.volume(pool, "web01.qcow2")
        (reason,) = blocking(why_not_delete_volumes(w.store, [key]))
        assert str(reason.message) == "web01.qcow2 is used by web01."
        assert [link.uuid for link in reason.links] == [domain.uuid]
        job = await w.run(plan_delete_volumes(w.store, [key]))
        assert job.status is JobStatus.REFUSED
        assert w.changed() == []


async def test_a_volume_in_use_by_a_backing_chain_is_not_deleted(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "base.qcow2")
        w.host.add_volume(
            pool.uuid, "web01.qcow2", backing_path="/srv/images/base.qcow2", backing_format="qcow2"
        )
        w.host.add_domain("web01", disks=(file_disk("/srv/images/web01.qcow2"),))
        await w.open()  # only names are read: the chain is not known yet
        job = await w.run(plan_delete_volumes(w.store, [w.volume(pool, "base.qcow2")]))
        assert job.status is JobStatus.REFUSED
        told = messages(job.reasons)
        assert "base.qcow2 is needed by web01, through web01.qcow2." in told
        assert "base.qcow2 is the backing volume of web01.qcow2." in told
        assert w.changed() == []


async def test_a_stored_configuration_edited_silently_since_is_seen(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "data.qcow2")
        domain = w.host.add_domain("web01")
        await w.open()
        plan = plan_delete_volumes(w.store, [w.volume(pool, "data.qcow2")])
        w.host.change_domain(domain.uuid, event=None, disks=(file_disk("/srv/images/data.qcow2"),))
        job = await w.run(plan)
        assert job.status is JobStatus.REFUSED
        assert messages(job.reasons) == ["data.qcow2 is used by web01."]


async def test_overlay_and_base_are_deleted_together_overlay_first(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "base.qcow2")
        w.host.add_volume(
            pool.uuid, "top.qcow2", backing_path="/srv/images/base.qcow2", backing_format="qcow2"
        )
        await w.open()
        await w.sync.complete()
        keys = [w.volume(pool, "base.qcow2"), w.volume(pool, "top.qcow2")]
        plan = plan_delete_volumes(w.store, keys)
        assert plan.confirm_name == "delete 2"
        job = await w.run(plan)
        assert job.status is JobStatus.DONE, job.reasons
        assert [call.volume for call in w.host.asked if isinstance(call, calls.DeleteVolume)] == [
            "top.qcow2",
            "base.qcow2",
        ]


async def test_a_volume_used_through_another_pool_over_the_same_directory_is_not_deleted() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        twin = w.host.add_pool("link", target_path="/srv/link", real_target_path="/srv/images")
        w.host.add_volume(pool.uuid, "web01.qcow2", file_id="8:1")
        w.host.add_volume(twin.uuid, "web01.qcow2", file_id="8:1")
        w.host.add_domain("web01", disks=(file_disk("/srv/link/web01.qcow2"),))
        await w.open()
        await w.sync.complete()
        reasons = why_not_delete_volumes(w.store, [w.volume(pool, "web01.qcow2")])
        assert "web01.qcow2 is used by web01." in messages(blocking(reasons))
        assert any("same file as a volume of link" in message for message in messages(reasons))


async def test_a_volume_on_shared_storage_used_by_another_host_is_not_deleted() -> None:
    async with world() as w:
        source = PoolSource(hosts=(SourceHost("nas.example"),), directory="/export/vm", format="nfs")
        mine = w.host.add_pool("nas", "netfs", target_path="/mnt/nas", source=source)
        w.host.add_volume(mine.uuid, "db.qcow2")
        await w.open()
        other = await w.add_host("fake://other/system")
        theirs = other.add_pool("vmstore", "netfs", target_path="/var/nas", source=source)
        other.add_volume(theirs.uuid, "db.qcow2")
        other.add_domain("db02", running=True, disks=(file_disk("/var/nas/db.qcow2"),))
        await w.settled()
        await w.sync.complete()
        reasons = blocking(why_not_delete_volumes(w.store, [w.volume(mine, "db.qcow2")]))
        assert messages(reasons) == ["db.qcow2 is used by db02."]


async def test_kernels_and_empty_machines_count_too() -> None:
    async with world() as w:
        pool = w.host.add_pool("boot", target_path="/srv/boot")
        w.host.add_volume(pool.uuid, "vmlinuz", format="raw")
        w.host.add_domain("web01", files=(DomainFile("kernel", "/srv/boot/vmlinuz"),), disks=(cdrom(),))
        await w.open()
        reasons = blocking(why_not_delete_volumes(w.store, [w.volume(pool, "vmlinuz")]))
        assert messages(reasons) == ["vmlinuz is used by web01 as kernel."]


async def test_a_disk_that_names_pool_and_volume_uses_it() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "web01.qcow2")
        disk = DiskState(
            "vda", bus="virtio", source=DiskSource(SourceKind.VOLUME, pool="images", volume="web01.qcow2")
        )
        w.host.add_domain("web01", disks=(disk,))
        await w.open()
        reasons = blocking(why_not_delete_volumes(w.store, [w.volume(pool, "web01.qcow2")]))
        assert messages(reasons) == ["web01.qcow2 is used by web01."]


# ── what cannot be known ────────────────────────────────────────────────────────────────────────────────────


async def test_a_connection_that_is_lost_is_named_without_blocking() -> None:
    async with world() as w:
        pool = w.host.add_pool("nas", "netfs", target_path="/mnt/nas")
        w.host.add_volume(pool.uuid, "db.qcow2")
        await w.open()
        other: FakeHost = await w.add_host("fake://other/system")
        other.lose_link()
        await w.settled()
        await w.sync.complete()
        reasons = VolumesUnused((w.volume(pool, "db.qcow2"),)).reasons(w.store)
        assert not blocking(reasons)
        told = messages(reasons)
        assert any("fake://other/system" in message for message in told)
        assert any("hosts that are not connected here may use it" in message for message in told)


async def test_a_pool_that_could_not_be_read_is_named_without_blocking() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        unread = w.host.add_pool("unread")
        w.host.add_volume(pool.uuid, "a.qcow2")
        w.host.add_volume(unread.uuid, "b.qcow2")
        await w.open()
        reasons = VolumesUnused((w.volume(pool, "a.qcow2"),)).reasons(w.store)
        assert not blocking(reasons)
        assert any("unread" in message for message in messages(reasons))
        await w.sync.complete()
        assert VolumesUnused((w.volume(pool, "a.qcow2"),)).reasons(w.store) == ()


async def test_a_volume_deleted_by_somebody_else_meanwhile_is_done(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "a.qcow2")
        w.host.add_volume(pool.uuid, "b.qcow2")
        await w.open()
        plan = plan_delete_volumes(w.store, [w.volume(pool, "a.qcow2"), w.volume(pool, "b.qcow2")])
        w.host.remove_volume(pool.uuid, "a.qcow2")
        job = await w.run(plan)
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        assert not w.store.volumes(w.key(pool))


async def test_ten_thousand_volumes_are_asked_about_within_a_moment() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        for n in range(10_000):
            w.host.add_volume(pool.uuid, f"v{n:05}.qcow2")
        await w.open()
        keys = [w.volume(pool, f"v{n:05}.qcow2") for n in range(10_000)]
        began = time.perf_counter()
        assert not blocking(why_not_delete_volumes(w.store, keys))
        assert time.perf_counter() - began < 2.0  # some 50 ms on a quiet machine
