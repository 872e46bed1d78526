"""The frame of every wizard: steps, pages, problems beside the field, and the plan as the last page."""

from __future__ import annotations

from asyncio import Task
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.actions import guards
from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.plan import Plan, PlanRefused, Reason
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.store.changes import Changes
from vstore_gui.ui.messages import render, tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.form import NoticeList, em
from vstore_gui.ui.wizards.page import WizardPage
from vstore_gui.ui.wizards.plan_page import PlanPage
from vstore_gui.ui.wizards.steps import StepLabel, StepSide

__all__ = ["Wizard"]

_RECHECK_MS = 60  # a burst of changes of the store is checked once


class Wizard(QDialog):
    """A wizard over a flow. Signals: ended_with(JobState) when its plan has been carried out.

    Subclasses add pages and answer `problems(page)` and `make_plan()`. It stays live: a change of the store
    checks again. Enter goes on, Esc leaves; Back loses nothing, since pages are kept.
    """

    ended_with = Signal(object)

    def __init__(self, services: Services, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setModal(False)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pages: list[WizardPage] = []
        self._insisted: set[int] = set()  # pages where Next was tried: all their problems are said
        self._plan: Plan | None = None
        self._planning: Task[Any] | None = None
        self._job: JobState | None = None
        self._closers: list[Callable[[], None]] = []
        self._step_labels: list[StepLabel] = []

        self._steps = QVBoxLayout()
        self._steps.setContentsMargins(16, 24, 16, 16)
        self._steps.setSpacing(10)
        self._steps.addStretch(1)
        side = StepSide()
        side.setLayout(self._steps)

        self._stack = QStackedWidget()
        self._page_notices = NoticeList(services.store)
        self._page_notices.link_chosen.connect(self._follow)

        self._back = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "&Back")))
        self._back.setAutoDefault(False)
        self._back.clicked.connect(self.go_back)
        self._next = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "&Next")))
        self._next.setDefault(True)
        self._next.clicked.connect(self.go_on)
        self._cancel = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Cancel")))
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(24, 0, 24, 18)
        buttons.addWidget(self._cancel)
        buttons.addStretch(1)
        buttons.addWidget(self._back)
        buttons.addWidget(self._next)

        notices = QVBoxLayout()
        notices.setContentsMargins(24, 0, 24, 0)
        notices.addWidget(self._page_notices)
        main = QVBoxLayout()
        main.setSpacing(12)
        main.addWidget(self._stack, 1)
        main.addLayout(notices)
        main.addLayout(buttons)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(side)
        whole.addLayout(main, 1)

        self._plan_page = PlanPage(services)
        self._plan_page.view.link_chosen.connect(self._follow)
        self._plan_page.progress.link_chosen.connect(self._follow)
        self._plan_page.progress.clean_up_wanted.connect(self._clean_up)

        self._recheck = QTimer(self)
        self._recheck.setSingleShot(True)
        self._recheck.setInterval(_RECHECK_MS)
        self._recheck.timeout.connect(self.check)
        self._closers.append(services.store.subscribe(self._store_changed))
        self._closers.append(services.jobs.subscribe(self._job_changed))
        self.finished.connect(self._close_all)
        self._fit_to_screen()

    # ── for subclasses ──────────────────────────────────────────────────────────────────────────────────────

    def problems(self, page: str) -> tuple[Reason, ...]:
        """What keeps the page (by its key) from being left, and what to know on it."""
        raise NotImplementedError

    async def make_plan(self) -> Plan:
        """The plan of the draft as it stands. Raises PlanRefused, HostError."""
        raise NotImplementedError

    def succeeded(self, _job: JobState) -> None:
        """All steps are done; the window shows what was made."""

    def add_pages(self, *pages: WizardPage) -> None:
        """The pages before the plan, in order; called once. The first one is shown."""
        for page in (*pages, self._plan_page):
            self._pages.append(page)
            page.edited.connect(self._edited)
            scroller = QScrollArea()
            scroller.setWidgetResizable(True)
            scroller.setFrameShape(QFrame.Shape.NoFrame)
            scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            scroller.setWidget(page)
            self._stack.addWidget(scroller)
            step = StepLabel(page.step)
            self._step_labels.append(step)
            self._steps.insertWidget(self._steps.count() - 1, step)
        self._show_page(0)

    def add_closer(self, close: Callable[[], None]) -> None:
        """To be called when the wizard ends, however it ends."""
        self._closers.append(close)

    # ── moving ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def page(self) -> WizardPage:
        return self._pages[self._stack.currentIndex()]

    @property
    def on_plan(self) -> bool:
        return self.page is self._plan_page

    def go_on(self) -> None:
        """Next, or on the last page: do it. Stays when something blocks, and goes to the first such field."""
        if self._job is not None:
            self._after_job()
            return
        at = self._stack.currentIndex()
        self._insisted.add(at)
        if not self.check():
            self._focus_first_problem()
            return
        if self.on_plan:
            self._carry_out()
        else:
            self._show_page(at + 1)

    def go_back(self) -> None:
        if self._stack.currentIndex() > 0:
            self._show_page(self._stack.currentIndex() - 1)

    def _show_page(self, at: int) -> None:
        self._stack.setCurrentIndex(at)
        page = self.page
        page.entered()
        for number, step in enumerate(self._step_labels):
            step.place(number, at, len(self._pages))
        if page is self._plan_page:
            self._begin_planning()
        self.check()
        target = page.first_focus() or self._next
        target.setFocus(Qt.FocusReason.TabFocusReason)

    # ── checking ────────────────────────────────────────────────────────────────────────────────────────────

    def check(self) -> bool:
        """Check the page on live values and say what is wrong. True when it can be left."""
        if not self._pages:
            return False
        page = self.page
        reasons = self._plan_problems() if self.on_plan else self.problems(page.key)
        insisted = self._stack.currentIndex() in self._insisted
        homeless = page.show_problems(reasons, all_fields=insisted)
        self._page_notices.show_reasons(() if self._job else homeless)
        blocked = any(reason.blocks for reason in reasons)
        said = any(reason.blocks for reason in homeless) or any(
            bool(field.control.property("invalid")) for field in page.fields.values()
        )
        self._update_buttons(blocked=blocked, said=said)
        return not blocked

    def _plan_problems(self) -> tuple[Reason, ...]:
        """On the plan page everything counts: what earlier pages say now, and the plan's own guards."""
        seen: dict[str, Reason] = {}
        for page in self._pages[:-1]:
            for reason in self.problems(page.key):
                if reason.blocks:
                    seen.setdefault(render(reason.message), reason)
        if self._plan is not None:
            for reason in guards.check(self._plan, self.services.store):
                seen.setdefault(render(reason.message), reason)
        for reason in self._plan_page.refusals:
            seen.setdefault(render(reason.message), reason)
        return tuple(seen.values())

    def _update_buttons(self, *, blocked: bool, said: bool) -> None:
        self._back.setVisible(self._stack.currentIndex() > 0)
        if self._job is not None:
            self._update_job_buttons(self._job)
            return
        self._back.setEnabled(True)
        self._cancel.setText(tr(QT_TRANSLATE_NOOP("vstore", "Cancel")))
        if self.on_plan:
            ready = self._plan is not None and not blocked
            verb = (
                render(self._plan.verb or self._plan.title)
                if self._plan
                else tr(QT_TRANSLATE_NOOP("vstore", "Working out the plan…"))
            )
            self._next.setText(verb.replace("&", "&&"))
            self._next.setEnabled(ready)
        else:
            self._next.setText(tr(QT_TRANSLATE_NOOP("vstore", "&Next")))
            # While nothing has been said yet, Next may be pressed: it says what is missing.
            self._next.setEnabled(not (blocked and said))

    def _focus_first_problem(self) -> None:
        for field in self.page.fields.values():
            if field.control.property("invalid"):
                field.control.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _edited(self) -> None:
        self._plan = None
        self.check()

    def _store_changed(self, _changes: Changes) -> None:
        if not self._recheck.isActive():
            self._recheck.start()

    def check_soon(self) -> None:
        """Something that the checks look at has changed: check after a breath."""
        self._recheck.start()

    # ── the plan ────────────────────────────────────────────────────────────────────────────────────────────

    def _begin_planning(self) -> None:
        self._plan = None
        self._plan_page.show_planning()
        if self._planning is not None:
            self._planning.cancel()
        self._planning = self.services.start(self, self._work_out())

    async def _work_out(self) -> None:
        try:
            plan = await self.make_plan()
        except PlanRefused as refused:
            self._plan_page.show_refused(refused.reasons)
        except HostError as error:
            self._plan_page.show_refused((Reason(error.state.message),))
        else:
            self._plan = plan
            self._plan_page.show_plan(plan)
        self.check()
        if self._plan is not None and self.on_plan:
            self._next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _carry_out(self) -> None:
        assert self._plan is not None
        self._job = self.services.runner.start(self._plan)
        self._show_job(self._job)

    def _job_changed(self, job: JobState) -> None:
        if self._job is not None and job.id == self._job.id:
            self._show_job(job)

    def _show_job(self, job: JobState) -> None:
        self._job = job
        self._page_notices.show_reasons(())
        self._plan_page.show_job(job)
        self._update_job_buttons(job)
        if job.status is JobStatus.DONE:
            self.ended_with.emit(job)
            self.succeeded(job)
            self.accept()

    def _update_job_buttons(self, job: JobState) -> None:
        running = job.status is JobStatus.RUNNING
        self._back.setEnabled(not running)
        self._next.setEnabled(not running)
        self._next.setText(
            tr(QT_TRANSLATE_NOOP("vstore", "Working…"))
            if running
            else tr(QT_TRANSLATE_NOOP("vstore", "&Try again"))
        )
        self._cancel.setText(
            tr(QT_TRANSLATE_NOOP("vstore", "&Continue in the background"))
            if running
            else tr(QT_TRANSLATE_NOOP("vstore", "Close"))
        )

    def _after_job(self) -> None:
        """Try again: plan anew from fresh values."""
        self._job = None
        self._begin_planning()
        self.check()

    def _clean_up(self) -> None:
        if self._job is None:
            return
        plan = self.services.runner.plan_clean_up(self._job.id)
        self._plan_page.progress.clean_up_started()
        if plan is None:
            self.services.runner.dismiss(self._job.id)
        else:
            self.services.navigator.run_plan(plan)

    # ── leaving ─────────────────────────────────────────────────────────────────────────────────────────────

    def _follow(self, key: Any) -> None:
        self.services.navigator.show_key(key)
        self.reject()

    def _close_all(self) -> None:
        self._recheck.stop()
        if self._planning is not None:
            self._planning.cancel()
        for close in self._closers:
            close()
        self._closers.clear()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._close_all()
        super().closeEvent(event)

    def _fit_to_screen(self) -> None:
        wide, high = em(self, 50), em(self, 46)
        screen = self.screen()
        if screen is not None:
            room = screen.availableGeometry()
            wide, high = min(wide, room.width() - 40), min(high, room.height() - 60)
        self.resize(wide, high)
