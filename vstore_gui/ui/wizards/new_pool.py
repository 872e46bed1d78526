"""The new-pool wizard: which kind, where, the plan."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from vstore_gui.actions.jobs import JobState
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import HostId, PoolKey
from vstore_gui.entities.pool_kinds import PoolKind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text
from vstore_gui.flows.new_pool import NewPoolFlow
from vstore_gui.ui.icons import pool_icon
from vstore_gui.ui.messages import render, tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.form import Field, Sign, key_name
from vstore_gui.ui.widgets.labels import label
from vstore_gui.ui.wizards.frame import Wizard
from vstore_gui.ui.wizards.page import WizardPage

__all__ = ["NewPoolWizard"]

_PROBE_AFTER_MS = 350  # the path has rested: look at it on the host


class NewPoolWizard(Wizard):
    """Makes a pool on a host; without one, on the first that is online (the user may choose another)."""

    def __init__(self, services: Services, host: HostId | None = None, parent: QWidget | None = None) -> None:
        super().__init__(services, tr(QT_TRANSLATE_NOOP("vstore", "New pool")), parent)
        self.setObjectName("NewPoolWizard")
        hosts = [state.id for state in services.store.hosts.values() if state.link is HostLink.ONLINE]
        self._host: HostId = host or (hosts[0] if hosts else next(iter(services.store.hosts), ""))
        self._flow = NewPoolFlow(services.store, services.sync, self._host, self.check_soon)
        self.add_closer(lambda: self._flow.close())
        self._kind_page = _KindPage(services, self._flow, self._host, fixed=host is not None)
        self._kind_page.host_chosen.connect(self._choose_host)
        self._source_page = _DirectoryPage(services, self._flow, self._host)
        self.add_pages(self._kind_page, self._source_page)

    def problems(self, page: str) -> tuple[Reason, ...]:
        found = self._flow.problems(page)  # type: ignore[arg-type]
        return (*self._source_page.unreadable, *found) if page == "source" else found

    async def make_plan(self) -> Plan:
        return self._flow.plan()

    def succeeded(self, _job: JobState) -> None:
        key = self.services.store.pool_named(self._host, self._flow.draft.name)
        self.services.navigator.show_key(key or PoolKey(self._host, self._flow.draft.uuid))

    def check(self) -> bool:
        self._source_page.show_target_state()
        return super().check()

    def _choose_host(self, host: HostId) -> None:
        """Start the checks over on another host; what was typed is kept."""
        draft = self._flow.draft
        self._host = host
        self._flow.close()
        self._flow = NewPoolFlow(self.services.store, self.services.sync, host, self.check_soon)
        self._flow.draft = draft
        self._kind_page.set_flow(self._flow)
        self._source_page.set_flow(self._flow, host)
        self.check()


class _KindPage(WizardPage):
    """Every kind in a line, grouped by where it lives. Signals: host_chosen(HostId)."""

    host_chosen = Signal(str)

    def __init__(self, services: Services, flow: NewPoolFlow, host: HostId, *, fixed: bool) -> None:
        super().__init__(
            "kind",
            tr(QT_TRANSLATE_NOOP("vstore", "Kind")),
            tr(QT_TRANSLATE_NOOP("vstore", "Where shall the pool keep its volumes?")),
        )
        self._store = services.store
        self._flow = flow
        self._choices: dict[str, _Choice] = {}
        self._boxes: dict[str, QVBoxLayout] = {}  # by where its kinds live: title, explanation, then rows
        self._lines: dict[tuple[str, str], QWidget] = {}  # by that and the reason they tell
        self._group = QButtonGroup(self)
        self._host_box = QComboBox()
        self._host_field = Field(tr(QT_TRANSLATE_NOOP("vstore", "&Host")), self._host_box)
        self._fill_hosts(host)
        self._host_field.setVisible(not fixed and self._host_box.count() > 1)
        self._host_box.currentIndexChanged.connect(
            lambda: self.host_chosen.emit(self._host_box.currentData())
        )
        self.content.addWidget(self._host_field)
        self._build()
        self.content.addStretch(1)

    def set_flow(self, flow: NewPoolFlow) -> None:
        self._flow = flow
        self._show_reasons()

    def entered(self) -> None:
        self._show_reasons()

    def first_focus(self) -> QWidget | None:
        chosen = self._group.checkedButton()
        return chosen if chosen is not None and chosen.isEnabled() else None

    def _fill_hosts(self, host: HostId) -> None:
        for state in self._store.hosts.values():
            self._host_box.addItem(key_name(self._store, state.id), state.id)
            if state.id == host:
                self._host_box.setCurrentIndex(self._host_box.count() - 1)

    def _build(self) -> None:
        groups = (
            (
                "host",
                tr(QT_TRANSLATE_NOOP("vstore", "On this host")),
                tr(
                    QT_TRANSLATE_NOOP(
                        "vstore", "Fast and simple. Machines migrate only with their disks copied along."
                    )
                ),
            ),
            (
                "network",
                tr(QT_TRANSLATE_NOOP("vstore", "Over the network")),
                tr(
                    QT_TRANSLATE_NOOP(
                        "vstore", "Machines using it can migrate live between hosts that reach it."
                    )
                ),
            ),
        )
        for where, title, explanation in groups:
            box = QVBoxLayout()
            box.setSpacing(8)
            box.addWidget(label(title, strong=True))
            box.addWidget(label(explanation, role="soft", wrap=True))
            self._boxes[where] = box
            self.content.addLayout(box)
        for kind, reason in self._flow.kinds():
            choice = _Choice(kind, reason)
            self._choices[kind.kind] = choice
            self._group.addButton(choice.button)
            choice.button.toggled.connect(lambda on, k=kind.kind: self._toggled(k, on))
        self._arrange()
        self._choices[self._flow.draft.kind].button.setChecked(True)

    def _toggled(self, kind: str, on: bool) -> None:
        if on:
            self._flow.draft.kind = kind
            self.edited.emit()

    def _show_reasons(self) -> None:
        for kind, reason in self._flow.kinds():
            if kind.kind in self._choices:
                self._choices[kind.kind].allow(reason)
        self._arrange()

    def _arrange(self) -> None:
        """Kinds that can be chosen, then the others, each with those of the same reason below its line."""
        for where, box in self._boxes.items():
            by_reason: dict[str, list[_Choice]] = {"": []}
            for kind, reason in self._flow.kinds():
                if kind.where == where and kind.kind in self._choices:
                    words = "" if reason is None else render(reason)
                    by_reason.setdefault(words, []).append(self._choices[kind.kind])
            rows: list[QWidget] = []
            for words, choices in by_reason.items():
                if words:
                    rows.append(self._lines.setdefault((where, words), label(words, wrap=True)))
                rows += choices
            shown = [item.widget() for at in range(2, box.count()) if (item := box.itemAt(at)) is not None]
            if shown == rows:
                continue
            for widget in shown:
                if widget is not None:
                    box.removeWidget(widget)
                    widget.setVisible(widget in rows)
            for widget in rows:
                box.addWidget(widget)
                widget.setVisible(True)


class _Choice(QWidget):
    """One kind of pool: its name, a line that explains it, and why it cannot be chosen, where it cannot."""

    def __init__(self, kind: PoolKind, reason: Text | None) -> None:
        super().__init__()
        self._explanation_words = render(kind.explanation)
        self.button = QRadioButton(render(kind.label))
        self.button.setAccessibleName(render(kind.label))
        self._explanation = label(self._explanation_words, role="soft", wrap=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 0, 0, 0)
        grid.setVerticalSpacing(1)
        grid.setHorizontalSpacing(10)
        grid.addWidget(Sign(pool_icon(kind.kind), "soft", 20), 0, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.button, 0, 1)
        grid.addWidget(self._explanation, 1, 1)
        grid.setColumnStretch(1, 1)
        self.allow(reason)

    def allow(self, reason: Text | None) -> None:
        """Disabled with the reason as tooltip and description; None: it can be chosen."""
        words = render(reason) if reason is not None else ""
        self.button.setEnabled(reason is None)
        self.setToolTip(words)
        self.button.setToolTip(words)
        self._explanation.setEnabled(reason is None)
        self.button.setAccessibleDescription(words or self._explanation_words)


class _DirectoryPage(WizardPage):
    """Name, target and permissions of a directory pool, and what to do with it right away."""

    def __init__(self, services: Services, flow: NewPoolFlow, host: HostId) -> None:
        super().__init__(
            "source",
            tr(QT_TRANSLATE_NOOP("vstore", "Directory")),
            tr(QT_TRANSLATE_NOOP("vstore", "Which directory?")),
        )
        self._services = services
        self._flow = flow
        self._host = host
        self._unreadable: dict[str, Reason] = {}
        self._name = QLineEdit()
        self._name.setMaxLength(255)
        self._path = QLineEdit()
        self._suggesting = False  # a path that the program writes there is nobody's typing
        self._browse = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Browse…")))
        self._browse.setAutoDefault(False)
        self._browse.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Browse for a directory")))
        self.add_field("name", Field(tr(QT_TRANSLATE_NOOP("vstore", "Na&me")), self._name))
        self._path_field = self.add_field(
            "target_path",
            Field(tr(QT_TRANSLATE_NOOP("vstore", "Target &path")), self._path, extra=[self._browse]),
        )
        self._mode = QLineEdit()
        self._owner = QLineEdit()
        self._group = QLineEdit()
        self._add_permissions()
        self._build = QCheckBox(tr(QT_TRANSLATE_NOOP("vstore", "Ma&ke the directory now (build)")))
        self._start = QCheckBox(tr(QT_TRANSLATE_NOOP("vstore", "&Start the pool now")))
        self._autostart = QCheckBox(tr(QT_TRANSLATE_NOOP("vstore", "Start it with the host (&autostart)")))
        checks = QVBoxLayout()
        checks.setSpacing(6)
        for box in (self._build, self._start, self._autostart):
            box.setAccessibleName(box.text().replace("&", ""))
            checks.addWidget(box)
        self.content.addLayout(checks)
        self.content.addStretch(1)
        self._probe_timer = QTimer(self)
        self._probe_timer.setSingleShot(True)
        self._probe_timer.setInterval(_PROBE_AFTER_MS)
        self._probe_timer.timeout.connect(self._probe)
        self._show_draft()
        self._connect()

    def set_flow(self, flow: NewPoolFlow, host: HostId) -> None:
        self._flow = flow
        self._host = host
        self._probe_timer.start()

    def entered(self) -> None:
        if self._flow.draft.target_path:
            self._probe_timer.start()
        host = self._services.store.host(self._host)
        local = host is not None and host.info.local
        self._browse.setEnabled(local)
        self._browse.setToolTip(
            ""
            if local
            else tr(
                QT_TRANSLATE_NOOP(
                    "vstore", "Only directories of this computer can be browsed; type the path on the host."
                )
            )
        )

    def show_target_state(self) -> None:
        """What the look at the path on the host has found."""
        wrong = any(
            reason.blocks and reason.field == "target_path" for reason in self._flow.problems("source")
        )
        state = None if wrong else self._flow.target_state()
        self._path_field.set_help(
            render(state)
            if state is not None
            else tr(QT_TRANSLATE_NOOP("vstore", "An absolute path on the host."))
        )

    def _add_permissions(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        fields = (
            (
                "mode",
                Field(
                    tr(QT_TRANSLATE_NOOP("vstore", "Mo&de")),
                    self._mode,
                    help_text=tr(QT_TRANSLATE_NOOP("vstore", "Octal, as 0711.")),
                ),
            ),
            (
                "owner",
                Field(
                    tr(QT_TRANSLATE_NOOP("vstore", "&Owner")),
                    self._owner,
                    help_text=tr(QT_TRANSLATE_NOOP("vstore", "A numeric user id.")),
                ),
            ),
            (
                "group",
                Field(
                    tr(QT_TRANSLATE_NOOP("vstore", "&Group")),
                    self._group,
                    help_text=tr(QT_TRANSLATE_NOOP("vstore", "A numeric group id.")),
                ),
            ),
        )
        for column, (name, field) in enumerate(fields):
            self.fields[name] = field
            grid.addWidget(field, 0, column, Qt.AlignmentFlag.AlignTop)
        self.content.addLayout(grid)
        self.content.addWidget(
            label(
                tr(QT_TRANSLATE_NOOP("vstore", "Empty permissions leave it to libvirt.")),
                role="soft",
                wrap=True,
            )
        )

    def _show_draft(self) -> None:
        draft = self._flow.draft
        self._name.setText(draft.name)
        self._path.setText(draft.target_path)
        self._mode.setText("" if draft.mode is None else f"{draft.mode:04o}")
        self._owner.setText("" if draft.owner is None else str(draft.owner))
        self._group.setText("" if draft.group is None else str(draft.group))
        self._build.setChecked(draft.build)
        self._start.setChecked(draft.start)
        self._autostart.setChecked(draft.autostart)

    def _connect(self) -> None:
        self._name.textChanged.connect(self._name_typed)
        self._path.textChanged.connect(self._path_typed)
        self._browse.clicked.connect(self._choose_directory)
        for control, name, base in (
            (self._mode, "mode", 8),
            (self._owner, "owner", 10),
            (self._group, "group", 10),
        ):
            control.textChanged.connect(lambda typed, n=name, b=base: self._number_typed(n, typed, b))
        for box, name in ((self._build, "build"), (self._start, "start"), (self._autostart, "autostart")):
            box.toggled.connect(lambda on, n=name: self._flag_set(n, on))

    @property
    def unreadable(self) -> tuple[Reason, ...]:
        """Numbers that are none."""
        return tuple(self._unreadable.values())

    def _name_typed(self, name: str) -> None:
        self._flow.draft.name = name
        if not self._path_field.touched:
            self._flow.suggest()
            self._suggesting = True
            self._path.setText(self._flow.draft.target_path)
            self._suggesting = False
            self._probe_timer.start()
        self.touch("name")

    def _path_typed(self, path: str) -> None:
        if self._suggesting:
            return
        self._flow.draft.target_path = path
        self._probe_timer.start()
        self.touch("target_path")

    def _number_typed(self, name: str, typed: str, base: int) -> None:
        self._unreadable.pop(name, None)
        value = None
        if typed.strip():
            try:
                value = int(typed.strip().removeprefix("0o"), base)
            except ValueError:
                message = (
                    text(QT_TRANSLATE_NOOP("vstore", "Type the mode in octal digits, as 0711."))
                    if base == 8
                    else text(QT_TRANSLATE_NOOP("vstore", "Type a number: libvirt takes numeric ids."))
                )
                self._unreadable[name] = Reason(message, field=name)
        setattr(self._flow.draft, name, value)
        self.touch(name)

    def _flag_set(self, name: str, on: bool) -> None:
        setattr(self._flow.draft, name, on)
        self.edited.emit()

    def _probe(self) -> None:
        self._services.start(self, self._flow.probe())

    def _choose_directory(self) -> None:
        # Open, never exec: a coroutine may be under way.
        dialog = QFileDialog(
            self, tr(QT_TRANSLATE_NOOP("vstore", "Target directory")), self._path.text() or "/"
        )
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._directory_chosen)
        dialog.open()

    def _directory_chosen(self, path: str) -> None:
        self._path.setText(path)
