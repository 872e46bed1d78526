"""The columns of a volume table, one row of a table each. See `COLUMNS`."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.entities.volume import VolumeState
from vstore_gui.qtmodels.formats import exact_bytes_text, percent_text, size_text, when_text, when_tooltip

__all__ = [
    "COLUMNS",
    "COLUMNS_OF_FIELD",
    "COLUMN_LIST",
    "DEFAULT_COLUMNS",
    "Column",
    "VolumeColumn",
    "full_fraction",
]


class VolumeColumn(enum.IntEnum):
    NAME = 0
    FORMAT = enum.auto()
    CAPACITY = enum.auto()
    ALLOCATION = enum.auto()
    PERCENT = enum.auto()
    BACKING = enum.auto()
    USED_BY = enum.auto()
    PATH = enum.auto()
    MODIFIED = enum.auto()
    KEY = enum.auto()
    KIND = enum.auto()
    PHYSICAL = enum.auto()
    BACKING_PATH = enum.auto()
    BACKING_FORMAT = enum.auto()
    ENCRYPTION = enum.auto()
    COMPAT = enum.auto()
    FEATURES = enum.auto()
    CLUSTER_SIZE = enum.auto()
    MODE = enum.auto()
    OWNER = enum.auto()
    GROUP = enum.auto()
    LABEL = enum.auto()
    CHANGED = enum.auto()
    FILE_ID = enum.auto()


DEFAULT_COLUMNS = frozenset(
    {
        VolumeColumn.NAME, VolumeColumn.FORMAT, VolumeColumn.CAPACITY, VolumeColumn.ALLOCATION,
        VolumeColumn.PERCENT, VolumeColumn.BACKING, VolumeColumn.USED_BY, VolumeColumn.MODIFIED,
    }
)  # fmt: skip
"""What a table shows until the user chooses."""


@dataclass(frozen=True, slots=True)
class Column:
    """`fields` are those of VolumeState (or the pseudo field 'users') whose change changes the cell.

    `value` gives what is sorted by and None where it is not known; `text` and `tooltip` turn that into words.
    The columns BACKING and USED_BY depend on more than the volume's value: the model has their texts.
    """

    title: str
    fields: tuple[str, ...]
    value: Callable[[VolumeState], Any]
    text: Callable[[Any], str] = str
    tooltip: Callable[[Any], str] | None = None
    numeric: bool = False


def full_fraction(volume: VolumeState) -> float | None:
    """How much of its capacity a volume takes on the host; None where that is unknown or makes no sense."""
    if volume.capacity_bytes and volume.allocation_bytes is not None:
        return min(1.0, max(0.0, volume.allocation_bytes / volume.capacity_bytes))
    return None


def _backing_name(volume: VolumeState) -> str | None:
    path = volume.backing_path
    return path.rpartition("/")[2] or path if path else None


def _changed_s(volume: VolumeState) -> float | None:
    return None if volume.changed_ns is None else volume.changed_ns / 1e9


def _octal(mode: int) -> str:
    return f"{mode:04o}"


def _features(volume: VolumeState) -> str | None:
    return ", ".join(volume.features) or None


def _size(title: str, field: str) -> Column:
    return Column(title, (field,), attrgetter(field), size_text, exact_bytes_text, numeric=True)


def _plain(title: str, field: str) -> Column:
    return Column(title, (field.partition(".")[0],), attrgetter(field))


COLUMNS: dict[VolumeColumn, Column] = {
    VolumeColumn.NAME: _plain(QT_TRANSLATE_NOOP("vstore", "Name"), "name"),
    VolumeColumn.FORMAT: _plain(QT_TRANSLATE_NOOP("vstore", "Format"), "format"),
    VolumeColumn.CAPACITY: _size(QT_TRANSLATE_NOOP("vstore", "Capacity"), "capacity_bytes"),
    VolumeColumn.ALLOCATION: _size(QT_TRANSLATE_NOOP("vstore", "Allocated"), "allocation_bytes"),
    VolumeColumn.PERCENT: Column(
        QT_TRANSLATE_NOOP("vstore", "%"),
        ("capacity_bytes", "allocation_bytes"), full_fraction, percent_text, numeric=True,
    ),
    VolumeColumn.BACKING: Column(
        QT_TRANSLATE_NOOP("vstore", "Backing"), ("backing_path",), _backing_name
    ),
    VolumeColumn.USED_BY: Column(QT_TRANSLATE_NOOP("vstore", "Used by"), ("users",), lambda _: None),
    VolumeColumn.PATH: _plain(QT_TRANSLATE_NOOP("vstore", "Path"), "path"),
    VolumeColumn.MODIFIED: Column(
        QT_TRANSLATE_NOOP("vstore", "Modified"),
        ("modified_s",), attrgetter("modified_s"), when_text, when_tooltip,
    ),
    VolumeColumn.KEY: _plain(QT_TRANSLATE_NOOP("vstore", "Key"), "key"),
    VolumeColumn.KIND: _plain(QT_TRANSLATE_NOOP("vstore", "Kind"), "kind"),
    VolumeColumn.PHYSICAL: _size(QT_TRANSLATE_NOOP("vstore", "Physical size"), "physical_bytes"),
    VolumeColumn.BACKING_PATH: _plain(QT_TRANSLATE_NOOP("vstore", "Backing path"), "backing_path"),
    VolumeColumn.BACKING_FORMAT: _plain(QT_TRANSLATE_NOOP("vstore", "Backing format"), "backing_format"),
    VolumeColumn.ENCRYPTION: _plain(QT_TRANSLATE_NOOP("vstore", "Encryption"), "encryption"),
    VolumeColumn.COMPAT: _plain(QT_TRANSLATE_NOOP("vstore", "Compatibility"), "compat"),
    VolumeColumn.FEATURES: Column(QT_TRANSLATE_NOOP("vstore", "Features"), ("features",), _features),
    VolumeColumn.CLUSTER_SIZE: _size(QT_TRANSLATE_NOOP("vstore", "Cluster size"), "cluster_size_bytes"),
    VolumeColumn.MODE: Column(
        QT_TRANSLATE_NOOP("vstore", "Mode"),
        ("permissions",), attrgetter("permissions.mode"), _octal, numeric=True,
    ),
    VolumeColumn.OWNER: Column(
        QT_TRANSLATE_NOOP("vstore", "Owner"), ("permissions",), attrgetter("permissions.owner"), numeric=True
    ),
    VolumeColumn.GROUP: Column(
        QT_TRANSLATE_NOOP("vstore", "Group"), ("permissions",), attrgetter("permissions.group"), numeric=True
    ),
    VolumeColumn.LABEL: _plain(QT_TRANSLATE_NOOP("vstore", "Security label"), "permissions.label"),
    VolumeColumn.CHANGED: Column(
        QT_TRANSLATE_NOOP("vstore", "Status changed"), ("changed_ns",), _changed_s, when_text, when_tooltip
    ),
    VolumeColumn.FILE_ID: _plain(QT_TRANSLATE_NOOP("vstore", "File identity"), "file_id"),
}  # fmt: skip

COLUMN_LIST = [COLUMNS[column] for column in VolumeColumn]
"""The same by number."""


def _columns_of_field() -> dict[str, frozenset[VolumeColumn]]:
    every = frozenset(COLUMNS)
    found: dict[str, frozenset[VolumeColumn]] = {"detailed": every}  # no cell is 'not read yet' any more
    for column, spec in COLUMNS.items():
        for field in spec.fields:
            found[field] = found.get(field, frozenset()) | {column}
    return found


COLUMNS_OF_FIELD = _columns_of_field()
