"""libvirt's errors as ours, by the table in `error_table`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import libvirt
import msgspec

from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text
from vstore_gui.hostd.error_table import CANCELLED, ROWS, Row
from vstore_gui.hostd.foreign_bytes import error_behind
from vstore_gui.hostd.sentences import FAILED

__all__ = [
    "RETRIED",
    "ROWS",
    "Row",
    "auth_cancelled",
    "explain",
    "fault",
    "link_lost",
    "lost_storage_daemon",
    "refused_lane",
    "row_of",
    "unsupported_flags",
]

L = libvirt

# After these, trying to connect again by itself can succeed without anybody doing anything in the window.
RETRIED = frozenset(
    {
        ErrorKind.LOST, ErrorKind.REFUSED, ErrorKind.UNREACHABLE, ErrorKind.NOT_RUNNING, ErrorKind.TIMEOUT,
        ErrorKind.NOT_RESPONDING,
    }
)  # fmt: skip


def row_of(code: int, domain: int, original: str) -> Row:
    """The first row that fits; the last one fits everything."""
    return next(row for row in ROWS if row.fits(code, domain, original))


def explain(error: libvirt.libvirtError, call: str = "", ssh_words: str = "") -> ErrorState:
    """The error of a libvirt call as a value; `call` names our call that met it, `ssh_words` is what the ssh
    ssh under the connection said."""
    code = error.get_error_code() or 0
    domain = error.get_error_domain() or 0
    original = "\n".join(filter(None, (error.get_error_message() or str(error), ssh_words)))
    row = row_of(code, domain, original)
    kind, command = row.kind, row.command
    message = text(row.message, original=original) if "{original}" in row.message else text(row.message)
    advice = text(row.advice) if row.advice else None
    if kind is ErrorKind.NOT_RUNNING and "Failed to connect socket" in original and not _daemon_installed():
        kind, message, advice = ErrorKind.NOT_INSTALLED, text(_NOT_INSTALLED), text(_INSTALL)
        command = _install_command()
    return ErrorState(kind, _whole(message, call), advice, command, original, code, domain, call)


def unsupported_flags(error: libvirt.libvirtError) -> bool:
    """Whether the call is one that this driver or this version has without the flags."""
    return error.get_error_code() == L.VIR_ERR_INVALID_ARG and "unsupported flags" in str(error)


def auth_cancelled(error: libvirt.libvirtError) -> ErrorState:
    """The user declined to answer, whatever libvirt or ssh makes of it."""
    return msgspec.structs.replace(
        explain(error, "Open"), kind=ErrorKind.AUTH_CANCELLED, message=text(CANCELLED)
    )


def fault(error: Exception, call: str = "") -> HostError:
    """Whatever a handler raised, as a HostError: libvirt's by the table, ours as a fault of ours."""
    if isinstance(error, HostError):
        return error
    said = error if isinstance(error, libvirt.libvirtError) else error_behind(error)
    if said is not None:
        return HostError(explain(said, call))
    return HostError(ErrorState.internal(f"{type(error).__name__}: {error}", call))


def link_lost(words: str) -> ErrorState:
    """The link is gone, as no call told but the connection itself; the words are for 'Details'."""
    row = next(row for row in ROWS if row.kind is ErrorKind.LOST)
    return ErrorState(ErrorKind.LOST, text(row.message), text(row.advice or ""), original=words)


def refused_lane(call: str, silent: str, original: str) -> HostError:
    """A call that was not sent, because another one (`silent`) has not come back."""
    reason = text(
        QT_TRANSLATE_NOOP("vstore", "The storage does not respond: {silent} has not come back yet."),
        silent=silent,
    )
    advice = text(
        QT_TRANSLATE_NOOP("vstore", "Nothing more is sent to it until it answers. Check the storage server.")
    )
    return HostError(
        ErrorState(ErrorKind.NOT_RESPONDING, _whole(reason, call), advice, original=original, call=call)
    )


def lost_storage_daemon(state: ErrorState) -> bool:
    """Whether a failed call says that a daemon of ours is gone, though the connection itself may still stand.

    With modular daemons virtqemud forwards storage and secret calls to virtstoraged and virtsecretd: when one
    of them goes, its calls fail while events and machines go on. Only a new connection sees it again.
    """
    return state.kind in (ErrorKind.LOST, ErrorKind.NOT_RUNNING, ErrorKind.REFUSED)


_NOT_INSTALLED = QT_TRANSLATE_NOOP("vstore", "libvirt's daemon is not installed on this machine.")
_INSTALL = QT_TRANSLATE_NOOP("vstore", "Install it, then connect again.")
_DAEMONS = ("libvirtd", "virtqemud", "virtxend", "virtlxcd", "virtvboxd", "virtstoraged")
_INSTALLERS = (
    ("apt", "sudo apt install libvirt-daemon-system qemu-system-x86 qemu-utils"),
    ("dnf", "sudo dnf install @virtualization"),
    ("zypper", "sudo zypper install libvirt-daemon-qemu qemu-kvm"),
    ("pacman", "sudo pacman -S libvirt qemu-desktop"),
)


def _daemon_installed() -> bool:
    if Path("/.flatpak-info").exists():  # the host's programs cannot be seen from in there
        return True
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"))
    return any(shutil.which(daemon, path=path) for daemon in _DAEMONS)


def _install_command() -> str | None:
    return next((command for tool, command in _INSTALLERS if shutil.which(tool)), None)


def _whole(reason: Text, call: str) -> Text:
    """What failed, then why."""
    failed = FAILED.get(call)
    if failed is None:
        return reason
    return text(QT_TRANSLATE_NOOP("vstore", "{failed} {reason}"), failed=text(failed), reason=reason)
