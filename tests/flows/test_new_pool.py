"""The new-pool wizard without widgets: what it says while somebody types, and while the host changes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.actions.world import World, messages, world
from tests.fakes.host import FAKE_INFO, FakeHost
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.plan import Reason
from vstore_gui.entities.calls import ProbePath
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.flows.names import path_problems, pool_name_problems, volume_name_problems
from vstore_gui.flows.new_pool import NewPoolFlow
from vstore_gui.xml.document import XmlError, require_xml_text


def filled(w: World, name: str = "iso", path: str = "/srv/iso") -> NewPoolFlow:
    flow = NewPoolFlow(w.store, w.sync, w.host.id)
    flow.draft.name = name
    flow.draft.target_path = path
    return flow


def at(field: str, problems: tuple[Reason, ...]) -> list[str]:
    return messages(problem for problem in problems if problem.field == field)


async def test_a_filled_wizard_makes_its_pool(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.open()
        flow = filled(w)
        await flow.probe()
        assert str(flow.target_state()) == "The directory will be made."
        for page in flow.pages:
            assert flow.complete(page), messages(flow.problems(page))
        job = await w.run(flow.plan())
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        assert job.plan.inverse is not None
        assert job.plan.inverse.args["made_directory"] is True
        flow.close()


async def test_only_directories_can_be_made_today_and_the_others_say_why() -> None:
    info = msgspec.structs.replace(FAKE_INFO, pool_kinds=("dir", "netfs"))
    async with world(host=FakeHost(info=info)) as w:
        await w.open()
        flow = NewPoolFlow(w.store, w.sync, w.host.id)
        reasons = {row.kind: str(why_not) if why_not else None for row, why_not in flow.kinds()}
        assert next(iter(reasons)) == "dir"
        assert reasons["dir"] is None
        assert "virsh pool-define" in str(reasons["netfs"])
        assert "no support" in str(reasons["zfs"])
        assert "dropped" in str(reasons["sheepdog"])
        flow.draft.kind = "zfs"
        assert not flow.complete("kind")
        flow.close()


async def test_a_name_taken_by_another_admin_shows_at_once_and_goes_when_it_is_free() -> None:
    async with world() as w:
        await w.open()
        told: list[bool] = []
        flow = NewPoolFlow(w.store, w.sync, w.host.id, lambda: told.append(flow.complete("source")))
        flow.draft.name, flow.draft.target_path = "iso", "/srv/iso"
        assert flow.complete("source")
        pool = w.host.add_pool("iso", target_path="/elsewhere")
        await w.settled()
        assert told[-1] is False
        assert at("name", flow.problems("source")) == ["fake:///system has a pool of this name already."]
        w.host.remove_pool(pool.uuid)
        await w.settled()
        assert told[-1] is True
        flow.close()
        count = len(told)
        w.host.add_pool("iso")
        await w.settled()
        assert len(told) == count


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("", "Give a path"),
        ("srv/iso", "must be absolute"),
        ("/srv/images", "is the pool images already"),
        ("/srv/./images/", "is the pool images already"),
        ("/srv/images/iso", "lies inside the pool images"),
        ("/srv/im\nages", "line breaks"),
        ("/etc", "belongs to the system"),
        ("//etc/", "belongs to the system"),
        ("/srv/" + "x" * 256, "too long"),
    ],
)
async def test_what_is_said_of_a_target(path: str, says: str) -> None:
    async with world() as w:
        w.host.add_pool("images", target_path="/srv/images")
        await w.open()
        flow = filled(w, path=path)
        (message,) = at("target_path", flow.problems("source"))
        assert says in message
        assert flow.complete("source") == ("inside" in says)
        flow.close()


async def test_what_is_at_the_target_is_looked_at() -> None:
    async with world() as w:
        w.host.storage.directories.update({"/srv/there", "/srv/full"})
        w.host.storage.files.update({"/srv/file", "/srv/full/a.iso"})
        await w.open()
        flow = filled(w, path="/srv/file")
        assert flow.target_state() is None
        await flow.probe()
        assert at("target_path", flow.problems("source")) == ["There is a file at this path, no directory."]
        flow.draft.target_path = "/srv/there"
        assert flow.target_state() is None  # what was seen is not claimed of another path
        await flow.probe()
        assert str(flow.target_state()) == "The directory is there, and empty."
        flow.draft.target_path = "/srv/full"
        await flow.probe()
        assert "become volumes" in str(flow.target_state())
        assert flow.complete("source")
        flow.draft.target_path = "/srv/missing"
        flow.draft.build = False
        await flow.probe()
        assert "does not exist" in at("target_path", flow.problems("source"))[0]
        flow.close()


async def test_a_target_that_cannot_be_looked_at_is_not_judged() -> None:
    async with world() as w:
        await w.open()
        flow = filled(w)
        w.host.fail_next(ProbePath, ErrorKind.DENIED)
        await flow.probe()
        assert flow.target_state() is None
        assert "become 0711" in at("target_path", flow.problems("source"))[0]
        assert flow.complete("source")
        flow.draft.mode = 0o755
        assert not at("target_path", flow.problems("source"))
        assert not flow.plan().inverse.args["made_directory"]  # type: ignore[union-attr]
        flow.close()


async def test_the_suggested_target_follows_the_name_until_it_is_touched() -> None:
    async with world() as w:
        w.host.add_pool("images", target_path="/srv/vm/images")
        w.host.add_pool("old", target_path="/srv/vm/iso")
        await w.open()
        flow = NewPoolFlow(w.store, w.sync, w.host.id)
        flow.draft.name = "backup"
        flow.suggest()
        assert flow.draft.target_path == "/srv/vm/backup"
        flow.draft.name = "iso"  # that place is taken
        flow.suggest()
        assert flow.draft.target_path == "/var/lib/libvirt/images/iso"
        flow.draft.target_path = "/mine"
        flow.draft.name = "other"
        flow.suggest()
        assert flow.draft.target_path == "/mine"
        flow.close()


async def test_permissions_are_numbers_that_let_the_owner_in() -> None:
    async with world() as w:
        await w.open()
        flow = filled(w)
        flow.draft.mode = 0o100000
        assert at("mode", flow.problems("source"))
        assert not flow.complete("source")
        flow.draft.mode = 0o055
        assert flow.complete("source")
        assert at("mode", flow.problems("source"))
        flow.draft.mode, flow.draft.owner = 0o711, 2**32
        assert not flow.complete("source")
        flow.close()


async def test_the_last_page_says_what_is_still_wrong_on_the_others() -> None:
    async with world() as w:
        await w.open()
        flow = filled(w, name="")
        assert at("name", flow.problems("plan"))
        flow.draft.name = "iso"
        w.host.lose_link()
        await w.settled()
        assert not flow.complete("plan")
        flow.close()


@settings(deadline=None)
@given(st.text(max_size=300))
def test_every_name_and_path_that_passes_can_stand_in_a_document(typed: str) -> None:
    checks = (
        pool_name_problems(typed),
        volume_name_problems(typed, file=True),
        volume_name_problems(typed, file=False),
        path_problems("path", typed),
    )
    for problems in checks:
        if not any(problem.blocks for problem in problems):
            assert typed
            assert "\n" not in typed
            assert len(typed.encode()) < 4096
            try:
                require_xml_text(typed)
            except XmlError:  # pragma: no cover
                pytest.fail(f"{typed!r} passed")


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("", True), ("  ", True), ("a/b", True), ("..", True), (".", True), (".hidden", True), ("a\tb", True),
        ("x" * 255, False), ("x" * 256, True), ("ä" * 128, True), (" a", False), ("a b", False),
        ("-rf", False), ("<b>&", False), ("a\x00", True), ("\ud800", True),
    ],
)  # fmt: skip
def test_names_of_volumes(name: str, blocks: bool) -> None:
    assert any(problem.blocks for problem in volume_name_problems(name, file=True)) == blocks
