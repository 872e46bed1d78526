"""What a pool, a volume or a path may be called: checks as the user types."""

from __future__ import annotations

from typing import Final

from vstore_gui.actions.plan import Reason
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count, text

__all__ = ["path_problems", "pool_name_problems", "volume_name_problems"]

_FILE_NAME_BYTES: Final = 255  # NAME_MAX of Linux file systems
_PATH_BYTES: Final = 4095  # PATH_MAX, without the closing zero

# Directories of the system: building a pool over one would change its permissions.
SYSTEM_DIRECTORIES: Final = frozenset(
    {
        "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/mnt", "/opt", "/proc", "/root",
        "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/share", "/var",
        "/var/lib", "/var/lib/libvirt", "/var/log", "/var/tmp",
    }
)  # fmt: skip


def _block(field: str, template: str, **args: str | Count) -> Reason:
    return Reason(text(template, **args), field=field)


def _unprintable(value: str) -> bool:
    """Characters that no XML document can hold, or that would break a line: nobody types them on purpose."""
    return any(
        ord(char) < 0x20 or ord(char) in (0x7F, 0xFFFE, 0xFFFF) or 0xD800 <= ord(char) <= 0xDFFF
        for char in value
    )


def _common(field: str, value: str, *, max_bytes: int) -> tuple[Reason, ...]:
    if not value:
        return (_block(field, QT_TRANSLATE_NOOP("vstore", "Give it a name.")),)
    if not value.strip():
        return (_block(field, QT_TRANSLATE_NOOP("vstore", "A name needs more than spaces.")),)
    if _unprintable(value):
        template = QT_TRANSLATE_NOOP(
            "vstore", "A name cannot have line breaks, tabs or other control characters."
        )
        return (_block(field, template),)
    if "/" in value:
        return (_block(field, QT_TRANSLATE_NOOP("vstore", "A name cannot have a slash (/).")),)
    length = len(value.encode())
    if length > max_bytes:
        template = QT_TRANSLATE_NOOP(
            "vstore", "The name is too long: {length} bytes, at most {max} are possible."
        )
        return (_block(field, template, length=Count(length), max=Count(max_bytes)),)
    if value != value.strip():
        template = QT_TRANSLATE_NOOP("vstore", "The name begins or ends with a space.")
        return (Reason(text(template), blocks=False, field=field),)
    return ()


def pool_name_problems(name: str) -> tuple[Reason, ...]:
    """libvirt keeps the definition in a file NAME.xml."""
    return _common("name", name, max_bytes=_FILE_NAME_BYTES - len(".xml"))


def volume_name_problems(name: str, *, file: bool) -> tuple[Reason, ...]:
    """`file`: the volume is a file of a directory, with the name of the volume."""
    problems = _common("name", name, max_bytes=_FILE_NAME_BYTES)
    if any(problem.blocks for problem in problems):
        return problems
    if name in (".", ".."):
        return (_block("name", QT_TRANSLATE_NOOP("vstore", "This is no name for a volume.")),)
    if file and name.startswith("."):
        template = QT_TRANSLATE_NOOP("vstore", "A name that begins with a dot is hidden: choose another.")
        return (_block("name", template),)
    return problems


def path_problems(field: str, path: str) -> tuple[Reason, ...]:
    """An absolute path on the host."""
    if not path:
        return (_block(field, QT_TRANSLATE_NOOP("vstore", "Give a path on the host.")),)
    if _unprintable(path):
        template = QT_TRANSLATE_NOOP(
            "vstore", "A path cannot have line breaks, tabs or other control characters."
        )
        return (_block(field, template),)
    if not path.startswith("/"):
        template = QT_TRANSLATE_NOOP("vstore", "The path must be absolute: it starts with /.")
        return (_block(field, template),)
    if len(path.encode()) > _PATH_BYTES or any(
        len(part.encode()) > _FILE_NAME_BYTES for part in path.split("/")
    ):
        return (_block(field, QT_TRANSLATE_NOOP("vstore", "The path is too long.")),)
    return ()
