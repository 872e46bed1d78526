"""Ordered rows: the steps told lead from the old rows to the new ones, and there are few of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vstore_gui.qtmodels.natural import fold, natural_key, natural_keys
from vstore_gui.qtmodels.ordered_rows import Entry, OrderedRows, runs


class View:
    """Follows the steps as a Qt view would, and writes them down."""

    def __init__(self) -> None:
        self.rows: OrderedRows[str] = OrderedRows(self)
        self.seen: list[str] = []
        self.steps: list[str] = []

    def about_to_insert(self, first: int, last: int) -> None:
        assert list(self.rows) == self.seen
        self._range = (first, last)

    def inserted(self) -> None:
        first, last = self._range
        self.seen[first:first] = [self.rows.key_at(row) for row in range(first, last + 1)]
        self.steps.append(f"+{first}-{last}")

    def about_to_remove(self, first: int, last: int) -> None:
        assert list(self.rows) == self.seen
        self._range = (first, last)

    def removed(self) -> None:
        first, last = self._range
        del self.seen[first : last + 1]
        self.steps.append(f"-{first}-{last}")

    def about_to_rearrange(self) -> None:
        assert list(self.rows) == self.seen

    def rearranged(self, new_row: Callable[[int], int]) -> None:
        moved = [""] * len(self.seen)
        for row, key in enumerate(self.seen):
            moved[new_row(row)] = key
        self.seen = moved
        self.steps.append("~")


@pytest.fixture
def view() -> View:
    return View()


def entries(*keys: str) -> list[Entry]:
    return [(key,) for key in keys]


keys = st.sampled_from("abcdefghijkl")
orders = st.dictionaries(keys, st.integers(0, 5))


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.dictionaries(keys, st.none() | st.integers(0, 5))))
)
def test_whatever_is_said_the_steps_lead_there(
    edits: list[tuple[bool, bool, dict[str, int | None]]],
) -> None:
    view = View()
    wanted: dict[str, int] = {}
    descending = False
    for whole, down, edit in edits:
        if whole:
            wanted, descending = {key: value for key, value in edit.items() if value is not None}, down
            view.rows.arrange([(value, key) for key, value in wanted.items()], descending=down)
        else:
            view.rows.place({key: None if value is None else (value, key) for key, value in edit.items()})
            wanted = {key: value for key, value in {**wanted, **edit}.items() if value is not None}
        expected = sorted(((value, key) for key, value in wanted.items()), reverse=descending)
        assert list(view.rows) == view.seen == [key for _, key in expected]
        for row, key in enumerate(view.seen):
            assert view.rows.row_of(key) == row
        assert len(view.rows) == len(wanted)


def test_neighbours_come_and_go_as_one_run(view: View) -> None:
    view.rows.place({key: (key,) for key in "adg"})
    view.rows.place({key: (key,) for key in "bcef"})
    assert view.steps == ["+0-2", "+1-2", "+4-5"]
    view.steps.clear()
    view.rows.place(dict.fromkeys("cdg"))
    assert view.steps == ["-6-6", "-2-3"]


def test_many_scattered_edits_are_a_permutation_and_one_run(view: View) -> None:
    numbers = [f"{number:04}" for number in range(1000)]
    view.rows.arrange(entries(*numbers[::2]))
    view.rows.place({key: (key,) for key in numbers[1::2]})
    view.rows.place(dict.fromkeys(numbers[::2]))
    assert view.steps == ["+0-499", "+500-999", "~", "~", "-500-999"]
    assert list(view.rows) == numbers[1::2]


def test_an_entry_that_changes_in_its_place_moves_nothing(view: View) -> None:
    view.rows.arrange([(10, "a"), (20, "b"), (30, "c")])
    view.steps.clear()
    view.rows.place({"b": (25, "b")})
    assert view.steps == []
    view.rows.place({"b": (35, "b")})
    assert view.steps == ["~"]
    assert list(view.rows) == ["a", "c", "b"]


def test_turning_the_order_round_is_one_step(view: View) -> None:
    view.rows.arrange(entries(*"abc"))
    view.rows.arrange(entries(*"abc"), descending=True)
    assert view.steps == ["+0-2", "~"]
    view.rows.place({"bb": ("bb",)})
    assert list(view.rows) == ["c", "bb", "b", "a"]


@given(st.sets(st.integers(0, 50)))
def test_runs_cover_exactly_the_rows(rows: set[int]) -> None:
    found = list(runs(sorted(rows)))
    assert [row for first, last in found for row in range(first, last + 1)] == sorted(rows)
    assert all(b[0] > a[1] + 1 for a, b in pairwise(found))


def test_names_stand_in_natural_order() -> None:
    names = ["web10", "Web2", "web1", "öl", "Zebra", "ol", "a" * 30, "web002", "9", "10", "10" * 15]
    by_key = dict(zip(names, natural_keys(names), strict=True))
    assert sorted(names, key=lambda name: (by_key[name], name)) == [
        "9", "10", "10" * 15, "a" * 30, "ol", "öl", "web1", "Web2", "web002", "web10", "Zebra",
    ]  # fmt: skip


@given(st.lists(st.text()))
def test_many_names_at_once_have_the_keys_they_have_alone(names: list[str]) -> None:
    assert natural_keys(names) == [natural_key(name) for name in names]


@given(st.text(), st.text(), st.text())
def test_what_is_in_a_text_is_in_it_folded(before: str, word: str, after: str) -> None:
    if (before + word + after).isascii():
        assert fold(word) in fold(before + word + after)
