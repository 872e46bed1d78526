"""Domain documents (https://libvirt.org/formatdomain.html): machines and their disks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.domain import DomainFile, DomainLifecycle, DomainState
from vstore_gui.xml.disk import DiskXml, read_disk
from vstore_gui.xml.disk_source import read_source
from vstore_gui.xml.document import Document, Element, Order, XmlError, parse_tree
from vstore_gui.xml.fields import AttrField, EnumField, IntField, PathField, TextField, UuidField, YesNoField
from vstore_gui.xml.list_fields import Item, ListField
from vstore_gui.xml.numbers import read_int
from vstore_gui.xml.tree import text_of

__all__ = ["DomainXml", "domain_state"]

# libvirt looks for no order; this is the one it writes.
_ORDER: Final = (
    "name", "uuid", "genid", "title", "description", "metadata", "maxMemory", "memory", "currentMemory",
    "memoryBacking", "vcpu", "vcpus", "iothreads", "iothreadids", "throttlegroups", "blkiotune", "memtune",
    "numatune", "resource", "sysinfo", "bootloader", "os", "idmap", "features", "cpu", "clock", "on_poweroff",
    "on_reboot", "on_crash", "pm", "perf", "devices", "seclabel", "keywrap",
)  # fmt: skip
_ON_EVENT: Final = ("destroy", "restart", "preserve", "rename-restart")


class DomainXml(Document):
    """`<domain>`: what a storage manager reads and changes; the rest is left alone."""

    TAG = "domain"
    ORDER: ClassVar[Order] = {
        "": _ORDER,
        "os": (
            "type",
            "firmware",
            "loader",
            "nvram",
            "kernel",
            "initrd",
            "cmdline",
            "dtb",
            "acpi",
            "boot",
            "bootmenu",
        ),
    }

    kind = AttrField(".", "type", samples=("kvm", "qemu"))
    name = TextField("name")
    uuid = UuidField("uuid")
    title = TextField("title")
    description = TextField("description")
    iothreads = IntField("iothreads")
    os_type = TextField("os/type", samples=("hvm", "linux"))
    arch = AttrField("os/type", "arch", samples=("x86_64", "aarch64"))
    machine = AttrField("os/type", "machine", samples=("q35", "pc"))
    firmware = EnumField("os", ("efi", "bios"), attr="firmware")
    loader = PathField("os/loader")
    loader_readonly = YesNoField("os/loader", attr="readonly")
    loader_type = EnumField("os/loader", ("rom", "pflash"), attr="type")
    nvram = PathField("os/nvram")
    nvram_template = AttrField("os/nvram", "template", samples=("/one/path", "/another/path"))
    kernel = PathField("os/kernel")
    initrd = PathField("os/initrd")
    cmdline = TextField("os/cmdline")
    dtb = PathField("os/dtb")
    boot_devices = ListField("os/boot", Item.of_attr("dev", ("hd", "cdrom")))
    boot_menu = YesNoField("os/bootmenu", attr="enable")
    on_poweroff = EnumField("on_poweroff", _ON_EVENT)
    on_reboot = EnumField("on_reboot", _ON_EVENT)
    on_crash = EnumField("on_crash", (*_ON_EVENT, "coredump-destroy", "coredump-restart"))

    @property
    def disks(self) -> list[DiskXml]:
        """The disks, as parts of this document: editing one edits it."""
        return [DiskXml(disk, self.editor) for disk in self.element.iterfind("devices/disk")]

    def disk(self, target: str) -> DiskXml:
        """The disk of this target. Raises XmlError if there is none."""
        for disk in self.disks:
            if disk.target == target:
                return disk
        raise XmlError(f"there is no disk {target!r}")

    def add_disk(self, disk: DiskXml) -> DiskXml:
        """Copy a disk document into this one, behind the other disks; the part that it became."""
        devices = self.editor.ensure(self.element, "devices", self.ORDER)
        return DiskXml(
            self.editor.adopt(devices, disk.element, ("emulator", "disk", "controller")), self.editor
        )

    def remove_disk(self, target: str) -> None:
        """Take the disk out. Raises XmlError if there is none."""
        self.editor.drop(self.element, self.disk(target).element, prune=False)

    def parts(self) -> Iterator[tuple[str, Document]]:
        for at, disk in enumerate(self.disks, start=1):
            yield f"disk {disk.target or at}", disk

    def state(self) -> DomainState:
        """What this one document says, as if the machine were off."""
        return _state(self.element, None)


def domain_state(
    xml: str,
    inactive_xml: str | None = None,
    *,
    lifecycle: DomainLifecycle = DomainLifecycle.SHUTOFF,
    reason: str | None = None,
    persistent: bool = True,
    autostart: bool = False,
    has_managed_save: bool = False,
    snapshots: int = 0,
) -> DomainState:
    """A machine, from its live document (or its only one) and the stored one where it runs and is persistent.

    Raises XmlError. Files are those of both documents.
    """
    stored = None if inactive_xml is None else _parse(inactive_xml)
    return _state(
        _parse(xml),
        stored,
        lifecycle=lifecycle,
        reason=reason,
        persistent=persistent,
        autostart=autostart,
        has_managed_save=has_managed_save,
        snapshots=snapshots,
    )


def _parse(xml: str) -> Element:
    root = parse_tree(xml)
    if root.tag != DomainXml.TAG:
        raise XmlError(f"this is <{root.tag}>, not <{DomainXml.TAG}>")
    return root


def _state(
    domain: Element,
    stored: Element | None,
    *,
    lifecycle: DomainLifecycle = DomainLifecycle.SHUTOFF,
    reason: str | None = None,
    persistent: bool = True,
    autostart: bool = False,
    has_managed_save: bool = False,
    snapshots: int = 0,
) -> DomainState:
    uuid = name = ""
    title = arch = machine = None
    for child in domain:
        match child.tag:
            case "uuid":
                uuid = text_of(child)
            case "name":
                name = text_of(child)
            case "title":
                title = text_of(child) or None
            case "os":
                kind = child.find("type")
                if kind is not None:
                    arch, machine = kind.get("arch"), kind.get("machine")
    files = dict.fromkeys(_files(domain))
    if stored is not None:
        files.update(dict.fromkeys(_files(stored)))
    return DomainState(
        uuid=uuid,
        name=name,
        lifecycle=lifecycle,
        reason=reason,
        persistent=persistent,
        autostart=autostart,
        virt_type=domain.get("type"),
        arch=arch,
        machine=machine,
        title=title,
        has_managed_save=has_managed_save,
        disks=_disks(domain),
        next_disks=None if stored is None else _disks(stored),
        files=tuple(files),
        snapshots=snapshots,
    )


def _disks(domain: Element) -> tuple[DiskState, ...]:
    devices = domain.find("devices")
    if devices is None:
        return ()
    scsi_models = {
        read_int(controller.get("index")) or 0: controller.get("model")
        for controller in devices.iterchildren("controller")
        if controller.get("type") == "scsi"
    }
    disks = []
    for disk in devices.iterchildren("disk"):
        target = disk.find("target")
        model = None
        if scsi_models and target is not None and target.get("bus") == "scsi":
            address = disk.find("address")
            at = None if address is None else read_int(address.get("controller"))
            model = scsi_models.get(at or 0)
        disks.append(read_disk(disk, model))
    return tuple(disks)


def _disk_files(disk: Element) -> Iterator[DomainFile]:
    """What a block copy writes to, with its chain, and the data of qcow2 images that keep it apart."""
    for mirror in disk.iterchildren("mirror"):
        for image in (mirror, *mirror.iterdescendants("backingStore")):
            path = read_source(image).path or image.get("file")
            if path:
                yield DomainFile("mirror", path)
    for store in disk.iterdescendants("dataStore"):
        path = read_source(store).path
        if path:
            yield DomainFile("data", path)


# Elements whose text is a path, by the role they give it.
_OS_FILES: Final = ("kernel", "initrd", "dtb", "loader")


def _files(domain: Element) -> Iterator[DomainFile]:
    """Files the machine needs beside its disks and their chains."""
    os = domain.find("os")
    if os is not None:
        for child in os:
            if child.tag in _OS_FILES:
                path: str | None = text_of(child).strip()
                if path:
                    yield DomainFile(child.tag, path)
            elif child.tag == "nvram":
                path = read_source(child).path or text_of(child).strip()
                if path:
                    yield DomainFile("nvram", path)
            elif child.tag == "acpi":
                for table in child.iterchildren("table"):
                    if path := text_of(table).strip():
                        yield DomainFile("acpi", path)
    devices = domain.find("devices")
    if devices is None:
        return
    for device in devices.iterchildren("disk", "filesystem", "memory"):
        if device.tag == "disk":
            yield from _disk_files(device)
        elif device.tag == "filesystem":
            source = device.find("source")
            if source is not None and (path := source.get("file") or source.get("dev")):
                yield DomainFile("filesystem", path)
        else:
            backing = device.find("source/path")
            if backing is not None and (path := text_of(backing).strip()):
                yield DomainFile("memory", path)
