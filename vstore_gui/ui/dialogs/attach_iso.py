"""Attach ISO…: which disc, into which drive of which machine."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vstore_gui.entities.disk_rules import disk_label
from vstore_gui.entities.keys import DiskKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.flows.insert_media import Drive
from vstore_gui.ui.dialogs.media_dialog import MediaDialog
from vstore_gui.ui.messages import render, tr, visible
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.disk_facts import source_words
from vstore_gui.ui.widgets.form import key_name
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.picker import Picker, PickRow

__all__ = ["AttachIsoDialog"]


class AttachIsoDialog(MediaDialog):
    """A disc and a drive; running machines first. `iso` is chosen already when given."""

    def __init__(
        self, services: Services, iso: VolumeKey | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            services,
            tr(QT_TRANSLATE_NOOP("vstore", "Attach an ISO")),
            tr(QT_TRANSLATE_NOOP("vstore", "Which disc, into which drive?")),
            None,
            parent,
            host=iso.host if iso is not None else None,
        )
        self.setObjectName("AttachIsoDialog")
        self.drives = Picker(
            tr(QT_TRANSLATE_NOOP("vstore", "Drives")),
            (
                tr(QT_TRANSLATE_NOOP("vstore", "Machine")),
                tr(QT_TRANSLATE_NOOP("vstore", "Drive")),
                tr(QT_TRANSLATE_NOOP("vstore", "Disc in it")),
                tr(QT_TRANSLATE_NOOP("vstore", "State")),
            ),
        )
        self.drives.picked.connect(self._drive_picked)
        self.drives.chosen.connect(self._drive_chosen)
        self._no_drive = label(
            tr(QT_TRANSLATE_NOOP("vstore", "No machine here has a drive for this disc.")),
            role="warn",
            wrap=True,
        )
        self.body.addWidget(label(tr(QT_TRANSLATE_NOOP("vstore", "Disc")), strong=True))
        self.body.addWidget(self.discs, 1)
        self.body.addWidget(label(tr(QT_TRANSLATE_NOOP("vstore", "Drive")), strong=True))
        self.body.addWidget(self.drives, 1)
        self.body.addWidget(self._no_drive)
        self.build(tr(QT_TRANSLATE_NOOP("vstore", "&Insert")))
        if iso is not None:
            self.discs.pick(iso)
            self.drives.filter_box.setFocus()
        else:
            self.discs.filter_box.setFocus()

    def show_live(self) -> None:
        self._show_drives()
        super().show_live()

    def disc_changed(self) -> None:
        self._show_drives()

    def _show_drives(self) -> None:
        drives = self.flow.drives()
        self.drives.set_rows(self._drive_row(drive) for drive in drives)
        self._no_drive.setVisible(not drives)

    def _drive_row(self, drive: Drive) -> PickRow:
        name = drive.domain.name
        if len({host.id for host in self._services.store.hosts.values()}) > 1:
            name = f"{name} — {key_name(self._services.store, drive.key.host)}"
        state = (
            tr(QT_TRANSLATE_NOOP("vstore", "running"))
            if drive.domain.active
            else tr(QT_TRANSLATE_NOOP("vstore", "shut off"))
        )
        return PickRow(
            drive.key,
            name,
            f"{visible(drive.key.target)}, {render(disk_label(drive.disk))}",
            source_words(drive.disk),
            state,
            icon="state-running" if drive.domain.active else "state-shutoff",
            tip=visible(drive.domain.title or drive.domain.name),
        )

    def _drive_picked(self, key: DiskKey | None) -> None:
        if key != self.flow.drive:
            self.flow.choose_drive(key)
            self.show_live()

    def _drive_chosen(self, key: DiskKey) -> None:
        self._drive_picked(key)
        self.go()
