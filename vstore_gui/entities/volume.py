"""A storage volume as it was read at one moment."""

from __future__ import annotations

import msgspec

from vstore_gui.entities.pool import Permissions

__all__ = ["VolumeName", "VolumeState"]


class VolumeName(msgspec.Struct, frozen=True, gc=False):
    """What virStoragePoolListAllVolumes tells of a volume without a further call."""

    name: str
    key: str = ""  # for file-backed kinds the path; elsewhere an opaque identity

    @property
    def path(self) -> str | None:
        """The path, where the key is one."""
        return self.key if self.key.startswith("/") else None


class VolumeState(msgspec.Struct, frozen=True, gc=False):
    """virStorageVolGetXMLDesc as a value. A row whose details are not read yet has `detailed` False."""

    name: str
    key: str = ""
    path: str | None = None
    detailed: bool = False
    kind: str | None = None  # file, block, dir, network, netdir, ploop
    format: str | None = None
    capacity_bytes: int | None = None
    allocation_bytes: int | None = None
    physical_bytes: int | None = None
    backing_path: str | None = None
    backing_format: str | None = None
    encryption: str | None = None  # 'luks', 'qcow', … or None
    compat: str | None = None
    features: tuple[str, ...] = ()
    cluster_size_bytes: int | None = None
    permissions: Permissions = Permissions()
    modified_s: float | None = None  # Unix time
    changed_ns: int | None = None  # ctime in nanoseconds: with name and size a fingerprint of the file
    # 'dev:ino' or 'rdev' of what the path leads to, read by hostd where it runs on the host itself:
    # equal for every alias of one file (symlinks, by-id links, two pools over one directory).
    file_id: str | None = None

    @staticmethod
    def named(name: VolumeName) -> VolumeState:
        """The row to show before details are read."""
        return VolumeState(name=name.name, key=name.key, path=name.path)
