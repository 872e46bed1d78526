"""How each kind of field reads and writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vstore_gui.entities.pool import SourceHost
from vstore_gui.entities.units import GIB, KIB, MIB
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.document import XmlError, canonical
from vstore_gui.xml.domain import DomainXml
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.volume import VolumeXml


def _capacity(inner: str) -> VolumeXml:
    return VolumeXml.parse(f"<volume>{inner}</volume>")


class TestSizes:
    @pytest.mark.parametrize(
        ("element", "n_bytes"),
        [
            ("<capacity>5</capacity>", 5),
            ("<capacity unit='bytes'>5</capacity>", 5),
            ("<capacity unit='B'>5</capacity>", 5),
            ("<capacity unit=''>5</capacity>", 5),
            ("<capacity unit='K'>5</capacity>", 5 * KIB),
            ("<capacity unit='KiB'>5</capacity>", 5 * KIB),
            ("<capacity unit='kb'>5</capacity>", 5000),
            ("<capacity unit='TB'>1</capacity>", 10**12),
            ("<capacity unit='gib'> \n 5 </capacity>", 5 * GIB),
            ("<capacity unit='E'>15</capacity>", 15 * 1024**6),
            ("<capacity>1<!-- comment -->0</capacity>", 10),
            ("<capacity><![CDATA[7]]></capacity>", 7),
            ("<capacity>18446744073709551615</capacity>", 2**64 - 1),
        ],
    )
    def test_units_are_read_as_libvirt_reads_them(self, element: str, n_bytes: int) -> None:
        assert _capacity(element).capacity_bytes == n_bytes

    @pytest.mark.parametrize(
        "element",
        [
            "",
            "<capacity/>",
            "<capacity>five</capacity>",
            "<capacity>-5</capacity>",
            "<capacity>5.5</capacity>",
            "<capacity>5 GiB</capacity>",
            "<capacity unit='furlong'>5</capacity>",
            "<capacity unit='E'>16</capacity>",
            "<capacity>18446744073709551616</capacity>",
            "<capacity>" + "9" * 5000 + "</capacity>",
            "<capacity>٣</capacity>",
        ],
    )
    def test_what_libvirt_would_not_take_is_none(self, element: str) -> None:
        assert _capacity(element).capacity_bytes is None

    def test_the_unit_stays_if_the_size_is_a_multiple_of_it(self) -> None:
        volume = _capacity("<capacity unit='GiB'>5</capacity>")
        volume.capacity_bytes = 7 * GIB
        assert volume.to_string() == '<volume><capacity unit="GiB">7</capacity></volume>\n'

    def test_otherwise_the_size_is_written_in_bytes(self) -> None:
        volume = _capacity("<capacity unit='GiB'>5</capacity>")
        volume.capacity_bytes = 5 * GIB + 1
        assert volume.to_string() == '<volume><capacity unit="bytes">5368709121</capacity></volume>\n'

    @given(
        st.integers(0, 2**64 - 1),
        st.sampled_from(["", " unit='KiB'", " unit='GB'", " unit='bytes'", " unit='x'"]),
    )
    def test_any_size_is_read_back_and_the_old_one_comes_back_to_the_letter(
        self, size: int, unit: str
    ) -> None:
        volume = _capacity(f"<capacity{unit}> 0{MIB // 1024} </capacity>")
        before, old = canonical(volume.element), volume.capacity_bytes
        volume.capacity_bytes = size
        assert volume.capacity_bytes == size
        assert VolumeXml.parse(volume.to_string()).capacity_bytes == size
        if old is not None:
            volume.capacity_bytes = old
            assert canonical(volume.element) == before

    @pytest.mark.parametrize("size", [-1, 2**64])
    def test_sizes_that_libvirt_cannot_hold_are_refused(self, size: int) -> None:
        with pytest.raises(XmlError, match="capacity_bytes"):
            VolumeXml.new().capacity_bytes = size


class TestModes:
    @pytest.mark.parametrize(("raw", "mode"), [("0755", 0o755), ("755", 0o755), ("00700", 0o700), (" 0 ", 0)])
    def test_modes_are_octal(self, raw: str, mode: int) -> None:
        pool = PoolXml.parse(f"<pool><target><permissions><mode>{raw}</mode></permissions></target></pool>")
        assert pool.mode == mode

    @pytest.mark.parametrize("raw", ["", "9", "0x1", "-1", "rwx"])
    def test_what_is_no_mode_is_none(self, raw: str) -> None:
        pool = PoolXml.parse(f"<pool><target><permissions><mode>{raw}</mode></permissions></target></pool>")
        assert pool.mode is None

    def test_leading_zeros_stay(self) -> None:
        pool = PoolXml.parse("<pool><target><permissions><mode>00755</mode></permissions></target></pool>")
        pool.mode = 0o640
        assert "<mode>00640</mode>" in pool.to_string()

    def test_a_new_mode_has_four_digits(self) -> None:
        pool = PoolXml.new()
        pool.mode = 0o755
        assert "<mode>0755</mode>" in pool.to_string()

    @pytest.mark.parametrize("mode", [-1, 0o10000])
    def test_what_is_no_mode_is_refused(self, mode: int) -> None:
        with pytest.raises(XmlError, match="file mode"):
            PoolXml.new().mode = mode


class TestWords:
    def test_a_word_of_a_newer_libvirt_is_read_and_may_stay(self) -> None:
        disk = DiskXml.parse("<disk><driver cache='quantum'/></disk>")
        assert disk.cache == "quantum"
        disk.cache = "none"
        disk.cache = "quantum"
        assert disk.to_string() == '<disk><driver cache="quantum"/></disk>\n'

    def test_a_word_that_we_do_not_know_is_refused(self) -> None:
        disk = DiskXml.parse("<disk><driver cache='none'/></disk>")
        with pytest.raises(XmlError, match="cache cannot be 'quantum'"):
            disk.cache = "quantum"

    def test_yes_no_and_on_off_take_their_own_words_only(self) -> None:
        disk = DiskXml.parse("<disk rawio='on'><target removable='on'/></disk>")
        assert (disk.rawio, disk.removable) == (None, True)
        disk.rawio, disk.removable = False, False
        assert disk.to_string() == '<disk rawio="no"><target removable="off"/></disk>\n'


class TestNumbers:
    @pytest.mark.parametrize("raw", ["", "x", "1_000", "1.0", "0x10", "٣"])
    def test_what_is_no_number_is_none(self, raw: str) -> None:
        assert DiskXml.parse(f"<disk><boot order='{raw}'/></disk>").boot_order is None

    def test_less_than_the_least_is_refused(self) -> None:
        with pytest.raises(XmlError, match="boot_order"):
            DiskXml.new().boot_order = 0

    def test_minus_one_is_an_owner(self) -> None:
        pool = PoolXml.new()
        pool.owner = -1
        assert "<owner>-1</owner>" in pool.to_string()


class TestText:
    def test_white_space_belongs_to_a_name(self) -> None:
        assert PoolXml.parse("<pool><name> a\n</name></pool>").name == " a\n"

    def test_an_empty_element_is_not_an_absent_one(self) -> None:
        pool = PoolXml.parse("<pool><target><permissions><label/></permissions></target></pool>")
        assert (pool.label, pool.name) == ("", None)

    def test_white_space_is_no_path(self) -> None:
        domain = DomainXml.parse(
            "<domain><os><nvram type='file'>\n <source file='/v'/>\n</nvram></os></domain>"
        )
        assert domain.nvram is None

    def test_comments_and_instructions_inside_keep_their_place(self) -> None:
        text = "<pool><name>web<!-- c -->-0<?pi x?>1</name></pool>"
        pool = PoolXml.parse(text)
        assert pool.name == "web-01"
        pool.name = "db"
        assert pool.to_string() == "<pool><name>db<!-- c --><?pi x?></name></pool>\n"
        pool.name = "web-01"
        assert pool.to_string() == text + "\n"

    def test_the_first_of_two_counts(self) -> None:
        pool = PoolXml.parse("<pool><name>a</name><name>b</name></pool>")
        pool.name = "c"
        assert pool.to_string() == "<pool><name>c</name><name>b</name></pool>\n"
        pool.name = None
        assert pool.name is None

    @pytest.mark.parametrize("value", ["", "x", "6f5e8a4e"])
    def test_what_is_no_uuid_is_refused(self, value: str) -> None:
        with pytest.raises(XmlError, match="UUID"):
            PoolXml.new().uuid = value


HOSTS = st.lists(
    st.builds(
        SourceHost,
        st.sampled_from(["a", "b", "c", "/run/sock"]),
        st.none() | st.integers(1, 65535),
    ),
    max_size=5,
).map(tuple)


class TestLists:
    TEXT = """\
<pool>
  <source>
    <host name='a' port='0111'/><!-- first -->
    <host name='b' extra='kept'/>
    <host/>
    <dir path='/x'/>
  </source>
</pool>
"""

    def test_items_that_stay_are_not_touched(self) -> None:
        pool = PoolXml.parse(self.TEXT)
        pool.hosts = (SourceHost("new"), SourceHost("b"), SourceHost("z", 1))
        assert pool.to_string() == (
            "<pool>\n  <source>\n"
            '    <host name="new"/><!-- first -->\n'
            '    <host name="b" extra="kept"/>\n'
            '    <host name="z" port="1"/>\n'
            "    <host/>\n"
            '    <dir path="/x"/>\n'
            "  </source>\n</pool>\n"
        )

    @given(st.lists(HOSTS, min_size=1, max_size=4))
    def test_any_hosts_are_read_back_and_the_old_ones_come_back_to_the_letter(
        self, changes: list[tuple[SourceHost, ...]]
    ) -> None:
        pool = PoolXml.parse(self.TEXT)
        before, old = canonical(pool.element), pool.hosts
        for hosts in changes:
            pool.hosts = hosts
            assert pool.hosts == hosts
        assert PoolXml.parse(pool.to_string()).hosts == changes[-1]
        pool.hosts = old
        assert canonical(pool.element) == before

    def test_options_stand_in_their_namespace(self) -> None:
        pool = PoolXml.new()
        pool.mount_options = ("nodev", "nosuid")
        pool.rbd_options = (("a", "1"),)
        again = PoolXml.parse(pool.to_string())
        assert again.mount_options == ("nodev", "nosuid")
        assert again.rbd_options == (("a", "1"),)
        assert 'xmlns:fs="http://libvirt.org/schemas/storagepool/fs/1.0"' in pool.to_string()

    def test_an_item_that_could_not_be_read_back_is_refused(self) -> None:
        with pytest.raises(XmlError, match="hosts cannot hold"):
            PoolXml.new().hosts = (SourceHost(""),)
