"""Discs that were inserted lately, per host, in the application's settings."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSettings

from vstore_gui.entities.keys import HostId

__all__ = ["SettingsRecents"]

_GROUP: Final = "recent-discs"
_KEPT: Final = 12


class SettingsRecents:
    """Keeps flows.insert_media.Recents. Paths only: no names of machines, no secrets."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def paths(self, host: HostId) -> tuple[str, ...]:
        """Newest first."""
        stored = self._settings.value(self._key(host), [])
        if isinstance(stored, str):  # an INI file keeps a list of one as a text
            return (stored,)
        return tuple(path for path in stored if isinstance(path, str)) if isinstance(stored, list) else ()

    def add(self, host: HostId, path: str) -> None:
        kept = [path, *(known for known in self.paths(host) if known != path)][:_KEPT]
        self._settings.setValue(self._key(host), kept)

    @staticmethod
    def _key(host: HostId) -> str:
        # '/' would make groups of a URI.
        return f"{_GROUP}/{host.encode().hex()}"
