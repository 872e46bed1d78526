"""Every declared field: what is written where. A field that is declared and not told of here fails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.libvirt_source import RELEASES, libvirt_source
from vstore_gui.entities.pool import SourceHost
from vstore_gui.entities.units import GIB
from vstore_gui.xml.check import DOCUMENTS
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.document import Document, XmlError, parse_tree
from vstore_gui.xml.domain import DomainXml
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.secret import SecretXml
from vstore_gui.xml.snapshot import SnapshotDiskXml, SnapshotXml
from vstore_gui.xml.volume import VolumeXml

NAMESPACES = {
    "fs": "http://libvirt.org/schemas/storagepool/fs/1.0",
    "rbd": "http://libvirt.org/schemas/storagepool/rbd/1.0",
}
UUID = "6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31"
IQN = "iqn.2001-02.com.example:a"

# By class and field: a value, where it stands (XPath from the document's element), and what stands there.
FIELDS: dict[type[Document], dict[str, tuple[Any, str, str]]] = {
    PoolXml: {
        "kind": ("dir", "@type", "dir"),
        "name": ("one", "name", "one"),
        "uuid": (UUID, "uuid", UUID),
        "capacity_bytes": (5 * GIB, "capacity", "5368709120"),
        "allocation_bytes": (5 * GIB, "allocation", "5368709120"),
        "available_bytes": (5 * GIB, "available", "5368709120"),
        "cow": (True, "features/cow/@state", "yes"),
        "hosts": (
            (SourceHost("one.example"), SourceHost("two.example", 3260)),
            "source/host/@name",
            "one.example",
        ),
        "devices": (("/dev/one", "/dev/two"), "source/device/@path", "/dev/one"),
        "part_separator": (True, "source/device/@part_separator", "yes"),
        "directory": ("/one/export", "source/dir/@path", "/one/export"),
        "source_name": ("one", "source/name", "one"),
        "source_format": ("auto", "source/format/@type", "auto"),
        "protocol_version": ("3", "source/protocol/@ver", "3"),
        "initiator_iqn": (IQN, "source/initiator/iqn/@name", IQN),
        "vendor": ("one", "source/vendor/@name", "one"),
        "product": ("one", "source/product/@name", "one"),
        "auth_type": ("chap", "source/auth/@type", "chap"),
        "auth_username": ("one", "source/auth/@username", "one"),
        "auth_secret_uuid": (UUID, "source/auth/secret/@uuid", UUID),
        "auth_secret_usage": ("one", "source/auth/secret/@usage", "one"),
        "adapter_type": ("scsi_host", "source/adapter/@type", "scsi_host"),
        "adapter_name": ("scsi_host1", "source/adapter/@name", "scsi_host1"),
        "adapter_parent": ("scsi_host1", "source/adapter/@parent", "scsi_host1"),
        "adapter_managed": (True, "source/adapter/@managed", "yes"),
        "adapter_wwnn": ("20000000c9831b4b", "source/adapter/@wwnn", "20000000c9831b4b"),
        "adapter_wwpn": ("10000000c9831b4b", "source/adapter/@wwpn", "10000000c9831b4b"),
        "adapter_parent_wwnn": ("20000000c9831b4b", "source/adapter/@parent_wwnn", "20000000c9831b4b"),
        "adapter_parent_wwpn": ("10000000c9831b4b", "source/adapter/@parent_wwpn", "10000000c9831b4b"),
        "adapter_parent_fabric_wwn": (
            "2001000dec9877c1",
            "source/adapter/@parent_fabric_wwn",
            "2001000dec9877c1",
        ),
        "adapter_unique_id": (1, "source/adapter/parentaddr/@unique_id", "1"),
        "adapter_domain": ("0x0000", "source/adapter/parentaddr/address/@domain", "0x0000"),
        "adapter_bus": ("0x00", "source/adapter/parentaddr/address/@bus", "0x00"),
        "adapter_slot": ("0x1f", "source/adapter/parentaddr/address/@slot", "0x1f"),
        "adapter_function": ("0x2", "source/adapter/parentaddr/address/@function", "0x2"),
        "target_path": ("/one/path", "target/path", "/one/path"),
        "mode": (0o755, "target/permissions/mode", "0755"),
        "owner": (0, "target/permissions/owner", "0"),
        "group": (0, "target/permissions/group", "0"),
        "label": ("one", "target/permissions/label", "one"),
        "refresh_allocation": ("default", "refresh/volume/@allocation", "default"),
        "mount_options": (("nodev", "nosuid"), "fs:mount_opts/fs:option/@name", "nodev"),
        "rbd_options": (
            (("rbd_default_features", "3"), ("client_mount_timeout", "45")),
            "rbd:config_opts/rbd:option/@name",
            "rbd_default_features",
        ),
    },
    VolumeXml: {
        "kind": ("file", "@type", "file"),
        "name": ("one", "name", "one"),
        "key": ("one", "key", "one"),
        "capacity_bytes": (5 * GIB, "capacity", "5368709120"),
        "allocation_bytes": (5 * GIB, "allocation", "5368709120"),
        "physical_bytes": (5 * GIB, "physical", "5368709120"),
        "source_devices": (("/dev/one", "/dev/two"), "source/device/@path", "/dev/one"),
        "path": ("/one/path", "target/path", "/one/path"),
        "format": ("raw", "target/format/@type", "raw"),
        "mode": (0o755, "target/permissions/mode", "0755"),
        "owner": (0, "target/permissions/owner", "0"),
        "group": (0, "target/permissions/group", "0"),
        "label": ("one", "target/permissions/label", "one"),
        "accessed": ("1753000000.000000001", "target/timestamps/atime", "1753000000.000000001"),
        "modified": ("1753000000.000000001", "target/timestamps/mtime", "1753000000.000000001"),
        "changed": ("1753000000.000000001", "target/timestamps/ctime", "1753000000.000000001"),
        "born": ("1753000000.000000001", "target/timestamps/btime", "1753000000.000000001"),
        "encryption": ("default", "target/encryption/@format", "default"),
        "encryption_engine": ("qemu", "target/encryption/@engine", "qemu"),
        "secret_type": ("passphrase", "target/encryption/secret/@type", "passphrase"),
        "secret_uuid": (UUID, "target/encryption/secret/@uuid", UUID),
        "secret_usage": ("one", "target/encryption/secret/@usage", "one"),
        "cipher_name": ("aes", "target/encryption/cipher/@name", "aes"),
        "cipher_bits": (256, "target/encryption/cipher/@size", "256"),
        "cipher_mode": ("xts", "target/encryption/cipher/@mode", "xts"),
        "cipher_hash": ("sha256", "target/encryption/cipher/@hash", "sha256"),
        "ivgen_name": ("plain64", "target/encryption/ivgen/@name", "plain64"),
        "ivgen_hash": ("sha256", "target/encryption/ivgen/@hash", "sha256"),
        "compat": ("1.1", "target/compat", "1.1"),
        "nocow": (True, "target/nocow", ""),
        "cluster_size_bytes": (5 * GIB, "target/clusterSize", "5368709120"),
        "lazy_refcounts": (True, "target/features/lazy_refcounts", ""),
        "extended_l2": (True, "target/features/extended_l2", ""),
        "backing_path": ("/one/path", "backingStore/path", "/one/path"),
        "backing_format": ("raw", "backingStore/format/@type", "raw"),
        "backing_mode": (0o755, "backingStore/permissions/mode", "0755"),
        "backing_owner": (0, "backingStore/permissions/owner", "0"),
        "backing_group": (0, "backingStore/permissions/group", "0"),
        "backing_label": ("one", "backingStore/permissions/label", "one"),
        "backing_modified": ("1753000000.000000001", "backingStore/timestamps/mtime", "1753000000.000000001"),
    },
    DomainXml: {
        "kind": ("kvm", "@type", "kvm"),
        "name": ("one", "name", "one"),
        "uuid": (UUID, "uuid", UUID),
        "title": ("one", "title", "one"),
        "description": ("one", "description", "one"),
        "iothreads": (1, "iothreads", "1"),
        "os_type": ("hvm", "os/type", "hvm"),
        "arch": ("x86_64", "os/type/@arch", "x86_64"),
        "machine": ("q35", "os/type/@machine", "q35"),
        "firmware": ("efi", "os/@firmware", "efi"),
        "loader": ("/one/path", "os/loader", "/one/path"),
        "loader_readonly": (True, "os/loader/@readonly", "yes"),
        "loader_type": ("rom", "os/loader/@type", "rom"),
        "nvram": ("/one/path", "os/nvram", "/one/path"),
        "nvram_template": ("/one/path", "os/nvram/@template", "/one/path"),
        "kernel": ("/one/path", "os/kernel", "/one/path"),
        "initrd": ("/one/path", "os/initrd", "/one/path"),
        "cmdline": ("one", "os/cmdline", "one"),
        "dtb": ("/one/path", "os/dtb", "/one/path"),
        "boot_devices": (("hd", "cdrom"), "os/boot/@dev", "hd"),
        "boot_menu": (True, "os/bootmenu/@enable", "yes"),
        "on_poweroff": ("destroy", "on_poweroff", "destroy"),
        "on_reboot": ("destroy", "on_reboot", "destroy"),
        "on_crash": ("destroy", "on_crash", "destroy"),
    },
    DiskXml: {
        "device": ("disk", "@device", "disk"),
        "model": ("virtio", "@model", "virtio"),
        "snapshot": ("no", "@snapshot", "no"),
        "rawio": (True, "@rawio", "yes"),
        "sgio": ("filtered", "@sgio", "filtered"),
        "target": ("vda", "target/@dev", "vda"),
        "bus": ("ide", "target/@bus", "ide"),
        "tray": ("open", "target/@tray", "open"),
        "removable": (True, "target/@removable", "on"),
        "rotation_rate": (1, "target/@rotation_rate", "1"),
        "startup_policy": ("mandatory", "source/@startupPolicy", "mandatory"),
        "source_hosts": (("one.example", "two.example"), "source/host/@name", "one.example"),
        "source_snapshot": ("one", "source/snapshot/@name", "one"),
        "source_config": ("/etc/one.conf", "source/config/@file", "/etc/one.conf"),
        "source_initiator": (IQN, "source/initiator/iqn/@name", IQN),
        "source_auth_username": ("one", "source/auth/@username", "one"),
        "source_secret_type": ("ceph", "source/auth/secret/@type", "ceph"),
        "source_secret_uuid": (UUID, "source/auth/secret/@uuid", UUID),
        "source_secret_usage": ("one", "source/auth/secret/@usage", "one"),
        "source_encryption": ("qcow", "source/encryption/@format", "qcow"),
        "source_encryption_engine": ("qemu", "source/encryption/@engine", "qemu"),
        "source_passphrase_type": ("passphrase", "source/encryption/secret/@type", "passphrase"),
        "source_passphrase_uuid": (UUID, "source/encryption/secret/@uuid", UUID),
        "source_passphrase_usage": ("one", "source/encryption/secret/@usage", "one"),
        "reservations_managed": (True, "source/reservations/@managed", "yes"),
        "auth_username": ("one", "auth/@username", "one"),
        "secret_type": ("ceph", "auth/secret/@type", "ceph"),
        "secret_uuid": (UUID, "auth/secret/@uuid", UUID),
        "secret_usage": ("one", "auth/secret/@usage", "one"),
        "encryption": ("qcow", "encryption/@format", "qcow"),
        "passphrase_uuid": (UUID, "encryption/secret/@uuid", UUID),
        "passphrase_usage": ("one", "encryption/secret/@usage", "one"),
        "driver": ("qemu", "driver/@name", "qemu"),
        "format": ("raw", "driver/@type", "raw"),
        "cache": ("default", "driver/@cache", "default"),
        "io": ("native", "driver/@io", "native"),
        "discard": ("unmap", "driver/@discard", "unmap"),
        "detect_zeroes": ("off", "driver/@detect_zeroes", "off"),
        "discard_no_unref": (True, "driver/@discard_no_unref", "on"),
        "copy_on_read": (True, "driver/@copy_on_read", "on"),
        "error_policy": ("stop", "driver/@error_policy", "stop"),
        "read_error_policy": ("stop", "driver/@rerror_policy", "stop"),
        "iothread": (1, "driver/@iothread", "1"),
        "iothreads": ((1, 2), "driver/iothreads/iothread/@id", "1"),
        "queues": (1, "driver/@queues", "1"),
        "queue_size": (256, "driver/@queue_size", "256"),
        "ioeventfd": (True, "driver/@ioeventfd", "on"),
        "event_idx": (True, "driver/@event_idx", "on"),
        "iommu": (True, "driver/@iommu", "on"),
        "ats": (True, "driver/@ats", "on"),
        "packed": (True, "driver/@packed", "on"),
        "page_per_vq": (True, "driver/@page_per_vq", "on"),
        "metadata_cache_bytes": (5 * GIB, "driver/metadata_cache/max_size", "5368709120"),
        "readonly": (True, "readonly", ""),
        "shareable": (True, "shareable", ""),
        "transient": (True, "transient", ""),
        "share_backing": (True, "transient/@shareBacking", "yes"),
        "serial": ("one", "serial", "one"),
        "wwn": ("5000c50015ea71ad", "wwn", "5000c50015ea71ad"),
        "vendor": ("one", "vendor", "one"),
        "product": ("one", "product", "one"),
        "alias": ("ua-one", "alias/@name", "ua-one"),
        "boot_order": (1, "boot/@order", "1"),
        "load_parm": ("1", "boot/@loadparm", "1"),
        "backend_domain": ("one", "backenddomain/@name", "one"),
        "address_type": ("drive", "address/@type", "drive"),
        "address_controller": (0, "address/@controller", "0"),
        "address_bus": ("0", "address/@bus", "0"),
        "address_target": (0, "address/@target", "0"),
        "address_unit": (0, "address/@unit", "0"),
        "logical_block_bytes": (512, "blockio/@logical_block_size", "512"),
        "physical_block_bytes": (512, "blockio/@physical_block_size", "512"),
        "discard_granularity_bytes": (4096, "blockio/@discard_granularity", "4096"),
        "cylinders": (16383, "geometry/@cyls", "16383"),
        "heads": (16, "geometry/@heads", "16"),
        "sectors": (63, "geometry/@secs", "63"),
        "translation": ("auto", "geometry/@trans", "auto"),
        "total_bytes_sec": (1, "iotune/total_bytes_sec", "1"),
        "read_bytes_sec": (1, "iotune/read_bytes_sec", "1"),
        "write_bytes_sec": (1, "iotune/write_bytes_sec", "1"),
        "total_iops_sec": (1, "iotune/total_iops_sec", "1"),
        "read_iops_sec": (1, "iotune/read_iops_sec", "1"),
        "write_iops_sec": (1, "iotune/write_iops_sec", "1"),
        "total_bytes_sec_max": (1, "iotune/total_bytes_sec_max", "1"),
        "read_bytes_sec_max": (1, "iotune/read_bytes_sec_max", "1"),
        "write_bytes_sec_max": (1, "iotune/write_bytes_sec_max", "1"),
        "total_iops_sec_max": (1, "iotune/total_iops_sec_max", "1"),
        "read_iops_sec_max": (1, "iotune/read_iops_sec_max", "1"),
        "write_iops_sec_max": (1, "iotune/write_iops_sec_max", "1"),
        "total_bytes_sec_max_length": (1, "iotune/total_bytes_sec_max_length", "1"),
        "read_bytes_sec_max_length": (1, "iotune/read_bytes_sec_max_length", "1"),
        "write_bytes_sec_max_length": (1, "iotune/write_bytes_sec_max_length", "1"),
        "total_iops_sec_max_length": (1, "iotune/total_iops_sec_max_length", "1"),
        "read_iops_sec_max_length": (1, "iotune/read_iops_sec_max_length", "1"),
        "write_iops_sec_max_length": (1, "iotune/write_iops_sec_max_length", "1"),
        "size_iops_sec": (1, "iotune/size_iops_sec", "1"),
        "throttle_group_name": ("one", "iotune/group_name", "one"),
        "throttle_filters": (("limit0", "limit1"), "throttlefilters/throttlefilter/@group", "limit0"),
    },
    SnapshotXml: {
        "name": ("one", "name", "one"),
        "description": ("one", "description", "one"),
        "machine_state": ("running", "state", "running"),
        "parent": ("one", "parent/name", "one"),
        "created_s": (1753000000, "creationTime", "1753000000"),
        "memory": ("no", "memory/@snapshot", "no"),
        "memory_path": ("/one/path", "memory/@file", "/one/path"),
        "active": (0, "active", "0"),
        "domain_uuid": ("one", "domain/uuid", "one"),
    },
    SecretXml: {
        "ephemeral": (True, "@ephemeral", "yes"),
        "private": (True, "@private", "yes"),
        "uuid": (UUID, "uuid", UUID),
        "description": ("one", "description", "one"),
        "usage_type": ("volume", "usage/@type", "volume"),
        "volume": ("/one/path", "usage/volume", "/one/path"),
        "usage_name": ("one", "usage/name", "one"),
        "usage_target": (IQN, "usage/target", IQN),
    },
    SnapshotDiskXml: {
        "name": ("vda", "@name", "vda"),
        "mode": ("no", "@snapshot", "no"),
        "kind": ("file", "@type", "file"),
        "format": ("qcow2", "driver/@type", "qcow2"),
        "file": ("/one/path", "source/@file", "/one/path"),
        "device": ("/dev/one", "source/@dev", "/dev/one"),
    },
}

# Elements that mean something when nothing stands in them any more.
KEPT = {
    (PoolXml, "part_separator"): "<pool>\n  <source>\n    <device/>\n  </source>\n</pool>\n",
    (DiskXml, "share_backing"): "<disk>\n  <transient/>\n</disk>\n",
}

# Fields that no document of libvirt's own tests holds; its schemas and its documentation have them.
_NOT_IN_THE_CORPUS = {
    PoolXml: {"adapter_parent_fabric_wwn", "adapter_parent_wwnn", "adapter_parent_wwpn", "auth_secret_usage"},
    VolumeXml: {"backing_modified", "born", "encryption_engine", "physical_bytes", "secret_usage"},
    DiskXml: {"secret_uuid", "sgio"},
}

CASES = [
    pytest.param(kind, field, *case, id=f"{kind.__name__}.{field}")
    for kind, cases in FIELDS.items()
    for field, case in cases.items()
]


@pytest.mark.parametrize("kind", [*DOCUMENTS.values(), SnapshotDiskXml], ids=lambda kind: kind.__name__)
def test_every_declared_field_is_told_of_here(kind: type[Document]) -> None:
    assert set(kind.fields) == set(FIELDS[kind])


@pytest.mark.parametrize(("kind", "field", "value", "place", "raw"), CASES)
def test_field_is_written_where_libvirt_reads_it(
    kind: type[Document], field: str, value: Any, place: str, raw: str
) -> None:
    document = kind.new()
    empty = document.to_string()

    setattr(document, field, value)

    assert getattr(document, field) == value
    assert document.element.xpath(f"string({place})", namespaces=NAMESPACES) == raw
    assert document.element.xpath(f"count({place}) > 0", namespaces=NAMESPACES)
    again = kind.parse(document.to_string())
    assert getattr(again, field) == value

    setattr(document, field, kind.fields[field].nothing)
    assert document.to_string() == KEPT.get((kind, field), empty)


def _present(document: Document, seen: dict[type[Document], set[str]]) -> None:
    for name, field in type(document).fields.items():
        if field.present(document):
            seen.setdefault(type(document), set()).add(name)
    for _, part in document.parts():
        _present(part, seen)


def test_every_field_reads_something_in_libvirts_own_documents() -> None:
    seen: dict[type[Document], set[str]] = {}
    for release in RELEASES:
        source = libvirt_source(release)
        for directory in source.directories(
            "storage*xml2xml*", "secretxml2xml*", "qemudomainsnapshot*", "qemuxml*", "genericxml2xml*"
        ):
            for path in source.documents(directory):
                try:
                    root = parse_tree(path.read_bytes())
                except XmlError:
                    continue
                if root.tag in DOCUMENTS:
                    _present(DOCUMENTS[root.tag](root), seen)
    missing = {kind: set(kind.fields) - seen.get(kind, set()) for kind in FIELDS}
    assert {kind: fields for kind, fields in missing.items() if fields} == _NOT_IN_THE_CORPUS
