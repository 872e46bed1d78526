"""Parsing hostile text, and editing a tree in place."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from vstore_gui.entities.pool import SourceHost
from vstore_gui.xml.document import XmlError, canonical, parse_tree
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.volume import VolumeXml

POOL = """\
<!-- kept -->
<pool type='dir'>
  <name>images</name>
  <!-- by hand -->
  <capacity unit='GiB'>5</capacity>
  <unknown attr="1"><deep/></unknown>
  <target>
    <path>/var/lib/images</path>
    <permissions>
      <mode>00755</mode>
    </permissions>
  </target>
</pool>
<?pi at the end?>
"""


class TestParsing:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "   ",
            "no markup",
            "<pool>",
            "<pool></volume>",
            "<pool/><pool/>",
            "<pool>&undeclared;</pool>",
            "<pool><name>\x00</name></pool>",
            "<pool><name>\x01</name></pool>",
            "<pool><name>\ud800</name></pool>",
            "<pool" + "><a" * 400 + "/>",
            b"\xff\xfe\x00",
            b"<?xml version='1.0' encoding='no-such'?><pool/>",
        ],
    )
    def test_what_is_not_well_formed_is_an_xml_error(self, text: str | bytes) -> None:
        with pytest.raises(XmlError, match="not well-formed"):
            PoolXml.parse(text)

    def test_another_document_is_refused_by_name(self) -> None:
        with pytest.raises(XmlError, match="this is <volume>, not <pool>"):
            PoolXml.parse("<volume/>")

    def test_another_namespace_is_another_document(self) -> None:
        with pytest.raises(XmlError, match="not <pool>"):
            PoolXml.parse("<pool xmlns='urn:x'/>")

    def test_no_file_is_read_through_an_entity(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("top secret")
        text = f'<!DOCTYPE pool [<!ENTITY f SYSTEM "{tmp_path}/secret">]><pool><name>&f;</name></pool>'
        for form in (text, text.encode()):
            with pytest.raises(XmlError, match="declarations"):
                parse_tree(form)

    def test_entities_do_not_multiply(self) -> None:
        laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(20))
        with pytest.raises(XmlError):
            parse_tree(f"<!DOCTYPE pool [{laughs}]><pool><name>&e19;</name></pool>")

    def test_no_attribute_comes_from_a_declaration(self) -> None:
        for name in ("pool", "other"):
            with pytest.raises(XmlError, match="declarations"):
                parse_tree(f"<!DOCTYPE {name} [<!ATTLIST pool type CDATA 'dir'>]><pool/>")

    def test_external_dtd_is_not_loaded(self, tmp_path: Path) -> None:
        (tmp_path / "x.dtd").write_text('<!ENTITY e "x"><!ATTLIST pool type CDATA "dir">')
        pool = PoolXml.parse(f'<!DOCTYPE pool SYSTEM "{tmp_path}/x.dtd"><pool><name>a</name></pool>')
        assert pool.kind is None
        assert pool.to_string().startswith("<!DOCTYPE pool")

    def test_text_is_read_whatever_encoding_it_declares(self) -> None:
        pool = PoolXml.parse("<?xml version='1.0' encoding='ISO-8859-1'?><pool><name>bläh 磁盘</name></pool>")
        assert pool.name == "bläh 磁盘"

    @pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
    def test_bytes_are_read_by_the_encoding_they_declare(self, encoding: str) -> None:
        text = f"<?xml version='1.0' encoding='{encoding}'?><pool><name>bläh</name></pool>"
        pool = PoolXml.parse(text.encode(encoding))
        assert pool.name == "bläh"
        assert PoolXml.parse(pool.to_string()).name == "bläh"

    def test_threads_parse_side_by_side(self) -> None:
        names: list[str | None] = []

        def parse() -> None:
            for _ in range(50):
                names.append(PoolXml.parse(POOL).name)

        threads = [threading.Thread(target=parse) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert names == ["images"] * 200


class TestEditing:
    def test_everything_else_survives_an_edit(self) -> None:
        pool = PoolXml.parse(POOL)
        pool.target_path = "/srv/images"
        assert pool.to_string() == POOL.replace("/var/lib/images", "/srv/images").replace("'", '"')

    def test_a_value_that_is_there_already_changes_nothing(self) -> None:
        pool = PoolXml.parse(POOL)
        pool.capacity_bytes = 5 * 1024**3
        pool.mode = 0o755
        assert pool.to_string() == POOL.replace("'", '"')

    def test_new_elements_stand_in_libvirts_order_and_indented(self) -> None:
        pool = PoolXml.parse(POOL)
        pool.owner = 107
        pool.uuid = "6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31"
        pool.hosts = (SourceHost("nas"),)
        pool.directory = "/export"
        lines = pool.to_string().splitlines()
        assert lines[2:4] == [
            "  <name>images</name>",
            "  <uuid>6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31</uuid>",
        ]
        at = lines.index("  <source>")
        assert lines[at : at + 5] == [
            "  <source>",
            '    <host name="nas"/>',
            '    <dir path="/export"/>',
            "  </source>",
            '  <unknown attr="1"><deep/></unknown>',
        ]
        at = lines.index("      <mode>00755</mode>")
        assert lines[at + 1 : at + 3] == ["      <owner>107</owner>", "    </permissions>"]

    def test_what_was_added_leaves_no_trace_when_it_goes(self) -> None:
        pool = PoolXml.parse(POOL)
        before = canonical(pool.element)
        pool.owner = 107
        pool.hosts = (SourceHost("nas"), SourceHost("nas2", 1))
        pool.auth_username = "me"
        pool.mount_options = ("nodev",)
        pool.hosts = ()
        pool.owner = None
        pool.mount_options = ()
        pool.auth_username = None
        assert canonical(pool.element) == before

    def test_a_document_without_line_breaks_gets_none(self) -> None:
        pool = PoolXml.parse("<pool><name>a</name></pool>")
        pool.target_path = "/a"
        assert pool.to_string() == "<pool><name>a</name><target><path>/a</path></target></pool>\n"

    def test_an_element_that_stood_empty_stays(self) -> None:
        pool = PoolXml.parse("<pool><name>a</name><source/></pool>")
        pool.directory = "/x"
        pool.directory = None
        assert pool.to_string() == "<pool><name>a</name><source/></pool>\n"

    def test_parents_that_held_nothing_else_go(self) -> None:
        pool = PoolXml.parse("<pool><name>a</name><source>\n <dir path='/x'/>\n</source></pool>")
        pool.directory = None
        assert pool.to_string() == "<pool><name>a</name></pool>\n"
        pool.directory = "/x"
        assert pool.to_string() == '<pool><name>a</name><source>\n <dir path="/x"/>\n</source></pool>\n'

    def test_parents_that_hold_a_comment_stay(self) -> None:
        pool = PoolXml.parse("<pool><source><!-- mine --><dir path='/x'/></source></pool>")
        pool.directory = None
        assert pool.to_string() == "<pool><source><!-- mine --></source></pool>\n"

    def test_duplicates_go_together_and_come_back_together(self) -> None:
        volume = VolumeXml.parse(
            "<volume><target><nocow/><format type='raw'/><nocow a='1'/></target></volume>"
        )
        before = canonical(volume.element)
        volume.nocow = False
        assert not volume.nocow
        volume.nocow = True
        assert canonical(volume.element) == before

    @pytest.mark.parametrize("value", ["a\x00b", "\x1b[0m", "\ud800", "\ufffe"])
    def test_characters_that_xml_cannot_hold_are_refused(self, value: str) -> None:
        pool = PoolXml.parse(POOL)
        with pytest.raises(XmlError, match="cannot hold"):
            pool.name = value
        with pytest.raises(XmlError, match="cannot hold"):
            pool.hosts = (SourceHost("fine"), SourceHost(value))
        assert pool.to_string() == POOL.replace("'", '"')

    @pytest.mark.parametrize(
        "value", ["<b>&amp;</b>", "]]>", " spaces ", "tab\tand\nnewline", "../x", "磁盘", "\"'"]
    )
    def test_hostile_names_survive(self, value: str) -> None:
        pool = PoolXml.parse(POOL)
        pool.name = value
        pool.vendor = value
        again = PoolXml.parse(pool.to_string())
        assert (again.name, again.vendor) == (value, value)
