"""A plan to be read: sentences, notes, documents with their differences, commands."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from tests.support.waiting import eventually
from tests.ui.dialogs.desk import HOST, Desk, find, press
from vstore_gui.actions.plan import Inverse, Plan, Reason, Step
from vstore_gui.entities.calls import DefinePool, RefreshPool
from vstore_gui.entities.text import text
from vstore_gui.ui.widgets.diff_view import DiffView, diff_lines
from vstore_gui.ui.widgets.form import Notice
from vstore_gui.ui.widgets.message_strip import icon_button
from vstore_gui.ui.widgets.plan_view import PlanView
from vstore_gui.xml.schema import LOCAL_SCHEMAS

BEFORE = "<pool>\n" + "".join(f"  <a{n}/>\n" for n in range(20)) + "  <name>old</name>\n</pool>\n"
AFTER = BEFORE.replace("old", "new")


def step(before: str | None, after: str | None, *virsh: str) -> Step:
    sentence = text("Define pool {name}", name="<b>x</b>")
    return Step(sentence, HOST, DefinePool(after or ""), xml_before=before, xml_after=after, virsh=virsh)


def shown(desk: Desk, plan: Plan) -> PlanView:
    view = PlanView(desk.store)
    view.resize(700, 600)
    view.show()
    view.show_plan(plan)
    return view


def words(view: PlanView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible()]


def test_a_change_is_signed_and_its_surroundings_are_kept() -> None:
    lines = diff_lines(BEFORE, AFTER)
    assert ("−", "  <name>old</name>") in lines
    assert ("+", "  <name>new</name>") in lines
    assert ("⋯", "") in lines
    assert (" ", "  <a19/>") in lines
    assert (" ", "  <a0/>") not in lines


def test_the_whole_document_can_be_shown() -> None:
    lines = diff_lines(BEFORE, AFTER, whole=True)
    assert (" ", "  <a0/>") in lines
    assert all(sign != "⋯" for sign, _ in lines)
    assert "\n".join(line for sign, line in lines if sign != "+") == BEFORE.rstrip()
    assert "\n".join(line for sign, line in lines if sign != "−") == AFTER.rstrip()


def test_a_new_document_has_no_signs() -> None:
    assert {sign for sign, _ in diff_lines(None, AFTER)} == {" "}


async def test_signs_are_characters_not_colours_alone(desk: Desk) -> None:
    view = shown(desk, Plan(text("Rename"), (step(BEFORE, AFTER, "virsh pool-define x"),)))
    editor = find(view, DiffView, "XML documents of the plan")
    assert "−   <name>old</name>" in editor.toPlainText().splitlines()
    assert "+   <name>new</name>" in editor.toPlainText().splitlines()


async def test_names_are_plain_text(desk: Desk) -> None:
    view = shown(desk, Plan(text("Make"), (step(None, AFTER),)))
    await eventually(lambda: "Define pool <b>x</b>" in words(view), "the sentence is shown as it is")


async def test_notes_and_what_can_be_undone_are_told(desk: Desk) -> None:
    note = Reason(text("Two machines use it."), blocks=False, links=(desk.web01,))
    inverse = Inverse("undefine", text("make pool x"))
    view = shown(desk, Plan(text("Make"), (step(None, AFTER),), notes=(note,), inverse=inverse))
    notices = [notice.words for notice in view.findChildren(Notice) if notice.isVisible()]
    assert "Two machines use it." in notices
    assert any("make pool x" in words for words in notices)
    followed: list[object] = []
    view.link_chosen.connect(followed.append)
    await eventually(
        lambda: any(
            b.accessibleName() == "Show web01" and b.isVisible() for b in view.findChildren(QPushButton)
        ),
        "the machine is a link",
    )
    press(find(view, QPushButton, "Show web01"))
    assert followed == [desk.web01]


async def test_what_the_local_schema_does_not_know_is_a_warning(desk: Desk) -> None:
    strange = "<pool type='dir'><name>x</name><unheard-of/><target><path>/x</path></target></pool>"
    view = shown(desk, Plan(text("Make"), (step(None, strange),)))
    if not LOCAL_SCHEMAS.is_dir():  # nothing to hold it against: nothing may be said
        assert not view._schema.isVisible()
        return
    await eventually(lambda: view._schema.isVisible(), "the warning is shown")
    assert "the host may be newer" in view._schema.words
    assert "pool" in view._schema.words


async def test_each_command_and_all_of_them_can_be_copied(desk: Desk) -> None:
    steps = (
        step(None, AFTER, "virsh pool-define x.xml"),
        Step(text("Refresh"), HOST, RefreshPool("x"), virsh=("virsh pool-refresh x",)),
    )
    view = shown(desk, Plan(text("Make"), steps))
    view._tabs.setCurrentIndex(1)
    button = type(icon_button("copy", ""))
    await eventually(
        lambda: any(
            b.accessibleName() == "Copy command 2" and b.isVisible() for b in view.findChildren(button)
        ),
        "the commands are listed",
    )
    press(find(view, button, "Copy command 2"))
    assert QApplication.clipboard().text() == "virsh pool-refresh x"
    press(find(view, button, "Copy all commands"))
    assert QApplication.clipboard().text() == "virsh pool-define x.xml\nvirsh pool-refresh x"
