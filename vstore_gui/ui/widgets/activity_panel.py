"""What is being done and what was: the last jobs, newest first, with progress, undo and details."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from vstore_gui.actions.disks import forced
from vstore_gui.actions.jobs import JobState
from vstore_gui.actions.plan import Plan
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count
from vstore_gui.qtmodels.jobs import JobsModel
from vstore_gui.ui.icons import keep_icon
from vstore_gui.ui.messages import tr
from vstore_gui.ui.palette import qcolor
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.job_row import JobRow
from vstore_gui.ui.widgets.labels import label

__all__ = ["ActivityPanel"]

_ROWS_SHOWN = 3
_ROWS_KEPT = 30
_COLLAPSED = "activity/collapsed"
_AGE_TICK_MS = 30_000


class ActivityPanel(QWidget):
    """Signals: `undo_asked(job id)`."""

    undo_asked = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.model = JobsModel(services.jobs, self)
        self.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Activity")))
        self.rows: list[JobRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 14, 4)
        self._toggle = QToolButton()
        self._toggle.setAutoRaise(True)
        self._toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._toggle.setIconSize(QSize(12, 12))
        self._toggle.clicked.connect(lambda: self.set_collapsed(not self.collapsed))
        bar.addWidget(self._toggle)
        self._title = label(tr(QT_TRANSLATE_NOOP("vstore", "Activity")), role="soft", strong=True, size=0.9)
        bar.addWidget(self._title)
        self._count: QLabel = label(role="soft", size=0.9)
        bar.addSpacing(10)
        bar.addWidget(self._count)
        bar.addStretch(1)
        column.addLayout(bar)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(0, 0, 0, 6)
        self._list.setSpacing(0)
        self._list.addStretch(1)
        self._area.setWidget(inner)
        self._area.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        column.addWidget(self._area, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.collapsed: bool = bool(services.settings.value(_COLLAPSED, False, type=bool))
        self.model.rowsInserted.connect(self._came)
        self.model.rowsRemoved.connect(self._went)
        self.model.layoutChanged.connect(self._arranged)
        self.model.dataChanged.connect(self._changed)
        if self.model.rowCount():
            self._came(QModelIndex(), 0, self.model.rowCount() - 1)
        self.set_collapsed(self.collapsed)
        self._ageing = QTimer(self, interval=_AGE_TICK_MS)
        self._ageing.timeout.connect(self.say_ages)
        self._ageing.start()

    def say_ages(self) -> None:
        """'now' becomes '1 min ago'."""
        for row in self.rows:
            row.say_age()

    def set_collapsed(self, collapsed: bool) -> None:
        self.collapsed = collapsed
        self._services.settings.setValue(_COLLAPSED, collapsed)
        self._area.setVisible(not collapsed and bool(self.rows))
        keep_icon(self._toggle, "chevron-up" if collapsed else "chevron-down", "soft")
        name = (
            tr(QT_TRANSLATE_NOOP("vstore", "Show the activity"))
            if collapsed
            else tr(QT_TRANSLATE_NOOP("vstore", "Hide the activity"))
        )
        self._toggle.setAccessibleName(name)
        self._toggle.setToolTip(name)
        self._say_count()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As high as the last three jobs, more where details are open; the rest is scrolled to."""
        hint = super().sizeHint()
        head = self._toggle.sizeHint().height() + 9
        if not self.rows or self.collapsed:
            return QSize(hint.width(), head)
        shown = sum(row.sizeHint().height() for row in self.rows[:_ROWS_SHOWN]) + 10
        return QSize(hint.width(), head + min(shown, 340))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), qcolor("panel"))
        painter.fillRect(0, 0, self.width(), 1, qcolor("line"))
        painter.end()

    # ── rows ────────────────────────────────────────────────────────────────────────────────────────────────

    def _came(self, _parent: QModelIndex, first: int, last: int) -> None:
        for place in range(first, min(last, _ROWS_KEPT - 1) + 1):
            row = JobRow(self._services)
            row.asked.connect(self._asked)
            row.follow(self.model.index(place))
            self.rows.insert(place, row)
            self._list.insertWidget(place, row)
        self._trim()
        self._area.setVisible(not self.collapsed)
        self._area.verticalScrollBar().setValue(0)
        self._say_count()
        self.updateGeometry()

    def _trim(self) -> None:
        for row in self.rows[_ROWS_KEPT:]:
            self._drop(row)
        del self.rows[_ROWS_KEPT:]

    def _drop(self, row: JobRow) -> None:
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _went(self, _parent: QModelIndex, first: int, last: int) -> None:
        for row in self.rows[first : last + 1]:
            self._drop(row)
        del self.rows[first : last + 1]
        # Rows beyond those kept come up.
        for place in range(len(self.rows), min(self.model.rowCount(), _ROWS_KEPT)):
            self._came(QModelIndex(), place, place)
        self._say_count()
        self.updateGeometry()

    def _arranged(self, *_: Any) -> None:
        for place, row in enumerate(self.rows):
            row.follow(self.model.index(place))

    def _changed(self, first: QModelIndex, last: QModelIndex, *_: Any) -> None:
        for place in range(first.row(), min(last.row(), len(self.rows) - 1) + 1):
            self.rows[place].follow(self.model.index(place))
        self._say_count()
        self.updateGeometry()

    def _say_count(self) -> None:
        running = self.model.running
        if running:
            words = tr(QT_TRANSLATE_NOOP("vstore", "{n} running"), n=Count(running))
        elif not self.rows:
            words = tr(QT_TRANSLATE_NOOP("vstore", "nothing has been changed yet"))
        else:
            words = ""
        self._count.setText(words)

    # ── what rows ask ───────────────────────────────────────────────────────────────────────────────────────

    def _asked(self, verb: str, job_id: str) -> None:
        runner = self._services.runner
        job: JobState | None = self._services.jobs.jobs.get(job_id)
        match verb:
            case "cancel":
                runner.stop(job_id)
            case "undo":
                self.undo_asked.emit(job_id)
            case "clean_up":
                self._deal_with(job_id, runner.plan_clean_up(job_id))
            case "finish":
                self._deal_with(job_id, runner.plan_finish(job_id))
            case "dismiss":
                runner.dismiss(job_id)
            case "force" if job is not None:
                self._services.navigator.run_plan(forced(job.plan))

    def _deal_with(self, job_id: str, plan: Plan | None) -> None:
        """Carry the plan out, asking first where data is lost; without one nothing is left to do."""
        if plan is None:
            self._services.runner.dismiss(job_id)
        else:
            self._services.navigator.run_plan(plan)
