"""Questions of libvirt and ssh, carried to the window and back. See `Credentials`."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any, Final

import libvirt

from vstore_gui.entities.reports import CredentialPrompt, CredentialsWanted, Report

__all__ = ["Credentials"]

_KINDS: Final = {
    libvirt.VIR_CRED_AUTHNAME: "text",
    libvirt.VIR_CRED_USERNAME: "text",
    libvirt.VIR_CRED_ECHOPROMPT: "text",
    libvirt.VIR_CRED_REALM: "text",
    libvirt.VIR_CRED_PASSPHRASE: "password",
    libvirt.VIR_CRED_NOECHOPROMPT: "password",
}
_YES_NO: Final = re.compile(r"\(y(?:es)?/n(?:o)?[^)]*\)\s*\??\s*:?\s*$|type 'yes', 'no'", re.IGNORECASE)


class Credentials:
    """Asks the window and waits for its answer. Any thread may ask; the reading thread answers.

    Answers that opened a connection are kept in memory, so that the next connection to the same host asks
    nobody. They are never written, logged or reported.
    """

    def __init__(self, tell: Callable[[Report], None], *, may_ask: bool = True) -> None:
        self._tell = tell
        self.may_ask = may_ask
        self._lock = threading.Lock()
        self._last_id = 0
        self._waiting: dict[int, tuple[threading.Event, list[tuple[str, ...] | None]]] = {}
        self._kept: dict[tuple[str, str], str] = {}
        self._offered: dict[tuple[str, str], str] = {}  # in the opening under way
        self.declined = False  # in the opening under way

    @property
    def libvirt_auth(self) -> list[Any]:
        """What `libvirt.openAuth` takes."""
        return [[*_KINDS, libvirt.VIR_CRED_EXTERNAL], self._libvirt_asks, None]

    def opening(self) -> None:
        """A connection is about to be opened: kept answers may be used once for it."""
        with self._lock:
            self._offered.clear()
            self.declined = False

    def opened(self) -> None:
        """It was opened: the answers were right."""
        with self._lock:
            self._kept.update(self._offered)
            self._offered.clear()

    def ask(self, prompts: tuple[CredentialPrompt, ...]) -> tuple[str, ...] | None:
        """Blocks until the window answers. None when the user declined or nobody may be asked."""
        keys = [(prompt.kind, prompt.prompt) for prompt in prompts]
        with self._lock:
            kept = [self._kept.get(key) for key in keys]
            # Asked again for what was offered in this very opening: it was wrong.
            if all(value is not None for value in kept) and not any(key in self._offered for key in keys):
                values = tuple(value for value in kept if value is not None)
                self._offered.update(zip(keys, values, strict=True))
                return values
            if not self.may_ask:
                return None
            self._last_id += 1
            request = self._last_id
            answered, answer = threading.Event(), list[tuple[str, ...] | None]()
            self._waiting[request] = (answered, answer)
        self._tell(CredentialsWanted(request, prompts))
        answered.wait()
        found = answer[0]
        if found is None or len(found) != len(prompts):
            self.declined = True
            return None
        with self._lock:
            self._offered.update(zip(keys, found, strict=True))
        return found

    def answer(self, request: int, values: tuple[str, ...] | None) -> None:
        """Hand the window's answer to who waits for it; an answer nobody waits for is dropped."""
        with self._lock:
            waiting = self._waiting.pop(request, None)
        if waiting is not None:
            answered, answer = waiting
            answer.append(values)
            answered.set()

    def ssh_asks(self, prompt: str, hint: str) -> str | None:
        """What ssh's askpass is to print, or None to make it fail. `hint` is SSH_ASKPASS_PROMPT."""
        if hint == "none":  # a notice, as for a security key to be touched: nothing is to be answered
            return ""
        confirm = hint == "confirm" or _YES_NO.search(prompt) is not None
        answer = self.ask((CredentialPrompt(prompt.strip(), "confirm" if confirm else "password"),))
        if answer is None:
            return None
        return _confirmed(answer[0], "yes", "no") if confirm else answer[0]

    def _libvirt_asks(self, credentials: list[list[Any]], _data: object) -> int:
        """virConnectAuthCallbackPtr: fills in the results; -1 makes the opening fail as cancelled."""
        asked = [credential for credential in credentials if credential[0] in _KINDS]
        if not asked:
            return 0  # only VIR_CRED_EXTERNAL: polkit's own agent asks
        prompts = tuple(
            CredentialPrompt(
                str(prompt),
                "confirm" if _YES_NO.search(str(prompt)) else _KINDS[kind],  # type: ignore[arg-type]
                str(default or ""),
            )
            for kind, prompt, _challenge, default, *_ in asked
        )
        values = self.ask(prompts)
        if values is None:
            return -1
        for credential, prompt, value in zip(asked, prompts, values, strict=True):
            credential[4] = _confirmed(value, "y", "n") if prompt.kind == "confirm" else value
        return 0


def _confirmed(value: str, yes: str, no: str) -> str:
    return yes if value.strip().lower() in ("yes", "y", "true", "1") else no
