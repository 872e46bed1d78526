"""Small discs: enough of ISO 9660 for libvirt, blkid and a guest to see a disc with a label."""

from __future__ import annotations

import struct
from pathlib import Path

__all__ = ["make_iso"]

_SECTOR = 2048
_SYSTEM_AREA_SECTORS = 16
_ROOT_SECTOR = 18
_SECTORS = 19


def _both(value: int, width: int = 4) -> bytes:
    """A number in both byte orders, as ISO 9660 writes it."""
    code = {2: "H", 4: "I"}[width]
    return struct.pack(f"<{code}", value) + struct.pack(f">{code}", value)


def _directory_record(name: bytes) -> bytes:
    when = bytes([125, 11, 24, 12, 0, 0, 0])
    body = _both(_ROOT_SECTOR) + _both(_SECTOR) + when + b"\x02\0\0" + _both(1, 2) + bytes([len(name)]) + name
    return bytes([len(body) + 2, 0]) + body


def make_iso(path: Path, label: str = "DISC", size_bytes: int = _SECTORS * _SECTOR) -> Path:
    """Write an empty disc with this label; larger ones are sparse. Returns the path."""
    sectors = max(_SECTORS, size_bytes // _SECTOR)
    descriptor = b"\x01CD001\x01\0" + b" " * 32 + label.upper().ljust(32).encode("ascii") + bytes(8)
    descriptor += _both(sectors) + bytes(32) + _both(1, 2) * 2 + _both(_SECTOR, 2) + _both(10)
    descriptor += bytes(16) + _directory_record(b"\0") + b" " * 623 + (b"0" * 16 + b"\0") * 4 + b"\x01"
    with path.open("wb") as file:
        file.write(bytes(_SYSTEM_AREA_SECTORS * _SECTOR))
        file.write(descriptor.ljust(_SECTOR, b"\0"))
        file.write(b"\xffCD001\x01".ljust(_SECTOR, b"\0"))
        file.write((_directory_record(b"\0") + _directory_record(b"\1")).ljust(_SECTOR, b"\0"))
        file.truncate(sectors * _SECTOR)
    return path
