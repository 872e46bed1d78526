"""What Qt does at the first use of a thing, done while the window is not shown yet: nobody waits for it then.

The locale's data for long dates alone take some tens of milliseconds to load, a job's row as long to dress.
"""

from __future__ import annotations

import time

from PySide6.QtWidgets import QWidget

from vstore_gui.qtmodels.formats import when_text, when_tooltip
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.job_row import JobRow

__all__ = ["warm_up"]


def warm_up(services: Services) -> None:
    """Use once what the first click or job would otherwise wait for. Shows nothing, changes nothing."""
    now_s = time.time()
    when_text(now_s - 86_400)
    when_tooltip(now_s)
    row = JobRow(services)
    for widget in (row, *row.findChildren(QWidget)):
        widget.ensurePolished()
    row.sizeHint()
    row.deleteLater()
