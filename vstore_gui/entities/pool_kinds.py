"""What each kind of pool can do: the table that wizards, menus and guards ask.

Operations are those of libvirt 9.0's backends; the host's pool capabilities tell which kinds it has, never what they can do.
"""

from __future__ import annotations

import enum
from typing import Literal

import msgspec

from vstore_gui.entities.text import Text

__all__ = ["POOL_KINDS", "PoolKind", "PoolOperation", "VolumeOperation", "pool_kind"]


class PoolOperation(enum.Enum):
    FIND_SOURCES = "find sources"
    BUILD = "build"
    DELETE = "delete"
    START_DOES_WORK = "start does work"  # mounts, logs in, activates: can fail and hang


class VolumeOperation(enum.Enum):
    CREATE = "create"
    DELETE = "delete"
    CLONE = "clone"
    RESIZE = "resize"
    UPLOAD = "upload"
    DOWNLOAD = "download"
    WIPE = "wipe"


class PoolKind(msgspec.Struct, frozen=True):
    kind: str  # libvirt's type
    since: str  # libvirt version; '' for unknown kinds
    label: Text
    explanation: Text
    where: Literal["host", "network"]
    shared: Literal["yes", "no", "if shared"]  # can several hosts see it: what live migration wants
    migration: Text
    operations: frozenset[PoolOperation]
    volume_operations: frozenset[VolumeOperation]
    volume_formats: tuple[str, ...]  # what volumes can be created as; recommended first
    source_formats: tuple[str, ...]
    refers_by: tuple[
        Literal["file", "block", "network", "volume"], ...
    ]  # how a disk can refer to its volumes
    can_hang: bool
    source_fields: tuple[str, ...]  # names of PoolSource fields
    target_fields: tuple[str, ...]  # 'path', 'permissions'
    not_in_wizard: Text | None = None  # why the wizard cannot make it today; None: it can

    @property
    def in_wizard(self) -> bool:
        return self.not_in_wizard is None

    def can(self, operation: PoolOperation | VolumeOperation) -> bool:
        return operation in self.operations or operation in self.volume_operations


POOL_KINDS: dict[str, PoolKind] = {}


def pool_kind(kind: str) -> PoolKind:
    """The row of a kind; a cautious row for kinds this table does not know."""
    ...
