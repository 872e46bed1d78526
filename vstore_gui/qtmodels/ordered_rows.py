"""Keys in the order shown, kept by steps a view can follow. No Qt here. See `OrderedRows`."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["Entry", "OrderedRows", "RowListener", "runs"]

K = TypeVar("K")

Entry = tuple[Any, ...]
"""What a row is ordered by; the last element is its key, so that no two rows are equal."""

MAX_RUNS = 40
"""More separate insertions or removals than these are made one: a permutation and one at the end."""

MANY = 1000
"""More rows than these are not looked up one by one."""


class RowListener(Protocol):
    """Told before and after each step, as Qt's models must tell their views."""

    def about_to_insert(self, first: int, last: int) -> None: ...
    def inserted(self) -> None: ...
    def about_to_remove(self, first: int, last: int) -> None: ...
    def removed(self) -> None: ...
    def about_to_rearrange(self) -> None: ...
    def rearranged(self, new_row: Callable[[int], int]) -> None:
        """`new_row` gives the place of what stood in an old row."""


def runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending row numbers as (first, last) of each contiguous run."""
    if not rows:
        return
    first = last = rows[0]
    for row in rows[1:]:
        if row != last + 1:
            yield first, last
            first = row
        last = row
    yield first, last


class OrderedRows(Generic[K]):
    """An ordered view on a keyed collection: which keys are shown, and where.

    Its owner says by `place` and `arrange` what each key is ordered by (or that it is not to be shown); the
    listener hears the fewest steps that lead there: runs of inserts and removals, and one permutation for a
    change of order. A sort key is stored with its row: a row is found though the value behind it has changed.
    """

    def __init__(self, listener: RowListener) -> None:
        self._listener = listener
        self._entries: list[Entry] = []
        self._by_key: dict[K, Entry] = {}
        self._descending = False

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[K]:
        return (entry[-1] for entry in self._entries)

    def key_at(self, row: int) -> K:
        key: K = self._entries[row][-1]
        return key

    def row_of(self, key: K) -> int | None:
        entry = self._by_key.get(key)
        if entry is None:
            return None
        row = self._search(entry)
        if row < len(self._entries) and self._entries[row] is entry:
            return row
        # Only while a step is being told can the rows be out of order.
        return next((row for row, other in enumerate(self._entries) if other is entry), None)

    def rows_of(self, keys: Iterable[K]) -> list[int]:
        """Their rows, ascending; keys that are not shown are left out."""
        keys = keys if isinstance(keys, Collection) else list(keys)
        if len(keys) > MANY:
            wanted = set(keys)
            return [row for row, entry in enumerate(self._entries) if entry[-1] in wanted]
        found = [row for key in keys if (row := self.row_of(key)) is not None]
        found.sort()
        return found

    # ── what the owner says ─────────────────────────────────────────────────────────────────────────────────

    def arrange(self, entries: Iterable[Entry], *, descending: bool = False) -> None:
        """Show exactly these, in this order."""
        if not self._entries:
            self._descending = descending
            self._insert(list(entries))
            return
        wanted = {entry[-1]: entry for entry in entries}
        self._drop([row for row, entry in enumerate(self._entries) if entry[-1] not in wanted])
        kept = [wanted[key] for key in self._by_key]
        kept.sort(reverse=descending)
        self._descending = descending
        self._permute(kept)
        if len(wanted) > len(kept):
            self._insert([entry for key, entry in wanted.items() if key not in self._by_key])

    def place(self, wanted: Mapping[K, Entry | None]) -> None:
        """Show these keys by these entries, hide those with None; all others stay as they are."""
        gone, new, changed = [], [], []
        for key, entry in wanted.items():
            old = self._by_key.get(key)
            if entry is None:
                if old is not None:
                    gone.append(key)
            elif old is None:
                new.append(entry)
            elif old != entry:
                changed.append(entry)
        if gone:
            self._drop(self.rows_of(gone))
        if changed:
            self._replace(changed)
        if new:
            self._insert(new)

    # ── steps ───────────────────────────────────────────────────────────────────────────────────────────────

    def _search(self, entry: Entry) -> int:
        if not self._descending:
            return bisect.bisect_left(self._entries, entry)
        low, high = 0, len(self._entries)
        while low < high:
            middle = (low + high) // 2
            if self._entries[middle] > entry:
                low = middle + 1
            else:
                high = middle
        return low

    def _drop(self, rows: list[int]) -> None:
        """Remove rows, given ascending."""
        if not rows:
            return
        gaps = list(runs(rows))
        if len(gaps) > MAX_RUNS:
            doomed = set(rows)
            kept = [entry for row, entry in enumerate(self._entries) if row not in doomed]
            self._permute(kept + [self._entries[row] for row in rows])
            gaps = [(len(kept), len(self._entries) - 1)]
        for first, last in reversed(gaps):
            self._listener.about_to_remove(first, last)
            for entry in self._entries[first : last + 1]:
                del self._by_key[entry[-1]]
            del self._entries[first : last + 1]
            self._listener.removed()

    def _replace(self, changed: list[Entry]) -> None:
        """Give rows new entries; a permutation only when they are out of order by it."""
        keys = {entry[-1] for entry in changed}
        changed.sort(reverse=self._descending)
        entries = [entry for entry in self._entries if entry[-1] not in keys]
        entries += changed
        entries.sort(reverse=self._descending)  # two sorted runs: one comparison a row
        self._permute(entries)

    def _permute(self, entries: list[Entry]) -> None:
        """Put the rows in this order: the same keys, perhaps by other entries."""
        old = self._entries
        if all(a is b or a[-1] == b[-1] for a, b in zip(old, entries, strict=True)):
            self._entries = entries
            self._by_key.update({entry[-1]: entry for entry in entries})
            return
        self._listener.about_to_rearrange()
        self._entries = entries
        self._by_key.update({entry[-1]: entry for entry in entries})
        places: dict[K, int] = {}

        def new_row(row: int) -> int:
            if not places:
                places.update((entry[-1], place) for place, entry in enumerate(entries))
            return places[old[row][-1]]

        self._listener.rearranged(new_row)

    def _insert(self, new: list[Entry]) -> None:
        if not new:
            return
        new.sort(reverse=self._descending)
        if not self._entries:
            self._insert_run(0, new)
            return
        before = [self._search(entry) for entry in new[:MANY]]
        if len(new) > MANY or len(set(before)) > MAX_RUNS:
            self._insert_run(len(self._entries), new)
            self._permute(sorted(self._entries, reverse=self._descending))
            return
        start = 0
        while start < len(new):
            end = start + 1
            while end < len(new) and before[end] == before[start]:
                end += 1
            # Runs above have already pushed this place down by their length.
            self._insert_run(before[start] + start, new[start:end])
            start = end

    def _insert_run(self, first: int, new: list[Entry]) -> None:
        self._listener.about_to_insert(first, first + len(new) - 1)
        self._entries[first:first] = new
        self._by_key.update({entry[-1]: entry for entry in new})
        self._listener.inserted()
