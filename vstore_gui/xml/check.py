"""Holds the XML layer against documents: every field is changed and changed back, and nothing else may
differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from vstore_gui.entities.disk import DiskSource, SourceKind
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.document import Document, Element, XmlError, canonical, parse_tree
from vstore_gui.xml.domain import DomainXml
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
        return tuple(_document_problems(kind(root)))
    except Exception as error:  # whatever it is, it is this document's result, not the end of the run
        return (f"cannot be checked: {_words(error)}",)


def _document_problems(document: Document) -> Iterator[str]:
    original = canonical(document.element)
    try:
        state = _state(document)
    except Exception as error:
        yield f"cannot be read into a state: {_words(error)}"
        return
    yield from _part_problems("", document)
    for name, part in document.parts():
        yield from _part_problems(f"{name}: ", part)
    yield from _difference("all fields changed and changed back", document.element, original)
    again = parse_tree(document.to_string())
    if canonical(again) != original:
        yield "is not what it was when written and read again"
    elif _state(type(document)(again)) != state:
        yield "gives another state when written and read again"


def _state(document: Document) -> object:
    stateful: _Stateful = document  # type: ignore[assignment]  # every class of DOCUMENTS has one
    return stateful.state()


def _part_problems(prefix: str, document: Document) -> Iterator[str]:
    original = canonical(document.element)
    for name, field in type(document).fields.items():
        try:
            if not field.present(document):
                continue
            value = field.read(document)
            for other in dict.fromkeys((field.another(document), field.nothing)):
                field.write(document, other)
                if field.read(document) != other:
                    yield f"{prefix}{name} is {field.read(document)!r} after it was set to {other!r}"
                elif canonical(document.element) == original:
                    yield f"{prefix}{name} left no trace when it was set to {other!r}"
                field.write(document, value)
                doing = f"{prefix}{name} set to {other!r} and back to {value!r}"
                yield from _difference(doing, document.element, original)
        except Exception as error:
            yield f"{prefix}{name}: {_words(error)}"
    if isinstance(document, DiskXml):
        yield from _source_problems(prefix, document, original)


_OTHER_SOURCE: Final = DiskSource(kind=SourceKind.FILE, path="/another/image.iso")


def _source_problems(prefix: str, disk: DiskXml, original: bytes) -> Iterator[str]:
    """The source as a whole: replaced by another and put back, then taken out and put back."""
    try:
        source = disk.source
        disk.set_source(_OTHER_SOURCE)
        if disk.source.path != _OTHER_SOURCE.path:
            yield f"{prefix}source is {disk.source!r} after it was set"
        disk.set_source(source)
        yield from _difference(f"{prefix}source replaced and put back", disk.element, original)
        disk.clear_source()
        if disk.source.kind is not SourceKind.NONE:
            yield f"{prefix}source is {disk.source!r} after it was cleared"
        disk.set_source(source)
        yield from _difference(f"{prefix}source cleared and put back", disk.element, original)
    except Exception as error:
        yield f"{prefix}source: {_words(error)}"


def _difference(doing: str, element: Element, original: bytes) -> Iterator[str]:
    now = canonical(element)
    if now == original:
        return
    before, after = original.decode().splitlines(), now.decode().splitlines()
    at = next((at for at, lines in enumerate(zip(before, after, strict=False)) if lines[0] != lines[1]), None)
    if at is None:
        yield f"{doing}: {len(before)} lines became {len(after)}"
    else:
        yield f"{doing}: line {at + 1} {before[at].strip()!r} became {after[at].strip()!r}"


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
