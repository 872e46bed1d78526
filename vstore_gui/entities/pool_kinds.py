"""What each kind of pool can do: the table that wizards, menus and guards ask.

Operations are those of libvirt 9.0's backends; a host's pool capabilities tell which kinds it has, never what
they can do.
"""

from __future__ import annotations

import enum
from typing import Final, Literal

import msgspec

from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text

__all__ = ["POOL_KINDS", "PoolKind", "PoolOperation", "VolumeOperation", "pool_kind"]


class PoolOperation(enum.Enum):
    """Values differ from those of VolumeOperation: guards name an operation by its value."""

    FIND_SOURCES = "find sources"
    BUILD = "build pool"
    BUILD_OVERWRITE = "build over or only on blank storage"  # the OVERWRITE and NO_OVERWRITE flags
    DELETE = "delete pool"
    START_DOES_WORK = "start does work"  # mounts, logs in, activates: it can fail and it can hang


class VolumeOperation(enum.Enum):
    CREATE = "create"
    DELETE = "delete"
    CLONE = "clone"
    RESIZE = "resize"
    UPLOAD = "upload"
    DOWNLOAD = "download"
    WIPE = "wipe"


class PoolKind(msgspec.Struct, frozen=True):
    """One row. `volume_formats` are what volumes can be created as, the recommended one first; formats are
    libvirt's own words, `source_fields` names of PoolSource's fields, `target_fields` of 'path' and
    'permissions'.
    """

    kind: str
    since: str
    label: Text
    explanation: Text
    where: Literal["host", "network"]
    shared: Literal["yes", "no", "if shared"]
    migration: Text
    operations: frozenset[PoolOperation] = frozenset()
    volume_operations: frozenset[VolumeOperation] = frozenset()
    volume_formats: tuple[str, ...] = ()
    source_formats: tuple[str, ...] = ()
    refers_by: tuple[Literal["file", "block", "network", "volume"], ...] = ()
    can_hang: bool = False
    source_fields: tuple[str, ...] = ()
    source_required: tuple[str, ...] = ()
    target_fields: tuple[str, ...] = ()
    removed: str | None = None  # the libvirt version that dropped it
    not_in_wizard: Text | None = None  # why the wizard does not make it; None: it does

    @property
    def in_wizard(self) -> bool:
        return self.not_in_wizard is None

    @property
    def files(self) -> bool:
        """Its volumes are files of a directory: names are file names, formats are image formats."""
        return "file" in self.refers_by

    @property
    def chains(self) -> bool:
        """Its volumes can stand on other volumes, and libvirt tells on which."""
        return self.files or self.kind in ("logical", "gluster")

    def can(self, operation: PoolOperation | VolumeOperation) -> bool:
        return operation in self.operations or operation in self.volume_operations


_F, _B, _BO, _D, _M = (
    PoolOperation.FIND_SOURCES,
    PoolOperation.BUILD,
    PoolOperation.BUILD_OVERWRITE,
    PoolOperation.DELETE,
    PoolOperation.START_DOES_WORK,
)
_LOAD = frozenset({VolumeOperation.UPLOAD, VolumeOperation.DOWNLOAD})
_WIPE = frozenset({VolumeOperation.WIPE})
_MAKE = frozenset({VolumeOperation.CREATE, VolumeOperation.DELETE, VolumeOperation.CLONE})
_RESIZE = frozenset({VolumeOperation.RESIZE})
_ALL = _MAKE | _RESIZE | _LOAD | _WIPE

_IMAGES: Final = ("qcow2", "raw", "qed", "vmdk", "vdi", "vpc", "qcow", "dir")
"""Formats that file volumes can be created as; others (bochs, cloop, dmg, iso, …) are only recognised."""

_FILE_SYSTEMS: Final = (
    "auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2",
    "vmfs",
)  # fmt: skip

_PARTITION_TABLES: Final = ("gpt", "dos", "dvh", "mac", "bsd", "pc98", "sun", "lvm2")

_MIGRATES: Final = text(
    QT_TRANSLATE_NOOP("vstore", "Machines can migrate live: other hosts reach the same storage.")
)
_STAYS: Final = text(
    QT_TRANSLATE_NOOP("vstore", "Only this host has it: a machine migrates only with its disks copied along.")
)

_LATER: Final = text(
    QT_TRANSLATE_NOOP(
        "vstore",
        "The wizard cannot make pools of this kind yet. Define one with virsh pool-define: it shows here at "
        "once, and everything else works on it.",
    )
)
_REMOVED: Final = text(
    QT_TRANSLATE_NOOP("vstore", "libvirt dropped this kind in version {version}: new pools cannot be made."),
    version="8.8.0",
)
_NO_VSTORAGE: Final = text(
    QT_TRANSLATE_NOOP(
        "vstore",
        "Needs a host with Virtuozzo Storage, and a libvirt built for it. Define one with virsh pool-define.",
    )
)


def _rows() -> tuple[PoolKind, ...]:
    return (
        PoolKind(
            kind="dir",
            since="0.4.1",
            label=text(QT_TRANSLATE_NOOP("vstore", "Directory")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore", "Image files in a directory of the host. Recommended: it needs nothing else."
                )
            ),
            where="host",
            shared="if shared",
            migration=text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "Machines can migrate live if the directory is on a file system that the other host "
                    "mounts as well; otherwise only with their disks copied along.",
                )
            ),
            operations=frozenset({_B, _D}),
            volume_operations=_ALL,
            volume_formats=_IMAGES,
            refers_by=("file", "volume"),
            target_fields=("path", "permissions"),
        ),
        PoolKind(
            kind="fs",
            since="0.4.1",
            label=text(QT_TRANSLATE_NOOP("vstore", "Formatted disk or partition")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore", "Image files on a file system of its own, mounted when the pool starts."
                )
            ),
            where="host",
            shared="no",
            migration=_STAYS,
            operations=frozenset({_B, _BO, _D, _M}),
            volume_operations=_ALL,
            volume_formats=_IMAGES,
            source_formats=_FILE_SYSTEMS,
            refers_by=("file", "volume"),
            source_fields=("devices", "format"),
            source_required=("devices",),
            target_fields=("path", "permissions"),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="netfs",
            since="0.4.1",
            label=text(QT_TRANSLATE_NOOP("vstore", "NFS or other network file system")),
            explanation=text(
                QT_TRANSLATE_NOOP("vstore", "Image files on a file server that several hosts can mount.")
            ),
            where="network",
            shared="yes",
            migration=_MIGRATES,
            operations=frozenset({_F, _B, _D, _M}),
            volume_operations=_ALL,
            volume_formats=_IMAGES,
            source_formats=("auto", "nfs", "glusterfs", "cifs"),
            refers_by=("file", "volume"),
            can_hang=True,
            source_fields=("hosts", "directory", "format", "protocol_version"),
            source_required=("hosts", "directory"),
            target_fields=("path", "permissions"),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="logical",
            since="0.4.1",
            label=text(QT_TRANSLATE_NOOP("vstore", "LVM volume group")),
            explanation=text(
                QT_TRANSLATE_NOOP("vstore", "A logical volume for each disk: faster than files, and simple.")
            ),
            where="host",
            shared="if shared",
            migration=text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "Machines can migrate live if the volume group is on storage that the other host sees as "
                    "well; otherwise only with their disks copied along.",
                )
            ),
            operations=frozenset({_F, _B, _BO, _D, _M}),
            volume_operations=_MAKE | _LOAD | _WIPE,
            source_formats=("lvm2",),
            refers_by=("block", "volume"),
            source_fields=("name", "devices", "format"),
            source_required=("name",),
            target_fields=("path",),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="disk",
            since="0.4.1",
            label=text(QT_TRANSLATE_NOOP("vstore", "Disk with partitions")),
            explanation=text(QT_TRANSLATE_NOOP("vstore", "A partition of one whole disk for each volume.")),
            where="host",
            shared="no",
            migration=_STAYS,
            operations=frozenset({_F, _B, _BO, _D, _M}),
            volume_operations=_MAKE | _LOAD | _WIPE,
            volume_formats=(
                "none",
                "linux",
                "fat16",
                "fat32",
                "linux-swap",
                "linux-lvm",
                "linux-raid",
                "extended",
            ),
            source_formats=_PARTITION_TABLES,
            refers_by=("block", "volume"),
            source_fields=("devices", "format"),
            source_required=("devices",),
            target_fields=("path",),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="iscsi",
            since="0.4.1",
            label=text(QT_TRANSLATE_NOOP("vstore", "iSCSI target")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore", "The LUNs of a SAN, logged in by the host; they are made on the SAN."
                )
            ),
            where="network",
            shared="yes",
            migration=_MIGRATES,
            operations=frozenset({_F, _M}),
            volume_operations=_LOAD | _WIPE,
            refers_by=("block", "volume"),
            can_hang=True,
            source_fields=("hosts", "devices", "initiator_iqn", "auth_username"),
            source_required=("hosts", "devices"),
            target_fields=("path",),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="iscsi-direct",
            since="4.7.0",
            label=text(QT_TRANSLATE_NOOP("vstore", "iSCSI target, reached by QEMU itself")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore", "The LUNs of a SAN without a login by the host: no device nodes are made."
                )
            ),
            where="network",
            shared="yes",
            migration=_MIGRATES,
            operations=frozenset({_F}),
            volume_operations=_WIPE,
            refers_by=("network", "volume"),
            can_hang=True,
            source_fields=("hosts", "devices", "initiator_iqn", "auth_username"),
            source_required=("hosts", "devices", "initiator_iqn"),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="scsi",
            since="0.4.1",
            label=text(QT_TRANSLATE_NOOP("vstore", "SCSI or Fibre Channel adapter")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore", "The LUNs that an adapter of the host sees; the SAN manages them."
                )
            ),
            where="host",
            shared="if shared",
            migration=text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "Machines can migrate live if the other host sees the same LUN at the same path.",
                )
            ),
            operations=frozenset({_M}),
            volume_operations=_LOAD | _WIPE,
            refers_by=("block", "volume"),
            source_fields=("adapter",),
            source_required=("adapter",),
            target_fields=("path", "permissions"),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="mpath",
            since="0.7.1",
            label=text(QT_TRANSLATE_NOOP("vstore", "Multipath devices")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore", "LUNs of the host that are reached over several paths. One pool for each host."
                )
            ),
            where="host",
            shared="yes",
            migration=_MIGRATES,
            volume_operations=_LOAD | _WIPE,
            refers_by=("block",),
            target_fields=("path",),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="rbd",
            since="0.9.13",
            label=text(QT_TRANSLATE_NOOP("vstore", "Ceph RBD")),
            explanation=text(
                QT_TRANSLATE_NOOP("vstore", "Block images in a Ceph cluster: shared, replicated, thin.")
            ),
            where="network",
            shared="yes",
            migration=_MIGRATES,
            volume_operations=_MAKE | _RESIZE | _WIPE,
            volume_formats=("raw",),
            refers_by=("network",),
            can_hang=True,
            source_fields=("name", "hosts", "auth_username"),
            source_required=("name", "hosts"),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="gluster",
            since="1.2.0",
            label=text(QT_TRANSLATE_NOOP("vstore", "Gluster, reached by QEMU itself")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "Image files on a Gluster volume. libvirt cannot make volumes here: make them in a "
                    "network file system pool over the same Gluster volume.",
                )
            ),
            where="network",
            shared="yes",
            migration=_MIGRATES,
            operations=frozenset({_F}),
            volume_operations=frozenset({VolumeOperation.DELETE}),
            refers_by=("network",),
            can_hang=True,
            source_fields=("hosts", "name", "directory"),
            source_required=("hosts", "name"),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="zfs",
            since="1.2.8",
            label=text(QT_TRANSLATE_NOOP("vstore", "ZFS pool")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore", "A ZFS volume (zvol) for each disk: checksums, compression, snapshots below."
                )
            ),
            where="host",
            shared="no",
            migration=_STAYS,
            operations=frozenset({_B, _D}),
            # Resize came with 11.7; a host that has it is asked when resizing is built.
            volume_operations=frozenset({VolumeOperation.CREATE, VolumeOperation.DELETE}) | _LOAD,
            refers_by=("block", "volume"),
            source_fields=("name", "devices"),
            source_required=("name",),
            not_in_wizard=_LATER,
        ),
        PoolKind(
            kind="vstorage",
            since="3.1.0",
            label=text(QT_TRANSLATE_NOOP("vstore", "Virtuozzo Storage")),
            explanation=text(QT_TRANSLATE_NOOP("vstore", "Image files on a Virtuozzo Storage cluster.")),
            where="network",
            shared="yes",
            migration=_MIGRATES,
            operations=frozenset({_B, _D, _M}),
            volume_operations=_ALL,
            volume_formats=_IMAGES,
            refers_by=("file", "volume"),
            can_hang=True,
            source_fields=("name",),
            source_required=("name",),
            target_fields=("path", "permissions"),
            not_in_wizard=_NO_VSTORAGE,
        ),
        PoolKind(
            kind="sheepdog",
            since="0.10.0",
            label=text(QT_TRANSLATE_NOOP("vstore", "Sheepdog")),
            explanation=text(
                QT_TRANSLATE_NOOP(
                    "vstore", "Block images in a Sheepdog cluster. libvirt 9.0 still reads its definition."
                )
            ),
            where="network",
            shared="yes",
            migration=_MIGRATES,
            refers_by=("network",),
            can_hang=True,
            source_fields=("name", "hosts"),
            source_required=("name", "hosts"),
            removed="8.8.0",
            not_in_wizard=_REMOVED,
        ),
    )


POOL_KINDS: Final[dict[str, PoolKind]] = {row.kind: row for row in _rows()}


def pool_kind(kind: str) -> PoolKind:
    """The row of a kind; for one that this table does not know, a row that promises nothing.

    A newer libvirt may have kinds of which we cannot tell what they do.
    """
    row = POOL_KINDS.get(kind)
    if row is not None:
        return row
    return PoolKind(
        kind=kind,
        since="",
        label=text(QT_TRANSLATE_NOOP("vstore", "Pool of kind “{kind}”"), kind=kind),
        explanation=text(
            QT_TRANSLATE_NOOP("vstore", "VStore does not know this kind: it shows what libvirt tells of it.")
        ),
        where="network",
        shared="if shared",
        migration=text(QT_TRANSLATE_NOOP("vstore", "Whether machines can migrate live is not known.")),
        can_hang=True,
        not_in_wizard=text(QT_TRANSLATE_NOOP("vstore", "VStore does not know this kind of pool.")),
    )
