"""The virsh commands that do what a call does: to learn from, and to copy.

Each line can be pasted into a shell: names are quoted, a document stands in a here-document, so nothing has
to be saved first. They hold no secrets, as calls shown to the user hold none.
"""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable
from typing import Any, Final

from vstore_gui.entities import calls
from vstore_gui.entities.keys import HostId

__all__ = ["VIRSH", "virsh_lines"]

Words = list[str]

# A plan that deletes thousands of volumes says the same words as often.
_quote = functools.lru_cache(1024)(shlex.quote)


def virsh_lines(host: HostId, call: calls.AnyCall, *, name: str | None = None) -> tuple[str, ...]:
    """What to type for the call. `name` is that of its pool or machine: commands read better than with a
    uuid.

    Nothing for calls that change nothing.
    """
    row = VIRSH.get(type(call))
    if row is None:
        return ()
    command = " ".join(map(_quote, ("virsh", "-c", host, *row(call, name))))
    document = getattr(call, "xml", None)
    return (command if document is None else f"{command} <<'{_delimiter(document)}'\n{_here(document)}",)


def _here(document: str) -> str:
    return f"{document.rstrip(chr(10))}\n{_delimiter(document)}"


def _delimiter(document: str) -> str:
    """A word that is no line of the document: a name in it cannot end the here-document early."""
    lines = {line.strip() for line in document.splitlines()}
    word = "XML"
    while word in lines:
        word += "X"
    return word


_FILE: Final = "/dev/stdin"


def _pool(command: str) -> Callable[[Any, str | None], Words]:
    return lambda call, name: [command, "--pool", name or call.pool]


def _build(call: calls.BuildPool, name: str | None) -> Words:
    flags = {"default": [], "overwrite": ["--overwrite"], "no-overwrite": ["--no-overwrite"]}
    return ["pool-build", "--pool", name or call.pool, *flags[call.mode]]


def _autostart(call: calls.SetPoolAutostart, name: str | None) -> Words:
    return ["pool-autostart", "--pool", name or call.pool, *([] if call.on else ["--disable"])]


def _create_volume(call: calls.CreateVolume, name: str | None) -> Words:
    flags = ["--prealloc-metadata"] if call.preallocate_metadata else []
    return ["vol-create", "--pool", name or call.pool, "--file", _FILE, *flags]


def _delete_volume(call: calls.DeleteVolume, name: str | None) -> Words:
    return ["vol-delete", "--vol", call.volume, "--pool", name or call.pool]


def _update_disk(call: calls.UpdateDisk, name: str | None) -> Words:
    flags = [
        flag for flag, on in (("--live", call.live), ("--config", call.config), ("--force", call.force)) if on
    ]
    return ["update-device", "--domain", name or call.domain, "--file", _FILE, *flags]


VIRSH: Final[dict[type[Any], Callable[[Any, str | None], Words]]] = {
    calls.RefreshPool: _pool("pool-refresh"),
    calls.DefinePool: lambda _call, _name: ["pool-define", "--file", _FILE],
    calls.BuildPool: _build,
    calls.StartPool: _pool("pool-start"),
    calls.StopPool: _pool("pool-destroy"),
    calls.SetPoolAutostart: _autostart,
    calls.UndefinePool: _pool("pool-undefine"),
    calls.DeletePool: _pool("pool-delete"),
    calls.CreateVolume: _create_volume,
    calls.DeleteVolume: _delete_volume,
    calls.UpdateDisk: _update_disk,
    calls.DefineDomain: lambda _call, _name: ["define", "--file", _FILE],
}
