"""What libvirt or ssh asks for while connecting: names, passwords, whether a host key is right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from vstore_gui.entities.reports import CredentialPrompt
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.ui.dialogs.base import Dialog
from vstore_gui.ui.messages import tr, visible
from vstore_gui.ui.theme import monospace
from vstore_gui.ui.widgets.form import Field, Notice
from vstore_gui.ui.widgets.labels import label

__all__ = ["CredentialsDialog", "ask_credentials"]

# What hostd expects as the answer to a yes/no question.
_YES = "yes"


class CredentialsDialog(Dialog):
    """Asks all prompts at once. What is typed stays in the fields: it is neither logged nor kept."""

    def __init__(
        self, host_label: str, prompts: Sequence[CredentialPrompt], parent: QWidget | None = None
    ) -> None:
        self._prompts = tuple(prompts)
        only_confirms = all(prompt.kind == "confirm" for prompt in self._prompts)
        host = visible(host_label)
        heading = (
            tr(QT_TRANSLATE_NOOP("vstore", "Is this really {host}?"), host=host)
            if only_confirms
            else tr(QT_TRANSLATE_NOOP("vstore", "{host} asks who you are"), host=host)
        )
        super().__init__(
            tr(QT_TRANSLATE_NOOP("vstore", "Connect to {host}"), host=host), parent, heading=heading
        )
        self.setObjectName("CredentialsDialog")
        self._fields: list[QLineEdit | None] = []
        for prompt in self._prompts:
            if prompt.kind == "confirm":
                self._add_confirm(prompt)
                self._fields.append(None)
            else:
                self._fields.append(self._add(prompt))
        self.body.addStretch(1)
        if only_confirms:
            # Trusting a key must be meant: Enter declines.
            self.add_cancel(default=True)
            accept = self.add_button(tr(QT_TRANSLATE_NOOP("vstore", "&Trust this key")))
        else:
            self.add_cancel()
            accept = self.add_button(tr(QT_TRANSLATE_NOOP("vstore", "&Connect")), default=True)
        accept.clicked.connect(self.accept)
        first = next((field for field in self._fields if field is not None and not field.text()), None)
        if first is not None:
            first.setFocus()

    @property
    def values(self) -> tuple[str, ...]:
        """An answer for each prompt, in their order."""
        return tuple(_YES if field is None else field.text() for field in self._fields)

    def _add(self, prompt: CredentialPrompt) -> QLineEdit:
        edit = QLineEdit(prompt.default)
        if prompt.kind == "password":
            edit.setEchoMode(QLineEdit.EchoMode.Password)
        words = visible(prompt.prompt.strip().rstrip(":"))
        field = Field(words.replace("&", "&&"), edit)
        edit.setAccessibleName(words)
        self.body.addWidget(field)
        return edit

    def _add_confirm(self, prompt: CredentialPrompt) -> None:
        # The question holds the key's fingerprint, often over several lines: each is shown as it came.
        for line in prompt.prompt.strip().splitlines():
            shown = label(visible(line), wrap=True, selectable=True)
            if ":" in line and " " not in line.strip().rsplit(":", 1)[-1]:
                shown.setFont(monospace())
            self.body.addWidget(shown)
        self.body.addWidget(
            Notice(
                "warning",
                tr(
                    QT_TRANSLATE_NOOP(
                        "vstore",
                        "Compare the fingerprint with what the host itself shows (ssh-keygen -lf). "
                        "If they differ, somebody may stand between you and the host.",
                    )
                ),
            )
        )


async def ask_credentials(
    parent: QWidget | None, host_label: str, prompts: Sequence[CredentialPrompt]
) -> tuple[str, ...] | None:
    """The answers in the order of the prompts; None when the user declines."""
    dialog = CredentialsDialog(host_label, prompts, parent)
    # The values are read before the dialog, which deletes itself, is gone.
    taken: list[tuple[str, ...]] = []
    dialog.accepted.connect(lambda: taken.append(dialog.values))
    await dialog.answered()
    return taken[0] if taken else None
