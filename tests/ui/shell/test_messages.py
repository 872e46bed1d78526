"""What is said, and how names that are hostile are shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QToolButton

from tests.ui.dialogs.desk import find, press
from tests.ui.shell.recording import RecordingMessages
from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.text import Count, Names, Size, text
from vstore_gui.ui.messages import describe, render, report_failure, show_error, show_info, visible
from vstore_gui.ui.theme import Theme
from vstore_gui.ui.widgets.message_strip import MessageStrip

DENIED = ErrorState(
    ErrorKind.DENIED,
    text("The daemon refuses {user}.", user="mo"),
    text("Join the group libvirt."),
    command="sudo usermod -aG libvirt mo",
    original="authentication unavailable",
    code=45,
    domain=7,
    call="open",
)


@pytest.fixture
def said(theme: Theme) -> Iterator[RecordingMessages]:
    with RecordingMessages() as recorded:
        yield recorded


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("web01.qcow2", "web01.qcow2"),
        ("two\nlines", "two␤lines"),
        ("bell\x07", "bell�"),
        ("exe.\u202etxt", "exe.�txt"),
        ("<b>bold</b>", "<b>bold</b>"),
        ("日本 🐧", "日本 🐧"),
    ],
)
def test_a_hostile_name_is_shown_in_one_line_and_obeyed_in_nothing(name: str, shown: str) -> None:
    assert visible(name) == shown


def test_arguments_are_formatted_and_never_read_as_templates() -> None:
    what = text(
        "{name} of {size}, {n} users: {who}",
        name="{size}",
        size=Size(20 << 30),
        n=Count(1204),
        who=Names(("a\nb", "{n}")),
    )
    assert render(what) == "{size} of 20 GiB, 1204 users: a␤b, {n}"


def test_an_error_keeps_its_original_words_for_those_who_want_them() -> None:
    assert describe(DENIED) == "authentication unavailable\ncall: open\ncode 45, domain 7\ndenied"


def test_a_failed_task_of_a_host_is_explained_and_any_other_is_our_fault(said: RecordingMessages) -> None:
    report_failure(HostError(DENIED))
    report_failure(ValueError("oops"))
    assert [message.severity for message in said.messages] == ["error", "error"]
    assert said.messages[0].command == DENIED.command
    assert "ValueError: oops" in render(said.messages[1].text)


def test_a_banner_says_what_to_do_and_its_command_and_details_can_be_copied(
    said: RecordingMessages, theme: Theme
) -> None:
    strip = MessageStrip()
    said.bridge.said.connect(strip.say)
    strip.resize(800, 300)
    show_error(DENIED)
    strip.show()
    (banner,) = strip.banners
    assert banner.accessibleName() == "The daemon refuses mo."
    press(find(banner, QToolButton, "Copy the command"))
    assert QGuiApplication.clipboard().text() == DENIED.command
    press(find(banner, QPushButton, "Details"))
    assert banner.details is not None
    assert "code 45" in banner.details.toPlainText()
    press(find(banner, QToolButton, "Copy the details"))
    assert QGuiApplication.clipboard().text().splitlines()[:2] == [
        "The daemon refuses mo.",
        "Join the group libvirt.",
    ]
    press(find(banner, QToolButton, "Dismiss this message"))
    assert strip.banners == ()
    assert not strip.isVisible()


def test_the_same_message_again_is_counted_and_many_make_room(said: RecordingMessages, theme: Theme) -> None:
    strip = MessageStrip()
    said.bridge.said.connect(strip.say)
    for _ in range(3):
        show_error(DENIED)
    assert len(strip.banners) == 1
    for number in range(6):
        show_info(text("note {n}", n=Count(number)), "warning")
    assert [render(banner.message.text) for banner in strip.banners] == [
        "note 5",
        "note 4",
        "note 3",
        "note 2",
    ]
