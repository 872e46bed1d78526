"""Sizes: the binary units of the field, and how a person types them."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["BINARY_UNITS", "GIB", "KIB", "MIB", "TIB", "UnitError", "parse_size", "scale_bytes"]

KIB: Final = 1024
MIB: Final = 1024**2
GIB: Final = 1024**3
TIB: Final = 1024**4

BINARY_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")

# libvirt's own scaling of <capacity unit='…'> (virScaleInteger): a bare letter or iB is 1024, B is 1000.
_FACTORS: Final[dict[str, int]] = {"": 1, "b": 1, "bytes": 1, "byte": 1}
for _power, _letter in enumerate("kmgtpe", start=1):
    _FACTORS[_letter] = _FACTORS[_letter + "ib"] = 1024**_power
    _FACTORS[_letter + "b"] = 1000**_power

_SIZE = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*([a-z]*)\s*", re.IGNORECASE | re.ASCII)


class UnitError(ValueError):
    """The text is no size."""


def parse_size(typed: str, *, default_unit: str = "GiB") -> int:
    """Bytes of '20 GiB', '1.5T', '700M', '4096 bytes', or '20' in the default unit.

    Units are read as libvirt reads them: K, M, G and KiB, MiB, GiB are powers of 1024; KB, MB, GB of 1000.
    Raises UnitError for anything else.
    """
    match = _SIZE.fullmatch(typed)
    if match is None:
        raise UnitError(typed)
    number, unit = match.groups()
    factor = _FACTORS.get((unit or default_unit).lower())
    if factor is None:
        raise UnitError(typed)
    whole, _, fraction = number.replace(",", ".").partition(".")
    if not fraction:
        return int(whole) * factor
    scaled = int(whole + fraction) * factor
    return scaled // int(10 ** len(fraction))


def scale_bytes(n_bytes: int) -> tuple[float, str]:
    """The number and unit to show for bytes: the largest binary unit with a value of at least 1."""
    value = float(n_bytes)
    for unit in BINARY_UNITS:
        if abs(value) < 1024 or unit == BINARY_UNITS[-1]:
            return value, unit
        value /= 1024
    raise AssertionError
