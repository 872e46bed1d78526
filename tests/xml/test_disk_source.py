"""Changing what a disk stands on."""

from __future__ import annotations

import pytest

from vstore_gui.entities.disk import DiskSource, SourceKind
from vstore_gui.entities.pool import SourceHost
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.document import XmlError, canonical
from vstore_gui.xml.domain import DomainXml

UUID = "6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31"

SOURCES = [
    DiskSource(SourceKind.FILE, path="/iso/debian & co.iso"),
    DiskSource(SourceKind.BLOCK, path="/dev/sr0", startup_policy="optional"),
    DiskSource(SourceKind.DIR, path="/srv"),
    DiskSource(SourceKind.VOLUME, pool="iso", volume="debian.iso"),
    DiskSource(SourceKind.VOLUME, pool="san", volume="unit:0:0:1", mode="direct"),
    DiskSource(
        SourceKind.NETWORK,
        protocol="rbd",
        name="p/i",
        hosts=(SourceHost("mon1", 6789), SourceHost("/run/sock")),
    ),
    DiskSource(SourceKind.NETWORK, protocol="nbd", hosts=(SourceHost("x"),)),
    DiskSource(SourceKind.NVME, name="0000:01:00.0/1"),
    DiskSource(SourceKind.VHOSTUSER, path="/run/vhost.sock"),
    DiskSource(SourceKind.VHOSTVDPA, path="/dev/vhost-vdpa-0"),
]

DOMAIN = """\
<domain type="kvm">
  <devices>
    <emulator>/usr/bin/qemu</emulator>
    <disk type="file" device="cdrom">
      <driver name="qemu" type="raw"/>
      <source file="/iso/old.iso" startupPolicy="optional" index="3">
        <!-- by hand -->
        <seclabel model="dac" relabel="no"/>
        <slices><slice type="storage" offset="0" size="1"/></slices>
        <unknown/>
      </source>
      <backingStore type="file"><source file="/base"/><backingStore/></backingStore>
      <target dev="sda" bus="sata"/>
      <readonly/>
    </disk>
    <disk type="file" device="cdrom">
      <target dev="sdb" bus="sata"/>
    </disk>
  </devices>
</domain>
"""


def test_every_kind_of_source_replaces_every_other() -> None:
    for first in SOURCES:
        disk = DiskXml.new()
        disk.set_source(first)
        assert disk.source == first
        for second in SOURCES:
            changed = DiskXml.parse(disk.to_string())
            changed.set_source(second)
            policy = second.startup_policy or first.startup_policy
            again = DiskXml.parse(changed.to_string()).source
            assert again == DiskSource(**{**_fields(second), "startup_policy": policy})
            if policy != first.startup_policy:
                continue
            changed.set_source(first)
            assert canonical(changed.element) == canonical(DiskXml.parse(disk.to_string()).element)


def _fields(source: DiskSource) -> dict[str, object]:
    return {name: getattr(source, name) for name in source.__struct_fields__}


def test_a_new_disc_takes_nothing_of_the_old_one_with_it() -> None:
    domain = DomainXml.parse(DOMAIN)
    domain.disk("sda").set_source(DiskSource(SourceKind.FILE, path="/iso/new.iso"))
    text = domain.to_string()
    assert '<source startupPolicy="optional" file="/iso/new.iso">' in text
    for kept in ("<!-- by hand -->", '<seclabel model="dac" relabel="no"/>', "<unknown/>", "<readonly/>"):
        assert kept in text
    for gone in ("slices", "backingStore", "index", "old.iso"):
        assert gone not in text


def test_the_old_disc_comes_back_to_the_letter() -> None:
    domain = DomainXml.parse(DOMAIN)
    disk = domain.disk("sda")
    old = disk.source
    for source in SOURCES:
        disk.set_source(source)
    disk.clear_source()
    disk.set_source(old)
    assert canonical(domain.element) == canonical(DomainXml.parse(DOMAIN).element)


def test_an_emptied_drive_keeps_its_startup_policy() -> None:
    domain = DomainXml.parse(DOMAIN)
    disk = domain.disk("sda")
    disk.clear_source()
    assert disk.source == DiskSource(startup_policy="optional")
    assert '<source startupPolicy="optional">' in domain.to_string()
    assert disk.element.get("type") == "file"


def test_an_empty_drive_is_empty_again_to_the_letter() -> None:
    domain = DomainXml.parse(DOMAIN)
    disk = domain.disk("sdb")
    assert disk.state().empty
    disk.set_source(SOURCES[3])
    assert disk.element.get("type") == "volume"
    assert '      <source pool="iso" volume="debian.iso"/>\n      <target dev="sdb"' in domain.to_string()
    disk.clear_source()
    assert domain.to_string() == DOMAIN


def test_an_emptied_volume_drive_is_a_file_drive() -> None:
    # libvirt takes an empty drive of type file, block or dir; one of type volume lacks its pool
    disk = DiskXml.parse("<disk type='volume'><source pool='iso' volume='debian.iso'/></disk>")
    disk.clear_source()
    assert disk.to_string() == '<disk type="file"/>\n'


def test_logins_stay_with_their_server() -> None:
    disk = DiskXml.new()
    rbd = SOURCES[5]
    disk.set_source(rbd)
    disk.source_auth_username = "admin"
    disk.source_encryption = "luks"
    disk.set_source(DiskSource(SourceKind.NETWORK, protocol="rbd", name="p/other", hosts=rbd.hosts))
    assert disk.source_auth_username == "admin"
    assert disk.source_encryption is None
    disk.set_source(
        DiskSource(SourceKind.NETWORK, protocol="rbd", name="p/other", hosts=(SourceHost("else"),))
    )
    assert disk.source_auth_username is None


def test_a_new_login_has_nothing_of_the_one_that_went_with_its_server() -> None:
    disk = DiskXml.new()
    disk.set_source(SOURCES[5])
    disk.source_auth_username, disk.source_secret_uuid = "admin", UUID
    disk.source_encryption, disk.source_passphrase_uuid = "luks", UUID
    disk.set_source(SOURCES[6])
    disk.source_auth_username = "me"
    disk.source_encryption = "luks"
    assert (disk.source_secret_uuid, disk.source_passphrase_uuid) == (None, None)


def test_what_is_dropped_goes_with_all_it_holds() -> None:
    disk = DiskXml.parse(
        "<disk><iotune><read_bytes_sec>1</read_bytes_sec></iotune>"
        "<source><auth username='x'/></source></disk>"
    )
    disk.drop("iotune")
    disk.drop("source/auth")
    assert disk.to_string() == "<disk/>\n"
    disk.write_bytes_sec = 2
    assert "read_bytes_sec" not in disk.to_string()


@pytest.mark.parametrize(
    "source",
    [
        DiskSource(SourceKind.FILE),
        DiskSource(SourceKind.FILE, path="/a\x00"),
        DiskSource(SourceKind.VOLUME, pool="p"),
        DiskSource(SourceKind.NETWORK, name="x"),
        DiskSource(SourceKind.NVME, name="elsewhere"),
        DiskSource(SourceKind.NVME, name="0000:01:00.0/x"),
    ],
)
def test_a_source_that_lacks_what_names_it_changes_nothing(source: DiskSource) -> None:
    domain = DomainXml.parse(DOMAIN)
    with pytest.raises(XmlError):
        domain.disk("sda").set_source(source)
    assert domain.to_string() == DOMAIN


def test_disks_are_added_in_place_and_taken_out_again() -> None:
    domain = DomainXml.parse(DOMAIN)
    disk = DiskXml.new()
    disk.target, disk.bus = "vda", "virtio"
    disk.set_source(SOURCES[0])
    part = domain.add_disk(disk)
    part.cache = "none"
    assert [disk.target for disk in domain.disks] == ["sda", "sdb", "vda"]
    assert (
        '    </disk>\n    <disk type="file">\n      <driver cache="none"/>\n      <source'
        in domain.to_string()
    )
    domain.remove_disk("vda")
    assert domain.to_string() == DOMAIN


def test_a_disk_that_is_not_there_is_an_xml_error() -> None:
    with pytest.raises(XmlError, match="'vdz'"):
        DomainXml.parse(DOMAIN).disk("vdz")


def test_a_disk_by_itself_stands_like_a_document_of_its_own() -> None:
    domain = DomainXml.parse(DOMAIN.replace("<domain", '<domain xmlns:qemu="urn:qemu"'))
    assert domain.disk("sdb").to_string() == (
        '<disk type="file" device="cdrom">\n  <target dev="sdb" bus="sata"/>\n</disk>'
    )
    assert domain.to_string() == DOMAIN.replace("<domain", '<domain xmlns:qemu="urn:qemu"')
