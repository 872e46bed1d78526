"""`<disk>` of a domain (https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from vstore_gui.entities.disk import DiskSource, DiskState
from vstore_gui.xml.common import SAMPLE_UUIDS
from vstore_gui.xml.disk_source import DISK_ORDER, clear_source, read_chain, read_source, write_source
from vstore_gui.xml.document import Document, Element, Order
from vstore_gui.xml.fields import (
    AttrField,
    EnumField,
    FlagField,
    IntField,
    OnOffField,
    SizeField,
    TextField,
    UuidField,
    YesNoField,
)
from vstore_gui.xml.list_fields import Item, ListField
from vstore_gui.xml.numbers import read_int
from vstore_gui.xml.tree import text_of

__all__ = ["BUSES", "CACHE_MODES", "DEVICES", "IO_MODES", "DiskXml", "read_disk"]

DEVICES: Final = ("disk", "cdrom", "floppy", "lun")
BUSES: Final = ("ide", "fdc", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd", "nvme")
CACHE_MODES: Final = ("default", "none", "writethrough", "writeback", "directsync", "unsafe")
IO_MODES: Final = ("native", "threads", "io_uring")
SOURCE_TYPES: Final = ("file", "block", "dir", "network", "volume", "nvme", "vhostuser", "vhostvdpa")

_IOTUNE_ORDER: Final = (
    "total_bytes_sec", "read_bytes_sec", "write_bytes_sec", "total_iops_sec", "read_iops_sec",
    "write_iops_sec", "total_bytes_sec_max", "read_bytes_sec_max", "write_bytes_sec_max",
    "total_iops_sec_max", "read_iops_sec_max", "write_iops_sec_max", "size_iops_sec", "group_name",
    "total_bytes_sec_max_length", "read_bytes_sec_max_length", "write_bytes_sec_max_length",
    "total_iops_sec_max_length", "read_iops_sec_max_length", "write_iops_sec_max_length",
)  # fmt: skip


def _read_number(attrs: Mapping[str, str]) -> int | None:
    return read_int(attrs.get("id"))


_NUMBERED: Final = Item(("id",), _read_number, lambda n: {"id": str(n)}, (1, 2))


class DiskXml(Document):
    """One `<disk>`: a document of its own, as device calls take it, or a part of a DomainXml."""

    TAG = "disk"
    ORDER: ClassVar[Order] = {
        "": DISK_ORDER,
        "driver": ("iothreads", "metadata_cache"),
        "source": ("host", "snapshot", "config", "auth", "encryption", "reservations", "slices", "seclabel"),
        "iotune": _IOTUNE_ORDER,
    }

    # `kind` is changed by set_source, so that type and source never contradict each other.
    device = EnumField(".", DEVICES, attr="device")
    model = EnumField(".", ("virtio", "virtio-transitional", "virtio-non-transitional"), attr="model")
    snapshot = EnumField(".", ("no", "internal", "external", "manual"), attr="snapshot")
    rawio = YesNoField(".", attr="rawio")
    sgio = EnumField(".", ("filtered", "unfiltered"), attr="sgio")

    target = AttrField("target", "dev", samples=("vda", "vdb"))
    bus = EnumField("target", BUSES, attr="bus")
    tray = EnumField("target", ("open", "closed"), attr="tray")
    removable = OnOffField("target", attr="removable")
    rotation_rate = IntField("target", attr="rotation_rate", samples=(1, 7200))

    startup_policy = EnumField("source", ("mandatory", "requisite", "optional"), attr="startupPolicy")
    source_hosts = ListField(
        "source/host",
        Item.of_attr("name", ("one.example", "two.example")),
    )
    source_snapshot = AttrField("source/snapshot", "name")
    source_config = AttrField("source/config", "file", samples=("/etc/one.conf", "/etc/two.conf"))
    source_initiator = AttrField(
        "source/initiator/iqn", "name", samples=("iqn.2001-02.com.example:a", "iqn.2001-02.com.example:b")
    )
    source_auth_username = AttrField("source/auth", "username")
    source_secret_type = EnumField("source/auth/secret", ("ceph", "iscsi"), attr="type")
    source_secret_uuid = UuidField("source/auth/secret", attr="uuid", samples=SAMPLE_UUIDS)
    source_secret_usage = AttrField("source/auth/secret", "usage")
    source_encryption = EnumField("source/encryption", ("qcow", "luks", "luks2", "luks-any"), attr="format")
    source_encryption_engine = EnumField("source/encryption", ("qemu", "librbd"), attr="engine")
    source_passphrase_type = EnumField("source/encryption/secret", ("passphrase",), attr="type")
    source_passphrase_uuid = UuidField("source/encryption/secret", attr="uuid", samples=SAMPLE_UUIDS)
    source_passphrase_usage = AttrField("source/encryption/secret", "usage")
    reservations_managed = YesNoField("source/reservations", attr="managed")

    # Older documents hold these beside the source, not in it.
    auth_username = AttrField("auth", "username")
    secret_type = EnumField("auth/secret", ("ceph", "iscsi"), attr="type")
    secret_uuid = UuidField("auth/secret", attr="uuid", samples=SAMPLE_UUIDS)
    secret_usage = AttrField("auth/secret", "usage")
    encryption = EnumField("encryption", ("qcow", "luks", "luks2", "luks-any"), attr="format")
    passphrase_uuid = UuidField("encryption/secret", attr="uuid", samples=SAMPLE_UUIDS)
    passphrase_usage = AttrField("encryption/secret", "usage")

    driver = AttrField("driver", "name", samples=("qemu", "file"))
    format = AttrField("driver", "type", samples=("raw", "qcow2"))
    cache = EnumField("driver", CACHE_MODES, attr="cache")
    io = EnumField("driver", IO_MODES, attr="io")
    discard = EnumField("driver", ("unmap", "ignore"), attr="discard")
    detect_zeroes = EnumField("driver", ("off", "on", "unmap"), attr="detect_zeroes")
    discard_no_unref = OnOffField("driver", attr="discard_no_unref")
    copy_on_read = OnOffField("driver", attr="copy_on_read")
    error_policy = EnumField("driver", ("stop", "report", "ignore", "enospace"), attr="error_policy")
    read_error_policy = EnumField("driver", ("stop", "report", "ignore"), attr="rerror_policy")
    iothread = IntField("driver", attr="iothread")
    iothreads = ListField("driver/iothreads/iothread", _NUMBERED)
    queues = IntField("driver", attr="queues")
    queue_size = IntField("driver", attr="queue_size", samples=(256, 512))
    ioeventfd = OnOffField("driver", attr="ioeventfd")
    event_idx = OnOffField("driver", attr="event_idx")
    iommu = OnOffField("driver", attr="iommu")
    ats = OnOffField("driver", attr="ats")
    packed = OnOffField("driver", attr="packed")
    page_per_vq = OnOffField("driver", attr="page_per_vq")
    metadata_cache_bytes = SizeField("driver/metadata_cache/max_size")

    readonly = FlagField("readonly")
    shareable = FlagField("shareable")
    transient = FlagField("transient")
    share_backing = YesNoField("transient", attr="shareBacking", keep=True)
    serial = TextField("serial")
    wwn = TextField("wwn", samples=("5000c50015ea71ad", "5000c50015ea71ae"))
    vendor = TextField("vendor")
    product = TextField("product")
    alias = AttrField("alias", "name", samples=("ua-one", "ua-two"))
    boot_order = IntField("boot", attr="order", minimum=1)
    load_parm = AttrField("boot", "loadparm", samples=("1", "2"))
    backend_domain = AttrField("backenddomain", "name")

    address_type = EnumField("address", ("drive", "pci", "ccw", "virtio-mmio", "usb"), attr="type")
    address_controller = IntField("address", attr="controller", samples=(0, 1))
    address_bus = AttrField("address", "bus", samples=("0", "1"))
    address_target = IntField("address", attr="target", samples=(0, 1))
    address_unit = IntField("address", attr="unit", samples=(0, 1))
    logical_block_bytes = IntField("blockio", attr="logical_block_size", samples=(512, 4096))
    physical_block_bytes = IntField("blockio", attr="physical_block_size", samples=(512, 4096))
    discard_granularity_bytes = IntField("blockio", attr="discard_granularity", samples=(4096, 65536))
    cylinders = IntField("geometry", attr="cyls", samples=(16383, 1024))
    heads = IntField("geometry", attr="heads", samples=(16, 64))
    sectors = IntField("geometry", attr="secs", samples=(63, 32))
    translation = EnumField("geometry", ("auto", "none", "lba"), attr="trans")

    total_bytes_sec = IntField("iotune/total_bytes_sec")
    read_bytes_sec = IntField("iotune/read_bytes_sec")
    write_bytes_sec = IntField("iotune/write_bytes_sec")
    total_iops_sec = IntField("iotune/total_iops_sec")
    read_iops_sec = IntField("iotune/read_iops_sec")
    write_iops_sec = IntField("iotune/write_iops_sec")
    total_bytes_sec_max = IntField("iotune/total_bytes_sec_max")
    read_bytes_sec_max = IntField("iotune/read_bytes_sec_max")
    write_bytes_sec_max = IntField("iotune/write_bytes_sec_max")
    total_iops_sec_max = IntField("iotune/total_iops_sec_max")
    read_iops_sec_max = IntField("iotune/read_iops_sec_max")
    write_iops_sec_max = IntField("iotune/write_iops_sec_max")
    total_bytes_sec_max_length = IntField("iotune/total_bytes_sec_max_length")
    read_bytes_sec_max_length = IntField("iotune/read_bytes_sec_max_length")
    write_bytes_sec_max_length = IntField("iotune/write_bytes_sec_max_length")
    total_iops_sec_max_length = IntField("iotune/total_iops_sec_max_length")
    read_iops_sec_max_length = IntField("iotune/read_iops_sec_max_length")
    write_iops_sec_max_length = IntField("iotune/write_iops_sec_max_length")
    size_iops_sec = IntField("iotune/size_iops_sec")
    throttle_group_name = TextField("iotune/group_name")
    throttle_filters = ListField(
        "throttlefilters/throttlefilter", Item.of_attr("group", ("limit0", "limit1"))
    )

    @property
    def source(self) -> DiskSource:
        """What the disk stands on; kind NONE for an empty drive."""
        return read_source(self.element)

    def set_source(self, source: DiskSource) -> None:
        """Put this into the drive. What described the old image goes with it: backing chain, slices,
        encryption.

        The startup policy stays unless the new source names one. The format stays too: set `format` beside
        it. Raises XmlError, with nothing changed, for a source that lacks what its kind needs.
        """
        write_source(self.element, self.editor, source)

    def clear_source(self) -> None:
        """Empty the drive."""
        clear_source(self.element, self.editor)

    def state(self, *, controller_model: str | None = None) -> DiskState:
        """What the document says; the model of its controller stands elsewhere in the domain."""
        return read_disk(self.element, controller_model)


def read_disk(disk: Element, controller_model: str | None = None) -> DiskState:
    """A `<disk>` as a value, in one pass."""
    target = bus = format_ = cache = io = discard = serial = wwn = alias = encryption = None
    boot_order = removable = None
    readonly = shareable = transient = tray_open = False
    for child in disk:
        match child.tag:
            case "target":
                target, bus = child.get("dev"), child.get("bus")
                tray_open = child.get("tray") == "open"
                removable = {"on": True, "off": False}.get(child.get("removable") or "")
            case "driver":
                format_, cache, io = child.get("type"), child.get("cache"), child.get("io")
                discard = child.get("discard")
            case "readonly":
                readonly = True
            case "shareable":
                shareable = True
            case "transient":
                transient = True
            case "serial":
                serial = text_of(child) or None
            case "wwn":
                wwn = text_of(child) or None
            case "alias":
                alias = child.get("name")
            case "boot":
                boot_order = read_int(child.get("order"))
            case "encryption":
                encryption = child.get("format")
            case "source":
                inner = child.find("encryption")
                if inner is not None:
                    encryption = inner.get("format")
    device = disk.get("device") or "disk"
    return DiskState(
        target=target or "",
        bus=bus,
        device=device,
        source=read_source(disk),
        format=format_,
        readonly=readonly or device == "cdrom",  # libvirt forces it on cdroms
        shareable=shareable,
        transient=transient,
        removable=removable,
        tray_open=tray_open,
        cache=cache,
        io=io,
        discard=discard,
        serial=serial,
        wwn=wwn,
        boot_order=boot_order,
        alias=alias,
        controller_model=controller_model,
        encryption=encryption,
        chain=read_chain(disk),
    )
