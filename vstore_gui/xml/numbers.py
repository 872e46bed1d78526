"""Numbers as libvirt reads them."""

from __future__ import annotations

import functools
import re
from typing import Final

from vstore_gui.entities.units import UnitError, parse_size

__all__ = ["MAX_SIZE", "read_int", "read_octal", "to_bytes", "unit_factor"]

_INT: Final = re.compile(r"\s*([+-]?[0-9]{1,20})\s*", re.ASCII)
_OCTAL: Final = re.compile(r"\s*([0-7]{1,12})\s*", re.ASCII)
MAX_SIZE: Final = 2**64 - 1


def read_int(raw: str | None) -> int | None:
    """The number, if it is one of at most 20 digits."""
    if raw is not None and raw.isdecimal() and raw.isascii() and len(raw) <= 20:
        return int(raw)
    match = _INT.fullmatch(raw) if raw is not None else None
    return int(match[1]) if match else None


def read_octal(raw: str) -> int | None:
    """The number, if it is an octal one of at most 12 digits."""
    match = _OCTAL.fullmatch(raw)
    return int(match[1], 8) if match else None


def to_bytes(number: str | None, unit: str | None = None) -> int | None:
    """Bytes of `<capacity unit='GiB'>5</capacity>`; None for what libvirt's scaling would not take."""
    n = read_int(number)
    if n is None or n < 0:
        return None
    if unit and unit not in ("bytes", "B"):
        try:
            n *= unit_factor(unit)
        except UnitError:
            return None
    return n if n <= MAX_SIZE else None


@functools.lru_cache(64)
def unit_factor(unit: str | None) -> int:
    return parse_size(f"1 {unit or ''}", default_unit="bytes")
