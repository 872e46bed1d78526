"""What the user will read, as a value: a marked template and its arguments.

Floors without Qt never format for the eye. They say `text(QT_TRANSLATE_NOOP("vstore", "Delete {name}"),
name=n)`; `ui.messages.render` translates the template and formats each argument for the user's locale.
"""

from __future__ import annotations

from typing import Union

import msgspec

__all__ = ["QT_TRANSLATE_NOOP", "Arg", "Count", "Names", "Seconds", "Size", "Text", "plain", "text"]


def QT_TRANSLATE_NOOP(context: str, template: str) -> str:  # noqa: ARG001
    """Mark a template for `pyside6-lupdate` and return it unchanged. The context is always "vstore"."""
    return template


class Size(msgspec.Struct, frozen=True, tag="size"):
    """A number of bytes, shown in binary units by the user's locale."""

    n_bytes: int


class Count(msgspec.Struct, frozen=True, tag="count"):
    """A number, shown with the locale's digits and grouping."""

    n: int


class Seconds(msgspec.Struct, frozen=True, tag="seconds"):
    """A duration, shown as '12 s', '3 min'."""

    seconds: float


class Names(msgspec.Struct, frozen=True, tag="names"):
    """Names of things, shown as a list; always as plain text, whatever characters they hold."""

    names: tuple[str, ...]


Arg = Union[str, Size, Count, Seconds, Names, "Text"]


class Text(msgspec.Struct, frozen=True, tag="text"):
    """A template with `{named}` places and the values that go in them."""

    template: str
    args: tuple[tuple[str, Arg], ...] = ()

    def __str__(self) -> str:
        """The untranslated English text: for logs, tests and the command line, not for the window."""
        return plain(self)


def text(template: str, /, **args: Arg) -> Text:
    """A Text from a template marked with QT_TRANSLATE_NOOP and its arguments."""
    return Text(template, tuple(args.items()))


def plain(value: Arg) -> str:
    """English, unlocalised rendering of a text or argument."""
    match value:
        case str():
            return value
        case Size(n_bytes):
            return format_size(n_bytes)
        case Count(n):
            return str(n)
        case Seconds(seconds):
            return f"{seconds:.0f} s"
        case Names(names):
            return ", ".join(names)
        case Text(template, args):
            return template.format(**{key: plain(arg) for key, arg in args})


def format_size(n_bytes: int) -> str:
    """Bytes in binary units, unlocalised; `ui.messages` has the localised one."""
    from vstore_gui.entities.units import scale_bytes

    value, unit = scale_bytes(n_bytes)
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
