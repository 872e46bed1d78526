"""The last page of every wizard: the plan, and then how its job goes."""

from __future__ import annotations

from vstore_gui.actions.jobs import JobState
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.messages import tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.job_progress import JobProgress
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.plan_view import PlanView
from vstore_gui.ui.wizards.page import WizardPage

__all__ = ["PlanPage"]


class PlanPage(WizardPage):
    """The last page of every wizard."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            "plan",
            tr(QT_TRANSLATE_NOOP("vstore", "Plan")),
            tr(QT_TRANSLATE_NOOP("vstore", "What will be done")),
        )
        self.refusals: tuple[Reason, ...] = ()
        self._wait = label(tr(QT_TRANSLATE_NOOP("vstore", "Working out the plan…")), role="soft", wrap=True)
        self.view = PlanView(services.store)
        self.progress = JobProgress(services.store)
        self.content.addWidget(self._wait)
        self.content.addWidget(self.progress)
        self.content.addWidget(self.view, 1)
        self.show_planning()

    def show_planning(self) -> None:
        self.refusals = ()
        self._wait.show()
        self.view.hide()
        self.progress.hide()

    def show_plan(self, plan: Plan) -> None:
        self._wait.hide()
        self.view.show_details_only(False)
        self.view.show_plan(plan)
        self.view.show()

    def show_refused(self, reasons: tuple[Reason, ...]) -> None:
        self.refusals = reasons
        self._wait.hide()

    def show_job(self, job: JobState) -> None:
        self.view.show_details_only(True)
        self.progress.show_job(job)
        self.progress.show()
