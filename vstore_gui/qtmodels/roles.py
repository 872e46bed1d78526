"""What the models tell beyond Qt's own roles."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

__all__ = ["NEARLY_FULL", "Index", "Part", "Role"]

Index = QModelIndex | QPersistentModelIndex

NEARLY_FULL = 0.9
"""From this fraction on a pool is warned of."""


class Role(enum.IntEnum):
    """Custom item roles. They give Python values as they are: keys, frozen values, tuples."""

    KEY = Qt.ItemDataRole.UserRole + 1  # PoolKey, VolumeKey, DomainKey, DiskKey, host id or job id
    KIND = enum.auto()  # what the row is: a word such as 'pool', 'machine', 'volume'
    STATE = enum.auto()  # a word for icons and colours, never shown as it is
    STATE_TEXT = enum.auto()  # the same for the eye, translated
    NOTE = enum.auto()  # a short secondary text
    CAPACITY = enum.auto()  # the fraction that is full, 0 to 1, for bars; None: unknown
    WARNING = enum.auto()  # True: nearly full, in trouble
    STALE = enum.auto()  # True: from before the link was lost, or its pool does not respond
    LOADING = enum.auto()  # True: not read yet
    MISSING = enum.auto()  # True: the backing file is not there
    SORT = enum.auto()  # the value behind the text: bytes, seconds, a name
    PARTS = enum.auto()  # the text as a tuple of Part, for delegates that draw links
    LINK_KEYS = enum.auto()  # keys of what the text names, in its order
    COUNT = enum.auto()  # a number of rows, disks or users
    VALUE = enum.auto()  # the frozen value itself
    # jobs
    PROGRESS = enum.auto()  # 0 to 1; None: the end is not known
    SENTENCE = enum.auto()  # the step under way, or the one that failed
    ERROR = enum.auto()  # ErrorState or None
    REASONS = enum.auto()  # tuple of Reason: why it was refused
    UNDOABLE = enum.auto()
    CANCELLABLE = enum.auto()  # True: really cancelled; False while running: 'Stop waiting'
    ELAPSED = enum.auto()  # seconds
    SPEED = enum.auto()  # bytes a second, or None
    TIME_LEFT = enum.auto()  # seconds, or None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text: a link when it has a key. `style`: '', 'tag' (a small label), 'quiet' or 'bad'."""

    text: str
    key: Any = None
    style: str = ""
