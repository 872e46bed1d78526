"""What can be read and set on a document: one declared line a field.

    name = TextField("name")
    capacity_bytes = SizeField("capacity")
    readonly = FlagField("readonly")

A path leads from the document's element to the field's; `attr=` names an attribute there, else it is the
text. Reading gives None where there is nothing, or nothing that libvirt would understand; it never fails.
Setting edits the tree in place and raises XmlError, before anything is changed, for a value that cannot stand
there. Setting None removes the element or attribute, and its parents if they hold nothing else. Setting what
is already there changes nothing; setting what was there when the document was read brings back its very
characters.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, Self, TypeVar, overload

from vstore_gui.entities.units import UnitError
from vstore_gui.xml.document import Document, Element, XmlError
from vstore_gui.xml.numbers import MAX_SIZE, read_int, read_octal, to_bytes, unit_factor
from vstore_gui.xml.tree import drop_attr, require_xml_text, texts_of

__all__ = [
    "AttrField", "EnumField", "Field", "FlagField", "IntField", "OctalField", "OnOffField", "PathField",
    "SizeField", "TextField", "UuidField", "YesNoField",
]  # fmt: skip

V = TypeVar("V")
T = TypeVar("T")


class Field(Generic[V]):
    """A field of type V: what reading gives and setting takes."""

    is_document_field = True

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = path

    def __set_name__(self, owner: type[Document], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, document: None, owner: type[Document]) -> Self: ...
    @overload
    def __get__(self, document: Document, owner: type[Document]) -> V: ...
    def __get__(self, document: Document | None, owner: type[Document]) -> Self | V:
        return self if document is None else self.read(document)

    def __set__(self, document: Document, value: V) -> None:
        self.write(document, value)

    def read(self, document: Document) -> V:
        raise NotImplementedError

    def write(self, document: Document, value: V) -> None:
        raise NotImplementedError

    nothing: Any = None
    """The value of a field that the document has not."""

    def present(self, document: Document) -> bool:
        """Whether the document has a value here."""
        return bool(self.read(document) != self.nothing)

    def another(self, document: Document) -> V:
        """A valid value that is not the present one; for a field that has just one value, that there is
        none."""
        raise NotImplementedError


class _Stand(NamedTuple):
    """How a field's text (with what is between comments) or attribute stands in the document, to the
    character."""

    texts: tuple[str | None, ...]
    attr: str | None

    @property
    def text(self) -> str:
        return "".join(part for part in self.texts if part)


class ScalarField(Field[T | None]):
    """One value: an element's text or, with `attr`, its attribute. `keep`: the element means something when
    it is bare."""

    samples: tuple[T, ...]

    def __init__(
        self, path: str, *, attr: str | None = None, samples: tuple[T, ...] = (), keep: bool = False
    ) -> None:
        super().__init__(path)
        self.attr = attr
        self.keep = keep
        if samples:
            self.samples = samples

    # what kinds differ in

    def decode(self, raw: str) -> T | None:
        raise NotImplementedError

    def encode(self, value: T) -> str:
        """The characters to write. Raises XmlError for a value that cannot stand there."""
        raise NotImplementedError

    def encode_like(self, value: T, now: str | None) -> str:  # noqa: ARG002
        """The characters to write, in the manner of what stands there."""
        return self.encode(value)

    # the same for all

    def read(self, document: Document) -> T | None:
        element = document.element.find(self.path)
        return None if element is None else self._value(self._stand(element))

    def another(self, document: Document) -> T | None:
        now = self.read(document)
        return next((sample for sample in self.samples if sample != now), None)

    def write(self, document: Document, value: T | None) -> None:
        now = self.read(document)
        if value is None:
            self._clear(document)
            return
        if value == now:
            return
        first = document.editor.original(document.element, self, now)
        if value != first:
            self.encode(value)  # refuse it before anything is made; what was read may always be set again
        editor = document.editor
        if value == first:
            self._restore(document)
        element = editor.ensure(document.element, self.path, document.ORDER)
        stand = self._stand(element)
        if self._value(stand) == value:
            return
        editor.keep_if_empty(element)
        original: _Stand = editor.original(element, (self, "stand"), stand)
        if self._value(original) == value:
            self._put(element, original)
        else:
            self._put_value(element, value, stand)

    def _clear(self, document: Document) -> None:
        root, editor = document.element, document.editor
        editor.original(root, self, self.read(document))
        with editor.clearing(root, self):
            for element in root.findall(self.path):  # all of them: the second must not stand in for the first
                if self.attr is None:
                    editor.remove(root, element)
                elif element.get(self.attr) is not None:
                    editor.original(element, (self, "stand"), self._stand(element))
                    drop_attr(element, self.attr)
                    if not self.keep:
                        editor.prune(root, element)

    def _restore(self, document: Document) -> None:
        """Undo `_clear`."""
        root, editor = document.element, document.editor
        editor.restore_cleared(root, self)
        if self.attr is not None:
            for element in root.findall(self.path):
                if element.get(self.attr) is None:
                    self._put(element, editor.original(element, (self, "stand"), self._stand(element)))

    def _stand(self, element: Element) -> _Stand:
        if self.attr is None:
            return _Stand(texts_of(element), None)
        return _Stand((), element.get(self.attr))

    def _value(self, stand: _Stand) -> T | None:
        raw = stand.text if self.attr is None else stand.attr
        return None if raw is None else self.decode(raw)

    def _put(self, element: Element, stand: _Stand) -> None:
        if self.attr is None:
            _put_texts(element, stand.texts)
        elif stand.attr is not None:
            element.set(self.attr, stand.attr)

    def _put_value(self, element: Element, value: T, now: _Stand) -> None:
        if self.attr is None:
            _put_texts(element, (self.encode_like(value, now.text),))
        else:
            element.set(self.attr, self.encode_like(value, now.attr))


def _put_texts(element: Element, texts: tuple[str | None, ...]) -> None:
    """The text, and the pieces behind each child; comments keep their place behind the text."""
    element.text = texts[0]
    for at, child in enumerate(element, start=1):
        child.tail = texts[at] if at < len(texts) else None


class TextField(ScalarField[str]):
    """Text exactly as libvirt reads it, white space included. An element that is there but empty reads as
    ''."""

    samples = ("one", "two")

    def decode(self, raw: str) -> str | None:
        return raw

    def encode(self, value: str) -> str:
        return require_xml_text(value)


class PathField(TextField):
    """An absolute path of the host; there is none in white space."""

    samples = ("/one/path", "/another/path")

    def decode(self, raw: str) -> str | None:
        return raw if raw.strip() else None


class UuidField(TextField):
    samples = ("6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31", "0d9f6a5c-7a51-4c41-8d57-2f1f9a0e6b42")

    def encode(self, value: str) -> str:
        try:
            uuid.UUID(value)
        except ValueError as error:
            raise XmlError(f"{value!r} is no UUID") from error
        return value


class AttrField(TextField):
    """The text of an attribute."""

    def __init__(self, path: str, attr: str, *, samples: tuple[str, ...] = (), keep: bool = False) -> None:
        super().__init__(path, attr=attr, samples=samples, keep=keep)


class EnumField(ScalarField[str]):
    """One of the words that libvirt knows. A word of a newer libvirt reads as it stands and may stay."""

    def __init__(
        self, path: str, allowed: Iterable[str], *, attr: str | None = None, keep: bool = False
    ) -> None:
        self.allowed = tuple(allowed)
        super().__init__(path, attr=attr, samples=self.allowed, keep=keep)

    def decode(self, raw: str) -> str | None:
        return raw.strip() or None

    def encode(self, value: str) -> str:
        if value not in self.allowed:
            raise XmlError(f"{self.name} cannot be {value!r}, but {', '.join(self.allowed)}")
        return value


class IntField(ScalarField[int]):
    def __init__(
        self,
        path: str,
        *,
        attr: str | None = None,
        minimum: int = 0,
        samples: tuple[int, ...] = (1, 2),
        keep: bool = False,
    ) -> None:
        super().__init__(path, attr=attr, samples=samples, keep=keep)
        self.minimum = minimum

    def decode(self, raw: str) -> int | None:
        return read_int(raw)

    def encode(self, value: int) -> str:
        if value < self.minimum:
            raise XmlError(f"{self.name} cannot be {value}: less than {self.minimum}")
        return str(value)


class OctalField(ScalarField[int]):
    """A file mode: 0o755 stands as '0755'. Leading zeros stay as the document has them."""

    samples = (0o755, 0o640)

    def decode(self, raw: str) -> int | None:
        return read_octal(raw)

    def encode(self, value: int) -> str:
        if not 0 <= value <= 0o7777:
            raise XmlError(f"{self.name} cannot be {value}: no file mode")
        return f"{value:04o}"

    def encode_like(self, value: int, now: str | None) -> str:
        self.encode(value)
        return f"{value:o}".zfill(len(now.strip()) if now and now.strip() else 4)


class _WordField(ScalarField[bool]):
    words: tuple[str, str]  # for True and for False
    samples = (True, False)

    def decode(self, raw: str) -> bool | None:
        word = raw.strip()
        return None if word not in self.words else word == self.words[0]

    def encode(self, value: bool) -> str:
        return self.words[0] if value else self.words[1]


class YesNoField(_WordField):
    words = ("yes", "no")


class OnOffField(_WordField):
    words = ("on", "off")


class SizeField(ScalarField[int]):
    """A size in bytes, whatever unit the document has it in. The unit stays if the new size is a multiple of
    it."""

    samples = (3 * 1024**3, 5 * 1024**4)

    def __init__(self, path: str) -> None:
        super().__init__(path)

    def encode(self, value: int) -> str:
        if not 0 <= value <= MAX_SIZE:
            raise XmlError(f"{self.name} cannot be {value} bytes")
        return str(value)

    def _stand(self, element: Element) -> _Stand:
        return _Stand(texts_of(element), element.get("unit"))

    def _value(self, stand: _Stand) -> int | None:
        return to_bytes(stand.text, stand.attr)

    def _put(self, element: Element, stand: _Stand) -> None:
        _put_texts(element, stand.texts)
        if stand.attr is None:
            drop_attr(element, "unit")
        else:
            element.set("unit", stand.attr)

    def _put_value(self, element: Element, value: int, now: _Stand) -> None:
        try:
            factor = unit_factor(now.attr)
        except UnitError:
            factor = 0
        if factor and value % factor == 0:
            _put_texts(element, (str(value // factor),))
        else:
            _put_texts(element, (str(value),))
            element.set("unit", "bytes")


class FlagField(Field[bool]):
    """True where the element is there, whatever it holds."""

    def read(self, document: Document) -> bool:
        return document.element.find(self.path) is not None

    nothing = False

    def another(self, document: Document) -> bool:
        return not self.read(document)

    def write(self, document: Document, value: bool) -> None:
        root, editor = document.element, document.editor
        if value:
            editor.restore_cleared(root, self)
            editor.ensure(root, self.path, document.ORDER)
            return
        with editor.clearing(root, self):
            for element in root.findall(self.path):
                editor.remove(root, element)
