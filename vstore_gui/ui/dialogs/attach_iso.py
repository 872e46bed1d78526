"""Attach ISO…: which disc, into which drive of which machine."""

from __future__ import annotations

from pathlib import PurePosixPath

from PySide6.QtWidgets import QWidget

from vstore_gui.entities.disk import DiskState
from vstore_gui.entities.disk_rules import disk_label
from vstore_gui.entities.keys import DiskKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.flows.insert_media import Drive
from vstore_gui.qtmodels.tree_cells import lifecycle_text
from vstore_gui.ui.dialogs.media_dialog import MediaDialog
from vstore_gui.ui.messages import render, tr, visible
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.disk_facts import source_words
from vstore_gui.ui.widgets.form import key_name
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.picker import Picker, PickRow
from vstore_gui.ui.widgets.sidebar import MACHINE_ICONS

__all__ = ["AttachIsoDialog"]


def _disc_in(disk: DiskState) -> str:
    """A disc by the name of its file: the folders before it would leave no room for that."""
    return PurePosixPath(disk.source.path).name if disk.source.path else source_words(disk)


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
        self.body.addWidget(self.path_field)
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
        lifecycle = drive.domain.lifecycle
        return PickRow(
            drive.key,
            name,
            f"{visible(drive.key.target)}, {render(disk_label(drive.disk))}",
            _disc_in(drive.disk),
            lifecycle_text(lifecycle),
            icon=MACHINE_ICONS[lifecycle.value][0],
            tip=visible(drive.domain.title or drive.domain.name),
        )

    def _drive_picked(self, key: DiskKey | None) -> None:
        if key != self.flow.drive:
            self.flow.choose_drive(key)
            self.show_live()

    def _drive_chosen(self, key: DiskKey) -> None:
        self._drive_picked(key)
        self.go()
