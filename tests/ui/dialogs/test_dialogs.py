"""Dialogs: choosing discs, confirming loss, connecting, credentials."""

from __future__ import annotations

import asyncio
import logging

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QRadioButton

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import HOST, Desk, closed, disk, find, named, press, type_into
from vstore_gui.actions.volumes import plan_delete_volumes
from vstore_gui.entities.reports import CredentialPrompt
from vstore_gui.ui.dialogs.attach_iso import AttachIsoDialog
from vstore_gui.ui.dialogs.confirm_plan import ConfirmPlanDialog
from vstore_gui.ui.dialogs.connect import ConnectDialog
from vstore_gui.ui.dialogs.credentials import CredentialsDialog, ask_credentials
from vstore_gui.ui.dialogs.insert_media import InsertMediaDialog
from vstore_gui.ui.dialogs.recents import SettingsRecents
from vstore_gui.ui.dialogs.uri_draft import UriDraft
from vstore_gui.ui.widgets.form import Notice

# ── discs ───────────────────────────────────────────────────────────────────────────────────────────────────


def inserting(desk: Desk) -> InsertMediaDialog:
    dialog = InsertMediaDialog(desk.services, desk.drive(desk.web01))
    dialog.open()
    return dialog


def names(dialog: InsertMediaDialog) -> list[str]:
    return [row.name for row in dialog.discs.model.rows]


async def test_two_clicks_insert_a_disc(desk: Desk) -> None:
    dialog = inserting(desk)
    await eventually(lambda: "debian-13.iso" in names(dialog), "the discs are listed")
    view = dialog.discs.view
    index = view.model().index(names(dialog).index("debian-13.iso"), 0)
    at = view.visualRect(index).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    await eventually(lambda: desk.disc_in(desk.web01) == "debian-13.iso", "the disc is in")
    assert closed(dialog)


async def test_the_keyboard_inserts_a_filtered_disc(desk: Desk) -> None:
    dialog = inserting(desk)
    await eventually(lambda: "fedora-43.iso" in names(dialog), "the discs are listed")
    QTest.keyClicks(dialog.discs.filter_box, "fedora")
    QTest.keyClick(dialog.discs.filter_box, Qt.Key.Key_Return)
    await eventually(lambda: desk.disc_in(desk.web01) == "fedora-43.iso", "the disc is in")


async def test_a_filter_that_hides_the_picked_disc_picks_no_hidden_one(desk: Desk) -> None:
    dialog = inserting(desk)
    await eventually(lambda: names(dialog), "the discs are listed")
    dialog.discs.pick(desk.volume(desk.iso, "debian-13.iso"))
    QTest.keyClicks(dialog.discs.filter_box, "nothing of that name")
    assert dialog.discs.current is None
    assert not find(dialog, QPushButton, "Insert").isEnabled()


async def test_recent_discs_come_first(desk: Desk) -> None:
    SettingsRecents(desk.services.settings).add(HOST, "/srv/iso/fedora-43.iso")
    dialog = inserting(desk)
    await eventually(lambda: len(names(dialog)) > 1, "the discs are listed")
    assert names(dialog)[0] == "fedora-43.iso"


async def test_a_file_of_the_host_needs_no_pool(desk: Desk) -> None:
    desk.host.storage.files.add("/home/admin/rescue.iso")
    dialog = inserting(desk)
    type_into(dialog.path, "/home/admin/rescue.iso")
    press(find(dialog, QPushButton, "Insert"))
    await eventually(lambda: desk.disc_in(desk.web01) == "rescue.iso", "the disc is in")
    assert SettingsRecents(desk.services.settings).paths(HOST)[0] == "/home/admin/rescue.iso"


async def test_a_disc_that_appears_shows_and_keeps_what_is_picked(desk: Desk) -> None:
    dialog = inserting(desk)
    await eventually(lambda: names(dialog), "the discs are listed")
    picked = desk.volume(desk.iso, "fedora-43.iso")
    dialog.discs.pick(picked)
    desk.host.add_volume(desk.iso.uuid, "arch.iso", format="iso", capacity_bytes=1 << 30)
    await desk.sync.reread_pool(desk.iso)
    await eventually(lambda: "arch.iso" in names(dialog), "the new disc is listed")
    assert dialog.discs.current == picked


async def test_attach_iso_chooses_disc_and_drive(desk: Desk) -> None:
    dialog = AttachIsoDialog(desk.services, desk.volume(desk.iso, "fedora-43.iso"))
    dialog.open()
    await eventually(lambda: dialog.drives.model.rows, "the drives are listed")
    assert dialog.drives.model.rows[0].name == "web01", "running machines come first"
    dialog.drives.pick(desk.drive(desk.db02))
    press(find(dialog, QPushButton, "Insert"))
    await eventually(lambda: desk.disc_in(desk.db02) == "fedora-43.iso", "the disc is in")


async def test_attach_iso_waits_for_a_drive(desk: Desk) -> None:
    dialog = AttachIsoDialog(desk.services)
    dialog.open()
    await eventually(lambda: dialog.discs.model.rows, "the discs are listed")
    dialog.discs.pick_first()
    assert not find(dialog, QPushButton, "Insert").isEnabled()


# ── confirmation ────────────────────────────────────────────────────────────────────────────────────────────


async def with_spare_volume(desk: Desk) -> ConfirmPlanDialog:
    desk.host.add_volume(desk.images.uuid, "old.qcow2", capacity_bytes=40 << 30, allocation_bytes=12 << 30)
    await desk.sync.reread_pool(desk.images)
    await desk.sync.complete()
    plan = plan_delete_volumes(desk.store, [desk.volume(desk.images, "old.qcow2")])
    dialog = ConfirmPlanDialog(desk.services, plan)
    dialog.open()
    return dialog


async def test_loss_is_confirmed_by_typing_the_name(desk: Desk) -> None:
    dialog = await with_spare_volume(desk)
    verb = find(dialog, QPushButton, "Delete old.qcow2")
    assert not verb.isEnabled()
    field = find(dialog, QLineEdit, "Type “old.qcow2” to confirm")
    QTest.keyClicks(field, "old.qcow")
    assert not verb.isEnabled()
    QTest.keyClicks(field, "2")
    assert verb.isEnabled()
    answers: list[int] = []
    dialog.finished.connect(answers.append)
    press(verb)
    assert answers == [1]


async def test_the_only_disc_is_chosen_already(desk: Desk) -> None:
    desk.host.remove_volume(desk.iso.uuid, "debian-13.iso")
    await desk.sync.reread_pool(desk.iso)
    dialog = AttachIsoDialog(desk.services)
    dialog.open()
    await eventually(lambda: dialog.flow.disc is not None, "it is chosen")
    assert dialog.discs.current == desk.volume(desk.iso, "fedora-43.iso")


async def test_enter_without_the_name_cancels(desk: Desk) -> None:
    dialog = await with_spare_volume(desk)
    answers: list[int] = []
    dialog.finished.connect(answers.append)
    QTest.keyClick(find(dialog, QLineEdit, "Type “old.qcow2” to confirm"), Qt.Key.Key_Return)
    assert answers == [0]


async def test_enter_with_the_name_half_typed_does_nothing(desk: Desk) -> None:
    dialog = await with_spare_volume(desk)
    answers: list[int] = []
    dialog.finished.connect(answers.append)
    field = find(dialog, QLineEdit, "Type “old.qcow2” to confirm")
    field.setFocus()
    await eventually(field.hasFocus, "it has the focus")
    QTest.keyClicks(field, "old.q")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert answers == []
    QTest.keyClicks(field, "cow2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert answers == [1]


async def test_a_volume_in_use_is_refused_with_its_users_as_links(desk: Desk) -> None:
    plan = plan_delete_volumes(desk.store, [desk.volume(desk.images, "web-base.qcow2")])
    dialog = ConfirmPlanDialog(desk.services, plan)
    dialog.open()
    assert not find(dialog, QPushButton, "Delete web-base.qcow2").isEnabled()
    assert dialog.refused
    press(find(dialog, QPushButton, "Show web01"))
    assert desk.navigator.shown == [desk.web01]


async def test_a_machine_that_takes_the_volume_meanwhile_closes_the_way(desk: Desk) -> None:
    dialog = await with_spare_volume(desk)
    QTest.keyClicks(find(dialog, QLineEdit, "Type “old.qcow2” to confirm"), "old.qcow2")
    verb = find(dialog, QPushButton, "Delete old.qcow2")
    assert verb.isEnabled()
    desk.host.add_domain("late", disks=(disk("vda", "virtio", "/srv/images/old.qcow2", "qcow2"),))
    await eventually(lambda: not verb.isEnabled(), "it is refused")
    assert any("late" in notice.words for notice in dialog.findChildren(Notice) if notice.isVisible())


# ── connecting ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("draft", "uri"),
    [
        (UriDraft("system"), "qemu:///system"),
        (UriDraft("session"), "qemu:///session"),
        (UriDraft("ssh", user="root", host="nas"), "qemu+ssh://root@nas/system"),
        (UriDraft("ssh", host="nas", port="2222", session=True), "qemu+ssh://nas:2222/session"),
        (UriDraft("ssh", host="fe80::1"), "qemu+ssh://[fe80::1]/system"),
        (
            UriDraft("ssh", host="nas", keyfile="/my keys/a&b"),
            "qemu+ssh://nas/system?keyfile=/my%20keys/a%26b",
        ),
        (UriDraft("ssh", user="me@home", host="nas"), "qemu+ssh://me%40home@nas/system"),
        (UriDraft("tls", user="ignored", host="nas", keyfile="/ignored"), "qemu+tls://nas/system"),
        (UriDraft("custom", custom="  xen:///system "), "xen:///system"),
        (UriDraft("demo", demo_uri="test:///d.xml"), "test:///d.xml"),
    ],
)
def test_a_uri_is_composed(draft: UriDraft, uri: str) -> None:
    assert draft.uri == uri
    assert not draft.problems()


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (UriDraft("ssh"), "host"),
        (UriDraft("ssh", host="nas example"), "host"),
        (UriDraft("ssh", host="nas/../x"), "host"),
        (UriDraft("ssh", host="nas", port="0"), "port"),
        (UriDraft("ssh", host="nas", port="70000"), "port"),
        (UriDraft("ssh", host="nas", port="²"), "port"),
        (UriDraft("ssh", host="nas", user="a b"), "user"),
        (UriDraft("ssh", host="nas", keyfile="id_rsa"), "keyfile"),
        (UriDraft("custom"), "custom"),
        (UriDraft("custom", custom="nas"), "custom"),
        (UriDraft("custom", custom="qemu+tcp://root:secret@nas/system"), "custom"),
    ],
)
def test_what_cannot_be_a_uri_is_said_beside_its_field(draft: UriDraft, field: str) -> None:
    assert [reason.field for reason in draft.problems() if reason.blocks] == [field]


async def test_connecting_adds_to_the_book(desk: Desk) -> None:
    dialog = ConnectDialog(desk.services)
    dialog.open()
    press(find(dialog, QRadioButton, "Another libvirt URI"))
    type_into(find(dialog, QLineEdit, "URI"), "fake:///other")
    type_into(find(dialog, QLineEdit, "Label"), "the other")
    press(find(dialog, QPushButton, "Connect"))
    assert desk.book.connections["fake:///other"].label == "the other"
    assert closed(dialog)


async def test_a_missing_host_is_said_when_connect_is_tried(desk: Desk) -> None:
    dialog = ConnectDialog(desk.services)
    dialog.open()
    press(find(dialog, QRadioButton, "A remote host over SSH"))
    press(find(dialog, QPushButton, "Connect"))
    assert dialog.isVisible()
    host = find(dialog, QLineEdit, "Host")
    assert host.accessibleDescription() == "Type the host's name or address."
    assert dialog.focusWidget() is host


# ── credentials ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_password_is_asked_for_and_never_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    prompts = [CredentialPrompt("Username", "text", "root"), CredentialPrompt("Password: ", "password")]
    asking = asyncio.ensure_future(ask_credentials(None, "nas", prompts))
    look = named(CredentialsDialog, "Connect to nas")
    await eventually(look, "the dialog is there")
    dialog = look()
    assert dialog is not None
    field = find(dialog, QLineEdit, "Password")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    QTest.keyClicks(field, "s3cret")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert await asking == ("root", "s3cret")
    assert "s3cret" not in caplog.text


async def test_a_host_key_is_not_trusted_by_enter(desk: Desk) -> None:
    question = (
        "ED25519 key fingerprint is SHA256:abc.\nAre you sure you want to continue connecting (yes/no)?"
    )
    asking = asyncio.ensure_future(ask_credentials(None, "nas", [CredentialPrompt(question, "confirm")]))
    look = named(CredentialsDialog, "Connect to nas")
    await eventually(look, "the question is there")
    dialog = look()
    assert dialog is not None
    assert any("SHA256:abc" in label.text() for label in dialog.findChildren(QLabel) if label.isVisible())
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert await asking is None


async def test_a_host_key_is_trusted_when_meant(desk: Desk) -> None:
    asking = asyncio.ensure_future(
        ask_credentials(None, "nas", [CredentialPrompt("continue connecting (yes/no)?", "confirm")])
    )
    look = named(CredentialsDialog, "Connect to nas")
    await eventually(look, "the question is there")
    dialog = look()
    assert dialog is not None
    press(find(dialog, QPushButton, "Trust this key"))
    assert await asking == ("yes",)
