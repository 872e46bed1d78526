"""A job in place: its steps, how far it is, and when it fails what was done, why, and how to clean up."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.plan import Reason
from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.store.store import Store
from vstore_gui.ui.messages import render, tr
from vstore_gui.ui.widgets.form import NoticeList, Sign
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.message_strip import MessageBanner

__all__ = ["JobProgress"]


class JobProgress(QWidget):
    """Signals: clean_up_wanted() for what a failed job has left; link_chosen(key)."""

    clean_up_wanted = Signal()
    link_chosen = Signal(object)

    def __init__(self, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(6)
        self._rows: list[_StepRow] = []
        self._job_id: str | None = None
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Progress")))
        self._reasons = NoticeList(store)
        self._reasons.link_chosen.connect(self.link_chosen)
        self._error: MessageBanner | None = None
        self._error_place = QVBoxLayout()
        self._left = label(wrap=True)
        self._clean_up = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "C&lean up")))
        self._clean_up.setAutoDefault(False)
        self._clean_up.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Clean up")))
        self._clean_up.clicked.connect(self.clean_up_wanted)
        self._left_row = QWidget()
        row = QHBoxLayout(self._left_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._left, 1)
        row.addWidget(self._clean_up, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._steps)
        column.addWidget(self._bar)
        column.addWidget(self._reasons)
        column.addLayout(self._error_place)
        column.addWidget(self._left_row)

    def show_job(self, job: JobState) -> None:
        """Show the job as it stands now."""
        if job.id != self._job_id:
            self._begin(job)
        for number, row in enumerate(self._rows):
            row.show_state(_state_of_step(job, number))
        running = job.status is JobStatus.RUNNING
        self._bar.setVisible(running)
        progress = job.progress
        if progress is None or not progress.total:
            self._bar.setRange(0, 0)
        else:
            # Qt's bars count in 32 bits, volumes in 64.
            self._bar.setRange(0, 1000)
            self._bar.setValue(min(1000, progress.done * 1000 // progress.total))
        self._reasons.show_reasons(
            reason for reason in job.reasons if isinstance(reason, Reason) and reason.blocks
        )
        self._show_error(job.error)
        self._show_left_over(job)

    def _show_error(self, error: ErrorState | None) -> None:
        if self._error is not None:
            self._error.hide()
            self._error.deleteLater()
            self._error = None
        if error is not None:
            self._error = MessageBanner.of_error(error)
            self._error_place.addWidget(self._error)

    def clean_up_started(self) -> None:
        self._left_row.hide()

    def _begin(self, job: JobState) -> None:
        self._job_id = job.id
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [_StepRow(render(step.sentence)) for step in job.plan.steps]
        for row in self._rows:
            self._steps.addWidget(row)

    def _show_left_over(self, job: JobState) -> None:
        left = job.left_over and job.status in (JobStatus.FAILED, JobStatus.STOPPED)
        self._left_row.setVisible(left)
        if left:
            undoing = [
                render(step.clean_up_sentence)
                for step in reversed(job.plan.steps[: job.steps_done])
                if step.clean_up_sentence is not None
            ]
            self._left.setText(
                tr(
                    QT_TRANSLATE_NOOP("vstore", "What was done so far stands. Clean up: {steps}"),
                    steps=" · ".join(undoing),
                )
                if undoing
                else tr(QT_TRANSLATE_NOOP("vstore", "What was done so far stands."))
            )


def _state_of_step(job: JobState, number: int) -> str:
    if number < job.steps_done:
        return "done"
    if number == job.step and job.status is JobStatus.RUNNING:
        return "now"
    if number == job.step and job.status in (JobStatus.FAILED, JobStatus.STOPPED):
        return "failed"
    return "ahead"


class _StepRow(QWidget):
    _SIGNS: Final = {
        "done": ("ok", "ok"),
        "now": ("chevron-right", "accent"),
        "failed": ("error", "bad"),
        "ahead": ("clock", "soft"),
    }

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self._sign = Sign("clock", "soft")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(words, wrap=True), 1)

    def show_state(self, state: str) -> None:
        self._sign.show_icon(*self._SIGNS[state])
        said = {
            "done": tr(QT_TRANSLATE_NOOP("vstore", "done")),
            "now": tr(QT_TRANSLATE_NOOP("vstore", "under way")),
            "failed": tr(QT_TRANSLATE_NOOP("vstore", "failed")),
            "ahead": tr(QT_TRANSLATE_NOOP("vstore", "not done")),
        }[state]
        self.setAccessibleName(f"{self._words} — {said}")
