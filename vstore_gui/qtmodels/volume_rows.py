"""Which volumes are shown, and where. See `VolumeRows`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QAbstractItemModel, QObject, QTimer

from vstore_gui.qtmodels.natural import fold
from vstore_gui.qtmodels.ordered_rows import Entry, OrderedRows
from vstore_gui.qtmodels.signals import ModelSignals
from vstore_gui.qtmodels.slices import Slices
from vstore_gui.qtmodels.volume_cells import VolumeCells
from vstore_gui.qtmodels.volume_columns import VolumeColumn

__all__ = ["VolumeRows"]

REPLACE_MS = 200
"""How often rows are put in their new places while details stream in."""

FEW = 200
"""Rows whose users are looked up at once: a millisecond or two."""


class VolumeRows(QObject):
    """The rows of a volume table by a filter and an order, kept while details stream in.

    Rows that come or go are placed at once; those that `mark` names are collected and placed a little later,
    and then `after_placing` is called. Where users count (filter or order ask for them) they are read
    for all rows in slices, and each row is placed when its users are known.
    """

    def __init__(
        self, model: QAbstractItemModel, cells: VolumeCells, after_placing: Callable[[], None]
    ) -> None:
        super().__init__(model)
        self._cells = cells
        self._after_placing = after_placing
        self.rows: OrderedRows[str] = OrderedRows(ModelSignals(model))
        self._words: tuple[str, ...] = ()
        self.column = VolumeColumn.NAME
        self.descending = False
        self._marked: set[str] = set()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(REPLACE_MS)
        self._later.timeout.connect(self.place_marked)
        self._slices = Slices(self, self._slice_done)
        cells.users_read = self._row_has_users

    @property
    def filtered(self) -> bool:
        return bool(self._words)

    @property
    def users_count(self) -> bool:
        return self.filtered or self.column == VolumeColumn.USED_BY

    @property
    def settled(self) -> bool:
        """Nothing is waiting to be placed."""
        return not self._later.isActive() and not self._slices.busy

    def set_filter(self, text: str) -> bool:
        """Whether it is another filter than before."""
        words = tuple(fold(text).split())
        if words == self._words:
            return False
        self._words = words
        self._arrange()
        return True

    def sort(self, column: VolumeColumn, *, descending: bool) -> None:
        self.column = column
        self.descending = descending
        self._arrange()

    def add(self, names: list[str]) -> None:
        entries = self._entries(names)
        if len(self.rows):
            self.rows.place({entry[-1]: entry for entry in entries})
        else:
            self.rows.arrange(entries, descending=self.descending)
        self.read_users()

    def remove(self, names: Iterable[str]) -> None:
        names = list(names)
        self.rows.place(dict.fromkeys(names))
        self._marked.difference_update(names)

    def clear(self) -> None:
        self._later.stop()
        self._slices.stop()
        self._marked.clear()
        self.rows.arrange(())

    def mark(self, names: Iterable[str]) -> None:
        """These may stand elsewhere now, or not be shown any more."""
        self._marked.update(names)
        if self._marked:
            self.place_later()
            self.read_users()

    def place_later(self) -> None:
        """Call `after_placing` a little later, whether or not a row is marked."""
        if not self._later.isActive():
            self._later.start()

    def place_marked(self) -> None:
        """Put marked rows in their place now."""
        names = [name for name in self._marked if name in self._cells.states]
        if self.users_count:
            # A few are read here, or their rows would go to the end and back. Slices read the others.
            for name in names[:FEW]:
                self._cells.users_of(name)
        self._marked.clear()
        self._later.stop()
        if names:
            wanted: dict[str, Entry | None] = dict.fromkeys(names)
            wanted.update((entry[-1], entry) for entry in self._entries(names))
            self.rows.place(wanted)
        self._after_placing()

    def settle(self) -> None:
        """Read and place all that waits, now: it may take longer than a frame."""
        while not self.settled:
            self._slices.finish()
            self.place_marked()

    # ── order and filter ────────────────────────────────────────────────────────────────────────────────────

    def _entries(self, names: list[str]) -> list[Entry]:
        """What those of these rows that the filter lets through are ordered by."""
        accepted = self._cells.accepted(names, self._words)
        return self._cells.entries(accepted, self.column, descending=self.descending)

    def _arrange(self) -> None:
        """Everything anew: another order or filter."""
        self._marked.clear()
        self.rows.arrange(self._entries(list(self._cells.states)), descending=self.descending)
        self.read_users()

    # ── users of all rows ───────────────────────────────────────────────────────────────────────────────────

    def read_users(self) -> None:
        """Begin to read the users of all rows, where they count."""
        if self._slices.busy or not self.users_count:
            return
        unread = [name for name in self._cells.states if name not in self._cells.users]
        if unread:
            self._slices.start(self._read(unread))

    def _read(self, names: list[str]) -> Iterator[None]:
        cells = self._cells
        for name in names:
            if name in cells.states:
                cells.users_of(name)
            yield

    def _row_has_users(self, name: str) -> None:
        if self.users_count:
            self._marked.add(name)
            self.place_later()

    def _slice_done(self, done: bool) -> None:
        if done:
            self.read_users()  # of what has come since
