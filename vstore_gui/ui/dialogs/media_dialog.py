"""What choosing a disc needs, whether the drive is known ('Insert…') or chosen too ('Attach ISO…')."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget

from vstore_gui.actions.plan import PlanRefused, Reason
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.keys import DiskKey, HostId, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.flows.insert_media import Disc, InsertMediaFlow
from vstore_gui.ui.dialogs.base import Dialog
from vstore_gui.ui.dialogs.change_media import MediaChange
from vstore_gui.ui.dialogs.recents import SettingsRecents
from vstore_gui.ui.messages import format_size, render, tr, visible
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.form import Field, NoticeList, key_name
from vstore_gui.ui.widgets.picker import Picker, PickRow

__all__ = ["MediaDialog"]

_RECHECK_MS = 30


class MediaDialog(Dialog):
    """The list of discs, the path of a file on the host, the button that inserts; subclasses add the drive.

    Stays live: discs and drives come and go as they do on the hosts.
    """

    def __init__(
        self,
        services: Services,
        title: str,
        heading: str,
        disk: DiskKey | None,
        parent: QWidget | None,
        *,
        host: HostId | None = None,
    ) -> None:
        super().__init__(title, parent, heading=heading, width_em=46, height_em=44 if disk is None else 32)
        self._services = services
        self._with_host = disk is None
        self._discs: dict[Any, Disc] = {}
        self._failure: tuple[Reason, ...] = ()
        self._working = False
        self._loaded = False
        self._picked_once = False
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(_RECHECK_MS)
        self._refresh.timeout.connect(self.show_live)
        self.flow = InsertMediaFlow(
            services.store,
            services.sync,
            disk,
            SettingsRecents(services.settings),
            self._refresh.start,
            host,
        )
        self.finished.connect(lambda _: self._end())
        self.discs = Picker(
            tr(QT_TRANSLATE_NOOP("vstore", "Discs")),
            (
                tr(QT_TRANSLATE_NOOP("vstore", "Disc")),
                tr(QT_TRANSLATE_NOOP("vstore", "Pool")),
                tr(QT_TRANSLATE_NOOP("vstore", "Size")),
                "",
            ),
        )
        self.discs.picked.connect(self._disc_picked)
        self.discs.chosen.connect(self._disc_chosen)
        self.path = QLineEdit()
        self.path.setPlaceholderText("/srv/iso/installer.iso")
        self.path.textChanged.connect(self._path_typed)
        self._browse = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Browse…")))
        self._browse.setAutoDefault(False)
        self._browse.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Browse for a disc image")))
        self._browse.clicked.connect(self._choose_file)
        self.path_field = Field(
            tr(QT_TRANSLATE_NOOP("vstore", "Or a file on the &host, in no pool")),
            self.path,
            extra=[self._browse],
        )
        self.notices = NoticeList(services.store)
        self.notices.link_chosen.connect(self._follow)

    def build(self, verb: str) -> None:
        """Put the parts in their order; called once by the subclass, after its own parts."""
        self.body.addWidget(self.notices)
        self.add_cancel()
        self.insert = self.add_button(verb, default=True)
        self.insert.clicked.connect(self.go)
        self.show_live()
        self._services.start(self, self._load())

    def show_live(self) -> None:
        """Show the discs there are now, and whether what is chosen can be done."""
        rows = []
        self._discs.clear()
        for disc in self.flow.discs():
            key = disc.volume or disc.path
            self._discs[key] = disc
            rows.append(self._row(key, disc))
        self.discs.set_rows(rows)
        drive = self.flow.drive
        host_id = drive.host if drive else (self.flow.disc.host if self.flow.disc else None)
        host = self._services.store.host(host_id) if host_id else None
        local = host is not None and host.info.local
        self._browse.setEnabled(local)
        why_not = (
            ""
            if local
            else tr(QT_TRANSLATE_NOOP("vstore", "Only files of this computer can be browsed; type the path."))
            if host is not None
            else tr(QT_TRANSLATE_NOOP("vstore", "Choose a drive first: the path is one of its host's."))
        )
        self._browse.setToolTip(why_not)
        self._browse.setAccessibleDescription(why_not)
        self.path_field.set_help(why_not)
        self._pick_the_only_one()
        self.check()

    def check(self) -> bool:
        """Say what is in the way; True when the disc can be inserted."""
        problems = self.flow.problems()
        of_path = next((reason for reason in problems if reason.field == "path"), None)
        self.path_field.show_problem(of_path if self.path.text() else None)
        chosen = self.flow.disc is not None or bool(self.flow.path)
        # What is still to be chosen is no problem to be scolded for: it is the button's reason.
        missing = "drive" if self.flow.drive is None else ""
        shown = tuple(reason for reason in problems if reason.field not in ("path", missing))
        self.insert.setToolTip("\n".join(render(reason.message) for reason in problems if reason.blocks))
        shown = shown if chosen else ()
        self.notices.show_reasons((*self._failure, *shown))
        ready = chosen and not any(reason.blocks for reason in problems) and not self._working
        self.insert.setEnabled(ready)
        return ready

    def go(self) -> None:
        """Insert what is chosen."""
        self._failure = ()
        if self.check():
            self._services.start(self, self._insert())

    async def _insert(self) -> None:
        self._working = True
        self.check()
        try:
            plan = await self.flow.plan()
        except PlanRefused as refused:
            self._failure = refused.reasons
        except HostError as failure:
            self._failure = (Reason(failure.state.message),)
        else:
            self.flow.accepted()
            window = self.parentWidget()
            self.accept()
            MediaChange(self._services, plan, window).run()
            return
        self._working = False
        self.check()

    async def _load(self) -> None:
        await self.flow.load()
        self._loaded = True
        self.show_live()

    def _pick_the_only_one(self) -> None:
        """Where all is known and there is one disc, that is meant: once, for it may be put aside."""
        if not self._loaded or self._picked_once or self.flow.disc is not None or self.flow.path:
            return
        self._picked_once = True
        if len(self._discs) == 1:
            ((key, disc),) = self._discs.items()
            if not disc.in_drive:
                self.discs.pick(key)

    def _row(self, key: Any, disc: Disc) -> PickRow:
        where = disc.pool_name or str(PurePosixPath(disc.path or "").parent)
        if self._with_host and len(self._services.store.hosts) > 1:
            where = f"{where} — {key_name(self._services.store, disc.host)}"
        badge = ""
        if disc.in_drive:
            badge = tr(QT_TRANSLATE_NOOP("vstore", "in the drive"))
        elif disc.recent:
            badge = tr(QT_TRANSLATE_NOOP("vstore", "recent"))
        size = format_size(disc.size_bytes) if disc.size_bytes is not None else ""
        return PickRow(key, disc.name, where, size, badge, icon="iso", tip=visible(disc.path or ""))

    def _disc_picked(self, key: VolumeKey | str | None) -> None:
        disc = self._discs.get(key)
        if disc == self.flow.disc:
            return
        self._failure = ()
        self.flow.choose_disc(disc)
        if disc is not None:
            self.path.clear()
        self.disc_changed()
        self.check()

    def _disc_chosen(self, key: VolumeKey | str) -> None:
        self._disc_picked(key)
        self.go()

    def _path_typed(self, typed: str) -> None:
        if typed == self.flow.path:
            return  # cleared, because a disc of the list was chosen
        self._failure = ()
        self.discs.pick(None)
        self.flow.choose_disc(None)
        self.flow.choose_path(typed)
        self.disc_changed()
        self.check()

    def disc_changed(self) -> None:
        """For subclasses: which drives fit has changed."""

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, tr(QT_TRANSLATE_NOOP("vstore", "Disc image")))
        dialog.setNameFilters(
            [
                tr(QT_TRANSLATE_NOOP("vstore", "Disc images (*.iso *.img)")),
                tr(QT_TRANSLATE_NOOP("vstore", "All files (*)")),
            ]
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._file_chosen)
        dialog.open()

    def _file_chosen(self, path: str) -> None:
        self.path.setText(path)

    def _follow(self, key: Any) -> None:
        self.reject()
        self._services.navigator.show_key(key)

    def _end(self) -> None:
        self._refresh.stop()
        self.flow.close()
