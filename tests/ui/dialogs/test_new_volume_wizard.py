"""The new-volume wizard, used as a person uses it."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QRadioButton

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import Desk, closed, find, press, type_into
from vstore_gui.entities.keys import PoolKey
from vstore_gui.ui.widgets.form import Notice
from vstore_gui.ui.widgets.picker import Picker
from vstore_gui.ui.wizards.new_volume import NewVolumeWizard


def opened(desk: Desk, pool: PoolKey | None) -> NewVolumeWizard:
    wizard = NewVolumeWizard(desk.services, pool)
    wizard.open()
    return wizard


def said(wizard: NewVolumeWizard) -> list[str]:
    return [notice.words for notice in wizard.findChildren(Notice) if notice.isVisible()]


def button(wizard: NewVolumeWizard, words: str) -> QPushButton:
    shown = [b for b in wizard.findChildren(QPushButton) if b.isVisible()]
    found = [b for b in shown if b.text().replace("&", "") == words]
    assert len(found) == 1, [b.text() for b in shown]
    return found[0]


def is_offered(wizard: NewVolumeWizard, name: str) -> bool:
    return any(b.accessibleName() == name and b.isVisible() for b in wizard.findChildren(QRadioButton))


async def finish(wizard: NewVolumeWizard) -> str:
    """Go to the plan and carry it out; returns the XML that was shown."""
    press(button(wizard, "Next"))
    last = wizard._next
    await eventually(lambda: last.isEnabled() and last.text().startswith("Create"), "the plan is there")
    xml = find(wizard, QPlainTextEdit, "XML documents of the plan").toPlainText()
    press(last)
    await eventually(lambda: closed(wizard), "the wizard has closed")
    return xml


async def test_a_qcow2_volume_is_made(desk: Desk) -> None:
    wizard = opened(desk, desk.images)
    type_into(find(wizard, QLineEdit, "Name"), "web02.qcow2")
    type_into(find(wizard, QLineEdit, "Capacity"), "40")
    await finish(wizard)
    volume = desk.store.volume(desk.volume(desk.images, "web02.qcow2"))
    assert volume is not None
    assert volume.capacity_bytes == 40 << 30
    assert volume.format == "qcow2"
    assert desk.navigator.shown == [desk.volume(desk.images, "web02.qcow2")]


async def test_a_unit_can_be_typed_or_chosen(desk: Desk) -> None:
    wizard = opened(desk, desk.images)
    type_into(find(wizard, QLineEdit, "Name"), "small.qcow2")
    type_into(find(wizard, QLineEdit, "Capacity"), "700M")
    assert wizard._flow.draft.capacity_bytes == 700 << 20
    type_into(find(wizard, QLineEdit, "Capacity"), "700")
    find(wizard, QComboBox, "Unit of the capacity").setCurrentText("MiB")
    assert wizard._flow.draft.capacity_bytes == 700 << 20


async def test_what_is_no_size_blocks_beside_the_field(desk: Desk) -> None:
    wizard = opened(desk, desk.images)
    type_into(find(wizard, QLineEdit, "Name"), "small.qcow2")
    capacity = find(wizard, QLineEdit, "Capacity")
    type_into(capacity, "a lot")
    assert capacity.accessibleDescription() in said(wizard)
    assert not button(wizard, "Next").isEnabled()


async def test_a_preallocated_volume_larger_than_the_pool_blocks(desk: Desk) -> None:
    wizard = opened(desk, desk.images)
    type_into(find(wizard, QLineEdit, "Name"), "huge.raw")
    press(find(wizard, QRadioButton, "raw"))
    type_into(find(wizard, QLineEdit, "Capacity"), "5000")
    await eventually(lambda: is_offered(wizard, "Fully preallocated"), "the allocations of raw are offered")
    press(find(wizard, QRadioButton, "Fully preallocated"))
    await eventually(lambda: not button(wizard, "Next").isEnabled(), "there is no room for it")
    assert said(wizard)


async def test_the_extension_follows_the_format(desk: Desk) -> None:
    wizard = opened(desk, desk.images)
    type_into(find(wizard, QLineEdit, "Name"), "disk.qcow2")
    press(find(wizard, QRadioButton, "raw"))
    assert find(wizard, QLineEdit, "Name").text() != "disk.qcow2"
    assert not find(wizard, QCheckBox, "Stand on a backing volume").isEnabled()


async def test_an_overlay_stands_on_its_backing_volume(desk: Desk) -> None:
    wizard = opened(desk, desk.images)
    type_into(find(wizard, QLineEdit, "Name"), "web03.qcow2")
    press(find(wizard, QCheckBox, "Stand on a backing volume"))
    picker = wizard.findChildren(Picker)[0]
    await eventually(lambda: picker.model.rows, "volumes are offered")
    picker.pick(desk.volume(desk.images, "web-base.qcow2"))
    await eventually(lambda: wizard._flow.draft.backing_format == "qcow2", "its format is known")
    xml = await finish(wizard)
    assert "/srv/images/web-base.qcow2" in xml
    made = desk.volume(desk.images, "web03.qcow2")
    assert made in desk.store.usage.overlays_of(desk.volume(desk.images, "web-base.qcow2"))


async def test_a_name_taken_meanwhile_is_said(desk: Desk) -> None:
    wizard = opened(desk, desk.images)
    type_into(find(wizard, QLineEdit, "Name"), "late.qcow2")
    assert button(wizard, "Next").isEnabled()
    desk.host.add_volume(desk.images.uuid, "late.qcow2")
    await desk.sync.reread_pool(desk.images)
    await eventually(lambda: not button(wizard, "Next").isEnabled(), "it is taken now")


async def test_the_pool_is_chosen_where_none_was_given(desk: Desk) -> None:
    wizard = opened(desk, None)
    type_into(find(wizard, QLineEdit, "Name"), "data.qcow2")
    type_into(find(wizard, QLineEdit, "Capacity"), "7")
    box = find(wizard, QComboBox, "Pool")
    box.setCurrentIndex(box.findText("iso library"))
    assert find(wizard, QLineEdit, "Name").text() == "data.qcow2"
    await finish(wizard)
    volume = desk.store.volume(desk.volume(desk.iso, "data.qcow2"))
    assert volume is not None
    assert volume.capacity_bytes == 7 << 30


async def test_a_pool_that_stops_is_said_at_once(desk: Desk) -> None:
    wizard = opened(desk, desk.images)
    type_into(find(wizard, QLineEdit, "Name"), "data.qcow2")
    desk.host.remove_pool(desk.images.uuid)
    await eventually(lambda: not button(wizard, "Next").isEnabled(), "nothing can be made there any more")
    assert said(wizard)


async def test_without_a_pool_that_can_the_wizard_says_what_to_do(desk: Desk) -> None:
    desk.host.remove_pool(desk.images.uuid)
    desk.host.remove_pool(desk.iso.uuid)
    await eventually(lambda: desk.store.pool(desk.iso) is None, "the pools are gone")
    wizard = opened(desk, None)
    assert any("Start a pool or make one" in words for words in said(wizard))
    assert not button(wizard, "Next").isEnabled()
