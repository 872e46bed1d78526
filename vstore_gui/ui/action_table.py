"""The window's actions as a table: words, icons, keys; and which of them each context menu holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vstore_gui.entities.text import QT_TRANSLATE_NOOP

__all__ = [
    "DOMAIN_MENU", "HOST_MENU", "NOTHING_MENU", "POOL_MENU", "ROWS", "VOLUMES_MENU", "ActionRow",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action: how it looks and which key it has. `word` may hold a mnemonic; `tip` says what happens."""

    word: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    tip: str = ""
    checkable: bool = False
    icon_role: str = "ink"
    short: str = ""  # on the toolbar


ROWS: Final[dict[str, ActionRow]] = {
    "connect": ActionRow(
        QT_TRANSLATE_NOOP("vstore", "&Connect…"),
        "connect",
        ("Ctrl+Shift+C",),
        QT_TRANSLATE_NOOP("vstore", "Connect to a libvirt host"),
        short=QT_TRANSLATE_NOOP("vstore", "Connect"),
    ),
    "new_pool": ActionRow(
        QT_TRANSLATE_NOOP("vstore", "New &pool…"),
        "new-pool",
        ("Ctrl+Shift+N",),
        QT_TRANSLATE_NOOP("vstore", "Make a storage pool on a host"),
        short=QT_TRANSLATE_NOOP("vstore", "New pool"),
    ),
    "new_volume": ActionRow(
        QT_TRANSLATE_NOOP("vstore", "&New volume…"),
        "new-volume",
        ("Ctrl+N",),
        QT_TRANSLATE_NOOP("vstore", "Make a volume in a pool"),
        short=QT_TRANSLATE_NOOP("vstore", "New volume"),
    ),
    "attach_iso": ActionRow(
        QT_TRANSLATE_NOOP("vstore", "Attach &ISO…"),
        "insert",
        ("Ctrl+I",),
        QT_TRANSLATE_NOOP("vstore", "Put an ISO image into a machine's CD-ROM drive"),
        icon_role="on_accent",
    ),
    "undo": ActionRow(QT_TRANSLATE_NOOP("vstore", "&Undo"), "undo", ("Ctrl+Z",), icon_role="soft"),
    "find": ActionRow(
        QT_TRANSLATE_NOOP("vstore", "&Find anything…"),
        "search",
        ("Ctrl+K",),
        QT_TRANSLATE_NOOP("vstore", "Find pools, volumes, machines and paths of all connections"),
    ),
    "filter": ActionRow(QT_TRANSLATE_NOOP("vstore", "Fi&lter this page"), "filter", ("Ctrl+F",)),
    "refresh": ActionRow(
        QT_TRANSLATE_NOOP("vstore", "&Refresh"),
        "refresh",
        ("F5", "Ctrl+R"),
        QT_TRANSLATE_NOOP("vstore", "Look at the storage again"),
    ),
    "copy": ActionRow(QT_TRANSLATE_NOOP("vstore", "&Copy path or name"), "copy"),
    "rename": ActionRow(QT_TRANSLATE_NOOP("vstore", "Rena&me…"), "", ("F2",)),
    "delete": ActionRow(QT_TRANSLATE_NOOP("vstore", "&Delete…"), "delete"),
    "pool_start": ActionRow(QT_TRANSLATE_NOOP("vstore", "&Start"), "start"),
    "pool_stop": ActionRow(QT_TRANSLATE_NOOP("vstore", "S&top"), "stop"),
    "pool_autostart": ActionRow(QT_TRANSLATE_NOOP("vstore", "Start with the &host"), checkable=True),
    "pool_undefine": ActionRow(
        QT_TRANSLATE_NOOP("vstore", "&Undefine…"),
        "disconnect",
        tip=QT_TRANSLATE_NOOP("vstore", "Forget the pool; its data stays where it is"),
    ),
    "pool_delete": ActionRow(
        QT_TRANSLATE_NOOP("vstore", "Delete with its &contents…"),
        "delete",
        tip=QT_TRANSLATE_NOOP("vstore", "Delete every volume of the pool, then the pool"),
        icon_role="bad",
    ),
    "host_reconnect": ActionRow(QT_TRANSLATE_NOOP("vstore", "&Connect"), "link"),
    "host_disconnect": ActionRow(QT_TRANSLATE_NOOP("vstore", "&Disconnect"), "disconnect"),
    "host_autoconnect": ActionRow(QT_TRANSLATE_NOOP("vstore", "Connect at &start"), checkable=True),
    "host_remove": ActionRow(QT_TRANSLATE_NOOP("vstore", "&Remove from the list…"), "delete"),
    "quit": ActionRow(QT_TRANSLATE_NOOP("vstore", "&Quit"), "", ("Ctrl+Q",)),
}

POOL_MENU = (
    "new_volume", "", "refresh", "pool_start", "pool_stop", "pool_autostart", "", "copy", "",
    "pool_undefine", "pool_delete",
)  # fmt: skip
HOST_MENU = (
    "new_pool", "refresh", "", "host_reconnect", "host_disconnect", "host_autoconnect", "", "copy", "",
    "rename", "host_remove",
)  # fmt: skip
VOLUMES_MENU = ("attach_iso", "copy", "", "new_volume", "refresh", "", "rename", "delete")
DOMAIN_MENU = ("attach_iso", "refresh", "", "copy")
NOTHING_MENU = ("connect",)
