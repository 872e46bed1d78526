"""What is shown and can be done before anything was chosen."""

from __future__ import annotations

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import HOST, Desk
from vstore_gui.ui.main_window import MainWindow


async def test_the_first_host_that_answers_is_shown_when_nothing_was_chosen(
    window: MainWindow, desk: Desk
) -> None:
    await eventually(lambda: window.pages_key() == HOST, "the host's page is shown")


async def test_a_pool_can_be_made_before_anything_is_chosen(window: MainWindow, desk: Desk) -> None:
    window.commands.set_target(None)
    assert window.commands["new_pool"].isEnabled()
    assert window.commands["new_volume"].isEnabled()
