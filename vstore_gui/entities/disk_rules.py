"""What each bus and each device of a machine allows: the table that disk cards and disk wizards ask.

Seen with QEMU 7.2. What a given host and machine type really offer is asked of its domain capabilities; this
table says what that cannot tell: names, target prefixes, what can be changed while the machine runs.
"""

from __future__ import annotations

from typing import Final

import msgspec

from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text
from vstore_gui.entities.units import KIB

__all__ = [
    "BUSES",
    "DEVICES",
    "FLOPPY_MAX_BYTES",
    "BusRule",
    "DeviceRule",
    "bus_rule",
    "device_rule",
    "disk_label",
]


class BusRule(msgspec.Struct, frozen=True):
    """One `<target bus='…'>`. `units`: disks that one controller takes by target index; None: no
    controller.
    """

    bus: str
    label: Text
    explanation: Text
    prefix: str  # of target names
    hotplug: bool  # disks can come and go while the machine runs
    units: int | None
    removable: bool = False  # `<target removable='…'>` is possible
    guest_driver: bool = False  # the guest needs a driver that old systems lack


class DeviceRule(msgspec.Struct, frozen=True):
    """One `<disk device='…'>`. `buses` in the order of recommendation; labels are those of device and bus."""

    device: str
    label: Text
    buses: tuple[str, ...]
    labels: dict[str, Text]  # by bus, where the field has a name for the pair
    takes_media: bool = False  # the medium can be changed while the machine runs, on every bus
    readonly: bool = False  # by force
    can_be_readonly: tuple[str, ...] = ()  # buses that take a read-only disk; illegal on ide and sata
    startup_policy: bool = False  # `requisite` is possible


BUSES: Final[dict[str, BusRule]] = {
    rule.bus: rule
    for rule in (
        BusRule(
            "virtio",
            text(QT_TRANSLATE_NOOP("vstore", "virtio-blk")),
            text(QT_TRANSLATE_NOOP("vstore", "Fastest simple disk. The guest needs virtio drivers.")),
            prefix="vd",
            hotplug=True,
            units=None,
            guest_driver=True,
        ),
        BusRule(
            "scsi",
            text(QT_TRANSLATE_NOOP("vstore", "SCSI")),
            text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "Recommended for many disks, TRIM, LUN passthrough and CD-ROMs. The guest needs "
                    "its driver.",
                )
            ),
            prefix="sd",
            hotplug=True,
            units=7,
            removable=True,  # from QEMU's scsi disks of libvirt 9.6 on
            guest_driver=True,
        ),
        BusRule(
            "sata",
            text(QT_TRANSLATE_NOOP("vstore", "SATA")),
            text(
                QT_TRANSLATE_NOOP(
                    "vstore", "For guests without virtio drivers: slower, cannot be hot-plugged."
                )
            ),
            prefix="sd",
            hotplug=False,
            units=6,
        ),
        BusRule(
            "ide",
            text(QT_TRANSLATE_NOOP("vstore", "IDE")),
            text(QT_TRANSLATE_NOOP("vstore", "For old guests: slow, cannot be hot-plugged, four at most.")),
            prefix="hd",
            hotplug=False,
            units=4,
        ),
        BusRule(
            "usb",
            text(QT_TRANSLATE_NOOP("vstore", "USB")),
            text(QT_TRANSLATE_NOOP("vstore", "Removable, larger than a floppy.")),
            prefix="sd",
            hotplug=True,
            units=None,
            removable=True,
        ),
        BusRule(
            "fdc",
            text(QT_TRANSLATE_NOOP("vstore", "Floppy controller")),
            text(QT_TRANSLATE_NOOP("vstore", "Only where an old installer asks for it.")),
            prefix="fd",
            hotplug=False,
            units=2,
        ),
        BusRule(
            "nvme",
            text(QT_TRANSLATE_NOOP("vstore", "NVMe")),
            text(
                QT_TRANSLATE_NOOP(
                    "vstore", "An emulated NVMe drive (libvirt 11.5 and later); it needs a serial."
                )
            ),
            prefix="nvme",
            hotplug=False,
            units=None,
        ),
        BusRule(
            "xen",
            text(QT_TRANSLATE_NOOP("vstore", "Xen")),
            text(QT_TRANSLATE_NOOP("vstore", "The paravirtual disk of Xen machines.")),
            prefix="xvd",
            hotplug=True,
            units=None,
        ),
        BusRule(
            "sd",
            text(QT_TRANSLATE_NOOP("vstore", "SD card")),
            text(QT_TRANSLATE_NOOP("vstore", "The card reader of some embedded boards.")),
            prefix="sd",
            hotplug=False,
            units=None,
        ),
    )
}

DEVICES: Final[dict[str, DeviceRule]] = {
    rule.device: rule
    for rule in (
        DeviceRule(
            "disk",
            text(QT_TRANSLATE_NOOP("vstore", "Disk")),
            buses=("virtio", "scsi", "sata", "usb", "ide", "nvme"),
            labels={
                "virtio": text(QT_TRANSLATE_NOOP("vstore", "virtio-blk disk")),
                "scsi": text(QT_TRANSLATE_NOOP("vstore", "SCSI disk")),
                "sata": text(QT_TRANSLATE_NOOP("vstore", "SATA disk")),
                "ide": text(QT_TRANSLATE_NOOP("vstore", "IDE disk")),
                "usb": text(QT_TRANSLATE_NOOP("vstore", "USB disk")),
                "nvme": text(QT_TRANSLATE_NOOP("vstore", "NVMe disk")),
                "xen": text(QT_TRANSLATE_NOOP("vstore", "Xen disk")),
                "sd": text(QT_TRANSLATE_NOOP("vstore", "SD card")),
            },
            can_be_readonly=("virtio", "scsi", "usb"),
        ),
        DeviceRule(
            "cdrom",
            text(QT_TRANSLATE_NOOP("vstore", "CD-ROM")),
            buses=("sata", "scsi", "ide", "usb"),
            labels={
                "sata": text(QT_TRANSLATE_NOOP("vstore", "SATA CD-ROM")),
                "scsi": text(QT_TRANSLATE_NOOP("vstore", "SCSI CD-ROM")),
                "ide": text(QT_TRANSLATE_NOOP("vstore", "IDE CD-ROM")),
                "usb": text(QT_TRANSLATE_NOOP("vstore", "USB CD-ROM")),
            },
            takes_media=True,
            readonly=True,
            startup_policy=True,
        ),
        DeviceRule(
            "floppy",
            text(QT_TRANSLATE_NOOP("vstore", "Floppy")),
            buses=("fdc",),
            labels={"fdc": text(QT_TRANSLATE_NOOP("vstore", "Floppy drive"))},
            takes_media=True,
            can_be_readonly=("fdc",),
            startup_policy=True,
        ),
        DeviceRule(
            "lun",
            text(QT_TRANSLATE_NOOP("vstore", "LUN")),
            buses=("scsi", "virtio"),
            labels={
                "scsi": text(QT_TRANSLATE_NOOP("vstore", "SCSI LUN passed through")),
                "virtio": text(QT_TRANSLATE_NOOP("vstore", "virtio-blk LUN passed through")),
            },
            can_be_readonly=("virtio", "scsi"),
        ),
    )
}

FLOPPY_MAX_BYTES: Final = 2880 * KIB
"""The largest floppy that QEMU's drive knows: 2.88 MB."""

_VIRTIO_SCSI: Final = text(QT_TRANSLATE_NOOP("vstore", "virtio-scsi disk"))


def bus_rule(bus: str | None) -> BusRule:
    """The row of a bus; one that promises nothing for a bus this table does not know."""
    rule = BUSES.get(bus or "")
    if rule is not None:
        return rule
    return BusRule(
        bus or "",
        text("{bus}", bus=bus or "?"),
        text(QT_TRANSLATE_NOOP("vstore", "VStore does not know this bus.")),
        prefix="sd",
        hotplug=False,
        units=None,
    )


def device_rule(device: str) -> DeviceRule:
    """The row of a device; one that promises nothing for a device this table does not know."""
    return DEVICES.get(device) or DeviceRule(device, text("{device}", device=device), buses=(), labels={})


def disk_label(disk: DiskState) -> Text:
    """What a card calls the disk: 'SATA CD-ROM', 'virtio-blk disk', 'virtio-scsi disk'."""
    if disk.device == "disk" and disk.bus == "scsi" and (disk.controller_model or "").startswith("virtio"):
        return _VIRTIO_SCSI
    rule = device_rule(disk.device)
    label = rule.labels.get(disk.bus or "")
    if label is not None:
        return label
    if not disk.bus:
        return rule.label
    return text(
        QT_TRANSLATE_NOOP("vstore", "{device} on {bus}"), device=rule.label, bus=bus_rule(disk.bus).label
    )
