"""The new-volume wizard without widgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.world import World, file_disk, messages, world
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.plan import Reason
from vstore_gui.entities import calls
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.units import GIB
from vstore_gui.flows.new_volume import NewVolumeFlow


def wizard(w: World, pool: PoolState, name: str = "web01.qcow2") -> NewVolumeFlow:
    flow = NewVolumeFlow(w.store, w.sync, w.key(pool))
    flow.set_name(name)
    return flow


def at(field: str, problems: tuple[Reason, ...]) -> list[str]:
    return messages(problem for problem in problems if problem.field == field)


async def test_a_filled_wizard_makes_its_volume(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        flow = wizard(w, pool)
        assert (flow.draft.format, flow.draft.allocation, flow.draft.capacity_bytes) == (
            "qcow2",
            "thin",
            20 * GIB,
        )
        assert flow.complete("volume"), messages(flow.problems())
        assert flow.complete("plan"), messages(flow.problems("plan"))
        job = await w.run(flow.plan())
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        assert at("name", flow.problems()) == ["images has a volume of this name already."]
        flow.close()


@pytest.mark.parametrize(
    ("typed", "n_bytes"),
    [("20", 20 * GIB), ("20 GiB", 20 * GIB), ("1.5T", 1536 * GIB), ("512M", GIB // 2), ("7 bytes", 7)],
)
async def test_sizes_are_read_as_libvirt_reads_them(typed: str, n_bytes: int) -> None:
    async with world() as w:
        pool = w.host.add_pool("images", available_bytes=10_000 * GIB)
        await w.open()
        flow = wizard(w, pool)
        flow.set_capacity_text(typed)
        assert flow.draft.capacity_bytes == n_bytes
        assert flow.complete(), messages(flow.problems())
        flow.close()


@pytest.mark.parametrize("typed", ["", "0", "0 GiB", "-1", "many", "8 EiB", "1e3", "5 G i B", "٣ GiB"])
async def test_what_is_no_size_or_none_that_a_volume_can_have_is_refused(typed: str) -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        await w.open()
        flow = wizard(w, pool)
        flow.set_capacity_text(typed)
        assert at("capacity_bytes", flow.problems()), typed
        assert not flow.complete()
        flow.close()


async def test_a_preallocated_volume_must_fit_and_a_thin_one_is_a_promise() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", available_bytes=30 * GIB)
        w.host.add_volume(pool.uuid, "a.qcow2", capacity_bytes=20 * GIB, allocation_bytes=5 * GIB)
        await w.open()
        await w.sync.complete()
        flow = wizard(w, pool)
        assert flow.complete()
        assert "grow by 35.0 GiB, and there are 30.0 GiB left" in at("capacity_bytes", flow.problems())[0]
        flow.set_capacity_text("15 GiB")
        assert flow.problems() == ()
        flow.set_capacity_text("31 GiB")
        flow.set_allocation("full")
        assert not flow.complete()
        assert "30.0 GiB left" in at("capacity_bytes", flow.problems())[0]
        w.host.change_pool(pool.uuid, available_bytes=40 * GIB)
        await w.settled()
        assert flow.complete()
        flow.close()


async def test_formats_and_allocations_belong_to_the_kind() -> None:
    async with world() as w:
        pools = {
            kind: w.host.add_pool(kind, kind) for kind in ("dir", "logical", "rbd", "zfs", "iscsi", "disk")
        }
        await w.open()
        offers = {}
        for kind, pool in pools.items():
            flow = wizard(w, pool, "x")
            offers[kind] = (flow.formats(), tuple(name for name, _ in flow.allocations()), flow.complete())
            flow.close()
        assert offers == {
            "dir": (("qcow2", "raw"), ("thin", "metadata", "full"), True),
            "logical": (("raw",), ("full",), True),
            "rbd": (("raw",), ("thin",), True),
            "zfs": (("raw",), ("full", "thin"), True),
            "iscsi": (("raw",), (), False),
            "disk": (("raw",), (), False),
        }


async def test_the_extension_follows_the_format() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        await w.open()
        flow = wizard(w, pool, "web01")
        assert flow.suggested_name() == "web01.qcow2"
        flow.set_name(flow.suggested_name())
        flow.set_allocation("metadata")
        flow.set_format("raw")
        assert (flow.draft.name, flow.draft.allocation) == ("web01.img", "thin")
        flow.set_name("web01.qcow2")
        assert "ends like a qcow2 file" in at("name", flow.problems())[0]
        assert flow.complete()
        flow.close()


async def test_a_backing_volume_brings_its_format_and_its_size() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        templates = w.host.add_pool("templates", target_path="/srv/templates")
        w.host.add_volume(templates.uuid, "base.img", format="raw", capacity_bytes=40 * GIB)
        w.host.add_pool("off", active=False)
        await w.open()
        flow = wizard(w, pool)
        (choice,) = flow.backing_choices("BASE")
        assert choice[0] == w.volume(templates, "base.img")
        flow.set_allocation("full")
        await flow.set_backing(choice[0])
        assert (flow.draft.backing_format, flow.draft.capacity_bytes, flow.capacity_text) == (
            "raw",
            40 * GIB,
            "40 GiB",
        )
        assert flow.draft.allocation == "thin"
        assert flow.complete(), messages(flow.problems())
        flow.set_capacity_text("39 GiB")
        assert "Smaller than its backing volume" in at("capacity_bytes", flow.problems())[0]
        assert not flow.complete()
        flow.set_capacity_text("40 GiB")
        flow.set_format("raw")
        assert flow.draft.backing is None
        flow.close()


async def test_a_backing_volume_whose_format_is_not_known_is_never_guessed() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "odd", format="unknown")
        w.host.add_volume(pool.uuid, "locked.qcow2", encryption="luks")
        await w.open()
        flow = wizard(w, pool)
        await flow.set_backing(w.volume(pool, "odd"))
        assert "must not be guessed" in at("backing", flow.problems())[0]
        w.host.fail_next(calls.ReadVolume, ErrorKind.PATH_DENIED)
        await flow.set_backing(w.volume(pool, "odd"))
        assert at("backing", flow.problems())
        assert not flow.complete()
        await flow.set_backing(None)
        assert flow.complete()
        flow.close()


async def test_a_volume_that_a_running_machine_writes_to_is_no_backing_volume() -> None:
    async with world() as w:
        pool = w.host.add_pool("images", target_path="/srv/images")
        w.host.add_volume(pool.uuid, "base.qcow2")
        await w.open()
        told: list[bool] = []
        flow = NewVolumeFlow(w.store, w.sync, w.key(pool), lambda: told.append(True))
        flow.set_name("new.qcow2")
        await flow.set_backing(w.volume(pool, "base.qcow2"))
        assert flow.complete()
        w.host.add_domain("web01", running=True, disks=(file_disk("/srv/images/base.qcow2"),))
        await w.settled()
        assert at("backing", flow.problems()) == ["web01 writes to it now: a backing volume must not change."]
        assert told
        flow.close()


async def test_what_happens_to_the_pool_meanwhile_shows_at_once() -> None:
    async with world() as w:
        pool = w.host.add_pool("images")
        w.host.add_volume(pool.uuid, "base.qcow2")
        await w.open()
        told: list[bool] = []
        flow = NewVolumeFlow(w.store, w.sync, w.key(pool), lambda: told.append(flow.complete()))
        flow.set_name("a.qcow2")
        w.host.add_volume(pool.uuid, "a.qcow2")
        await w.sync.reread_pool(w.key(pool))
        assert told[-1] is False
        flow.set_name("b.qcow2")
        await flow.set_backing(w.volume(pool, "base.qcow2"))
        w.host.remove_volume(pool.uuid, "base.qcow2")
        await w.sync.reread_pool(w.key(pool))
        assert "gone" in at("backing", flow.problems())[0]
        await flow.set_backing(None)
        assert flow.complete()
        w.host.change_pool(pool.uuid, event="stopped", lifecycle=type(pool.lifecycle).INACTIVE)
        await w.settled()
        assert "is not running" in messages(flow.problems())[0]
        flow.close()
