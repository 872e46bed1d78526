"""A widget shown before it has a parent is a window for a moment: it flashes and costs milliseconds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenu, QWidget

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import Desk
from vstore_gui.entities.keys import DiskKey
from vstore_gui.ui.main_window import MainWindow


class _Watch(QObject):
    """Names what is shown as a window of its own and is none."""

    def __init__(self) -> None:
        super().__init__()
        self.strays: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and not isinstance(watched, QDialog | QMainWindow | QMenu)
        ):
            self.strays.append(f"{type(watched).__name__} {watched.accessibleName()!r}")
        return False


async def test_nothing_but_windows_and_dialogs_is_ever_a_window(qapp: QApplication, desk: Desk) -> None:
    watch = _Watch()
    qapp.installEventFilter(watch)
    try:
        window = MainWindow(desk.services)
        window.show()
        for key in (desk.images, desk.web01, desk.images.host):
            window.show_key(key)
            await eventually(lambda: not window.busy, "the page is shown")
        window.new_pool(desk.images.host)
        window.new_volume(desk.images)
        window.attach_iso(None)
        window.insert_media(DiskKey(*desk.web01, "sda"))
        window.connect_host()
        window.find_anything("web")
    finally:
        qapp.removeEventFilter(watch)
    assert watch.strays == []
