"""Insert…: which disc goes into this drive."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vstore_gui.entities.keys import DiskKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.dialogs.media_dialog import MediaDialog
from vstore_gui.ui.messages import tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.form import key_name

__all__ = ["InsertMediaDialog"]


class InsertMediaDialog(MediaDialog):
    """Discs of all pools of the machine's host, recent ones first; a double click or Enter inserts."""

    def __init__(self, services: Services, disk_key: DiskKey, parent: QWidget | None = None) -> None:
        drive = key_name(services.store, disk_key)
        super().__init__(
            services,
            tr(QT_TRANSLATE_NOOP("vstore", "Insert a disc")),
            tr(QT_TRANSLATE_NOOP("vstore", "Which disc goes into {drive}?"), drive=drive),
            disk_key,
            parent,
        )
        self.setObjectName("InsertMediaDialog")
        self.body.addWidget(self.discs, 1)
        self.body.addWidget(self.path_field)
        self.build(tr(QT_TRANSLATE_NOOP("vstore", "&Insert")))
        self.discs.filter_box.setFocus()
