"""Storage pool documents (https://libvirt.org/formatstorage.html)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from vstore_gui.entities.pool import Permissions, PoolLifecycle, PoolSource, PoolState
from vstore_gui.xml.common import HOST, PERMISSIONS_ORDER, SAMPLE_UUIDS, known_id, known_mode, known_size
from vstore_gui.xml.document import Document, Order
from vstore_gui.xml.fields import (
    AttrField,
    EnumField,
    IntField,
    OctalField,
    PathField,
    SizeField,
    TextField,
    UuidField,
    YesNoField,
)
from vstore_gui.xml.list_fields import Item, ListField

__all__ = ["POOL_TYPES", "PoolXml"]

POOL_TYPES: Final = (
    "dir", "fs", "netfs", "logical", "disk", "iscsi", "iscsi-direct", "scsi", "mpath", "rbd", "sheepdog",
    "gluster", "zfs", "vstorage",
)  # fmt: skip

_FS = "http://libvirt.org/schemas/storagepool/fs/1.0"
_RBD = "http://libvirt.org/schemas/storagepool/rbd/1.0"


def _option(attrs: Mapping[str, str]) -> tuple[str, str] | None:
    name = attrs.get("name")
    return None if name is None else (name, attrs.get("value", ""))


_RBD_OPTION: Final = Item(
    ("name", "value"),
    _option,
    lambda option: {"name": option[0], "value": option[1]},
    (("rbd_default_features", "3"), ("client_mount_timeout", "45")),
)


class PoolXml(Document):
    """`<pool>`: fields for every kind of pool; which kind has which is in `entities.pool_kinds`."""

    TAG = "pool"
    ORDER: ClassVar[Order] = {
        "": (
            "name", "uuid", "capacity", "allocation", "available", "features", "source", "target", "refresh",
            f"{{{_FS}}}mount_opts", f"{{{_RBD}}}config_opts",
        ),
        "source": (
            "host", "device", "dir", "adapter", "name", "initiator", "auth", "protocol", "format", "vendor",
            "product",
        ),
        "source/adapter": ("parentaddr",),
        "target": ("path", "permissions"),
        "target/permissions": PERMISSIONS_ORDER,
    }  # fmt: skip

    kind = EnumField(".", POOL_TYPES, attr="type")
    name = TextField("name")
    uuid = UuidField("uuid")
    capacity_bytes = SizeField("capacity")
    allocation_bytes = SizeField("allocation")
    available_bytes = SizeField("available")
    cow = YesNoField("features/cow", attr="state")

    hosts = ListField("source/host", HOST)
    devices = ListField("source/device", Item.of_attr("path", ("/dev/one", "/dev/two")))
    part_separator = YesNoField("source/device", attr="part_separator", keep=True)
    directory = AttrField("source/dir", "path", samples=("/one/export", "/another/export"))
    source_name = TextField("source/name")
    source_format = AttrField("source/format", "type", samples=("auto", "ext4"))
    protocol_version = AttrField("source/protocol", "ver", samples=("3", "4.2"))
    initiator_iqn = AttrField(
        "source/initiator/iqn", "name", samples=("iqn.2001-02.com.example:a", "iqn.2001-02.com.example:b")
    )
    vendor = AttrField("source/vendor", "name")
    product = AttrField("source/product", "name")

    auth_type = EnumField("source/auth", ("chap", "ceph"), attr="type")
    auth_username = AttrField("source/auth", "username")
    auth_secret_uuid = UuidField("source/auth/secret", attr="uuid", samples=SAMPLE_UUIDS)
    auth_secret_usage = AttrField("source/auth/secret", "usage")

    adapter_type = EnumField("source/adapter", ("scsi_host", "fc_host"), attr="type")
    adapter_name = AttrField("source/adapter", "name", samples=("scsi_host1", "scsi_host2"))
    adapter_parent = AttrField("source/adapter", "parent", samples=("scsi_host1", "scsi_host2"))
    adapter_managed = YesNoField("source/adapter", attr="managed")
    adapter_wwnn = AttrField("source/adapter", "wwnn", samples=("20000000c9831b4b", "20000000c9831b4c"))
    adapter_wwpn = AttrField("source/adapter", "wwpn", samples=("10000000c9831b4b", "10000000c9831b4c"))
    adapter_parent_wwnn = AttrField(
        "source/adapter", "parent_wwnn", samples=("20000000c9831b4b", "20000000c9831b4c")
    )
    adapter_parent_wwpn = AttrField(
        "source/adapter", "parent_wwpn", samples=("10000000c9831b4b", "10000000c9831b4c")
    )
    adapter_parent_fabric_wwn = AttrField(
        "source/adapter", "parent_fabric_wwn", samples=("2001000dec9877c1", "2001000dec9877c2")
    )
    adapter_unique_id = IntField("source/adapter/parentaddr", attr="unique_id")
    adapter_domain = AttrField("source/adapter/parentaddr/address", "domain", samples=("0x0000", "0x0001"))
    adapter_bus = AttrField("source/adapter/parentaddr/address", "bus", samples=("0x00", "0x01"))
    adapter_slot = AttrField("source/adapter/parentaddr/address", "slot", samples=("0x1f", "0x1e"))
    adapter_function = AttrField("source/adapter/parentaddr/address", "function", samples=("0x2", "0x1"))

    target_path = PathField("target/path")
    mode = OctalField("target/permissions/mode")
    owner = IntField("target/permissions/owner", minimum=-1, samples=(0, 107))
    group = IntField("target/permissions/group", minimum=-1, samples=(0, 107))
    label = TextField("target/permissions/label")

    refresh_allocation = EnumField("refresh/volume", ("default", "capacity"), attr="allocation")
    mount_options = ListField(
        f"{{{_FS}}}mount_opts/{{{_FS}}}option", Item.of_attr("name", ("nodev", "nosuid")), nsmap={"fs": _FS}
    )
    rbd_options = ListField(f"{{{_RBD}}}config_opts/{{{_RBD}}}option", _RBD_OPTION, nsmap={"rbd": _RBD})

    def state(
        self,
        *,
        lifecycle: PoolLifecycle = PoolLifecycle.INACTIVE,
        persistent: bool = True,
        autostart: bool = False,
        real_target_path: str | None = None,
    ) -> PoolState:
        """What the document says, with what only calls tell. Sizes that libvirt does not know are None."""
        capacity = allocation = available = None
        if lifecycle in (PoolLifecycle.RUNNING, PoolLifecycle.DEGRADED):
            capacity = known_size(self.capacity_bytes) or None  # no pool has room for nothing
        if capacity is not None:
            allocation = known_size(self.allocation_bytes)
            available = known_size(self.available_bytes)
        return PoolState(
            uuid=self.uuid or "",
            name=self.name or "",
            kind=self.kind or "",
            lifecycle=lifecycle,
            persistent=persistent,
            autostart=autostart,
            capacity_bytes=capacity,
            allocation_bytes=allocation,
            available_bytes=available,
            target_path=self.target_path or None,
            source=PoolSource(
                hosts=self.hosts,
                devices=self.devices,
                directory=self.directory or None,
                name=self.source_name or None,
                format=self.source_format or None,
                adapter=self.adapter_name or self.adapter_wwpn or self.adapter_parent or None,
                initiator_iqn=self.initiator_iqn or None,
                protocol_version=self.protocol_version or None,
                auth_username=self.auth_username or None,
            ),
            permissions=Permissions(
                mode=known_mode(self.mode),
                owner=known_id(None if self.owner is None else str(self.owner)),
                group=known_id(None if self.group is None else str(self.group)),
                label=self.label or None,
            ),
            real_target_path=real_target_path,
        )
