"""Drives a real program by the names a screen reader would speak. See `ScreenReader`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.waiting import LIMIT_S, wait_until

__all__ = ["Control", "ScreenReader"]


class Control:
    """Something on the screen, by its accessible name and role."""

    def __init__(self, reader: ScreenReader, seen: Mapping[str, Any]) -> None:
        self._reader = reader
        self._handle: int = seen["handle"]
        self.name: str = seen["name"]
        self.role: str = seen["role"]
        self.enabled: bool = seen["enabled"]

    def do(self, action: str | None = None) -> None:
        """Its first action (a button's is to be pressed), or the one named."""
        self._reader.ask("act", handle=self._handle, action=action)

    def select(self) -> None:
        """Choose it among its siblings: a tab, a row."""
        self._reader.ask("select", handle=self._handle)

    def focus(self) -> None:
        self._reader.ask("focus", handle=self._handle)

    def type(self, text: str) -> None:
        """Go there and type it on the keyboard, in place of what was there."""
        self.focus()
        self._reader.ask("select_text", handle=self._handle)
        self._reader.ask("type_text", text=text)

    def choose_first(self) -> None:
        """Of a list or table: go there with the keyboard and select the first row."""
        self.focus()
        for key in ("Home", "Space"):
            self._reader.key(key)

    @property
    def text(self) -> str:
        return str(self._reader.ask("get_text", handle=self._handle))

    @text.setter
    def text(self, text: str) -> None:
        self._reader.ask("set_text", handle=self._handle, text=text)


class ScreenReader:
    """Looks at one program on the desktop of `screen.desktop()`."""

    def __init__(self, application: str, environment: Mapping[str, str]) -> None:
        self._application = application
        # Not the environment's Python: pyatspi comes with Debian's.
        command = ["/usr/bin/python3", "-I", str(Path(__file__).with_name("atspi_helper.py"))]
        pipe = subprocess.PIPE
        self._helper = subprocess.Popen(command, env=dict(environment), stdin=pipe, stdout=pipe, text=True)

    def __enter__(self) -> ScreenReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        self._helper.stdin.close()
        self._helper.wait(10)
        self._helper.stdout.close()

    def ask(self, command: str, **arguments: object) -> Any:
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        self._helper.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        self._helper.stdin.flush()
        answer = json.loads(self._helper.stdout.readline())
        if "error" in answer:
            raise RuntimeError(f"{command} {arguments}: {answer['error']}")
        return answer["ok"]

    def key(self, name: str) -> None:
        """Press Home, Space, Tab, Return, Escape, Up, Down or a character, wherever the focus is."""
        self.ask("key", name=name)

    def enabled(self, name: str, role: str | None = None, limit_s: float = LIMIT_S) -> Control:
        """Wait until this is showing and can be used."""
        return self._await(
            lambda: [each for each in self.all(name, role) if each.enabled], f"{name!r}, enabled", limit_s
        )

    def disabled(self, name: str, role: str | None = None, limit_s: float = LIMIT_S) -> Control:
        """Wait until this is showing and cannot be used."""
        return self._await(
            lambda: [each for each in self.all(name, role) if not each.enabled],
            f"{name!r}, disabled",
            limit_s,
        )

    def all(self, name: str | None = None, role: str | None = None, *, only: bool = False) -> list[Control]:
        """Everything showing with this name and role; `only`: the first (tables can be long)."""
        found = self.ask("find", application=self._application, name=name, role=role, only=only)
        return [Control(self, seen) for seen in found]

    def find(self, name: str, role: str | None = None, limit_s: float = LIMIT_S) -> Control:
        """Wait until this is showing and return it; AssertionError with all names there are."""
        return self._await(
            lambda: self.all(name, role, only=True), f"{role or 'something'} named {name!r}", limit_s
        )

    def find_starting(self, start: str, role: str | None = None, limit_s: float = LIMIT_S) -> Control:
        """The same by how its name starts: rows of tables speak all of their cells."""
        what = f"{role or 'something'} whose name starts with {start!r}"
        return self._await(
            lambda: [each for each in self.all(None, role) if each.name.startswith(start)], what, limit_s
        )

    def find_containing(self, part: str, limit_s: float = LIMIT_S) -> Control:
        return self._await(
            lambda: [each for each in self.all() if part in each.name],
            f"something with {part!r} in its name",
            limit_s,
        )

    def gone(self, start: str, role: str | None = None) -> None:
        """Wait until nothing whose name starts so is showing."""
        wait_until(
            lambda: not any(each.name.startswith(start) for each in self.all(None, role)),
            f"{start!r} to be gone",
        )

    def _await(self, look: Callable[[], list[Control]], what: str, limit_s: float) -> Control:
        found: list[Control] = []

        def there() -> bool:
            found[:] = look()
            return bool(found)

        try:
            wait_until(there, what, limit_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; showing: {self.names()}") from None
        return found[0]

    def names(self) -> list[str]:
        return list(self.ask("names", application=self._application))
