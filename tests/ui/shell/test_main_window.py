"""The window: what is selected is shown, what can be done can be reached, nothing needs a mouse."""

from __future__ import annotations

import time

import msgspec
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import HOST, Desk, find, named, press
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.pools import plan_set_autostart
from vstore_gui.entities import calls
from vstore_gui.entities.errors import ErrorKind, ErrorState
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.text import text
from vstore_gui.qtmodels.roles import Role
from vstore_gui.qtmodels.volume_columns import VolumeColumn
from vstore_gui.ui.dialogs.confirm_plan import ConfirmPlanDialog
from vstore_gui.ui.main_window import MainWindow
from vstore_gui.ui.pages.host_page import HostPage
from vstore_gui.ui.pages.pool_page import PoolPage
from vstore_gui.ui.palette import colors
from vstore_gui.ui.selection import SelectionError
from vstore_gui.ui.theme import ThemeChoice
from vstore_gui.ui.widgets.message_strip import MessageBanner


def pool_page(window: MainWindow) -> PoolPage:
    page = window.pages.currentWidget()
    assert isinstance(page, PoolPage)
    return page


def select_names(window: MainWindow, *names: str) -> None:
    table = pool_page(window).volumes.table
    model = pool_page(window).volumes.model
    table.clearSelection()
    for row in range(model.rowCount()):
        if model.key_at(row).name in names:
            index = model.index(row, 0)
            flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
            table.selectionModel().select(index, flags)
            table.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
    assert len(table.selected_keys()) == len(names)


async def show_images(window: MainWindow, desk: Desk) -> PoolPage:
    window.show_key(desk.images)
    page = pool_page(window)
    await eventually(lambda: page.volumes.model.counts.detailed == 2, "the volumes are there")
    return page


# ── selecting ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_selected_in_the_tree_is_shown_and_watched(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    assert window.sidebar.current_key == desk.images
    assert page.header.title.text() == "images"
    assert "/srv/images" in page.header.line.text
    assert desk.sync.watches_pool(desk.images)
    assert window.windowTitle() == "images – VStore"
    window.sidebar.select(desk.web01)
    assert window.pages_key() == desk.web01
    assert not desk.sync.watches_pool(desk.images)


async def test_a_volume_is_selected_in_its_pools_table_as_soon_as_it_is_known(
    window: MainWindow, desk: Desk
) -> None:
    window.select("pool/images/volume/later.qcow2")
    assert window.selection_failed
    desk.host.add_volume(desk.images.uuid, "later.qcow2")
    await desk.sync.reread_pool(desk.images)
    page = pool_page(window)
    await eventually(lambda: len(page.selected) == 1, "it is selected")
    assert page.selected == (desk.volume(desk.images, "later.qcow2"),)
    assert not window.selection_failed


async def test_a_pool_is_selected_as_soon_as_it_appears(window: MainWindow, desk: Desk) -> None:
    window.select(f"{HOST}|pool/newcomer")
    assert window.selection_failed
    made = desk.host.add_pool("newcomer")
    await eventually(lambda: getattr(window.pages_key(), "uuid", "") == made.uuid, "it is shown")
    assert window.sidebar.current_key == window.pages_key()


def test_a_text_that_names_nothing_is_refused(window: MainWindow) -> None:
    with pytest.raises(SelectionError):
        window.select("images")


async def test_what_is_shown_and_goes_gives_way_to_its_host(window: MainWindow, desk: Desk) -> None:
    await show_images(window, desk)
    desk.store.drop_pool(desk.images)
    await eventually(lambda: isinstance(window.pages.currentWidget(), HostPage), "the host is shown")
    assert window.pages_key() == HOST


# ── the volume table ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_click_on_a_machine_that_uses_a_volume_goes_there(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    table, model = page.volumes.table, page.volumes.model
    row = model.row_of(desk.volume(desk.images, "web01.qcow2"))
    assert row is not None
    await eventually(
        lambda: any(
            part.key == desk.web01 for part in model.index(row, VolumeColumn.USED_BY).data(Role.PARTS)
        ),
        "its user is known",
    )
    cell = table.visualRect(model.index(row, VolumeColumn.USED_BY))
    QTest.mouseClick(
        table.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QPoint(cell.left() + 16, cell.center().y()),
    )
    assert window.pages_key() == desk.web01


async def test_ctrl_f_filters_and_esc_clears_then_leaves(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    window.commands["filter"].trigger()
    field = page.volumes.filter
    assert window.focusWidget() is field
    QTest.keyClicks(field, "web01")
    await eventually(lambda: page.volumes.model.counts.shown == 1, "one is left")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    await eventually(lambda: page.volumes.model.counts.shown == 2, "all are back")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert window.focusWidget() is page.volumes.table


async def test_a_filter_that_nothing_fits_says_so_and_offers_all(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    page.volumes.filter.setText("no such thing")
    await eventually(lambda: page.volumes.model.counts.shown == 0, "none fits")
    press(find(page, QPushButton, "Show all"))
    await eventually(lambda: page.volumes.model.counts.shown == 2, "all are back")


async def test_ctrl_c_copies_paths_and_in_a_field_its_text(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    select_names(window, "web01.qcow2", "web-base.qcow2")
    page.volumes.table.setFocus()
    window.activateWindow()
    await eventually(page.volumes.table.hasFocus, "the table has the keyboard")
    QTest.keySequence(page.volumes.table, QKeySequence("Ctrl+C"))
    assert QGuiApplication.clipboard().text() == "/srv/images/web-base.qcow2\n/srv/images/web01.qcow2"
    page.volumes.filter.setText("mine")
    page.volumes.filter.selectAll()
    QTest.keySequence(page.volumes.filter, QKeySequence.StandardKey.Copy)
    assert QGuiApplication.clipboard().text() == "mine"


async def test_the_summary_counts_what_is_shown_and_selected(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    select_names(window, "web01.qcow2", "web-base.qcow2")
    summary = page.volumes.summary
    await eventually(lambda: "2 selected" in summary.text(), "it says so")
    assert summary.text().startswith("2 of 2 shown · 2 selected · 12 GiB allocated")


async def test_enter_opens_a_volume_beside_the_table_and_esc_closes_it(
    window: MainWindow, desk: Desk
) -> None:
    page = await show_images(window, desk)
    select_names(window, "web01.qcow2")
    QTest.keyClick(page.volumes.table, Qt.Key.Key_Return)
    panel = page.volumes.panel
    assert panel is not None
    assert panel.isVisible()
    facts = {fact.title: fact for fact in panel.facts}
    assert facts["Capacity"].value == "20 GiB"
    assert facts["Backing file"].key == desk.volume(desk.images, "web-base.qcow2")
    assert [fact.key for fact in panel.user_facts] == [desk.web01]
    panel.tabs.setCurrentIndex(2)
    editor = find(panel, QPlainTextEdit, "XML document")
    await eventually(lambda: "<name>web01.qcow2</name>" in editor.toPlainText(), "its document is shown")
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


async def test_columns_that_are_chosen_are_remembered(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    table = page.volumes.table
    assert table.horizontalHeader().isSectionHidden(VolumeColumn.PATH)
    menu = table.column_menu()
    path = next(action for action in menu.actions() if action.text() == "Path")
    path.trigger()
    assert not table.horizontalHeader().isSectionHidden(VolumeColumn.PATH)
    table.horizontalHeader().resizeSection(VolumeColumn.NAME, 333)
    table.save_columns()
    again = PoolPage(desk.services, window.commands)
    header = again.volumes.table.horizontalHeader()
    assert not header.isSectionHidden(VolumeColumn.PATH)
    assert header.sectionSize(VolumeColumn.NAME) == 333
    again.deleteLater()


async def test_names_have_room_and_a_column_of_nothing_is_left_out(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    await desk.sync.complete()
    table = page.volumes.table
    header = table.horizontalHeader()
    modified = VolumeColumn.MODIFIED
    await eventually(lambda: header.isSectionHidden(modified), "no volume tells when it was modified")
    assert header.sectionSize(VolumeColumn.NAME) >= 30 * table.fontMetrics().averageCharWidth()
    columns = next(menu for menu in window.menuBar().findChildren(QMenu) if menu.title() == "&Columns")
    view = columns.parent()
    assert isinstance(view, QMenu)
    view.aboutToShow.emit()
    action = next(action for action in columns.actions() if action.text() == "Modified")
    action.trigger()
    assert not header.isSectionHidden(modified)
    table.leave_out(modified, empty=True)
    assert not header.isSectionHidden(modified)  # the user has asked for it


async def test_attach_iso_is_offered_for_a_volume_only_when_it_is_a_disc(
    window: MainWindow, desk: Desk
) -> None:
    await show_images(window, desk)
    select_names(window, "web01.qcow2")
    menu = window.commands.menu(window, volumes=True)
    assert window.commands["attach_iso"] not in menu.actions()
    menu.deleteLater()


async def test_refresh_waits_for_the_host(window: MainWindow, desk: Desk) -> None:
    await show_images(window, desk)
    refresh = window.commands["refresh"]
    assert refresh.isEnabled()
    host = desk.store.host(HOST)
    assert host is not None
    again_s = time.time() + 30
    desk.store.put_host(msgspec.structs.replace(host, link=HostLink.FAILED, retry_at_s=again_s))
    await eventually(lambda: not refresh.isEnabled(), "there is nobody to ask")
    assert "not connected" in refresh.toolTip()
    window.show_key(HOST)
    page = window.pages.currentWidget()
    assert isinstance(page, HostPage)
    assert "failed · trying again in" in page.header.line.text


async def test_reading_again_tells_a_new_age_though_nothing_changed(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    await eventually(lambda: "just now" in page.volumes.summary.text(), "the age is told")
    page.volumes._read_s[desk.images] -= 3600
    page.volumes._say_summary()
    assert "1 h" in page.volumes.summary.text()
    window.commands["refresh"].trigger()
    await eventually(lambda: "just now" in page.volumes.summary.text(), "it was read again")


async def test_a_filter_that_hides_the_open_volume_closes_its_panel(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    page.volumes.open_volume(desk.volume(desk.images, "web-base.qcow2"))
    panel = page.volumes.panel
    assert panel is not None
    page.volumes.filter.setText("qcow2")
    await eventually(lambda: page.complete, "it is filtered")
    assert panel.isVisible()
    page.volumes.filter.setText("images/web01")
    await eventually(lambda: not panel.isVisible(), "the panel closes")


# ── actions ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_deleting_a_volume_in_use_is_refused_and_the_tooltip_names_who_needs_it(
    window: MainWindow, desk: Desk
) -> None:
    await show_images(window, desk)
    select_names(window, "web01.qcow2")
    delete = window.commands["delete"]
    assert "web01" in delete.toolTip()
    delete.trigger()
    await eventually(lambda: window.findChildren(ConfirmPlanDialog), "the dialog opens")
    dialog = window.findChildren(ConfirmPlanDialog)[0]
    assert dialog.refused
    dialog.reject()
    desk.host.add_volume(desk.images.uuid, "free.raw", format="raw")
    await desk.sync.reread_pool(desk.images)
    await desk.sync.complete()
    await eventually(lambda: pool_page(window).volumes.model.counts.total == 3, "it is listed")
    select_names(window, "free.raw")
    assert delete.isEnabled()


async def test_a_pool_is_stopped_and_started_and_undo_starts_it_again(window: MainWindow, desk: Desk) -> None:
    window.show_key(desk.iso)
    page = pool_page(window)
    press(find(page, QPushButton, "Stop"))
    await eventually(lambda: not desk.store.pool(desk.iso).active, "it has stopped")  # type: ignore[union-attr]
    await eventually(lambda: find(page, QPushButton, "Start").isVisible(), "Start is offered")
    undo = window.commands["undo"]
    await eventually(undo.isEnabled, "it can be undone")
    assert "iso library" in undo.text()
    undo.trigger()
    await eventually(lambda: desk.store.pool(desk.iso).active, "it runs again")  # type: ignore[union-attr]


async def test_an_undo_that_is_refused_says_which_and_ctrl_z_goes_on_to_the_one_before(
    window: MainWindow, desk: Desk
) -> None:
    window.run_plan(plan_set_autostart(desk.store, desk.images, True))
    undo = window.commands["undo"]
    await eventually(undo.isEnabled, "it can be undone")
    window.run_plan(plan_set_autostart(desk.store, desk.iso, True))
    await eventually(lambda: "iso library" in undo.text(), "the newest is undone first")
    desk.host.remove_pool(desk.iso.uuid)
    await eventually(lambda: desk.store.pool(desk.iso) is None, "its pool is gone")
    undo.trigger()
    await eventually(lambda: "images" in undo.text(), "the one before is offered")
    said = [banner.accessibleName() for banner in window.strip.findChildren(MessageBanner)]
    assert any(words.startswith("Cannot undo “") for words in said), said


async def test_an_inactive_pool_says_so_and_offers_to_start_it(window: MainWindow, desk: Desk) -> None:
    made = desk.host.add_pool("asleep", active=False)
    await eventually(lambda: desk.store.pool_named(HOST, "asleep"), "it is known")
    window.select("pool/asleep")
    page = pool_page(window)
    assert "not running" in page.header.line.text
    assert not window.commands["new_volume"].isEnabled()
    assert window.commands["new_volume"].toolTip() == "Start the pool first."
    starts = [button for button in page.findChildren(QPushButton) if button.text() == "Start"]
    await eventually(lambda: all(button.isVisible() for button in starts[-1:]), "Start is on the page")
    press(starts[-1])
    await eventually(
        lambda: any(isinstance(call, calls.StartPool) and call.pool == made.uuid for call in desk.host.asked),
        "it is asked to start",
    )


async def test_the_context_menu_has_the_same_actions_as_the_menus(window: MainWindow, desk: Desk) -> None:
    await show_images(window, desk)
    select_names(window, "web01.qcow2")
    of_all = {action for _name, action in window.commands.items()}
    for menu in (window.commands.menu(window), window.commands.menu(window, volumes=True)):
        assert {action for action in menu.actions() if not action.isSeparator()} <= of_all
        menu.close()
    of_bar: set[str] = set()
    for menu in window.menuBar().findChildren(QMenu):
        of_bar |= {action.objectName() for action in menu.actions()}
    assert {name for name, _action in window.commands.items()} <= of_bar


async def test_autostart_shows_what_is_and_not_what_is_wished(window: MainWindow, desk: Desk) -> None:
    await show_images(window, desk)
    action = window.commands["pool_autostart"]
    assert not action.isChecked()
    action.trigger()
    await eventually(action.isChecked, "the host has it")
    assert desk.store.pool(desk.images).autostart  # type: ignore[union-attr]


async def test_f5_on_a_host_reads_its_machines_and_every_pool_again(window: MainWindow, desk: Desk) -> None:
    window.show_key(HOST)
    desk.host.asked.clear()
    window.commands["refresh"].trigger()
    await eventually(
        lambda: (
            {desk.images.uuid, desk.iso.uuid}
            <= {call.pool for call in desk.host.asked if isinstance(call, calls.ReadPool)}
        ),
        "both pools are read",
    )
    assert any(isinstance(call, calls.ListDomains) for call in desk.host.asked)


# ── trouble ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_pool_that_does_not_respond_keeps_its_values_and_says_so(
    window: MainWindow, desk: Desk
) -> None:
    page = await show_images(window, desk)
    host = desk.store.host(HOST)
    assert host is not None
    desk.store.put_host(msgspec.structs.replace(host, silent_pools=(desk.images.uuid,)))
    await eventually(lambda: page.findChildren(MessageBanner), "it says so")
    assert find(page, MessageBanner, "The pool does not respond.")
    assert page.volumes.model.counts.shown == 2
    desk.store.put_host(host)
    await eventually(
        lambda: not [b for b in page.findChildren(MessageBanner) if b.isVisible()], "it is well again"
    )


async def test_a_lost_host_leaves_old_values_with_their_age(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    host = desk.store.host(HOST)
    assert host is not None
    lost = msgspec.structs.replace(
        host, link=HostLink.RECONNECTING, stale=True, since_s=time.time(), lost_s=time.time() - 12 * 3600
    )
    desk.store.put_host(lost)
    await eventually(lambda: page.findChildren(MessageBanner), "it says so")
    said = page.findChildren(MessageBanner)[0].accessibleName()
    assert "values are from 12" in said  # hours: the last of many tries is no news
    assert not window.commands["new_pool"].isEnabled()


async def test_a_connection_that_fails_says_why_and_what_to_type(window: MainWindow, desk: Desk) -> None:
    host = desk.store.host(HOST)
    assert host is not None
    error = ErrorState(
        ErrorKind.NOT_RUNNING,
        text("libvirtd does not run."),
        text("Start it."),
        command="sudo systemctl start libvirtd",
    )
    desk.store.put_host(msgspec.structs.replace(host, link=HostLink.FAILED, error=error))
    window.show_key(HOST)
    page = window.pages.currentWidget()
    assert isinstance(page, HostPage)
    await eventually(
        lambda: [b for b in page.findChildren(MessageBanner) if b.isVisible()], "it says what is wrong"
    )
    banner = find(page, MessageBanner, "libvirtd does not run.")
    assert "sudo systemctl start libvirtd" in banner.whole_text()
    assert find(page, QPushButton, "Connect").isEnabled()


# ── the window itself ───────────────────────────────────────────────────────────────────────────────────────


async def test_every_control_has_an_accessible_name(window: MainWindow, desk: Desk) -> None:
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QPlainTextEdit)
    nameless: list[str] = []
    for key in (HOST, desk.images, desk.web01):
        window.show_key(key)
        await eventually(lambda: window.pages.complete, "the page is whole")
        for widget in window.findChildren(QWidget):
            if not isinstance(widget, kinds) or not widget.isVisible():
                continue
            spoken = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            # Qt's own parts of a control, which the control speaks for.
            of_qt = widget.objectName().startswith("qt_") or widget.metaObject().className() in (
                "QLineEditIconButton",
                "QTableCornerButton",
            )
            if not spoken and not of_qt and type(widget).__name__ != "QHeaderView":
                nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert nameless == []


async def test_all_controls_can_be_reached_with_tab(window: MainWindow, desk: Desk) -> None:
    page = await show_images(window, desk)
    window.activateWindow()
    reached: set[QWidget] = set()
    window.sidebar.setFocus()
    for _ in range(60):
        focused = window.focusWidget()
        assert focused is not None
        reached.add(focused)
        window.focusNextChild()
    wanted: list[QWidget] = [
        window.sidebar,
        page.volumes.table,
        page.volumes.filter,
        find(page, QPushButton, "Refresh"),
        find(page, QPushButton, "Stop"),
        find(page, QPushButton, "More actions"),
    ]
    assert [widget.accessibleName() for widget in wanted if widget not in reached] == []


async def test_closing_asks_only_while_something_runs(window: MainWindow, desk: Desk) -> None:
    plan = plan_set_autostart(desk.store, desk.images, True)
    job = desk.runner.start(plan)
    running = msgspec.structs.replace(job, status=JobStatus.RUNNING, ended_s=None)
    await eventually(lambda: desk.jobs.jobs[job.id].ended, "it is done")
    desk.jobs.put(running)
    assert not window.close()
    box = await_box(window)
    assert box.text() == "Close while a job is running?"
    box.reject()
    assert window.isVisible()
    desk.jobs.put(msgspec.structs.replace(running, status=JobStatus.DONE, ended_s=1.0))
    assert window.close()


def await_box(window: MainWindow) -> QMessageBox:
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    return box


async def test_the_windows_size_is_remembered(window: MainWindow, desk: Desk) -> None:
    window.resize(701, 603)
    window.close()
    again = MainWindow(desk.services)
    assert (again.width(), again.height()) == (701, 603)


async def test_a_theme_chosen_in_the_menu_is_remembered(window: MainWindow, desk: Desk) -> None:
    (dark,) = [
        action
        for menu in window.menuBar().findChildren(QMenu)
        for action in menu.actions()
        if action.text() == "Da&rk"
    ]
    dark.trigger()
    assert colors().dark
    assert window.theme is not None
    window.theme.choose(ThemeChoice.SYSTEM)
    assert not colors().dark
    MainWindow(desk.services)
    assert colors().dark


async def test_diagnostics_name_the_host_and_keep_its_secrets(window: MainWindow, desk: Desk) -> None:
    from vstore_gui.ui import openers
    from vstore_gui.ui.dialogs.diagnostics import DiagnosticsDialog

    openers.diagnostics(desk.services, window)
    dialog = named(DiagnosticsDialog, "Diagnostics")()
    assert dialog is not None
    await eventually(lambda: "calls:" in dialog.text.toPlainText(), "the child's figures are there")
    words = dialog.text.toPlainText()
    assert HOST in words
    assert "libvirt 9.0.0" in words
    press(find(dialog, QPushButton, "Copy the diagnostics"))
    assert QGuiApplication.clipboard().text().startswith("VStore diagnostics")
    dialog.close()


async def test_find_goes_to_what_enter_is_pressed_on(window: MainWindow, desk: Desk) -> None:
    from vstore_gui.ui.find import FindPopup

    window.commands["find"].trigger()
    (popup,) = [child for child in window.findChildren(FindPopup) if child.isVisible()]
    QTest.keyClicks(popup.field, "debian")
    await eventually(lambda: popup.model.rowCount() and not popup.model.busy, "it is found")
    keys = [popup.model.key_at(row) for row in range(popup.model.rowCount())]
    row = keys.index(desk.volume(desk.iso, "debian-13.iso"))
    for _ in range(row):
        QTest.keyClick(popup.field, Qt.Key.Key_Down)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert window.pages_key() == desk.volume(desk.iso, "debian-13.iso")
    await eventually(lambda: len(pool_page(window).selected) == 1, "its row is selected")


async def test_selecting_thousands_asks_nothing_of_each_cell(
    window: MainWindow, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await show_images(window, desk)
    for number in range(300):
        desk.host.add_volume(desk.images.uuid, f"many{number:03}.raw", format="raw")
    await desk.sync.reread_pool(desk.images)
    model = page.volumes.model
    await eventually(lambda: model.counts.shown == 302, "they are listed")
    asked = 0
    flags = type(model).flags

    def counted(self: object, index: object) -> object:
        nonlocal asked
        asked += 1
        return flags(self, index)  # type: ignore[arg-type]

    page.volumes.table.selectAll()
    monkeypatch.setattr(type(model), "flags", counted)
    assert len(page.selected) == 302
    page.volumes.table.horizontalHeader().grab()
    assert asked < 302
