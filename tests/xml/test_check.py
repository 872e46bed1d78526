"""`python -m vstore_gui.xml check`, by hand and over all documents of libvirt's own tests."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.support.libvirt_source import RELEASES, libvirt_source
from vstore_gui.xml import check
from vstore_gui.xml.__main__ import main
from vstore_gui.xml.check import DOCUMENTS, problems
from vstore_gui.xml.fields import TextField
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.volume import VolumeXml

GOOD = b"""\
<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE pool>
<?keep this?>
<!-- and this -->
<pool type="dir">
  <name>a &amp; <![CDATA[b <c>]]> \xe7\xa3\x81\xe7\x9b\x98</name>
  <capacity unit='TB'> 007 </capacity>
  <capacity>1</capacity>
  <source><host name='x' port="1"/>\t<!-- in between --><host name="y"/></source>
  <target>
    <path><?inside a path?>/pool</path>
    <permissions><mode>00755</mode><label></label></permissions>
  </target>
  <x:unknown xmlns:x="relative/namespace" x:attr="&#10;"/>
</pool>
<!-- after -->
"""


class TestProblems:
    def test_a_nasty_document_is_handled(self) -> None:
        assert problems(GOOD) == ()

    @pytest.mark.parametrize(
        "text", ["", "junk", "<pool>", b"\x00\xff", "<!DOCTYPE p [<!ENTITY a 'b'>]><pool/>"]
    )
    def test_what_cannot_be_parsed_is_told(self, text: str | bytes) -> None:
        (problem,) = problems(text)
        assert problem

    def test_a_second_prefix_for_one_namespace_is_no_trouble(self) -> None:
        space = "http://libvirt.org/schemas/storagepool/fs/1.0"
        option = f"<fs:mount_opts xmlns:fs='{space}'><fs:option name='nodev'/></fs:mount_opts>"
        assert problems(f"<pool xmlns:a='{space}'><name>x</name>{option}</pool>") == ()

    def test_an_unknown_document_is_called_by_its_name(self) -> None:
        (problem,) = problems("<network/>")
        assert problem.startswith("<network> is none of the documents")

    def test_a_field_that_does_not_come_back_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            TextField, "decode", lambda self, raw: raw.strip() if self.name == "name" else raw
        )
        monkeypatch.setattr(TextField, "_put", lambda *args: None)
        found = problems("<volume><name> a </name></volume>")
        assert any(problem.startswith("name set to 'one' and back to 'a'") for problem in found)

    def test_a_field_that_changes_nothing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(TextField, "write", lambda *args: None)
        assert any(
            "name is 'a' after it was set to" in problem
            for problem in problems("<pool><name>a</name></pool>")
        )

    def test_a_crash_is_the_documents_result(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def crash(*args: Any) -> Any:
            raise RuntimeError("boom")

        monkeypatch.setattr(VolumeXml, "state", crash)
        assert problems("<volume/>") == ("cannot be read into a state: RuntimeError: boom",)
        monkeypatch.undo()
        monkeypatch.setattr(check, "canonical", crash)
        assert problems("<volume/>") == ("cannot be checked: RuntimeError: boom",)
        monkeypatch.undo()
        monkeypatch.setattr(TextField, "write", crash)
        assert set(problems("<pool><name>a</name></pool>")) == {"name: RuntimeError: boom"}


class TestCommand:
    def test_a_line_for_each_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        good, bad = tmp_path / "good.xml", tmp_path / "new\nline.xml"
        good.write_bytes(GOOD)
        bad.write_text("<network/>")
        assert main(["check", str(good)]) == 0
        assert capsys.readouterr().out == f"{good}: ok\n"
        assert main(["check", str(good), str(bad), str(tmp_path), str(tmp_path / "none")]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"{good}: ok"
        assert "new\\nline.xml: <network> is none of" in lines[1]
        assert lines[2] == f"{tmp_path}: cannot be read: Is a directory"
        assert lines[3] == f"{tmp_path}/none: cannot be read: No such file or directory"

    def test_quiet_tells_only_what_is_wrong(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "good.xml").write_bytes(GOOD)
        assert main(["check", "-q", str(tmp_path / "good.xml")]) == 0
        assert capsys.readouterr().out == ""

    def test_help_says_what_is_done(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as left:
            main(["check", "--help"])
        assert left.value.code == 0
        text = capsys.readouterr().out
        assert "change every" in text
        assert all(tag in text for tag in DOCUMENTS)

    def test_as_a_process_in_a_poor_locale(self, tmp_path: Path) -> None:
        path = tmp_path / "磁盘.xml"
        path.write_text("<x\u00e9/>")
        command = [sys.executable, "-m", "vstore_gui.xml", "check", str(path), "-"]
        done = subprocess.run(
            command,
            input=b"<secret/>",
            capture_output=True,
            env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
            cwd=Path(__file__).parents[2],
            timeout=60,
            check=False,
        )
        assert done.stderr == b""
        assert done.returncode == 1
        assert done.stdout.decode("ascii").splitlines()[1] == "-: ok"


# In libvirt's tests on purpose: its parser must refuse it.
_NOT_WELL_FORMED = {"broken-xml-invalid.xml"}

CORPUS = [
    pytest.param(release, pattern, id=f"{release}-{pattern}")
    for release in RELEASES
    for pattern in (
        "storagepoolxml2xmlin", "storagepoolxml2xmlout", "storagepoolschemadata",
        "storagevolxml2xmlin", "storagevolxml2xmlout", "storagevolschemadata",
        "secretxml2xmlin", "qemudomainsnapshotxml2xmlin", "qemudomainsnapshotxml2xmlout",
        "genericxml2xml*", "domainschemadata", "qemuhotplugtestdomains", "qemumemlockdata",
        "bhyvexml2*", "bhyveargv2*", "libxlxml2domconfigdata", "lxcxml2xml*", "lxcconf2xmldata", "chxml2xml*",
        "vmx2xmldata", "xml2vmxdata", "xlconfigdata", "xmconfigdata",
        "qemuxml2argvdata", "qemuxml2xmloutdata", "qemuxmlconfdata", "qemuxmlactive2xmldata",
    )
    if (release, pattern) not in {
        # what the one has the other has under another name, or not yet
        ("bookworm", "qemuxmlconfdata"), ("bookworm", "qemuxmlactive2xmldata"), ("bookworm", "chxml2xml*"),
        ("trixie", "qemuxml2argvdata"), ("trixie", "qemuxml2xmloutdata"),
    }
]  # fmt: skip


@pytest.mark.parametrize(("release", "pattern"), CORPUS)
def test_every_document_of_libvirts_tests_comes_back_as_it_was(release: str, pattern: str) -> None:
    source = libvirt_source(release)
    documents = [path for name in source.directories(pattern) for path in source.documents(name)]
    assert documents
    found = {path.name: problems(path.read_bytes()) for path in documents}
    for name in _NOT_WELL_FORMED & set(found):
        assert found.pop(name)[0].startswith("not well-formed")
    wrong = [f"{name}: {problem}" for name, listed in found.items() for problem in listed]
    assert not wrong, "\n".join(wrong)


def _spoil(root: etree._Element, chance: random.Random) -> None:
    """What hands, other programs and future versions do to documents."""
    elements = list(root.iter("*"))
    for _ in range(chance.randint(1, 6)):
        element = chance.choice(elements)
        parent = element.getparent()
        name = chance.choice([*element.attrib, ""])
        match chance.randrange(10):
            case 0:
                element.insert(chance.randint(0, len(element)), etree.Comment("by hand"))
            case 1:
                instruction = etree.ProcessingInstruction("pi", "x")
                instruction.tail = chance.choice([None, "tail", "\n"])
                element.insert(chance.randint(0, len(element)), instruction)
            case 2 if parent is not None:
                copy = etree.fromstring(etree.tostring(element, with_tail=False))
                parent.insert(chance.randint(0, len(parent)), copy)
            case 3 if not len(element) and element.text:
                element.text = etree.CDATA(element.text)
            case 4:
                element.set("unknown", "x")
                element.append(etree.Element("unknown"))
            case 5 if name:
                del element.attrib[name]
            case 6 if parent is not None:
                element.tail = chance.choice([None, "junk", "  "])
            case 7 if not len(element):
                element.text = chance.choice(
                    [None, "", "-5", str(2**64), "9" * 30, "0x10", "007", " 5 ", "abc"]
                )
            case 8 if name:
                element.set(name, chance.choice(["", " ", "YES", "KiB", "TB", "yes", "-1"]))
            case _:
                for child in element.iter():
                    child.tail = None if child is not element else child.tail


@pytest.mark.parametrize("seed", range(8))
def test_spoiled_documents_come_back_as_they_were(seed: int) -> None:
    source = libvirt_source("trixie")
    documents = [
        path
        for name in source.directories("storage*xml2xmlin", "secretxml2xmlin", "qemudomainsnapshotxml2xml*")
        for path in source.documents(name)
    ] + [path for path in source.documents("qemuxmlconfdata") if path.name.startswith("disk-")]
    chance = random.Random(seed)
    for path in chance.sample(documents, 60):
        root = etree.fromstring(path.read_bytes())
        _spoil(root, chance)
        text = etree.tostring(root.getroottree())
        found = problems(text)
        assert not found, f"{path.name}: {found[0]}\n{text.decode()}"


def test_every_document_class_can_be_checked() -> None:
    assert DOCUMENTS["pool"] is PoolXml
    assert {kind.TAG for kind in DOCUMENTS.values()} == set(DOCUMENTS)
