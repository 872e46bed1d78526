"""Asked before something is lost or interrupted: what, who uses it, what cannot be taken back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from vstore_gui.actions import guards
from vstore_gui.actions.plan import Danger, Plan
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count
from vstore_gui.store.changes import Changes
from vstore_gui.ui.dialogs.base import Dialog
from vstore_gui.ui.messages import render, tr, visible
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.form import Field, Notice, NoticeList
from vstore_gui.ui.widgets.labels import label, link_button
from vstore_gui.ui.widgets.plan_view import PlanView

__all__ = ["ConfirmPlanDialog"]

_RECHECK_MS = 60
_STEPS_SHOWN = 8


class ConfirmPlanDialog(Dialog):
    """Accepted when the user wants the plan carried out; Cancel is the default.

    Where a guard blocks, it refuses with who is in the way, as links; there is no way around. It stays
    live: a machine that starts meanwhile is seen. Data loss asks for the name to be typed. It runs nothing
    itself.
    """

    def __init__(self, services: Services, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(render(plan.title), parent, heading=render(plan.title), width_em=34)
        self.setObjectName("ConfirmPlanDialog")
        self._services = services
        self._plan = plan
        self._refused = Notice("problem", tr(QT_TRANSLATE_NOOP("vstore", "This cannot be done now:")))
        self._blockers = NoticeList(services.store)
        self._blockers.link_chosen.connect(self._follow)
        self._remarks = NoticeList(services.store)
        self._remarks.link_chosen.connect(self._follow)
        self.body.addWidget(self._refused)
        self.body.addWidget(self._blockers)
        self._what = QWidget()
        what = QVBoxLayout(self._what)
        what.setContentsMargins(0, 0, 0, 0)
        for step in plan.steps[:_STEPS_SHOWN]:
            what.addWidget(label(render(step.sentence), wrap=True))
        if len(plan.steps) > _STEPS_SHOWN:
            more = tr(
                QT_TRANSLATE_NOOP("vstore", "… and {count} more steps, all in the plan below."),
                count=Count(len(plan.steps) - _STEPS_SHOWN),
            )
            what.addWidget(label(more, role="soft", wrap=True))
        self.body.addWidget(self._what)
        self.body.addWidget(self._remarks)
        self._view: PlanView | None = None
        self._more = link_button(tr(QT_TRANSLATE_NOOP("vstore", "Show the plan: XML and virsh commands")))
        self._more.clicked.connect(self._show_plan)
        self.body.addWidget(self._more)
        self._typed = QLineEdit()
        self._name_field: Field | None = None
        if plan.confirm_name is not None:
            self._add_name_field(plan.confirm_name)
        self.body.addStretch(1)
        self._cancel = self.add_cancel(default=True)
        verb = visible(render(plan.verb or plan.title)).replace("&", "&&")
        role = "danger" if plan.danger is Danger.LOSES_DATA else "primary"
        self.confirm: QPushButton = self.add_button(verb, role=role)
        self.confirm.clicked.connect(self._confirmed)
        self._recheck = QTimer(self)
        self._recheck.setSingleShot(True)
        self._recheck.setInterval(_RECHECK_MS)
        self._recheck.timeout.connect(self.check)
        unsubscribe = services.store.subscribe(self._store_changed)
        self.finished.connect(lambda _: unsubscribe())
        self.destroyed.connect(unsubscribe)
        self.check()
        services.start(self, self._check_fresh())
        (self._typed if self._name_field is not None else self._cancel).setFocus()

    @property
    def refused(self) -> bool:
        """A guard blocks now."""
        return self._blockers.isVisibleTo(self)

    def check(self) -> bool:
        """Ask the guards on the values of now; True when the plan may be confirmed."""
        reasons = guards.check(self._plan, self._services.store)
        blocking = guards.blocking(reasons)
        remarks = dict.fromkeys((*(reason for reason in reasons if not reason.blocks), *self._plan.notes))
        self._refused.setVisible(bool(blocking))
        self._blockers.show_reasons(blocking)
        # Of what would happen only when it can.
        self._remarks.show_reasons(() if blocking else remarks)
        self._what.setVisible(not blocking)
        self._more.setVisible(not blocking and self._view is None)
        name = self._plan.confirm_name
        named = name is None or self._typed.text() == name
        if self._name_field is not None:
            self._name_field.setVisible(not blocking)
        self.confirm.setEnabled(named and not blocking)
        self.confirm.setToolTip("\n".join(render(reason.message) for reason in blocking))
        # Once the name is typed, Enter means it; with nothing typed Enter means Cancel. A name that is half
        # typed is neither: see keyPressEvent.
        typed = name is not None and named and not blocking
        self.confirm.setDefault(typed)
        self._cancel.setDefault(not typed)
        return named and not blocking

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter too early, with the name half typed, does nothing: what is typed is not thrown away."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self._typed.hasFocus() and self._typed.text() and not self.confirm.isEnabled():
            event.accept()
            return
        super().keyPressEvent(event)

    async def _check_fresh(self) -> None:
        """The guards on values read again: what is shown may be old."""
        await self._services.runner.check(self._plan)
        self.check()

    def _add_name_field(self, name: str) -> None:
        words = tr(QT_TRANSLATE_NOOP("vstore", "Type “{name}” to confirm"), name=name)
        self._name_field = Field(words.replace("&", "&&"), self._typed)
        self._typed.setAccessibleName(words)
        self._typed.textChanged.connect(self.check)
        self.body.addWidget(self._name_field)

    def _show_plan(self) -> None:
        self._more.hide()
        self._view = PlanView(self._services.store, details_only=True)
        self._view.link_chosen.connect(self._follow)
        self._view.show_plan(self._plan)
        self.body.insertWidget(self.body.indexOf(self._more), self._view, 10)
        self.fit(34)

    def _confirmed(self) -> None:
        if self.check():
            self.accept()

    def _store_changed(self, _changes: Changes) -> None:
        if not self._recheck.isActive():
            self._recheck.start()

    def _follow(self, key: Any) -> None:
        self.reject()
        self._services.navigator.show_key(key)
