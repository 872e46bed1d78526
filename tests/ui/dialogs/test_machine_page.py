"""The machine page: a card for each disk, changed in place, with what is stored shown where it differs."""

from __future__ import annotations

import time

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton, QRadioButton, QToolButton

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import Desk, cdrom, disk, find, named, press
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.keys import VolumeKey
from vstore_gui.qtmodels.volumes import VOLUME_MIME
from vstore_gui.ui.dialogs.tray_locked import TrayLockedDialog
from vstore_gui.ui.pages.machine_page import MachinePage
from vstore_gui.ui.widgets.disk_card import DiskCard


async def shown(desk: Desk, key: object = None) -> MachinePage:
    page = MachinePage(desk.services)
    page.resize(1000, 700)
    page.show()
    page.show_key(desk.web01 if key is None else key)  # type: ignore[arg-type]
    await eventually(lambda: page.complete and page.cards, "the cards are there")
    return page


def card(page: MachinePage, target: str) -> DiskCard:
    made = page.card(target)
    assert made is not None
    return made


async def test_a_disk_card_says_what_the_disk_is_made_of(desk: Desk) -> None:
    page = await shown(desk)
    facts = card(page, "vda").facts
    assert [piece.text for piece in facts.source] == ["images", "▸", "web01.qcow2", "←", "web-base.qcow2"]
    assert facts.label == "virtio-blk disk"
    assert "qcow2" in facts.detail


async def test_volumes_nobody_has_looked_at_are_read_for_their_card(desk: Desk) -> None:
    desk.host.add_volume(
        desk.images.uuid, "fresh.qcow2", capacity_bytes=8 << 30, backing_path="/srv/images/web-base.qcow2"
    )
    await desk.sync.reread_pool(desk.images)
    fresh = desk.store.volume(desk.volume(desk.images, "fresh.qcow2"))
    assert fresh is not None
    added = desk.host.add_domain("new", disks=(disk("vda", "virtio", "/srv/images/fresh.qcow2", "qcow2"),))
    key = desk.web01._replace(uuid=added.uuid)
    await eventually(lambda: desk.store.domain(key), "the machine is known")
    page = await shown(desk, key)
    await eventually(lambda: "8" in card(page, "vda").facts.detail, "its size is shown")
    assert "web-base.qcow2" in [piece.text for piece in card(page, "vda").facts.source]


async def test_links_lead_to_pool_and_volume(desk: Desk) -> None:
    page = await shown(desk)
    press(find(page, QPushButton, "Show images"))
    press(find(page, QPushButton, "Show web01.qcow2"))
    press(find(page, QPushButton, "Show web-base.qcow2"))
    assert desk.navigator.shown == [
        desk.images,
        desk.volume(desk.images, "web01.qcow2"),
        desk.volume(desk.images, "web-base.qcow2"),
    ]


async def test_an_empty_drive_can_be_filled_and_not_ejected(desk: Desk) -> None:
    page = await shown(desk)
    assert card(page, "sda").facts.empty
    eject = find(page, QPushButton, "Eject the disc from sda")
    assert not eject.isEnabled()
    assert eject.toolTip()
    press(find(page, QPushButton, "Insert a disc into sda"))
    assert desk.navigator.inserting == [desk.drive(desk.web01)]


async def test_a_change_elsewhere_changes_the_card_in_place(desk: Desk) -> None:
    page = await shown(desk)
    before = card(page, "sda")
    state = desk.store.domain(desk.web01)
    assert state is not None
    desk.host.change_domain(
        desk.web01.uuid,
        event="tray-change",
        disks=(state.disks[0], cdrom("sda", "/srv/iso/fedora-43.iso")),
        next_disks=None,
    )
    await eventually(lambda: not before.facts.empty, "the disc is shown")
    assert card(page, "sda") is before
    assert "fedora-43.iso" in [piece.text for piece in before.facts.source]


async def test_a_stored_disc_that_differs_is_shown_as_such(desk: Desk) -> None:
    state = desk.store.domain(desk.web01)
    assert state is not None
    desk.host.change_domain(
        desk.web01.uuid, next_disks=(state.disks[0], cdrom("sda", "/srv/iso/fedora-43.iso"))
    )
    page = await shown(desk)
    await eventually(lambda: "fedora-43.iso" in card(page, "sda").facts.later, "the stored disc is shown")
    press(find(page, QPushButton, "Show the differences"))
    editor = find(page, QPlainTextEdit, "XML document")
    await eventually(lambda: "+" in editor.toPlainText(), "the differences are shown")
    assert find(page, QRadioButton, "Differences").isChecked()
    added = [line for line in editor.toPlainText().splitlines() if line.startswith("+")]
    assert any("fedora-43.iso" in line for line in added)


async def test_a_disc_is_ejected_and_comes_back_by_undo(desk: Desk) -> None:
    page = await shown(desk, desk.db02)
    press(find(page, QPushButton, "Eject the disc from sda"))
    await eventually(lambda: desk.disc_in(desk.db02) is None, "the drive is empty")
    await eventually(lambda: card(page, "sda").facts.empty, "the card says so")
    await eventually(lambda: desk.jobs.last_undoable, "it can be undone")
    job = desk.jobs.last_undoable
    assert job is not None
    await desk.runner.undo(job.id)
    await eventually(lambda: desk.disc_in(desk.db02) == "debian-13.iso", "the disc is back")


async def test_a_locked_tray_is_forced_only_after_asking(desk: Desk) -> None:
    state = desk.store.domain(desk.web01)
    assert state is not None
    desk.host.change_domain(
        desk.web01.uuid, event="tray-change", disks=(state.disks[0], cdrom("sda", "/srv/iso/fedora-43.iso"))
    )
    await eventually(lambda: desk.disc_in(desk.web01) == "fedora-43.iso", "a disc is in the drive")
    desk.host.lock_tray(desk.web01.uuid, "sda")
    page = await shown(desk)
    await eventually(
        lambda: find(page, QPushButton, "Eject the disc from sda").isEnabled(), "it can be ejected"
    )
    press(find(page, QPushButton, "Eject the disc from sda"))
    look = named(TrayLockedDialog, "The tray is locked")
    await eventually(look, "the question is asked")
    assert desk.disc_in(desk.web01) == "fedora-43.iso"
    dialog = look()
    assert dialog is not None
    press(find(dialog, QPushButton, "Force the tray open"))
    await eventually(lambda: desk.disc_in(desk.web01) is None, "the disc is out")


async def test_a_locked_tray_stays_closed_when_the_user_declines(desk: Desk) -> None:
    state = desk.store.domain(desk.web01)
    assert state is not None
    desk.host.change_domain(
        desk.web01.uuid, event="tray-change", disks=(state.disks[0], cdrom("sda", "/srv/iso/fedora-43.iso"))
    )
    await eventually(lambda: desk.disc_in(desk.web01) == "fedora-43.iso", "a disc is in the drive")
    desk.host.lock_tray(desk.web01.uuid, "sda")
    page = await shown(desk)
    press(find(page, QPushButton, "Eject the disc from sda"))
    look = named(TrayLockedDialog, "The tray is locked")
    await eventually(look, "the question is asked")
    dialog = look()
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await eventually(lambda: look() is None, "the question is gone")
    assert len(desk.navigator.plans) == 1
    (job,) = desk.jobs.jobs.values()
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.kind is ErrorKind.TRAY_LOCKED


def drop(target: DiskCard, mime: QMimeData) -> bool:
    """Drag over the card and let go; whether the card would have it."""
    at = QPoint(20, 20)
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, mime, buttons, modifiers)
    enter.ignore()
    target.dragEnterEvent(enter)
    if not enter.isAccepted():
        return False
    target.dropEvent(QDropEvent(QPointF(at), Qt.DropAction.CopyAction, mime, buttons, modifiers))
    return True


async def test_a_volume_dropped_on_the_card_is_inserted(desk: Desk) -> None:
    page = await shown(desk)
    mime = QMimeData()
    volume: VolumeKey = desk.volume(desk.iso, "debian-13.iso")
    mime.setData(VOLUME_MIME, msgspec.json.encode((volume,)))
    assert drop(card(page, "sda"), mime)
    await eventually(lambda: desk.disc_in(desk.web01) == "debian-13.iso", "the disc is in")


async def test_a_file_dropped_on_the_card_is_inserted(desk: Desk) -> None:
    page = await shown(desk)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/srv/iso/fedora-43.iso")])
    assert drop(card(page, "sda"), mime)
    await eventually(lambda: desk.disc_in(desk.web01) == "fedora-43.iso", "the disc is in")


async def test_the_menu_of_a_card_copies_its_path(desk: Desk) -> None:
    page = await shown(desk)
    # The keyboard reaches it; it is not popped up here, for the offscreen platform warns of every popup.
    assert find(page, QToolButton, "More actions for vda").focusPolicy() & Qt.FocusPolicy.TabFocus
    menu = card(page, "vda").menu()
    copy = next(action for action in menu.actions() if action.text() == "&Copy path")
    copy.trigger()
    assert QApplication.clipboard().text() == "/srv/images/web01.qcow2"


async def test_a_lost_host_disables_what_needs_it_and_says_why(desk: Desk) -> None:
    page = await shown(desk)
    insert = find(page, QPushButton, "Insert a disc into sda")
    assert insert.isEnabled()
    desk.host.lose_link()
    await eventually(lambda: not insert.isEnabled(), "nothing can be inserted")
    assert insert.toolTip()
    desk.host.come_back()
    await eventually(lambda: insert.isEnabled(), "it can again")


@pytest.mark.parametrize("desk", ["demo"], indirect=True)
async def test_without_live_media_change_the_stored_disc_changes_and_the_card_says_so(desk: Desk) -> None:
    page = await shown(desk)
    mime = QMimeData()
    mime.setData(VOLUME_MIME, msgspec.json.encode((desk.volume(desk.iso, "debian-13.iso"),)))
    assert drop(card(page, "sda"), mime)
    await eventually(lambda: "debian-13.iso" in card(page, "sda").facts.later, "the stored disc is told")
    assert card(page, "sda").facts.empty


async def test_a_plain_disk_takes_no_drops(desk: Desk) -> None:
    page = await shown(desk)
    assert not card(page, "vda").acceptDrops()


async def test_sixty_disks_do_not_stall_the_loop(desk: Desk) -> None:
    disks = tuple(disk(f"vd{n}", "virtio", f"/srv/images/d{n}.qcow2", "qcow2") for n in range(60))
    added = desk.host.add_domain("many", disks=disks)
    key = desk.web01._replace(uuid=added.uuid)
    await eventually(lambda: desk.store.domain(key), "the machine is known")
    page = MachinePage(desk.services)
    page.resize(1000, 700)
    page.show()
    QTest.qWaitForWindowExposed(page)
    started = time.perf_counter()
    page.show_key(key)
    first_s = time.perf_counter() - started
    await eventually(lambda: page.complete and len(page.cards) == 60, "all cards are there")
    assert first_s < 0.1, "showing a machine must not build all of its cards at once"


async def test_a_machine_that_goes_says_so(desk: Desk) -> None:
    page = await shown(desk)
    desk.host.remove_domain(desk.web01.uuid)
    await eventually(lambda: not page.cards and page.card("vda") is None, "the cards are gone")
    assert any(
        widget.accessibleName() == "This machine is gone"
        for widget in page.findChildren(type(page._empty))
        if widget.isVisible()
    )
