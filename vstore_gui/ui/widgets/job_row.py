"""One job of the activity panel: sentence, progress, what can be done about it, and its steps when asked."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.plan import Reason
from vstore_gui.entities.errors import ErrorKind, ErrorState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.formats import when_text, when_tooltip
from vstore_gui.qtmodels.roles import Role
from vstore_gui.ui.messages import render, tr, visible
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.capacity_bar import paint_bar
from vstore_gui.ui.widgets.form import Sign, key_name
from vstore_gui.ui.widgets.labels import ElidedLabel, label, link_button
from vstore_gui.ui.widgets.message_strip import MessageBanner

__all__ = ["JobRow"]

_STATUS_ICONS: dict[JobStatus, tuple[str, str]] = {
    JobStatus.RUNNING: ("running", "accent"),
    JobStatus.DONE: ("ok", "ok"),
    JobStatus.FAILED: ("error", "bad"),
    JobStatus.STOPPED: ("stop", "warn"),
    JobStatus.REFUSED: ("warning", "warn"),
    JobStatus.UNDONE: ("undo", "soft"),
}


# Of the row's width: '64 % · 412 MiB/s · 4 s left' needs more than '14:05'.
_NOTE_OF_PACE = 4
_NOTE_OF_TIME = 2


class _ThinBar(QWidget):
    """Progress; of unknown length it is hatched."""

    def __init__(self) -> None:
        super().__init__()
        self._share: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Progress")))

    def sizeHint(self) -> QSize:
        return QSize(160, 7)

    def set_share(self, share: float | None) -> None:
        if share != self._share:
            self._share = share
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(0, (self.height() - 7) / 2, self.width(), 7)
        if self._share is None:
            paint_bar(painter, rect, 0.0, 1.0)
        else:
            paint_bar(painter, rect, self._share)
        painter.end()


class JobRow(QFrame):
    """Follows one row of JobsModel. Signals: `asked(verb, job id)`."""

    asked = Signal(str, str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = services.store
        self._show_key = services.navigator.show_key
        self._job: JobState | None = None
        self._shown_status: JobStatus | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 3, 14, 3)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(12)
        self._picture = Sign("running", "accent")
        self._sentence = ElidedLabel()
        self._bar = _ThinBar()
        self._result = ElidedLabel()
        self._result.setProperty("role", "soft")
        self._note = ElidedLabel()
        self._note.setProperty("role", "soft")
        row.addWidget(self._picture)
        row.addWidget(self._sentence, 9)
        row.addWidget(self._bar, 6)
        row.addWidget(self._result, 9)
        row.addWidget(self._note, _NOTE_OF_TIME)
        self._row = row
        # Of one width in most rows, so that what stands left of it lines up.
        links = QWidget()
        links.setMinimumWidth(self.fontMetrics().averageCharWidth() * 24)
        link_row = QHBoxLayout(links)
        link_row.setContentsMargins(0, 0, 0, 0)
        link_row.setSpacing(12)
        link_row.addStretch(1)
        row.addWidget(links)
        self._buttons: dict[str, QWidget] = {}
        for verb, word in (
            ("finish", QT_TRANSLATE_NOOP("vstore", "Finish")),
            ("clean_up", QT_TRANSLATE_NOOP("vstore", "Clean up")),
            ("dismiss", QT_TRANSLATE_NOOP("vstore", "Leave as it is")),
            ("force", QT_TRANSLATE_NOOP("vstore", "Open the tray by force…")),
            ("undo", QT_TRANSLATE_NOOP("vstore", "Undo")),
            ("cancel", QT_TRANSLATE_NOOP("vstore", "Cancel")),
        ):
            button = link_button(tr(word))
            button.clicked.connect(lambda _=False, verb=verb: self._ask(verb))
            button.hide()
            self._buttons[verb] = button
            link_row.addWidget(button)
        self._details_button = link_button(tr(QT_TRANSLATE_NOOP("vstore", "Details")))
        self._details_button.setCheckable(True)
        self._details_button.toggled.connect(self._show_details)
        link_row.addWidget(self._details_button)
        column.addLayout(row)
        self._details: QWidget | None = None
        self._cancel = self._buttons["cancel"]

    @property
    def job(self) -> JobState | None:
        return self._job

    def _ask(self, verb: str) -> None:
        if self._job is not None:
            self.asked.emit(verb, self._job.id)

    def follow(self, index: QModelIndex | QPersistentModelIndex) -> None:
        """Show what the model says of the job now."""
        job: JobState = index.data(Role.VALUE)
        before, self._job = self._job, job
        title = visible(index.data(Qt.ItemDataRole.DisplayRole))
        self._sentence.setText(title)
        self.setAccessibleName(index.data(Qt.ItemDataRole.AccessibleTextRole) or title)
        running = job.status is JobStatus.RUNNING
        self._bar.setVisible(running)
        self._result.setVisible(not running)
        self._row.setStretchFactor(self._note, _NOTE_OF_PACE if running else _NOTE_OF_TIME)
        if running:
            self._bar.set_share(index.data(Role.PROGRESS))
            self._note.setText(visible(index.data(Role.NOTE) or ""))
        else:
            self._say_result(job, index)
        if before is not None and _look(before) == _look(job):
            return
        name, role = _STATUS_ICONS[job.status]
        if job.status is JobStatus.DONE and job.warning is not None:
            name, role = "warning", "warn"
        self._picture.show_icon(name, role)
        self._picture.setAccessibleName(index.data(Role.STATE_TEXT) or "")
        self._offer(job, title, undoable=bool(index.data(Role.UNDOABLE)))
        if self._details_button.isChecked():
            self._show_details(True)

    def say_age(self) -> None:
        """When it ended; nothing while it runs."""
        job = self._job
        if job is not None and job.status is not JobStatus.RUNNING:
            ended_s = job.ended_s or job.started_s
            self._note.setText(when_text(ended_s))
            self._note.setToolTip(when_tooltip(ended_s))

    def _say_result(self, job: JobState, index: QModelIndex | QPersistentModelIndex) -> None:
        self.say_age()
        if job.error is not None and job.status is not JobStatus.DONE:
            words = render(job.error.message)
        elif job.reasons:
            words = " ".join(render(reason.message) for reason in job.reasons if isinstance(reason, Reason))
        elif job.warning is not None:
            words = render(job.warning)
        elif job.status is JobStatus.DONE and job.plan.outcome is not None:
            words = render(job.plan.outcome)
        else:
            words = index.data(Role.STATE_TEXT) or ""
        self._result.setText(words)

    def _offer(self, job: JobState, title: str, *, undoable: bool) -> None:
        offers = {
            "cancel": job.status is JobStatus.RUNNING,
            "undo": undoable,
            "clean_up": job.left_over,
            "finish": job.left_over and job.from_journal,
            "dismiss": job.left_over,
            "force": job.status is JobStatus.FAILED
            and job.error is not None
            and job.error.kind is ErrorKind.TRAY_LOCKED,
        }
        for verb, offered in offers.items():
            self._buttons[verb].setVisible(offered)
            word = self._buttons[verb].property("text")
            self._buttons[verb].setAccessibleName(f"{word}: {title}")
        cancel = self._cancel
        word = (
            tr(QT_TRANSLATE_NOOP("vstore", "Cancel"))
            if job.can_cancel
            else tr(QT_TRANSLATE_NOOP("vstore", "Stop waiting"))
        )
        cancel.setProperty("text", word)
        cancel.setAccessibleName(f"{word}: {title}")
        cancel.setToolTip(
            ""
            if job.can_cancel
            else tr(QT_TRANSLATE_NOOP("vstore", "The host cannot be told to stop: it may go on with it."))
        )
        self._details_button.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Details of {job}"), job=title))

    # ── details ─────────────────────────────────────────────────────────────────────────────────────────────

    def _show_details(self, on: bool) -> None:
        if self._details is not None:
            self._details.hide()
            self._details.deleteLater()
            self._details = None
        if not on or self._job is None:
            return
        self._details = self._made_details(self._job)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._details)

    def _made_details(self, job: JobState) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(30, 2, 0, 6)
        column.setSpacing(4)
        for number, step in enumerate(job.plan.steps):
            line = QHBoxLayout()
            line.setSpacing(8)
            name, role, word = _step_mark(job, number)
            mark = Sign(name, role, 14)
            mark.setToolTip(word)
            line.addWidget(mark)
            sentence = label(render(step.sentence), selectable=True, wrap=True)
            sentence.setAccessibleName(f"{word}: {render(step.sentence)}")
            line.addWidget(sentence, 1)
            column.addLayout(line)
        if job.warning is not None:
            column.addWidget(label(render(job.warning), role="warn", wrap=True))
        if isinstance(job.error, ErrorState):
            column.addWidget(MessageBanner.of_error(job.error))
        for reason in job.reasons:
            if isinstance(reason, Reason):
                column.addWidget(label(render(reason.message), role="warn", wrap=True, selectable=True))
                column.addLayout(self._links(reason))
        return made

    def _links(self, reason: Reason) -> QHBoxLayout:
        row = QHBoxLayout()
        for key in reason.links:
            name = key_name(self._store, key)
            button = link_button(tr(QT_TRANSLATE_NOOP("vstore", "Show {name}"), name=name))
            button.clicked.connect(lambda _=False, key=key: self._show_key(key))
            row.addWidget(button)
        row.addStretch(1)
        return row


def _look(job: JobState) -> tuple[object, ...]:
    """What the row's picture, links and steps depend on."""
    return job.status, job.can_cancel, job.left_over, job.step, job.warning


def _step_mark(job: JobState, number: int) -> tuple[str, str, str]:
    """Icon, colour and word of a step."""
    if number < job.steps_done:
        return "ok", "ok", tr(QT_TRANSLATE_NOOP("vstore", "done"))
    if number == job.step and job.status is JobStatus.FAILED:
        return "error", "bad", tr(QT_TRANSLATE_NOOP("vstore", "failed"))
    if number == job.step and job.status is JobStatus.RUNNING:
        return "running", "accent", tr(QT_TRANSLATE_NOOP("vstore", "under way"))
    if number == job.step and job.in_doubt:
        return "help", "warn", tr(QT_TRANSLATE_NOOP("vstore", "not known whether it was done"))
    return "more", "soft", tr(QT_TRANSLATE_NOOP("vstore", "not done"))
