"""The page of the new-volume wizard."""

from __future__ import annotations

from typing import Final, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.actions.volumes import Allocation
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Size, Text, text
from vstore_gui.flows.new_volume import NewVolumeFlow
from vstore_gui.flows.space import SpaceMeter
from vstore_gui.ui.messages import format_size, render, tr, visible
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.capacity_bar import CapacityBar, Space
from vstore_gui.ui.widgets.form import Field, em, key_name
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.widgets.picker import Picker, PickRow
from vstore_gui.ui.wizards.choices import Choices
from vstore_gui.ui.wizards.page import WizardPage

__all__ = ["VolumePage"]

_BACKING_SHOWN: Final = 300  # of a large pool; the filter finds the others

_UNITS: Final = ("MiB", "GiB", "TiB")

_FORMAT_WORDS: Final[dict[str, Text]] = {
    "qcow2": text(
        QT_TRANSLATE_NOOP("vstore", "Snapshots, backing files, compression; takes space as it is written.")
    ),
    "raw": text(QT_TRANSLATE_NOOP("vstore", "Fastest; no snapshots inside, no backing file.")),
}

_ALLOCATION_NAMES: Final[dict[str, Text]] = {
    "thin": text(QT_TRANSLATE_NOOP("vstore", "Thin")),
    "metadata": text(QT_TRANSLATE_NOOP("vstore", "Metadata only")),
    "full": text(QT_TRANSLATE_NOOP("vstore", "Fully preallocated")),
}


class VolumePage(WizardPage):
    """All choices on one page: they are few, and each bears on the others. Signals: pool_chosen(PoolKey)."""

    pool_chosen = Signal(object)

    def __init__(self, services: Services, flow: NewVolumeFlow, pools: list[PoolKey], *, fixed: bool) -> None:
        super().__init__(
            "volume",
            tr(QT_TRANSLATE_NOOP("vstore", "Volume")),
            tr(QT_TRANSLATE_NOOP("vstore", "What kind of volume?")),
        )
        self._services = services
        self._store = services.store
        self._flow = flow
        self._meter = SpaceMeter(services.store, flow.pool)
        self._add_pool(pools, fixed=fixed)
        self._name = QLineEdit(flow.draft.name)
        self._name.textChanged.connect(self._name_typed)
        self.add_field("name", Field(tr(QT_TRANSLATE_NOOP("vstore", "Na&me")), self._name))
        self._formats = Choices(tr(QT_TRANSLATE_NOOP("vstore", "&Format")))
        self._formats.chosen.connect(self._format_chosen)
        self.add_field("format", Field(tr(QT_TRANSLATE_NOOP("vstore", "Format")), self._formats))
        self._add_size()
        self._allocations = Choices(tr(QT_TRANSLATE_NOOP("vstore", "Allocation")))
        self._allocations.chosen.connect(self._allocation_chosen)
        self.add_field("allocation", Field(tr(QT_TRANSLATE_NOOP("vstore", "Allocation")), self._allocations))
        self._space = CapacityBar()
        self._space_after = label(role="soft", wrap=True)
        self._space_words = label(role="soft", wrap=True)
        space = QVBoxLayout()
        space.setSpacing(6)
        space.addWidget(self._space_words)
        space.addWidget(self._space)
        space.addWidget(self._space_after)
        self.content.addLayout(space)
        self._add_backing()
        self.content.addStretch(1)
        self._show_choices()

    def set_flow(self, flow: NewVolumeFlow) -> None:
        self._flow = flow
        self._meter.close()
        self._meter = SpaceMeter(self._store, flow.pool)
        self._show_choices()

    def close_meter(self) -> None:
        self._meter.close()

    def entered(self) -> None:
        self._show_choices()

    def first_focus(self) -> QWidget | None:
        return self._name

    def show_live(self) -> None:
        """What depends on the host: the space there is, the volumes to stand on."""
        pool = self._store.pool(self._flow.pool)
        draft = self._flow.draft
        now = draft.capacity_bytes if draft.allocation == "full" else 0
        later = draft.capacity_bytes - now
        self._space_words.setText(
            tr(
                QT_TRANSLATE_NOOP("vstore", "Takes {now} now, and up to {later} more as it is written."),
                now=Size(now),
                later=Size(later),
            )
            if later
            else tr(QT_TRANSLATE_NOOP("vstore", "Takes {now} now."), now=Size(now))
        )
        self._space.setVisible(pool is not None)
        self._space_after.setVisible(pool is not None and pool.available_bytes is not None)
        if pool is not None:
            self._show_space(pool, now, later)
        if self._backing.isVisible():
            self._fill_backing()

    def _show_space(self, pool: PoolState, now: int, later: int) -> None:
        """The pool as it will be: `now` bytes taken at once, `later` more promised."""
        space = Space(
            pool.capacity_bytes,
            None if pool.allocation_bytes is None else pool.allocation_bytes + now,
            None if pool.available_bytes is None else max(0, pool.available_bytes - now),
            self._meter.value.promised_bytes + later,
        )
        self._space.set_space(space)
        if space.allocated_bytes is not None and space.available_bytes is not None:
            template = (
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "The pool then has {allocated} allocated, at least {promised} promised to thin volumes, "
                    "{free} free.",
                )
                if self._meter.value.unread
                else QT_TRANSLATE_NOOP(
                    "vstore",
                    "The pool then has {allocated} allocated, {promised} promised to thin volumes, "
                    "{free} free.",
                )
            )
            self._space_after.setText(
                tr(
                    template,
                    allocated=Size(space.allocated_bytes),
                    promised=Size(space.promised_bytes),
                    free=Size(space.available_bytes),
                )
            )

    # ── building ────────────────────────────────────────────────────────────────────────────────────────────

    def _add_pool(self, pools: list[PoolKey], *, fixed: bool) -> None:
        self._pool_box = QComboBox()
        several_hosts = len({pool.host for pool in pools}) > 1
        for pool in pools:
            name = key_name(self._store, pool)
            if several_hosts:
                name = f"{name} — {key_name(self._store, pool.host)}"
            self._pool_box.addItem(name, pool)
        self._pool_box.setCurrentIndex(
            max(0, pools.index(self._flow.pool) if self._flow.pool in pools else 0)
        )
        self._pool_box.currentIndexChanged.connect(
            lambda: self.pool_chosen.emit(PoolKey(*self._pool_box.currentData()))
        )
        if fixed:
            where = tr(
                QT_TRANSLATE_NOOP("vstore", "In pool {name}"), name=key_name(self._store, self._flow.pool)
            )
            self.content.addWidget(label(where, role="soft", wrap=True))
        else:
            self.content.addWidget(Field(tr(QT_TRANSLATE_NOOP("vstore", "&Pool")), self._pool_box))

    def _add_size(self) -> None:
        self._size = QLineEdit()
        self._showing_size = False  # what the program writes there is nobody's typing
        self._size.setMaximumWidth(em(self, 12))
        self._unit = QComboBox()
        self._unit.addItems(_UNITS)
        self._unit.setCurrentText("GiB")
        self._unit.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Unit of the capacity")))
        self._size.textChanged.connect(self._size_typed)
        self._unit.currentIndexChanged.connect(self._size_typed)
        self.add_field(
            "capacity_bytes",
            Field(
                tr(QT_TRANSLATE_NOOP("vstore", "&Capacity")),
                self._size,
                extra=[self._unit],
                help_text=tr(QT_TRANSLATE_NOOP("vstore", "A unit may be typed as well: 20G, 1.5 TiB, 700M.")),
            ),
        )

    def _add_backing(self) -> None:
        self._with_backing = QCheckBox(tr(QT_TRANSLATE_NOOP("vstore", "Stand on a bac&king volume")))
        self._with_backing.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Stand on a backing volume")))
        self._with_backing.toggled.connect(self._backing_toggled)
        self._backing_words = label(
            tr(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "The new volume stores only its differences. The template must not change and must not "
                    "be deleted.",
                )
            ),
            role="soft",
            wrap=True,
        )
        self._backing = Picker(
            tr(QT_TRANSLATE_NOOP("vstore", "Backing volume")),
            (
                tr(QT_TRANSLATE_NOOP("vstore", "Volume")),
                tr(QT_TRANSLATE_NOOP("vstore", "Pool")),
                tr(QT_TRANSLATE_NOOP("vstore", "Format")),
                tr(QT_TRANSLATE_NOOP("vstore", "Capacity")),
            ),
        )
        self._backing.picked.connect(self._backing_picked)
        self._backing.filter_box.textChanged.connect(self._fill_backing)
        self.content.addWidget(self._with_backing)
        self.content.addWidget(self._backing_words)
        self._backing_field = self.add_field(
            "backing",
            Field(
                tr(QT_TRANSLATE_NOOP("vstore", "Back&ing volume")),
                self._backing,
                focus=self._backing.filter_box,
            ),
        )
        self._backing_field.hide()

    # ── showing ─────────────────────────────────────────────────────────────────────────────────────────────

    def _show_choices(self) -> None:
        draft = self._flow.draft
        formats = self._flow.formats()
        self._formats.offer(
            [(name, name, render(_FORMAT_WORDS.get(name)), at == 0) for at, name in enumerate(formats)],
            draft.format,
        )
        self._allocations.offer(
            [
                (name, render(_ALLOCATION_NAMES[name]), render(words), at == 0)
                for at, (name, words) in enumerate(self._flow.allocations())
            ],
            draft.allocation,
        )
        if draft.name != self._name.text():
            self._name.setText(draft.name)
        can_back = draft.format == "qcow2"
        if draft.capacity_bytes and not self.fields["capacity_bytes"].touched:
            self._show_size(draft.capacity_bytes)
        self._with_backing.setEnabled(can_back)
        self._with_backing.setToolTip(
            "" if can_back else tr(QT_TRANSLATE_NOOP("vstore", "A raw volume cannot stand on another."))
        )
        if not can_back:
            self._with_backing.setChecked(False)

    def _fill_backing(self) -> None:
        rows = []
        words = self._backing.filter_box.text().split()
        wanted = max(words, key=len, default="")
        for key, volume, reason in self._flow.backing_choices(wanted, _BACKING_SHOWN):
            rows.append(
                PickRow(
                    key,
                    volume.name,
                    key_name(self._store, key.pool_key),
                    volume.format or "",
                    format_size(volume.capacity_bytes) if volume.detailed else "",
                    reason=None if reason is None else render(reason),
                    tip=visible(volume.path or ""),
                )
            )
        self._backing.set_rows(rows)

    # ── the user ────────────────────────────────────────────────────────────────────────────────────────────

    def _name_typed(self, name: str) -> None:
        if name == self._flow.draft.name:
            return  # the draft's own name, shown
        self._flow.set_name(name)
        self.touch("name")

    def _format_chosen(self, name: str) -> None:
        self._flow.set_format(name)
        self._show_choices()
        self.touch("format")

    def _size_typed(self) -> None:
        if self._showing_size:
            return
        typed = self._size.text().strip()
        unit = "" if not typed or typed[-1].isalpha() else f" {self._unit.currentText()}"
        self._flow.set_capacity_text(typed + unit)
        self.touch("capacity_bytes")

    def _allocation_chosen(self, name: str) -> None:
        self._flow.set_allocation(cast(Allocation, name))
        self.touch("allocation")

    def _backing_toggled(self, on: bool) -> None:
        self._backing_field.setVisible(on)
        if on:
            self._fill_backing()
            self._backing.filter_box.setFocus()
        else:
            self._backing.pick(None)
            self._set_backing(None)

    def _backing_picked(self, key: VolumeKey | None) -> None:
        if key is not None and key != self._flow.draft.backing:
            self._set_backing(key)

    def _set_backing(self, key: VolumeKey | None) -> None:
        self._services.start(self, self._take_backing(key))

    async def _take_backing(self, key: VolumeKey | None) -> None:
        await self._flow.set_backing(key)
        draft = self._flow.draft
        if draft.backing is not None and draft.capacity_bytes:
            self._show_size(draft.capacity_bytes)
        self._backing_field.set_help(
            ""
            if key is None
            else tr(
                QT_TRANSLATE_NOOP("vstore", "Chosen: {pool} ▸ {name}"),
                pool=key_name(self._store, key.pool_key),
                name=key.name,
            )
        )
        self._show_choices()
        self.touch("backing")

    def _show_size(self, n_bytes: int) -> None:
        """The capacity grew with the backing volume: show it in the largest unit that is whole."""
        self._showing_size = True
        for unit, factor in (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20)):
            if n_bytes % factor == 0:
                self._size.setText(str(n_bytes // factor))
                self._unit.setCurrentText(unit)
                break
        else:
            self._size.setText(f"{n_bytes} B")
        self._showing_size = False
