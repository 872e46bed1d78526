"""Opens the window's wizards and dialogs: with open(), never exec()."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

from vstore_gui.actions.plan import Plan
from vstore_gui.entities.keys import DiskKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.hosts import uri_title
from vstore_gui.ui.dialogs.about import AboutDialog, KeyboardDialog
from vstore_gui.ui.dialogs.attach_iso import AttachIsoDialog
from vstore_gui.ui.dialogs.confirm_plan import ConfirmPlanDialog
from vstore_gui.ui.dialogs.connect import ConnectDialog
from vstore_gui.ui.dialogs.diagnostics import DiagnosticsDialog
from vstore_gui.ui.dialogs.insert_media import InsertMediaDialog
from vstore_gui.ui.find import FindPopup
from vstore_gui.ui.messages import tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.wizards.new_pool import NewPoolWizard
from vstore_gui.ui.wizards.new_volume import NewVolumeWizard

if TYPE_CHECKING:
    from vstore_gui.ui.actions import Actions

__all__ = [
    "about", "attach_iso", "confirm_plan", "connect_host", "diagnostics", "find", "insert_media",
    "keyboard_help", "new_pool", "new_volume", "rename_connection",
]  # fmt: skip


def new_pool(services: Services, host: HostId | None, window: QWidget) -> None:
    """On that host; without one the wizard takes the first that is online, and lets choose among several."""
    if host is None and not services.store.hosts:
        connect_host(services, window)
        return
    NewPoolWizard(services, host, window).open()


def new_volume(services: Services, pool: PoolKey | None, window: QWidget) -> None:
    NewVolumeWizard(services, pool, window).open()


def attach_iso(services: Services, iso: VolumeKey | None, window: QWidget) -> None:
    AttachIsoDialog(services, iso, window).open()


def insert_media(services: Services, disk: DiskKey, window: QWidget) -> None:
    InsertMediaDialog(services, disk, window).open()


def connect_host(services: Services, window: QWidget) -> None:
    ConnectDialog(services, window).open()


def confirm_plan(services: Services, plan: Plan, window: QWidget, *, undo_of: str | None = None) -> None:
    """Ask; the plan runs when it is accepted."""
    dialog = ConfirmPlanDialog(services, plan, window)
    dialog.accepted.connect(lambda: services.runner.start(plan, undo_of=undo_of))
    dialog.open()


def find(services: Services, typed: str, window: QWidget) -> None:
    for old in window.findChildren(FindPopup):
        old.close()
    FindPopup(services, window).popup(typed)


def diagnostics(services: Services, window: QWidget) -> None:
    DiagnosticsDialog(services, window).open()


def keyboard_help(actions: Actions, window: QWidget) -> None:
    KeyboardDialog(actions, window).open()


def about(window: QWidget) -> None:
    AboutDialog(window).open()


def rename_connection(services: Services, host: HostId, window: QWidget) -> None:
    """What the sidebar shows for it; the host knows nothing of it."""
    connection = services.connections.connections.get(host)
    if connection is None:
        return
    dialog = QInputDialog(window)
    dialog.setWindowTitle(tr(QT_TRANSLATE_NOOP("vstore", "Name of the connection")))
    dialog.setLabelText(
        tr(QT_TRANSLATE_NOOP("vstore", "Shown in the list; empty: “{name}”"), name=uri_title(host))
    )
    dialog.setTextEchoMode(QLineEdit.EchoMode.Normal)
    dialog.setTextValue(connection.label)
    dialog.textValueSelected.connect(
        lambda label: services.connections.change(
            host, label=label.strip(), autoconnect=connection.autoconnect
        )
    )
    dialog.open()
