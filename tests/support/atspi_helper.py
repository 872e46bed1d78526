"""What a screen reader sees and does; run by Debian's own python3, which has pyatspi.

Reads a JSON command a line, answers each with a JSON line, {"ok": …} or {"error": "…"}: see atspi.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pyatspi
from gi.repository import GLib

# How an object that has just left the screen answers.
GONE = (GLib.Error, LookupError, NotImplementedError)
# X's keysyms; those of characters are their own numbers.
KEYS = {
    "Home": 0xFF50,
    "Space": 0x20,
    "Tab": 0xFF09,
    "Return": 0xFF0D,
    "Escape": 0xFF1B,
    "Up": 0xFF52,
    "Down": 0xFF54,
}

_seen: dict[int, Any] = {}


def applications() -> Iterator[Any]:
    desktop = pyatspi.Registry.getDesktop(0)
    for index in range(desktop.childCount):
        application = desktop.getChildAtIndex(index)
        if application is not None:
            yield application


def walk(node: Any) -> Iterator[Any]:
    """The node and all below it; parts that vanish meanwhile are left out."""
    yield node
    try:
        children = [node.getChildAtIndex(index) for index in range(min(node.childCount, 500))]
    except GONE:
        return
    for child in children:
        if child is not None:
            yield from walk(child)


def describe(node: Any) -> dict[str, Any]:
    states = node.getState()
    handle = hash(node)
    _seen[handle] = node
    return {
        "handle": handle,
        "name": node.name,
        "role": node.getRoleName(),
        "showing": states.contains(pyatspi.STATE_SHOWING),
        "enabled": states.contains(pyatspi.STATE_ENABLED),
        "focused": states.contains(pyatspi.STATE_FOCUSED),
        "description": node.description,
    }


def find(application: str, name: str | None, role: str | None, only: bool = False) -> list[dict[str, Any]]:
    """Everything showing that has this accessible name and role (either may be left out), or the first."""
    found = []
    for program in applications():
        if program.name != application:
            continue
        for node in walk(program):
            try:
                if (name is None or node.name == name) and (role is None or node.getRoleName() == role):
                    seen = describe(node)
                    if seen["showing"]:
                        found.append(seen)
                        if only:
                            return found
            except GONE:
                continue
    return found


def act(handle: int, action: str | None) -> bool:
    """Do the named action of a control (its first one when None), as a screen reader's user would."""
    actions = _seen[handle].queryAction()
    names = [actions.getName(index) for index in range(actions.nActions)]
    return bool(actions.doAction(names.index(action) if action else 0))


def select(handle: int) -> bool:
    """Select it in the container that it is in."""
    node = _seen[handle]
    return bool(node.parent.querySelection().selectChild(node.getIndexInParent()))


def actions(handle: int) -> list[str]:
    """Names of what can be done with it."""
    found = _seen[handle].queryAction()
    return [found.getName(index) for index in range(found.nActions)]


def focus(handle: int) -> bool:
    """Put the keyboard's focus on it."""
    return bool(_seen[handle].queryComponent().grabFocus())


def key(name: str) -> None:
    """Press and release a key, wherever the focus is."""
    keysym = KEYS.get(name) or ord(name)
    pyatspi.Registry.generateKeyboardEvent(keysym, None, pyatspi.KEY_SYM)


def select_text(handle: int) -> None:
    """All of it: what is typed next replaces it."""
    text = _seen[handle].queryText()
    text.addSelection(0, text.characterCount)


def type_text(text: str) -> None:
    """Type on the keyboard, wherever the focus is."""
    for character in text:
        pyatspi.Registry.generateKeyboardEvent(ord(character), None, pyatspi.KEY_SYM)


def set_text(handle: int, text: str) -> bool:
    return bool(_seen[handle].queryEditableText().setTextContents(text))


def get_text(handle: int) -> str:
    return str(_seen[handle].queryText().getText(0, -1))


def names(application: str) -> list[str]:
    """Role and name of everything showing: for the report of a failure."""
    return [f"{node['role']}: {node['name']}" for node in find(application, None, None) if node["name"]]


def running() -> list[str]:
    return [program.name for program in applications()]


COMMANDS = {
    f.__name__: f
    for f in (
        find,
        act,
        actions,
        select,
        focus,
        key,
        select_text,
        type_text,
        set_text,
        get_text,
        names,
        running,
    )
}


def main() -> None:
    # Not the usual 0.8 s: a program whose window hangs for a while is waited for, and timed.
    pyatspi.setTimeout(300_000, 300_000)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": COMMANDS[request.pop("do")](**request)}
        except Exception as error:  # told to the test, whatever it is
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
