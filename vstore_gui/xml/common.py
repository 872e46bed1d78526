"""What several libvirt documents share: permissions, hosts, sizes that make sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vstore_gui.entities.pool import Permissions, SourceHost
from vstore_gui.xml.document import Element
from vstore_gui.xml.list_fields import Item
from vstore_gui.xml.numbers import read_int, read_octal, to_bytes
from vstore_gui.xml.tree import text_of

__all__ = [
    "HOST", "PERMISSIONS_ORDER", "SAMPLE_UUIDS", "known_id", "known_mode", "known_size", "read_permissions",
    "size_of",
]  # fmt: skip

PERMISSIONS_ORDER: Final = ("mode", "owner", "group", "label")
SAMPLE_UUIDS: Final = ("6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31", "0d9f6a5c-7a51-4c41-8d57-2f1f9a0e6b42")

# No storage is this large: a memory-backed Ceph says 16 EiB available, others -1.
_NONSENSE_BYTES: Final = 2**63


def known_size(n_bytes: int | None) -> int | None:
    """The size, or None where it is nonsense."""
    return n_bytes if n_bytes is not None and 0 <= n_bytes < _NONSENSE_BYTES else None


def size_of(element: Element) -> int | None:
    """Bytes of a scaled element such as `<capacity unit='GiB'>`; None where it is nonsense."""
    raw, unit = text_of(element), element.get("unit")
    if unit == "bytes" and len(raw) < 19 and raw.isdecimal() and raw.isascii():
        return int(raw)  # as libvirt writes it, ten thousand times a pool
    return known_size(to_bytes(raw, unit))


def known_id(raw: str | None) -> int | None:
    """A user or group id; -1 stands for 'whatever it is'."""
    n = read_int(raw)
    return n if n is not None and 0 <= n < 2**32 - 1 else None


def known_mode(mode: int | None) -> int | None:
    """The file mode, if it is one."""
    return mode if mode is not None and mode <= 0o7777 else None


def read_permissions(element: Element) -> Permissions:
    """`<permissions>` as a value."""
    mode = owner = group = label = None
    for child in element:
        match child.tag:
            case "mode":
                mode = known_mode(read_octal(text_of(child)))
            case "owner":
                owner = known_id(text_of(child))
            case "group":
                group = known_id(text_of(child))
            case "label":
                label = text_of(child) or None
    return Permissions(mode, owner, group, label)


def _read_host(attrs: Mapping[str, str]) -> SourceHost | None:
    name = attrs.get("name") or attrs.get("socket")
    return SourceHost(name, read_int(attrs.get("port"))) if name else None


def _write_host(host: SourceHost) -> Mapping[str, str | None]:
    port = None if host.port is None else str(host.port)
    if host.name.startswith("/"):
        return {"name": None, "socket": host.name, "transport": "unix", "port": port}
    return {"name": host.name, "socket": None, "transport": None, "port": port}


HOST: Final = Item(
    ("name", "socket", "transport", "port"),
    _read_host,
    _write_host,
    (SourceHost("one.example"), SourceHost("two.example", 3260)),
)
"""`<host name= port=>`; one with a path for a name is a unix socket."""
