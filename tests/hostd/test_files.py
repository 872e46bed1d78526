"""File ids: equal for all aliases of a file; a directory that does not answer keeps nobody waiting for
long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.waiting import wait_until
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import DomainFile, DomainState
from vstore_gui.hostd import files
from vstore_gui.hostd.files import Files, file_id, real_path


def test_aliases_of_one_file_have_one_id(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.touch()
    (tmp_path / "link").symlink_to(image)
    (tmp_path / "hard").hardlink_to(image)
    (tmp_path / "other").touch()
    assert file_id(str(image)) == file_id(str(tmp_path / "link")) == file_id(str(tmp_path / "hard"))
    assert file_id(str(image)) != file_id(str(tmp_path / "other"))
    assert real_path(str(tmp_path / "link")) == str(image)


@pytest.mark.parametrize("path", [None, "", "relative", "/nobody/is/here", "/with\0nul"])
def test_what_is_no_file_has_none(path: str | None) -> None:
    assert file_id(path) is None


def test_all_files_of_a_machine_are_looked_at(tmp_path: Path) -> None:
    for name in ("top", "base", "kernel"):
        (tmp_path / name).touch()
    top, base, kernel = (str(tmp_path / name) for name in ("top", "base", "kernel"))
    disk = DiskState("vda", source=DiskSource(SourceKind.FILE, path=top), chain=(base, "/gone"))
    machine = DomainState(
        "u", "box", disks=(disk,), next_disks=(disk,), files=(DomainFile("kernel", kernel),)
    )
    (known,) = Files(local=True).domains((machine,))
    assert known.disks[0].source.file_id == file_id(top)
    assert known.disks[0].chain_file_ids == (file_id(base),)
    assert known.next_disks == known.disks
    assert known.files[0].file_id == file_id(kernel)
    assert Files(local=False).domains((machine,)) == (machine,)


@pytest.fixture
def dead_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """/dead does not answer until the event is set."""
    answers = threading.Event()

    def look(path: str | None) -> str | None:
        if path is not None and path.startswith("/dead/"):
            answers.wait()
        return f"id of {path}"

    monkeypatch.setattr(files, "file_id", look)
    monkeypatch.setattr(files, "PATIENCE_S", 0.05)
    yield answers
    answers.set()


def test_a_directory_that_does_not_answer_is_left_out_until_it_does(dead_server: threading.Event) -> None:
    known = Files(local=True)
    wanted = ["/a/1", "/dead/2", "/b/3", "/dead/4"]
    assert known.ids(wanted) == {"/a/1": "id of /a/1", "/b/3": "id of /b/3"}
    assert known.ids(["/dead/4"]) == {}
    dead_server.set()
    wait_until(lambda: known.ids(["/dead/4"]), "the directory to be asked again")
