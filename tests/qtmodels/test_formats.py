"""Sizes, times and texts as shown."""

from __future__ import annotations

import datetime
import time

import pytest
from PySide6.QtCore import QLocale

from vstore_gui.entities.text import Count, Names, Seconds, Size, Text, text
from vstore_gui.entities.units import GIB, KIB, MIB, TIB
from vstore_gui.qtmodels import formats


@pytest.mark.parametrize(
    ("n_bytes", "shown"),
    [
        (None, ""),
        (0, "0 B"),
        (1, "1 B"),
        (1000, "1000 B"),
        (1023, "1023 B"),
        (KIB, "1 KiB"),
        (1536, "1.5 KiB"),
        (20 * GIB, "20 GiB"),
        (int(3.1 * GIB), "3.1 GiB"),
        (int(9.996 * GIB), "10 GiB"),
        (int(38.24 * GIB), "38.2 GiB"),
        (920 * GIB, "920 GiB"),
        (1023 * MIB, "1023 MiB"),
        (GIB - 1, "1 GiB"),
        (int(1.05 * TIB), "1.05 TiB"),
        (2**64, "16 EiB"),
        (2**74, "16384 EiB"),
        (-5 * GIB, "-5 GiB"),
    ],
)
def test_sizes_have_three_digits_and_no_needless_zeros(n_bytes: int | None, shown: str) -> None:
    assert formats.size_text(n_bytes) == shown


def test_sizes_follow_the_locale() -> None:
    before = QLocale()
    try:
        QLocale.setDefault(QLocale("de_DE"))
        formats.clear_caches()
        assert formats.size_text(int(3.5 * GIB)) == "3,5 GiB"
        assert formats.exact_bytes_text(20 * GIB) == "21.474.836.480 bytes"
    finally:
        QLocale.setDefault(before)
        formats.clear_caches()


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [(None, ""), (0, "0 %"), (0.0001, "1 %"), (0.62, "62 %"), (0.9999, "99 %"), (1, "100 %")],
)
def test_something_is_never_nothing_and_nearly_full_is_not_full(fraction: float | None, shown: str) -> None:
    assert formats.percent_text(fraction) == shown


def at(*parts: int) -> float:
    return datetime.datetime(*parts).timestamp()  # type: ignore[arg-type]


NOW = at(2024, 11, 20, 15, 30)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (None, ""),
        (NOW, "now"),
        (NOW - 45, "now"),
        (NOW - 150, "3 min"),
        (NOW - 59 * 60, "59 min"),
        (at(2024, 11, 20, 8, 5), "08:05"),
        (at(2024, 11, 12, 8, 5), "12 Nov"),
        (at(2023, 11, 12, 8, 5), "12 Nov 2023"),
        (at(2024, 12, 24, 8, 5), "24 Dec"),
        (1e300, ""),
    ],
)
def test_moments_are_told_by_their_distance(moment: float | None, shown: str) -> None:
    assert formats.when_text(moment, NOW) == shown


def test_a_moment_of_the_clock_is_now() -> None:
    assert formats.when_text(time.time()) == "now"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, ""),
        (0.4, "0 s"),
        (4, "4 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3540, "59 min"),
        (12_000, "3 h 20 min"),
    ],
)
def test_durations(seconds: float | None, shown: str) -> None:
    assert formats.duration_text(seconds) == shown


def test_texts_of_the_floors_below_are_rendered_with_their_arguments() -> None:
    inner = text("{n} volumes", n=Count(3))
    shown = formats.render(
        text(
            "{what} of {names}: {size} in {time}",
            what=inner,
            names=Names(("a", "b")),
            size=Size(GIB),
            time=Seconds(4),
        )
    )
    assert shown == "3 volumes of a, b: 1 GiB in 4 s"


def test_names_are_never_read_as_templates() -> None:
    assert formats.render(text("Delete {name}", name="{0} <b>{x}</b>")) == "Delete {0} <b>{x}</b>"
    assert formats.render(Text("no arguments, {braces}")) == "no arguments, {braces}"
