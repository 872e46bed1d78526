"""Shows a plan: sentences, what to know, the documents with their differences, the virsh commands."""

from __future__ import annotations

import asyncio
from typing import Final

from lxml import etree
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.actions.plan import Danger, Plan
from vstore_gui.aio import tasks
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.store.store import Store
from vstore_gui.ui.icons import keep_icon
from vstore_gui.ui.messages import render, tr
from vstore_gui.ui.theme import monospace
from vstore_gui.ui.widgets.chip import Chip
from vstore_gui.ui.widgets.diff_view import DiffView, diff_lines
from vstore_gui.ui.widgets.form import Notice, NoticeList, em
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.message_strip import icon_button
from vstore_gui.xml.schema import schema_problems

__all__ = ["PlanView"]


class PlanView(QWidget):
    """A plan to read before it is carried out. Signals: link_chosen(key) of a thing named in a note."""

    link_chosen = Signal(object)

    def __init__(self, store: Store, parent: QWidget | None = None, *, details_only: bool = False) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self._words = QWidget()
        self._sentences = QVBoxLayout()
        self._sentences.setSpacing(6)
        self._notes = NoticeList(store)
        self._notes.link_chosen.connect(self.link_chosen)
        self._undo = Notice("info")
        self._schema = Notice("warning")
        self._schema.hide()

        self._xml = DiffView()
        self._xml.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "XML documents of the plan")))
        self._whole = QCheckBox(tr(QT_TRANSLATE_NOOP("vstore", "Show &unchanged lines as well")))
        self._whole.toggled.connect(self._show_xml)
        xml_page = QWidget()
        xml_column = QVBoxLayout(xml_page)
        xml_column.setContentsMargins(0, 8, 0, 0)
        xml_column.addWidget(self._xml, 1)
        xml_column.addWidget(self._whole)

        self._commands = _Commands()
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "The plan in detail")))
        self._tabs.addTab(xml_page, tr(QT_TRANSLATE_NOOP("vstore", "&XML")))
        self._tabs.addTab(self._commands, tr(QT_TRANSLATE_NOOP("vstore", "&virsh commands")))
        self._tabs.setMinimumHeight(em(self, 9))

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(12)
        words.addLayout(self._sentences)
        words.addWidget(self._notes)
        words.addWidget(self._undo)
        column.addWidget(self._words)
        column.addWidget(self._schema)
        column.addWidget(self._tabs, 1)
        self.show_details_only(details_only)

    def show_details_only(self, only: bool) -> None:
        """Without the sentences and notes, where they stand beside it already."""
        self._words.setVisible(not only)

    @property
    def plan(self) -> Plan | None:
        return self._plan

    def show_plan(self, plan: Plan) -> None:
        """Show this plan; its documents are held against the local schema in the background."""
        self._plan = plan
        _empty(self._sentences)
        for number, step in enumerate(plan.steps, start=1):
            self._sentences.addWidget(_Sentence(number, render(step.sentence)))
        self._notes.show_reasons(plan.notes)
        # What loses data says so in its notes.
        self._undo.setVisible(bool(plan.steps) and plan.danger is not Danger.LOSES_DATA)
        if plan.inverse is None:
            self._undo.say("warning", tr(QT_TRANSLATE_NOOP("vstore", "This cannot be undone.")))
        else:
            self._undo.say(
                "info",
                tr(
                    QT_TRANSLATE_NOOP("vstore", "Can be taken back: Undo “{inverse}”"),
                    inverse=render(plan.inverse.label),
                ),
            )
        self._show_xml()
        self._commands.show_commands([line for step in plan.steps for line in step.virsh])
        self._schema.hide()
        documents = [step.xml_after for step in plan.steps if step.xml_after]
        if documents:
            tasks.start(self, self._check_schema(plan, documents), name="schema check")

    def _show_xml(self) -> None:
        if self._plan is None:
            return
        with_xml = [step for step in self._plan.steps if step.xml_before or step.xml_after]
        whole = self._whole.isChecked()
        parts = [diff_lines(step.xml_before, step.xml_after, whole=whole) for step in with_xml]
        joined = [line for part in parts for line in ((" ", ""), *part)][1:]
        self._xml.set_lines(tuple(joined))
        self._whole.setVisible(any(step.xml_before for step in with_xml))
        self._tabs.setTabEnabled(0, bool(with_xml))
        if not with_xml:
            self._tabs.setCurrentIndex(1)

    async def _check_schema(self, plan: Plan, documents: list[str]) -> None:
        found = await asyncio.to_thread(_all_schema_problems, documents)
        if plan is not self._plan or not found:
            return
        self._schema.say(
            "warning",
            tr(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "The libvirt schema of this computer does not know all of it; the host may be newer: "
                    "{problems}",
                ),
                problems="; ".join(found),
            ),
        )
        self._schema.show()


# The root element's name to what the schemas call the document.
_NOUNS: Final = {
    "pool": "pool",
    "volume": "volume",
    "domain": "domain",
    "disk": "disk",
    "domainsnapshot": "snapshot",
    "secret": "secret",
    "device": "node-device",
}


def _all_schema_problems(documents: list[str]) -> list[str]:
    """Blocks: reads the schema files and validates. Without installed schemas there is nothing to say."""
    found: dict[str, None] = {}
    for document in documents:
        noun = _NOUNS.get(str(etree.fromstring(document.encode()).tag))
        if noun is not None:
            found.update(dict.fromkeys(schema_problems(document, noun)))
    return list(found)


def _empty(layout: QVBoxLayout | QGridLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class _Sentence(QWidget):
    def __init__(self, number: int, words: str) -> None:
        super().__init__()
        self.setAccessibleName(
            tr(QT_TRANSLATE_NOOP("vstore", "Step {number}: {sentence}"), number=str(number), sentence=words)
        )
        badge = Chip(str(number))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(words, wrap=True), 1)


class _Commands(QScrollArea):
    """Shell lines that do the same, each to be copied, or all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rows = QGridLayout()
        self._rows.setColumnStretch(0, 1)
        self._all = QToolButton()
        self._all.setText(tr(QT_TRANSLATE_NOOP("vstore", "Copy &all commands")))
        self._all.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        keep_icon(self._all, "copy")
        self._all.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Copy all commands")))
        self._all.clicked.connect(self._copy_all)
        self._lines: list[str] = []
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(self._rows)
        column.addWidget(self._all, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.setWidget(inner)

    def show_commands(self, lines: list[str]) -> None:
        self._lines = lines
        _empty(self._rows)
        for row, line in enumerate(lines):
            self._rows.addWidget(self._command(line), row, 0)
            self._rows.addWidget(self._copier(row, line), row, 1, Qt.AlignmentFlag.AlignTop)
        self._all.setVisible(len(lines) > 1)

    @staticmethod
    def _command(line: str) -> QLabel:
        made = label(line, wrap=True, selectable=True)
        made.setFont(monospace())
        return made

    @staticmethod
    def _copier(row: int, line: str) -> QToolButton:
        button = icon_button(
            "copy", tr(QT_TRANSLATE_NOOP("vstore", "Copy command {number}"), number=str(row + 1))
        )
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(line))
        return button

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._lines))
