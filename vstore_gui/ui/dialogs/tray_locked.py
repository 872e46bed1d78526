"""Asked before a tray that the guest has locked is opened by force."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vstore_gui.actions.plan import Plan
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.dialogs.base import Dialog
from vstore_gui.ui.messages import render, tr
from vstore_gui.ui.widgets.form import Notice
from vstore_gui.ui.widgets.labels import label

__all__ = ["TrayLockedDialog", "ask_to_force"]


class TrayLockedDialog(Dialog):
    """Says what forcing does; Cancel is the default."""

    def __init__(self, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(
            tr(QT_TRANSLATE_NOOP("vstore", "The tray is locked")),
            parent,
            heading=tr(QT_TRANSLATE_NOOP("vstore", "The guest has locked the tray")),
        )
        self.body.addWidget(label(render(plan.title), strong=True, wrap=True))
        self.body.addWidget(
            label(
                tr(
                    QT_TRANSLATE_NOOP(
                        "vstore",
                        "The guest uses the disc, or has mounted it. Better: eject it inside the guest, then "
                        "try again.",
                    )
                ),
                wrap=True,
            )
        )
        self.body.addWidget(
            Notice(
                "warning",
                tr(
                    QT_TRANSLATE_NOOP(
                        "vstore",
                        "Forced, the disc is pulled from under the guest: what reads from it fails there.",
                    )
                ),
            )
        )
        self.add_cancel(default=True)
        force = self.add_button(tr(QT_TRANSLATE_NOOP("vstore", "&Force the tray open")), role="danger")
        force.clicked.connect(self.accept)


async def ask_to_force(plan: Plan, parent: QWidget | None) -> bool:
    """True when the user wants it forced."""
    return await TrayLockedDialog(plan, parent).answered()
