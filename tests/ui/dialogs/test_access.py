"""What holds for every wizard, dialog and page: names for screen readers, unique mnemonics, plain text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QWidget,
)

from tests.ui.dialogs.desk import HOST, Desk
from vstore_gui.actions.volumes import plan_delete_volumes
from vstore_gui.entities.reports import CredentialPrompt
from vstore_gui.ui.dialogs.attach_iso import AttachIsoDialog
from vstore_gui.ui.dialogs.confirm_plan import ConfirmPlanDialog
from vstore_gui.ui.dialogs.connect import ConnectDialog
from vstore_gui.ui.dialogs.credentials import CredentialsDialog
from vstore_gui.ui.dialogs.insert_media import InsertMediaDialog
from vstore_gui.ui.pages.machine_page import MachinePage
from vstore_gui.ui.wizards.new_pool import NewPoolWizard
from vstore_gui.ui.wizards.new_volume import NewVolumeWizard


def pool_page(desk: Desk) -> QWidget:
    wizard = NewPoolWizard(desk.services, HOST)
    wizard.go_on()
    return wizard


def machine(desk: Desk) -> QWidget:
    page = MachinePage(desk.services)
    page.show_key(desk.web01)
    return page


def connect_ssh(desk: Desk) -> QWidget:
    dialog = ConnectDialog(desk.services)
    dialog._buttons["ssh"].setChecked(True)
    return dialog


MAKERS: dict[str, Callable[[Desk], QWidget]] = {
    "new pool, kind": lambda desk: NewPoolWizard(desk.services, HOST),
    "new pool, directory": pool_page,
    "new volume": lambda desk: NewVolumeWizard(desk.services, None),
    "insert": lambda desk: InsertMediaDialog(desk.services, desk.drive(desk.web01)),
    "attach": lambda desk: AttachIsoDialog(desk.services),
    "connect": connect_ssh,
    "credentials": lambda desk: CredentialsDialog("nas", [CredentialPrompt("Password", "password")]),
    "confirm": lambda desk: ConfirmPlanDialog(
        desk.services, plan_delete_volumes(desk.store, [desk.volume(desk.images, "web01.qcow2")])
    ),
    "machine": machine,
}

# Qt's own parts, which take the focus for their owner or never at all.
_NOT_CONTROLS = (QScrollArea, QStackedWidget, QTabBar, QTabWidget)


def visible(widget: QWidget) -> list[QWidget]:
    return [child for child in widget.findChildren(QWidget) if child.isVisible()]


@pytest.mark.parametrize("name", MAKERS)
async def test_every_control_has_an_accessible_name(desk: Desk, name: str) -> None:
    widget = MAKERS[name](desk)
    widget.show()
    nameless = [
        child
        for child in visible(widget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(child, _NOT_CONTROLS)
        and not child.objectName().startswith("qt_")
        and not child.accessibleName()
        and not (isinstance(child, QAbstractButton) and child.text())
    ]
    assert nameless == []


@pytest.mark.parametrize("name", MAKERS)
async def test_no_two_controls_share_a_mnemonic(desk: Desk, name: str) -> None:
    widget = MAKERS[name](desk)
    widget.show()
    labels = [child.text() for child in visible(widget) if isinstance(child, QLabel) and child.buddy()]
    labels += [child.text() for child in visible(widget) if isinstance(child, QAbstractButton)]
    for child in visible(widget):
        if isinstance(child, QTabBar):
            labels += [child.tabText(at) for at in range(child.count())]
    keys = [found[1].lower() for found in (re.search(r"(?<!&)&([^&])", text) for text in labels) if found]
    assert [key for key, count in Counter(keys).items() if count > 1] == []


@pytest.mark.parametrize("name", MAKERS)
async def test_no_label_reads_markup(desk: Desk, name: str) -> None:
    widget = MAKERS[name](desk)
    widget.show()
    rich = [
        child.text()
        for child in visible(widget)
        if isinstance(child, QLabel) and child.text() and child.textFormat() is not Qt.TextFormat.PlainText
    ]
    assert rich == []


@pytest.mark.parametrize("name", MAKERS)
async def test_labels_are_not_cut(desk: Desk, name: str) -> None:
    """Every label that wraps has the height its words need at its width."""
    widget = MAKERS[name](desk)
    widget.show()
    cut = [
        (child.text(), child.height(), child.heightForWidth(child.width()))
        for child in visible(widget)
        if isinstance(child, QLabel)
        and child.wordWrap()
        and child.text()
        and child.height() < child.heightForWidth(child.width())
    ]
    assert cut == []
