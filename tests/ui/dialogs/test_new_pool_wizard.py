"""The new-pool wizard, used as a person uses it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import HOST, Desk, closed, find, press, type_into
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.entities.calls import BuildPool, StartPool
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.keys import PoolKey
from vstore_gui.ui.widgets.form import Notice
from vstore_gui.ui.wizards.new_pool import NewPoolWizard


def opened(desk: Desk) -> NewPoolWizard:
    wizard = NewPoolWizard(desk.services, HOST)
    wizard.open()
    return wizard


def said(wizard: NewPoolWizard) -> list[str]:
    """Problems that can be read on the page."""
    return [notice.words for notice in wizard.findChildren(Notice) if notice.isVisible()]


def button(wizard: NewPoolWizard, words: str) -> QPushButton:
    """A button by the words on it."""
    found = [
        b for b in wizard.findChildren(QPushButton) if b.isVisible() and b.text().replace("&", "") == words
    ]
    assert len(found) == 1, [b.text() for b in wizard.findChildren(QPushButton) if b.isVisible()]
    return found[0]


def to_directory(desk: Desk) -> NewPoolWizard:
    wizard = opened(desk)
    press(button(wizard, "Next"))
    return wizard


async def to_plan(desk: Desk, name: str = "fast") -> NewPoolWizard:
    wizard = to_directory(desk)
    type_into(find(wizard, QLineEdit, "Name"), name)
    await eventually(lambda: button(wizard, "Next").isEnabled(), "the page can be left")
    press(button(wizard, "Next"))
    await eventually(
        lambda: [b for b in wizard.findChildren(QPushButton) if b.isDefault() and b.text() == "Make pool"],
        "the plan is there",
    )
    return wizard


async def test_a_directory_pool_is_made(desk: Desk) -> None:
    wizard = await to_plan(desk)
    assert "<name>fast</name>" in find(wizard, QPlainTextEdit, "XML documents of the plan").toPlainText()
    press(button(wizard, "Make pool"))
    await eventually(lambda: desk.store.pool_named(HOST, "fast"), "the pool is there")
    key = desk.store.pool_named(HOST, "fast")
    assert key is not None
    await eventually(lambda: closed(wizard), "the wizard has closed")
    pool = desk.store.pool(key)
    assert pool is not None
    assert pool.active
    assert pool.autostart
    assert desk.navigator.shown == [key]


async def test_kinds_that_cannot_be_made_say_why(desk: Desk) -> None:
    wizard = opened(desk)
    choice = find(wizard, QRadioButton, "Ceph RBD")
    assert not choice.isEnabled()
    assert choice.toolTip()
    assert choice.accessibleDescription() == choice.toolTip()


async def test_nothing_is_said_before_something_was_typed(desk: Desk) -> None:
    wizard = to_directory(desk)
    assert said(wizard) == []


async def test_next_says_what_is_missing_and_goes_there(desk: Desk) -> None:
    wizard = to_directory(desk)
    press(button(wizard, "Next"))
    assert said(wizard)
    name = find(wizard, QLineEdit, "Name")
    assert wizard.focusWidget() is name
    assert name.accessibleDescription() in said(wizard)


async def test_a_name_that_is_taken_blocks_while_typing(desk: Desk) -> None:
    wizard = to_directory(desk)
    type_into(find(wizard, QLineEdit, "Name"), "images")
    assert any("already" in words for words in said(wizard))
    assert not button(wizard, "Next").isEnabled()
    type_into(find(wizard, QLineEdit, "Name"), "images2")
    await eventually(lambda: button(wizard, "Next").isEnabled(), "the page can be left")


async def test_a_path_inside_another_pool_is_told(desk: Desk) -> None:
    wizard = to_directory(desk)
    type_into(find(wizard, QLineEdit, "Name"), "inner")
    type_into(find(wizard, QLineEdit, "Target path"), "/srv/images/inner")
    await eventually(lambda: any("images" in words for words in said(wizard)), "the other pool is named")


async def test_a_relative_path_blocks(desk: Desk) -> None:
    wizard = to_directory(desk)
    type_into(find(wizard, QLineEdit, "Name"), "rel")
    type_into(find(wizard, QLineEdit, "Target path"), "srv/rel")
    assert said(wizard)
    assert not button(wizard, "Next").isEnabled()


async def test_a_mode_that_is_not_octal_blocks(desk: Desk) -> None:
    wizard = to_directory(desk)
    type_into(find(wizard, QLineEdit, "Name"), "moded")
    type_into(find(wizard, QLineEdit, "Mode"), "0789")
    assert any("octal" in words for words in said(wizard))
    assert not button(wizard, "Next").isEnabled()


async def test_permissions_reach_the_plan(desk: Desk) -> None:
    wizard = to_directory(desk)
    type_into(find(wizard, QLineEdit, "Name"), "moded")
    type_into(find(wizard, QLineEdit, "Mode"), "0750")
    type_into(find(wizard, QLineEdit, "Owner"), "64055")
    press(button(wizard, "Next"))
    editor = wizard.findChildren(QPlainTextEdit)[0]
    await eventually(lambda: "<mode>0750</mode>" in editor.toPlainText(), "the mode is in the XML")
    assert "<owner>64055</owner>" in editor.toPlainText()


async def test_a_name_taken_while_the_wizard_is_open_stops_it(desk: Desk) -> None:
    wizard = await to_plan(desk)
    desk.host.add_pool("fast", target_path="/srv/other")
    await eventually(lambda: any("already" in words for words in said(wizard)), "it is said at once")
    assert not button(wizard, "Make pool").isEnabled()
    press(button(wizard, "Back"))
    assert find(wizard, QLineEdit, "Name").text() == "fast"
    type_into(find(wizard, QLineEdit, "Name"), "fast2")
    await eventually(lambda: button(wizard, "Next").isEnabled(), "the page can be left")


async def test_back_loses_nothing(desk: Desk) -> None:
    wizard = to_directory(desk)
    type_into(find(wizard, QLineEdit, "Name"), "kept")
    type_into(find(wizard, QLineEdit, "Mode"), "0700")
    press(find(wizard, QCheckBox, "Start the pool now"))
    press(button(wizard, "Back"))
    press(button(wizard, "Next"))
    assert find(wizard, QLineEdit, "Name").text() == "kept"
    assert find(wizard, QLineEdit, "Mode").text() == "0700"
    assert not find(wizard, QCheckBox, "Start the pool now").isChecked()


async def test_enter_goes_on_and_escape_leaves(desk: Desk) -> None:
    wizard = opened(desk)
    QTest.keyClick(wizard, Qt.Key.Key_Return)
    name = find(wizard, QLineEdit, "Name")
    assert wizard.focusWidget() is name
    QTest.keyClick(name, Qt.Key.Key_Escape)
    assert closed(wizard)
    assert not desk.jobs.jobs


async def test_the_keyboard_is_enough(desk: Desk) -> None:
    wizard = opened(desk)
    wizard.activateWindow()
    QTest.keyClick(wizard, Qt.Key.Key_Return)
    QTest.keyClicks(wizard.focusWidget(), "keys")
    await eventually(lambda: button(wizard, "Next").isEnabled(), "the page can be left")
    QTest.keyClick(wizard.focusWidget(), Qt.Key.Key_Return)
    await eventually(
        lambda: [b for b in wizard.findChildren(QPushButton) if b.text() == "Make pool" and b.isEnabled()],
        "the plan is there",
    )
    QTest.keyClick(wizard, Qt.Key.Key_Return)
    await eventually(lambda: desk.store.pool_named(HOST, "keys"), "the pool is made")


async def test_a_failed_step_says_what_was_done_and_cleans_up(desk: Desk) -> None:
    desk.host.fail_next(StartPool, ErrorKind.PATH_DENIED, "cannot open directory: Permission denied")
    wizard = await to_plan(desk)
    press(button(wizard, "Make pool"))
    await eventually(
        lambda: any(job.status is JobStatus.FAILED for job in desk.jobs.jobs.values()), "the job has failed"
    )
    assert wizard.isVisible()
    assert desk.store.pool_named(HOST, "fast") is not None
    press(find(wizard, QPushButton, "Clean up"))
    await eventually(lambda: desk.store.pool_named(HOST, "fast") is None, "what was left is gone")


async def test_it_can_be_tried_again_after_a_failure(desk: Desk) -> None:
    desk.host.fail_next(BuildPool, ErrorKind.PATH_DENIED, "cannot create path: Permission denied")
    wizard = await to_plan(desk)
    press(button(wizard, "Make pool"))
    await eventually(
        lambda: any(job.status is JobStatus.FAILED for job in desk.jobs.jobs.values()), "the job has failed"
    )
    press(find(wizard, QPushButton, "Clean up"))
    await eventually(lambda: desk.store.pool_named(HOST, "fast") is None, "what was left is gone")
    press(button(wizard, "Try again"))
    await eventually(
        lambda: [b for b in wizard.findChildren(QPushButton) if b.text() == "Make pool" and b.isEnabled()],
        "the plan is there again",
    )
    press(button(wizard, "Make pool"))
    await eventually(lambda: closed(wizard), "the wizard has closed")
    assert desk.store.pool_named(HOST, "fast") is not None


async def test_a_lost_host_stops_the_wizard_until_it_is_back(desk: Desk) -> None:
    wizard = await to_plan(desk)
    make = button(wizard, "Make pool")
    desk.host.lose_link()
    await eventually(lambda: not make.isEnabled(), "nothing can be made")
    assert said(wizard)
    desk.host.come_back()
    await eventually(lambda: make.isEnabled(), "it can again")


async def test_a_long_job_goes_on_in_the_background(desk: Desk) -> None:
    wizard = await to_plan(desk)
    uuid = wizard._flow.draft.uuid
    desk.host.hang(uuid)
    press(button(wizard, "Make pool"))
    assert wizard.isVisible()
    press(button(wizard, "Continue in the background"))
    assert closed(wizard)
    desk.host.answer(uuid)
    await eventually(
        lambda: all(job.status is JobStatus.DONE for job in desk.jobs.jobs.values()), "the job is done"
    )
    assert desk.store.pool_named(HOST, "fast") is not None


async def test_commands_can_be_copied(desk: Desk) -> None:
    wizard = await to_plan(desk)
    wizard._plan_page.view._tabs.setCurrentIndex(1)
    copy = [w for w in wizard.findChildren(type(wizard._plan_page.view._commands._all)) if w.isVisible()]
    everything = next(w for w in copy if w.accessibleName() == "Copy all commands")
    press(everything)
    copied = QApplication.clipboard().text()
    assert copied.splitlines()
    assert all(line for line in copied.splitlines())
    assert "virsh" in copied


async def test_a_hostile_name_is_shown_as_plain_text(desk: Desk) -> None:
    hostile = desk.host.add_pool("<b>bold</b> & <img src=x>", target_path="/srv/hostile")
    await eventually(lambda: desk.store.pool(PoolKey(HOST, hostile.uuid)), "the pool is known")
    wizard = to_directory(desk)
    type_into(find(wizard, QLineEdit, "Name"), "inside")
    type_into(find(wizard, QLineEdit, "Target path"), "/srv/hostile/inside")
    await eventually(
        lambda: any("<b>bold</b> & <img src=x>" in words for words in said(wizard)), "the name as it is"
    )


async def test_why_a_kind_cannot_be_chosen_stands_above_those_kinds(desk: Desk) -> None:
    wizard = opened(desk)
    lines = [
        label for label in wizard.findChildren(QLabel) if "cannot make pools of this kind yet" in label.text()
    ]
    assert lines
    for line in lines:
        assert line.isVisible()
    first = next(b for b in wizard.findChildren(QRadioButton) if not b.isEnabled())

    def height(widget: QWidget) -> int:
        return widget.mapTo(wizard, QPoint(0, 0)).y()

    await eventually(lambda: any(height(line) < height(first) for line in lines), "it stands above them")
