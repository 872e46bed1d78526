"""Holds the XML layer against documents: every field is changed and changed back, and nothing else may
differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from lxml import etree

from vstore_gui.entities.disk import DiskSource, SourceKind
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.document import Document, Element, XmlError, canonical, parse_tree
from vstore_gui.xml.domain import DomainXml
from vstore_gui.xml.fields import Field
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.secret import SecretXml
from vstore_gui.xml.snapshot import SnapshotXml
from vstore_gui.xml.volume import VolumeXml

__all__ = ["DOCUMENTS", "problems"]


class _Stateful(Protocol):
    def state(self) -> object: ...


DOCUMENTS: Final[dict[str, type[Document]]] = {
    kind.TAG: kind for kind in (PoolXml, VolumeXml, DomainXml, DiskXml, SnapshotXml, SecretXml)
}


def problems(text: str | bytes) -> tuple[str, ...]:
    """What is wrong with our handling of this document, or with the document; nothing if all is well. Never
    raises for what a text holds."""
    try:
        root = parse_tree(text)
    except XmlError as error:
        return (str(error),)
    kind = DOCUMENTS.get(str(root.tag))
    if kind is None:
        return (f"<{root.tag}> is none of the documents that can be checked: {', '.join(sorted(DOCUMENTS))}",)
    try:
        return tuple(_document_problems(kind, text))
    except Exception as error:  # whatever it is, it is this document's result, not the end of the run
        return (f"cannot be checked: {_words(error)}",)


def _document_problems(kind: type[Document], text: str | bytes) -> Iterator[str]:
    document = kind(parse_tree(text))
    try:
        state = _state(document)
    except Exception as error:
        yield f"cannot be read into a state: {_words(error)}"
        return

    watch = _Watch(document.element)
    for name, part in (("", document), *document.parts()):
        yield from _changed_and_back(name, part)
    yield from watch.differences("all fields changed and changed back")
    again = parse_tree(document.to_string())
    if canonical(again) != watch.original:
        yield "is not what it was when written and read again"
    elif _state(kind(again)) != state:
        yield "gives another state when written and read again"

    document = kind(parse_tree(text))
    watch = _Watch(document.element, prefixes=False)
    for name, part in (("", document), *document.parts()):
        yield from _removed_and_back(name, part)
    yield from watch.differences("all fields removed and put back")


def _state(document: Document) -> object:
    stateful: _Stateful = document  # type: ignore[assignment]  # every class of DOCUMENTS has one
    return stateful.state()


class _Watch:
    """Holds an element against what it was. Without `prefixes` a namespace counts, but not the prefix that
    stands for it: lxml tidies those of what is taken out and put in."""

    def __init__(self, element: Element, *, prefixes: bool = True) -> None:
        self.element = element
        self.prefixes = prefixes
        self.original = canonical(element)

    @property
    def changed(self) -> bool:
        return canonical(self.element) != self.original

    def differences(self, doing: str) -> Iterator[str]:
        now = canonical(self.element)
        if now == self.original:
            return
        if not self.prefixes and _without_prefixes(now) == _without_prefixes(self.original):
            self.original = now
            return
        before, after = self.original.decode().splitlines(), now.decode().splitlines()
        for number, (old, new) in enumerate(zip(before, after, strict=False), start=1):
            if old != new:
                yield f"{doing}: line {number} {old.strip()!r} became {new.strip()!r}"
                return
        yield f"{doing}: {len(before)} lines became {len(after)}"


def _without_prefixes(xml: bytes) -> str:
    return str(etree.canonicalize(xml.decode(), with_comments=True, rewrite_prefixes=True))


def _changed_and_back(part: str, document: Document) -> Iterator[str]:
    """Every field that is present, set to another value and back; a disk's source replaced and put back."""
    watch = _Watch(document.element)
    for name, field in type(document).fields.items():
        yield from _set_and_back(part, name, field, document, watch, field.another)
    if isinstance(document, DiskXml):
        try:
            source = document.source
            document.set_source(_OTHER_SOURCE)
            if document.source.path != _OTHER_SOURCE.path:
                yield f"{_at(part, 'source')} is {document.source!r} after it was set"
            document.set_source(source)
            yield from watch.differences(f"{_at(part, 'source')} replaced and put back")
        except Exception as error:
            yield f"{_at(part, 'source')}: {_words(error)}"


def _removed_and_back(part: str, document: Document) -> Iterator[str]:
    """Every field that is present, removed and set again; a disk's source taken out and put back."""
    watch = _Watch(document.element, prefixes=False)
    for name, field in type(document).fields.items():
        yield from _set_and_back(part, name, field, document, watch, lambda _: None)
    if isinstance(document, DiskXml):
        try:
            source = document.source
            document.clear_source()
            if document.source.kind is not SourceKind.NONE:
                yield f"{_at(part, 'source')} is {document.source!r} after it was cleared"
            document.set_source(source)
            yield from watch.differences(f"{_at(part, 'source')} cleared and put back")
        except Exception as error:
            yield f"{_at(part, 'source')}: {_words(error)}"


_OTHER_SOURCE: Final = DiskSource(kind=SourceKind.FILE, path="/another/image.iso")


def _set_and_back(
    part: str,
    name: str,
    field: Field[Any],
    document: Document,
    watch: _Watch,
    another: Callable[[Document], Any],
) -> Iterator[str]:
    where = _at(part, name)
    try:
        if not field.present(document):
            return
        value, other = field.read(document), another(document)
        if other is None:
            other = field.nothing
        field.write(document, other)
        if field.read(document) != other:
            yield f"{where} is {field.read(document)!r} after it was set to {other!r}"
        elif not watch.changed:
            yield f"{where} left no trace when it was set to {other!r}"
        field.write(document, value)
        yield from watch.differences(f"{where} set to {other!r} and back to {value!r}")
    except Exception as error:
        yield f"{where}: {_words(error)}"


def _at(part: str, name: str) -> str:
    return f"{part}: {name}" if part else name


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
