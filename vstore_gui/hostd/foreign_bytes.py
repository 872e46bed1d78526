"""Names that are no UTF-8: files may be called by any bytes, and so may the backing file in an image's
header.

The bindings hand out nothing but UTF-8: one such file in a directory pool, and naming its volumes raises
UnicodeDecodeError, for all of them. Here it is spelt with an escape for each such byte (`caf\\xe9.iso`): one
volume with a strange name instead of a pool that cannot be read.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, Final

import libvirt

__all__ = ["error_behind", "install", "shown_path", "volume_named"]

# What tells a name, a path or a document, and fails at the bytes of that only.
_TEXTS: Final = {
    "virStorageVol": ("name", "key", "path", "XMLDesc"),
    "virStoragePool": ("XMLDesc",),
    "virDomain": ("XMLDesc",),
    "virDomainSnapshot": ("getXMLDesc",),
}


def install() -> None:
    """From now on they are spelt out instead of raising. Called once, before the first connection."""
    for class_name, methods in _TEXTS.items():
        cls = getattr(libvirt, class_name)
        for name in methods:
            setattr(cls, name, _spelling(getattr(cls, name)))
    libvirt.libvirtmod.virGetLastError = _spelling_errors(libvirt.libvirtmod.virGetLastError)


def _spelling_errors(last_error: Callable[[], Any]) -> Callable[[], Any]:
    """Errors say names as well; of one that cannot be handed out the code is lost, the words are not."""

    def call() -> Any:
        try:
            return last_error()
        except UnicodeDecodeError as error:
            generic = (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_NONE)
            return (*generic, _spelt(error.object), libvirt.VIR_ERR_ERROR, None, None, None, -1, -1)

    return call


def _spelling(method: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> str:
        try:
            return method(*args, **kwargs)
        except UnicodeDecodeError as error:
            return _spelt(error.object)
        except SystemError as error:
            raise error_behind(error) or error from None

    return call


def error_behind(error: Exception) -> libvirt.libvirtError | None:
    """libvirt's error, where the bindings stumbled over its words and raised this instead."""
    if isinstance(error, SystemError) and isinstance(error.__cause__, UnicodeDecodeError):
        return libvirt.libvirtError(_spelt(error.__cause__.object))
    return None


def _spelt(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")


def shown_path(path: str) -> str:
    """A path of the operating system's, which holds such bytes as lone surrogates: no message could."""
    return _spelt(os.fsencode(path))


def volume_named(pool: Any, name: str) -> Any:
    """virStorageVolLookupByName, or the volume whose name is spelt so: libvirt cannot be asked for that one.

    Raises libvirtError.
    """
    try:
        return pool.storageVolLookupByName(name)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_VOL or "\\x" not in name:
            raise
        for volume in pool.listAllVolumes(0):
            if volume.name() == name:
                return volume
        raise
