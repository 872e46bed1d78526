"""What hosts say they can do, in documents that libvirt's own tests hold."""

from __future__ import annotations

import pytest

from tests.support.libvirt_source import RELEASES, LibvirtSource, libvirt_source
from vstore_gui.entities.node_device import NodeDeviceState
from vstore_gui.xml.capabilities import (
    pool_capabilities,
    read_host_capabilities,
    read_node_device,
    supported_pool_kinds,
)
from vstore_gui.xml.document import XmlError


@pytest.fixture(scope="module", params=RELEASES)
def source(request: pytest.FixtureRequest) -> LibvirtSource:
    return libvirt_source(request.param)


def _text(source: LibvirtSource, path: str) -> str:
    return (source.root / "tests" / path).read_text()


def test_the_host_is_known_by_its_uuid(source: LibvirtSource) -> None:
    host = read_host_capabilities(_text(source, "capabilityschemadata/caps-qemu-kvm.xml"))
    assert host.arch == "x86_64"
    assert "x86_64" in host.guest_archs
    assert host.host_uuid is not None
    assert len(host.host_uuid) == 36


def test_a_host_that_can_revert_external_snapshots_says_so() -> None:
    found = [
        read_host_capabilities(_text(libvirt_source(release), "qemucaps2xmloutdata/caps.x86_64.xml"))
        for release in RELEASES
    ]
    assert [host.external_snapshot_revert for host in found] == [False, True]  # since 9.9


def test_pool_kinds_that_a_host_has_a_backend_for(source: LibvirtSource) -> None:
    assert supported_pool_kinds(_text(source, "storagepoolcapsschemadata/poolcaps-fs.xml")) == ("fs",)
    full = pool_capabilities(_text(source, "storagepoolcapsschemadata/poolcaps-full.xml"))
    by_kind = {pool.kind: pool for pool in full}
    assert {"dir", "netfs", "logical", "disk", "iscsi", "scsi", "mpath", "rbd", "zfs"} <= set(by_kind)
    assert by_kind["fs"].default_source_format == "auto"
    assert {"ext4", "xfs"} <= set(by_kind["fs"].source_formats)
    assert by_kind["fs"].default_volume_format == "raw"
    assert "qcow2" in by_kind["fs"].volume_formats
    assert by_kind["mpath"].source_formats == ()


def test_disks_and_adapters_of_a_host(source: LibvirtSource) -> None:
    directory = "nodedevschemadata" if source.root.name == "bookworm" else "nodedevxml2xmlout"
    disk = read_node_device(
        _text(source, f"{directory}/storage_serial_SATA_HTS721010G9SA00_MPCZ12Y0GNGWSE.xml")
    )
    assert disk == NodeDeviceState(
        name="storage_serial_SATA_HTS721010G9SA00_MPCZ12Y0GNGWSE",
        parent="pci_8086_27c5_scsi_host_scsi_device_lun0",
        capability="storage",
        block_path="/dev/sda",
        bus="scsi",
        drive_type="disk",
        model="HTS721010G9SA00",
        vendor="ATA",
        size_bytes=100030242816,
    )
    adapter = read_node_device(_text(source, f"{directory}/hba_vport_ops.xml"))
    assert (adapter.capability, adapter.host) == ("scsi_host", 12)
    assert adapter.sub_capabilities == ("fc_host", "vport_ops")
    assert (adapter.wwnn, adapter.wwpn) == ("2000f4e9d4eb02c9", "2001f4e9d4eb02c9")
    assert read_node_device("<device><name>computer</name></device>") == NodeDeviceState("computer")


@pytest.mark.parametrize("read", [read_host_capabilities, pool_capabilities, read_node_device])
@pytest.mark.parametrize("text", ["", "<pool/>", "<"])
def test_other_documents_are_xml_errors(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(XmlError):
        read(text)
