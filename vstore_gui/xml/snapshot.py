"""Domain snapshot documents (https://libvirt.org/formatsnapshot.html)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from vstore_gui.entities.snapshot import SnapshotDisk, SnapshotState
from vstore_gui.xml.disk_source import read_source
from vstore_gui.xml.document import Document, Order
from vstore_gui.xml.domain import DomainXml
from vstore_gui.xml.fields import AttrField, EnumField, IntField, TextField

__all__ = ["SnapshotDiskXml", "SnapshotXml"]

_MODES = ("no", "internal", "external", "manual")


class SnapshotDiskXml(Document):
    """One `<disk>` of a snapshot: how the disk of this target is taken, and where it goes on."""

    TAG = "disk"
    ORDER: ClassVar[Order] = {"": ("driver", "source")}

    name = AttrField(".", "name", samples=("vda", "vdb"))
    mode = EnumField(".", _MODES, attr="snapshot")
    kind = EnumField(".", ("file", "block", "network"), attr="type")
    format = AttrField("driver", "type", samples=("qcow2", "qed"))
    file = AttrField("source", "file", samples=("/one/path", "/another/path"))
    device = AttrField("source", "dev", samples=("/dev/one", "/dev/two"))

    def state(self) -> SnapshotDisk:
        return SnapshotDisk(
            name=self.name or "",
            mode=self.mode,
            path=read_source(self.element).path,
            format=self.format or None,
        )


class SnapshotXml(Document):
    """`<domainsnapshot>`, with the domain as it was then."""

    TAG = "domainsnapshot"
    ORDER: ClassVar[Order] = {
        "": (
            "name", "description", "state", "parent", "creationTime", "memory", "disks", "revertDisks",
            "domain", "inactiveDomain", "active", "cookie",
        ),
    }  # fmt: skip

    name = TextField("name")
    description = TextField("description")
    machine_state = EnumField(
        "state", ("running", "blocked", "paused", "shutdown", "shutoff", "crashed", "disk-snapshot")
    )
    parent = TextField("parent/name")
    created_s = IntField("creationTime", samples=(1753000000, 1753000001))
    memory = EnumField("memory", ("no", "internal", "external"), attr="snapshot")
    memory_path = AttrField("memory", "file", samples=("/one/path", "/another/path"))
    active = IntField("active", samples=(0, 1))
    domain_uuid = TextField("domain/uuid")

    @property
    def disks(self) -> list[SnapshotDiskXml]:
        return [SnapshotDiskXml(disk, self.editor) for disk in self.element.iterfind("disks/disk")]

    def disk(self, name: str) -> SnapshotDiskXml:
        """The disk of this name, added if the document does not list it."""
        for disk in self.disks:
            if disk.name == name:
                return disk
        disks = self.editor.ensure(self.element, "disks", self.ORDER)
        disk = SnapshotDiskXml(self.editor.insert(disks, "disk", ()), self.editor)
        disk.name = name
        return disk

    @property
    def domain(self) -> DomainXml | None:
        """The machine as it was then."""
        element = self.element.find("domain")
        return None if element is None else DomainXml(element, self.editor)

    def parts(self) -> Iterator[tuple[str, Document]]:
        for at, disk in enumerate(self.disks, start=1):
            yield f"disk {disk.name or at}", disk
        for tag in ("domain", "inactiveDomain"):
            element = self.element.find(tag)
            if element is not None:
                yield tag, DomainXml(element, self.editor)

    def state(self) -> SnapshotState:
        return SnapshotState(
            name=self.name or "",
            description=self.description or None,
            state=self.machine_state,
            parent=self.parent or None,
            created_s=self.created_s,
            memory=self.memory,
            memory_path=self.memory_path or None,
            disks=tuple(disk.state() for disk in self.disks),
        )
