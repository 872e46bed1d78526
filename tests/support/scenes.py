"""What the pictures of `./dev shots` show: the program on the demo host, brought to where a user would be.

Run as a module it plays one scene: SCENE FILE THEME SCALE WIDTHxHEIGHT.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.support.waiting import eventually
from vstore_gui.actions import volumes as volume_plans
from vstore_gui.aio import loop
from vstore_gui.app import Application, demo_uri
from vstore_gui.command_line import parse
from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.ui.dialogs.attach_iso import AttachIsoDialog
from vstore_gui.ui.dialogs.confirm_plan import ConfirmPlanDialog
from vstore_gui.ui.dialogs.connect import ConnectDialog
from vstore_gui.ui.dialogs.insert_media import InsertMediaDialog
from vstore_gui.ui.find import FindPopup
from vstore_gui.ui.main_window import MainWindow
from vstore_gui.ui.pages.pool_page import PoolPage
from vstore_gui.ui.widgets.diff_view import DiffView
from vstore_gui.ui.wizards.frame import Wizard
from vstore_gui.ui.wizards.new_pool import NewPoolWizard
from vstore_gui.ui.wizards.new_volume import NewVolumeWizard

__all__ = ["SCENES"]

W = TypeVar("W", bound=QWidget)
_CALM_S: Final = 0.4  # nothing has moved for so long: what is to come has come


class Stage:
    """The running program, and where things are on the demo host."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.store = application.store

    @property
    def window(self) -> MainWindow:
        window = self.application._window
        assert window is not None
        return window

    def pool(self, name: str) -> PoolKey:
        key = self.store.pool_named(demo_uri(), name)
        assert key is not None, name
        return key

    def volume(self, pool: str, name: str) -> VolumeKey:
        return VolumeKey(*self.pool(pool), name)

    def machine(self, name: str) -> DomainKey:
        host = demo_uri()
        found = [uuid for uuid, domain in self.store.domains(host).items() if domain.name == name]
        return DomainKey(host, found[0])

    def opened(self, kind: type[W]) -> W:
        """The window of that class which has just been opened."""
        return next(widget for widget in self.window.findChildren(kind) if widget.isVisible())

    async def calm(self) -> None:
        """Until nothing is being loaded or drawn any more."""
        clock = asyncio.get_running_loop().time
        since = clock()

        def still() -> bool:
            nonlocal since
            if not self.application._idle():
                since = clock()
            return clock() - since >= _CALM_S

        await eventually(still, "the program is idle")


def type_into(within: QWidget, name: str, words: str) -> None:
    field = next(edit for edit in within.findChildren(QLineEdit) if edit.accessibleName() == name)
    field.setText(words)


async def pool(stage: Stage) -> QWidget:
    stage.window.show_key(stage.pool("images"))
    return stage.window


async def machine(stage: Stage) -> QWidget:
    stage.window.show_key(stage.machine("web01"))
    return stage.window


async def host(stage: Stage) -> QWidget:
    stage.window.show_key(demo_uri())
    return stage.window


async def volume(stage: Stage) -> QWidget:
    key = stage.volume("images", "web01.qcow2")
    stage.window.show_key(key)
    await stage.calm()
    page = stage.window.pages.page("pool")
    assert isinstance(page, PoolPage)
    page.volumes.open_volume(key)
    return stage.window


async def pool_kind(stage: Stage) -> NewPoolWizard:
    stage.window.new_pool(demo_uri())
    return stage.opened(NewPoolWizard)


async def pool_details(stage: Stage) -> NewPoolWizard:
    wizard = await pool_kind(stage)
    wizard.go_on()
    type_into(wizard, "Name", "scratch")
    type_into(wizard, "Target path", "/srv/scratch")
    await stage.calm()
    return wizard


async def pool_plan(stage: Stage) -> NewPoolWizard:
    wizard = await pool_details(stage)
    wizard.go_on()
    await planned(wizard)
    return wizard


async def volume_page(stage: Stage) -> NewVolumeWizard:
    stage.window.new_volume(stage.pool("images"))
    wizard = stage.opened(NewVolumeWizard)
    type_into(wizard, "Name", "web06.qcow2")
    type_into(wizard, "Capacity", "40")
    return wizard


async def volume_plan(stage: Stage) -> NewVolumeWizard:
    wizard = await volume_page(stage)
    wizard.go_on()
    await planned(wizard)
    return wizard


async def planned(wizard: Wizard) -> None:
    xml = wizard.findChild(DiffView)
    assert isinstance(xml, DiffView)
    await eventually(lambda: wizard.on_plan and xml.toPlainText(), "the plan is there")


async def insert(stage: Stage) -> QWidget:
    drive = stage.machine("web01")
    stage.window.insert_media(DiskKey(*drive, "sdb"))
    return stage.opened(InsertMediaDialog)


async def attach(stage: Stage) -> QWidget:
    await machine(stage)
    stage.window.attach_iso(stage.volume("iso library", "debian-13.2.0-amd64-netinst.iso"))
    dialog = stage.opened(AttachIsoDialog)
    dialog.drives.pick(DiskKey(*stage.machine("db02"), "sda"))
    return dialog


async def delete(stage: Stage) -> QWidget:
    await pool(stage)
    await stage.calm()
    key = stage.volume("images", "seat40-home.qcow2")
    stage.window.confirm_plan(volume_plans.plan_delete_volumes(stage.store, (key,)))
    return stage.opened(ConfirmPlanDialog)


async def find(stage: Stage) -> QWidget:
    stage.window.find_anything("web0")
    return stage.opened(FindPopup)


async def connect(stage: Stage) -> QWidget:
    stage.window.connect_host()
    return stage.opened(ConnectDialog)


SCENES: Final[dict[str, Callable[[Stage], Awaitable[QWidget]]]] = {
    "pool": pool,
    "machine": machine,
    "host": host,
    "volume": volume,
    "new-pool-1-kind": pool_kind,
    "new-pool-2-details": pool_details,
    "new-pool-3-plan": pool_plan,
    "new-volume-1-volume": volume_page,
    "new-volume-2-plan": volume_plan,
    "insert-disc": insert,
    "attach-iso": attach,
    "confirm-delete": delete,
    "find": find,
    "connect": connect,
}


def play(scene: str, file: str, theme: str, scale: str, size: str) -> None:
    """Run the program, bring it to the scene, save what is to be seen, end it."""
    os.environ["QT_SCALE_FACTOR"] = scale
    qt = QApplication(sys.argv[:1])
    application = Application(qt, parse(["--demo", "--theme", theme, "--size", size]))
    stage = Stage(application)

    async def main(quitting: asyncio.Event) -> None:
        await application.main(quitting)
        await stage.calm()
        shown = await SCENES[scene](stage)
        await stage.calm()
        if not shown.grab().save(file):
            raise OSError(f"cannot write {file}")
        for dialog in QApplication.topLevelWidgets():
            dialog.close()
        quitting.set()

    loop.run(qt, main, application.shut_down)


if __name__ == "__main__":
    play(*sys.argv[1:])
