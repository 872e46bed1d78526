"""Connect to a host: this computer, a remote one, the demo host, or any libvirt URI."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from vstore_gui import resources
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.dialogs.base import Dialog
from vstore_gui.ui.dialogs.uri_draft import UriDraft
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.services import Services
from vstore_gui.ui.theme import monospace
from vstore_gui.ui.widgets.form import Field, em
from vstore_gui.ui.widgets.labels import label

__all__ = ["ConnectDialog"]

# kind: (label, explanation)
_KIND_WORDS: Final = {
    "system": (
        QT_TRANSLATE_NOOP("vstore", "This computer, &system"),
        QT_TRANSLATE_NOOP("vstore", "Its machines and all kinds of pools. Recommended. qemu:///system"),
    ),
    "session": (
        QT_TRANSLATE_NOOP("vstore", "This computer, sessio&n"),
        QT_TRANSLATE_NOOP("vstore", "Your own machines, without privilege: directory pools. qemu:///session"),
    ),
    "ssh": (
        QT_TRANSLATE_NOOP("vstore", "A remote host over SS&H"),
        QT_TRANSLATE_NOOP("vstore", "Needs a login there, nothing else to set up."),
    ),
    "tls": (
        QT_TRANSLATE_NOOP("vstore", "A remote host over &TLS"),
        QT_TRANSLATE_NOOP("vstore", "Needs certificates on both sides."),
    ),
    "demo": (
        QT_TRANSLATE_NOOP("vstore", "The &demo host"),
        QT_TRANSLATE_NOOP("vstore", "Look around: nothing on it is real, nothing can break."),
    ),
    "custom": (
        QT_TRANSLATE_NOOP("vstore", "Another libvirt &URI"),
        QT_TRANSLATE_NOOP("vstore", "Any driver and transport that libvirt knows."),
    ),
}

_FIELDS: Final = {
    "ssh": ("user", "host", "port", "keyfile"),
    "tls": ("host", "port"),
    "custom": ("custom",),
}


class ConnectDialog(Dialog):
    """Adds a connection to the book and opens it; how that goes is seen in the sidebar."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            tr(QT_TRANSLATE_NOOP("vstore", "Connect")),
            parent,
            heading=tr(QT_TRANSLATE_NOOP("vstore", "Which host?")),
            width_em=34,
        )
        self.setObjectName("ConnectDialog")
        self._services = services
        self._draft = UriDraft(demo_uri=f"test://{resources.path('demo', 'host.xml')}")
        self._buttons: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self._add_kinds()
        self._fields: dict[str, Field] = {}
        self._add_fields()
        self._session = QCheckBox(
            tr(QT_TRANSLATE_NOOP("vstore", "The user's own session there, not the system"))
        )
        self._session.setAccessibleName(self._session.text())
        self._session.toggled.connect(self._session_set)
        self.body.addWidget(self._session)
        self._add_uri()
        self._label = QLineEdit()
        self._label.setMaxLength(80)
        self.body.addWidget(
            Field(
                tr(QT_TRANSLATE_NOOP("vstore", "&Label")),
                self._label,
                help_text=tr(
                    QT_TRANSLATE_NOOP("vstore", "What the sidebar calls it. Empty: taken from the URI.")
                ),
            )
        )
        self._autoconnect = QCheckBox(tr(QT_TRANSLATE_NOOP("vstore", "Connect &automatically at start")))
        self._autoconnect.setAccessibleName(self._autoconnect.text().replace("&", ""))
        self._autoconnect.setChecked(True)
        self.body.addWidget(self._autoconnect)
        self.body.addStretch(1)
        self.add_cancel()
        self.connect_button = self.add_button(tr(QT_TRANSLATE_NOOP("vstore", "&Connect")), default=True)
        self.connect_button.clicked.connect(self._connect)
        self._insist = False
        self._kind_chosen("system")
        self._buttons["system"].setChecked(True)
        self._buttons["system"].setFocus()

    @property
    def uri(self) -> str:
        return self._draft.uri

    # ── building ────────────────────────────────────────────────────────────────────────────────────────────

    def _add_kinds(self) -> None:
        box = QVBoxLayout()
        box.setSpacing(3)
        for kind, (words, explanation) in _KIND_WORDS.items():
            button = QRadioButton(tr(words))
            button.setAccessibleName(tr(words).replace("&", ""))
            button.setAccessibleDescription(tr(explanation))
            button.toggled.connect(lambda on, k=kind: self._toggled(k, on))
            self._group.addButton(button)
            self._buttons[kind] = button
            box.addWidget(button)
            line = label(tr(explanation), role="soft", wrap=True)
            line.setContentsMargins(24, 0, 0, 4)
            box.addWidget(line)
        self.body.addLayout(box)

    def _add_fields(self) -> None:
        edits = {name: QLineEdit() for name in ("user", "host", "port", "keyfile", "custom")}
        edits["port"].setMaximumWidth(em(self, 8))
        edits["custom"].setPlaceholderText("qemu+ssh://root@nas.example/system")
        browse = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Browse…")))
        browse.setAutoDefault(False)
        browse.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Browse for a key file")))
        browse.clicked.connect(self._browse)
        made = {
            "user": Field(tr(QT_TRANSLATE_NOOP("vstore", "Use&r")), edits["user"]),
            "host": Field(tr(QT_TRANSLATE_NOOP("vstore", "H&ost")), edits["host"]),
            "port": Field(tr(QT_TRANSLATE_NOOP("vstore", "&Port")), edits["port"]),
            "keyfile": Field(
                tr(QT_TRANSLATE_NOOP("vstore", "&Key file")),
                edits["keyfile"],
                extra=[browse],
                help_text=tr(QT_TRANSLATE_NOOP("vstore", "Empty: what your ssh uses by itself.")),
            ),
            "custom": Field(tr(QT_TRANSLATE_NOOP("vstore", "UR&I")), edits["custom"]),
        }
        row = QHBoxLayout()
        row.setSpacing(12)
        for name, stretch in (("user", 2), ("host", 4), ("port", 1)):
            row.addWidget(made[name], stretch, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self.body.addWidget(made["keyfile"])
        self.body.addWidget(made["custom"])
        for name, edit in edits.items():
            edit.textChanged.connect(lambda typed, n=name: self._typed(n, typed))
        self._fields = made

    def _add_uri(self) -> None:
        self._uri = label(role="soft", wrap=True, selectable=True)
        self._uri.setFont(monospace())
        self._uri.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "The composed URI")))
        self.body.addWidget(self._uri)

    # ── the user ────────────────────────────────────────────────────────────────────────────────────────────

    def _toggled(self, kind: str, on: bool) -> None:
        if on:
            self._kind_chosen(kind)

    def _kind_chosen(self, kind: str) -> None:
        self._draft.kind = kind
        self._insist = False
        wanted = _FIELDS.get(kind, ())
        for name, field in self._fields.items():
            field.setVisible(name in wanted)
        self._session.setVisible(kind in ("ssh", "tls"))
        self.check()

    def _typed(self, name: str, typed: str) -> None:
        setattr(self._draft, name, typed)
        self._fields[name].touched = True
        self.check()

    def _session_set(self, on: bool) -> None:
        self._draft.session = on
        self.check()

    def _browse(self) -> None:
        dialog = QFileDialog(self, tr(QT_TRANSLATE_NOOP("vstore", "Key file")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        edit = self._fields["keyfile"].control
        if isinstance(edit, QLineEdit):
            dialog.fileSelected.connect(edit.setText)
        dialog.open()

    def check(self) -> bool:
        """Say what is wrong beside each field; True when it can connect."""
        problems = self._draft.problems(tuple(self._services.connections.connections))
        by_field = {reason.field: reason for reason in reversed(problems)}
        for name, field in self._fields.items():
            reason = by_field.get(name)
            field.show_problem(reason if field.touched or self._insist else None)
        blocked = any(reason.blocks for reason in problems)
        said = any(bool(field.control.property("invalid")) for field in self._fields.values())
        self._uri.setText(visible(self._draft.uri) or "…")
        self.connect_button.setEnabled(not (blocked and said))
        return not blocked

    def _connect(self) -> None:
        self._insist = True
        if not self.check():
            for field in self._fields.values():
                if field.control.property("invalid"):
                    field.control.setFocus()
                    return
            return
        self._services.connections.add(
            self._draft.uri, label=self._label.text().strip(), autoconnect=self._autoconnect.isChecked()
        )
        self.accept()
