"""Our icons: drawn on a 24-pixel grid in one colour, which rendering replaces by that of a role."""

from __future__ import annotations

import functools
import weakref
from typing import Protocol

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from vstore_gui import resources
from vstore_gui.ui.palette import Colors, colors

__all__ = ["POOL_ICONS", "beside_icon", "draw", "icon", "keep_icon", "pixmap", "pool_icon", "recolour"]

_SIZES = (16, 20, 24)

# Pool kinds by libvirt's name to icon names; kinds that share a shape share an icon.
POOL_ICONS: dict[str, str] = {
    "dir": "pool-dir",
    "fs": "pool-fs",
    "netfs": "pool-netfs",
    "logical": "pool-logical",
    "disk": "pool-disk",
    "iscsi": "pool-iscsi",
    "iscsi-direct": "pool-iscsi",
    "scsi": "pool-scsi",
    "mpath": "pool-mpath",
    "rbd": "pool-rbd",
    "gluster": "pool-gluster",
    "zfs": "pool-zfs",
    "vstorage": "pool-netfs",
    "sheepdog": "pool-rbd",
}


class _HasIcon(Protocol):
    def setIcon(self, icon: QIcon, /) -> None: ...


_kept: weakref.WeakKeyDictionary[_HasIcon, tuple[str, str]] = weakref.WeakKeyDictionary()


def pool_icon(kind: str) -> str:
    """The icon name of a pool kind; one of its own for kinds we do not know."""
    return POOL_ICONS.get(kind, "pool-other")


def beside_icon(words: str) -> str:
    """Words for a button with an icon: Qt's styles leave next to nothing between the two."""
    return f" {words}"


@functools.cache
def _drawing(name: str) -> str:
    return resources.path("icons", f"{name}.svg").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=1024)
def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", color).encode()))


@functools.lru_cache(maxsize=2048)
def _rendered(name: str, color: str, size: int, ratio: float) -> QPixmap:
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _renderer(name, color).render(painter)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def _color(role: str, table: Colors | None = None) -> str:
    value: str = getattr(table or colors(), role)
    return value


def pixmap(name: str, role: str = "ink", size: int = 16, ratio: float = 1.0) -> QPixmap:
    """The icon in the colour of a role, crisp at the device's pixel ratio."""
    return _rendered(name, _color(role), size, ratio)


def icon(name: str, role: str = "ink") -> QIcon:
    """The icon for buttons and menus; made for the colours in use now (see `keep_icon`)."""
    return _icon(name, _color(role), colors().disabled)


@functools.lru_cache(maxsize=512)
def _icon(name: str, color: str, disabled: str) -> QIcon:
    made = QIcon()
    for size in _SIZES:
        for ratio in (1.0, 2.0):
            made.addPixmap(_rendered(name, color, size, ratio), QIcon.Mode.Normal)
            made.addPixmap(_rendered(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


def keep_icon(target: _HasIcon, name: str, role: str = "ink") -> None:
    """Give an action or button its icon, and give it again when the theme changes."""
    _kept[target] = (name, role)
    target.setIcon(icon(name, role))


def recolour() -> None:
    """For `ui.theme`: the colours have changed."""
    for target, (name, role) in list(_kept.items()):
        try:
            target.setIcon(icon(name, role))
        except RuntimeError:  # its C++ part is gone, the Python part not yet
            del _kept[target]


def draw(painter: QPainter, rect: QRectF, name: str, role: str = "ink") -> None:
    """Paint the icon into a square of the rectangle's height, for delegates."""
    size = round(min(rect.width(), rect.height()))
    ratio = painter.device().devicePixelRatioF()
    x = rect.x() + (rect.width() - size) / 2
    y = rect.y() + (rect.height() - size) / 2
    painter.drawPixmap(round(x), round(y), pixmap(name, role, size, ratio))
