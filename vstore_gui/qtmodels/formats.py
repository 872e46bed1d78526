"""Sizes, times and texts as the user reads them: localised, and cached because views ask again and again."""

from __future__ import annotations

import datetime
import functools
import time
from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime

from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Arg, Count, Names, Seconds, Size, Text

__all__ = [
    "clear_caches", "count_text", "duration_text", "exact_bytes_text", "list_text", "percent_text",
    "rate_text", "render", "size_text", "tr", "when_text", "when_tooltip",
]  # fmt: skip

_UNITS = (
    QT_TRANSLATE_NOOP("vstore", "{number} B"),
    QT_TRANSLATE_NOOP("vstore", "{number} KiB"),
    QT_TRANSLATE_NOOP("vstore", "{number} MiB"),
    QT_TRANSLATE_NOOP("vstore", "{number} GiB"),
    QT_TRANSLATE_NOOP("vstore", "{number} TiB"),
    QT_TRANSLATE_NOOP("vstore", "{number} PiB"),
    QT_TRANSLATE_NOOP("vstore", "{number} EiB"),
)
_LARGEST_QLONGLONG = 2**63 - 1
_MINUTE_S = 60
_HOUR_S = 3600


def tr(source: str, **values: str) -> str:
    """The translation of a text marked for lupdate, with its `{named}` places filled in."""
    translated = QCoreApplication.translate("vstore", source)
    return translated.format(**values) if values else translated


def clear_caches() -> None:
    """After the language or locale changed."""
    for function in (size_text, exact_bytes_text, percent_text, _when):
        function.cache_clear()


@functools.lru_cache(maxsize=16384)
def size_text(n_bytes: int | None) -> str:
    """'20 GiB', '3.1 GiB', '38.2 MiB', '1,012 KiB': three significant digits, no more zeros; '' for None."""
    if n_bytes is None:
        return ""
    value, unit = float(n_bytes), 0
    # Rounding must not make '1,024 MiB' of what is 1 GiB to three digits.
    while unit < len(_UNITS) - 1 and abs(value) >= 1023.5:
        value /= 1024
        unit += 1
    decimals = 0 if unit == 0 or abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    while decimals and round(value, decimals) == round(value, decimals - 1):
        decimals -= 1
    return tr(_UNITS[unit], number=QLocale().toString(value, "f", decimals))


@functools.lru_cache(maxsize=4096)
def exact_bytes_text(n_bytes: int | None) -> str:
    """'21,474,836,480 bytes'; '' for None."""
    if n_bytes is None:
        return ""
    return tr(QT_TRANSLATE_NOOP("vstore", "{number} bytes"), number=count_text(n_bytes))


def count_text(n: int) -> str:
    """A number with the locale's digits and grouping."""
    # A hostile or mad host may report more than Qt's integers hold.
    return QLocale().toString(n) if abs(n) <= _LARGEST_QLONGLONG else f"{n:,}"


@functools.lru_cache(maxsize=4096)
def percent_text(fraction: float | None) -> str:
    """'62 %'; '' for None. Something is never shown as 0 %, and not quite full never as 100 %."""
    if fraction is None:
        return ""
    per_cent = round(fraction * 100)
    if per_cent == 0 and fraction > 0:
        per_cent = 1
    elif per_cent == 100 and fraction < 1:
        per_cent = 99
    return tr(QT_TRANSLATE_NOOP("vstore", "{number} %"), number=QLocale().toString(per_cent))


def rate_text(bytes_per_s: float | None) -> str:
    """'412 MiB/s'; '' for None."""
    if bytes_per_s is None:
        return ""
    return tr(QT_TRANSLATE_NOOP("vstore", "{size}/s"), size=size_text(round(bytes_per_s)))


def duration_text(seconds: float | None) -> str:
    """'4 s', '12 min', '3 h 20 min'; '' for None."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    if whole < _MINUTE_S:
        return tr(QT_TRANSLATE_NOOP("vstore", "{number} s"), number=count_text(whole))
    minutes = round(whole / _MINUTE_S)
    if minutes < _MINUTE_S:
        return tr(QT_TRANSLATE_NOOP("vstore", "{number} min"), number=count_text(minutes))
    return tr(
        QT_TRANSLATE_NOOP("vstore", "{hours} h {minutes} min"),
        hours=count_text(minutes // 60),
        minutes=count_text(minutes % 60),
    )


def when_text(unix_s: float | None, now_s: float | None = None) -> str:
    """'now', '2 min', '14:05' (today), '12 Nov', '12 Nov 2023'; '' for None."""
    if unix_s is None:
        return ""
    now_s = time.time() if now_s is None else now_s
    # Rounded to the half minute: the cache then serves a whole table until the text may change.
    return _when(int(unix_s), int(now_s) // 30)


def when_tooltip(unix_s: float | None) -> str:
    """The exact moment, in the locale's long form; '' for None or a moment no calendar has."""
    moment = _moment(unix_s)
    return "" if moment is None else QLocale().toString(_qt(moment), QLocale.FormatType.LongFormat)


@functools.lru_cache(maxsize=16384)
def _when(unix_s: int, now_half_minutes: int) -> str:
    now_s = now_half_minutes * 30
    age_s = now_s + 30 - unix_s
    moment, today = _moment(unix_s), datetime.datetime.fromtimestamp(now_s)
    if moment is None:
        return ""
    if 0 <= age_s < _MINUTE_S + 30:
        return tr(QT_TRANSLATE_NOOP("vstore", "now"))
    if 0 <= age_s < _HOUR_S:
        return tr(QT_TRANSLATE_NOOP("vstore", "{number} min"), number=count_text(age_s // _MINUTE_S))
    if moment.date() == today.date():
        return QLocale().toString(_qt(moment).time(), QLocale.FormatType.ShortFormat)
    if moment.year == today.year:
        return QLocale().toString(_qt(moment).date(), tr(QT_TRANSLATE_NOOP("vstore", "d MMM")))
    return QLocale().toString(_qt(moment).date(), tr(QT_TRANSLATE_NOOP("vstore", "d MMM yyyy")))


def _moment(unix_s: float | None) -> datetime.datetime | None:
    if unix_s is None:
        return None
    try:
        return datetime.datetime.fromtimestamp(unix_s)
    except (ValueError, OverflowError, OSError):
        return None


def _qt(moment: datetime.datetime) -> QDateTime:
    return QDateTime(
        QDate(moment.year, moment.month, moment.day), QTime(moment.hour, moment.minute, moment.second)
    )


def list_text(names: Iterable[str]) -> str:
    """Names as a list in the locale's way: 'a, b and c'."""
    return QLocale().createSeparatedList(list(names))


def render(value: Arg) -> str:
    """A Text of the floors below, translated, its arguments formatted for the locale. Always plain text."""
    match value:
        case str():
            return value
        case Size(n_bytes):
            return size_text(n_bytes)
        case Count(n):
            return count_text(n)
        case Seconds(seconds):
            return duration_text(seconds)
        case Names(names):
            return list_text(names)
        case Text(template, args):
            return tr(template, **{name: render(arg) for name, arg in args}) if args else _plain(template)


def _plain(template: str) -> str:
    # Without arguments braces stay what they are when the template cannot be filled in.
    translated = QCoreApplication.translate("vstore", template)
    try:
        return translated.format()
    except (KeyError, IndexError, ValueError):
        return translated
