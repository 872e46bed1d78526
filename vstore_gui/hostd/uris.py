"""What a libvirt URI tells by itself (https://libvirt.org/uri.html)."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["is_local", "is_test"]


def is_local(uri: str) -> bool:
    """Whether the URI leads to a daemon on this machine: no host in it. A tunnel's socket is taken for local
    too."""
    parts = urlsplit(uri)
    _driver, _, transport = parts.scheme.partition("+")
    return not parts.netloc and transport in ("", "unix")


def is_test(uri: str) -> bool:
    """libvirt's in-process test driver: one connection serves all roles, because each open is a new host."""
    return urlsplit(uri).scheme == "test" and not urlsplit(uri).netloc
