"""A snapshot of a machine as its document describes it."""

from __future__ import annotations

import msgspec

__all__ = ["SnapshotDisk", "SnapshotState"]


class SnapshotDisk(msgspec.Struct, frozen=True, gc=False):
    """What became of one disk. `name` is its target (or its path); `path` the file that is written to from
    then on."""

    name: str
    mode: str | None = None  # no, internal, external, manual
    path: str | None = None
    format: str | None = None


class SnapshotState(msgspec.Struct, frozen=True, gc=False):
    """virDomainSnapshotGetXMLDesc as a value."""

    name: str
    description: str | None = None
    state: str | None = None  # the machine's then: running, shutoff, disk-snapshot, …
    parent: str | None = None
    created_s: int | None = None  # Unix time
    memory: str | None = None  # no, internal, external
    memory_path: str | None = None
    disks: tuple[SnapshotDisk, ...] = ()
