"""Space as parts of a whole, and what is said where it is not known."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from vstore_gui.ui.theme import Theme
from vstore_gui.ui.widgets.capacity_bar import CapacityView, Space

GIB = 1 << 30


def words(view: CapacityView) -> str:
    view.resize(900, 60)
    labels = [label for label in view.findChildren(QLabel) if label.isVisibleTo(view) and label.text()]
    return " ".join(label.text() for label in labels)


@pytest.mark.parametrize(
    ("space", "allocated", "promised"),
    [
        (Space(100, 60, 40, 20), 0.6, 0.2),
        (Space(100, 60, 40, 90), 0.6, 0.4),
        (Space(100, 130, 0, 10), 1.0, 0.0),
        (Space(None, None, None), 0.0, 0.0),
        (Space(0, 0, 2**64 - 1), 0.0, 0.0),
    ],
)
def test_parts_never_exceed_the_whole(space: Space, allocated: float, promised: float) -> None:
    assert space.allocated_part == pytest.approx(allocated)
    assert space.promised_part == pytest.approx(promised)


def test_the_legend_names_allocated_promised_and_free(theme: Theme) -> None:
    view = CapacityView()
    view.set_space(Space(920 * GIB, 571 * GIB, 349 * GIB, 248 * GIB))
    assert words(view) == "571 GiB allocated + 248 GiB promised to thin volumes 349 GiB free of 920 GiB"


def test_more_promised_than_free_is_a_warning(theme: Theme) -> None:
    view = CapacityView()
    view.set_space(Space(100 * GIB, 60 * GIB, 40 * GIB, 41 * GIB))
    assert "more is promised than is free" in words(view)


def test_unknown_space_is_no_nonsense_bar(theme: Theme) -> None:
    view = CapacityView()
    view.set_space(Space(0, 0, 2**64 - 1))
    assert not view.bar.isVisibleTo(view)
    assert "does not know" in words(view)
