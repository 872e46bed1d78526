"""What a host drops without a word is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.actions.world import cdrom, world
from vstore_gui.actions.disks import plan_change_media
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.media import source_of_path
from vstore_gui.actions.readback import READ_BACK, dropped, not_taken_over
from vstore_gui.actions.virsh import VIRSH
from vstore_gui.actions.volumes import NewVolumeDraft, plan_new_volume
from vstore_gui.entities import calls
from vstore_gui.entities.units import GIB
from vstore_gui.xml.document import parse_tree
from vstore_gui.xml.volume import VolumeXml


@pytest.mark.parametrize(
    ("sent", "kept", "missing"),
    [
        ("<a><b/></a>", "<a><b/></a>", ()),
        ("<a><b x='1'/></a>", "<a><b/></a>", ("b@x",)),
        ("<a><b><c d='1'/></b></a>", "<a/>", ("b",)),
        ("<a><b/><b/></a>", "<a><b/></a>", ("b",)),
        ("<a><size unit='GiB'>1</size></a>", "<a><size unit='bytes'>1073741824</size><new/></a>", ()),
        ("<a x='1'/>", "<a/>", ("@x",)),
        ("<a><!-- c --></a>", "<a/>", ()),
        ("<a><alias name='x'/></a>", "<a/>", ()),
    ],
)
def test_what_is_missing_is_named_once(sent: str, kept: str, missing: tuple[str, ...]) -> None:
    assert dropped(parse_tree(sent), parse_tree(kept)) == missing


def test_every_call_with_a_document_is_read_back() -> None:
    assert set(READ_BACK) == {call for call in VIRSH if "xml" in call.__struct_fields__}


def test_a_disk_is_looked_for_in_its_machine() -> None:
    call = calls.UpdateDisk(
        "u", "<disk><driver discard_no_unref='on'/><target dev='sda'/></disk>", live=False, config=True
    )
    document = "<domain><devices><disk><driver/><target dev='sda'/></disk></devices></domain>"
    assert not_taken_over(call, document) == ("driver@discard_no_unref",)


async def test_a_job_tells_what_was_dropped(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        pool = w.host.add_pool("images")
        await w.open()
        call = w.host.call

        async def old(wanted: Any, **more: Any) -> Any:
            answer = await call(wanted, **more)
            if isinstance(wanted, calls.GetVolumeDocument):
                document = VolumeXml.parse(answer)
                document.compat = None
                return document.to_string()
            return answer

        w.host.call = old  # type: ignore[method-assign]
        plan = plan_new_volume(w.store, w.key(pool), NewVolumeDraft("a.qcow2", capacity_bytes=GIB))
        job = await w.runner.run(plan)
        assert job.status is JobStatus.DONE
        assert "did not take over: target/compat" in str(job.warning)


async def test_a_disc_that_was_put_in_is_all_there(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        domain = w.host.add_domain("web01", running=True, disks=(cdrom(),))
        await w.open()
        plan = await plan_change_media(w.store, w.host, w.drive(domain), source_of_path("/srv/a.iso"))
        job = await w.run(plan)
        assert job.status is JobStatus.DONE
        assert job.warning is None
