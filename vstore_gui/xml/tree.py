"""libvirt's XML as lxml trees: a hardened parser, canonical form, what XML can hold."""

from __future__ import annotations

import threading
import typing
from collections.abc import Mapping
from typing import Any

from lxml import etree

__all__ = [
    "Element", "XmlError", "attributes", "canonical", "drop_attr", "parse_tree", "require_xml_text",
    "split_path", "text_of", "texts_of",
]  # fmt: skip

Element = etree._Element


class XmlError(ValueError):
    """The text is no document of this kind, or a value cannot stand in one. The message is for the log and
    Details."""


class _Parsers(threading.local):
    """One parser a thread: lxml lets only one thread at a time use a parser.

    Nothing is fetched, no DTD is loaded, no entity is expanded; libxml2's own limits on depth and text (10
    MB, above libvirt's 4 MiB limit for a document) stay in force.
    """

    def __init__(self) -> None:
        self.document = self._make()
        self.text = self._make(encoding="utf-8")

    @staticmethod
    def _make(encoding: str | None = None) -> etree.XMLParser:
        return etree.XMLParser(
            encoding=encoding,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            attribute_defaults=False,
            huge_tree=False,
            remove_blank_text=False,
            remove_comments=False,
            remove_pis=False,
            strip_cdata=False,
            recover=False,
        )


_parsers = _Parsers()


def parse_tree(text: str | bytes) -> Element:
    """The root element. Bytes are read by the encoding they declare, text by what it is, whatever it
    declares.

    Raises XmlError for what is not well-formed, and for one that declares entities or attributes.
    """
    try:
        if isinstance(text, bytes):
            root = etree.fromstring(text, _parsers.document)
        elif text.startswith("<?xml"):  # lxml takes no text that declares an encoding
            root = etree.fromstring(text.encode(), _parsers.text)
        else:
            root = etree.fromstring(text, _parsers.document)
    except (etree.XMLSyntaxError, UnicodeError, ValueError, LookupError) as error:
        raise XmlError(f"not well-formed: {error}") from error
    if isinstance(text, bytes) or not (text[:1] == "<" and text[1:2].isalpha()):
        # What begins with its root has no prolog and so no doctype; searching costs half as much as parsing.
        _refuse_declarations(root)
    return root


def _refuse_declarations(root: Element) -> None:
    """Entities are how documents read files and fill memories; attributes declared with a default look to
    lxml as if they stood there. lxml lists neither completely, so it is the subset that holds them that is
    refused."""
    tree: Any = root.getroottree()
    dtd = tree.docinfo.internalDTD
    if dtd is None:
        return
    # lxml writes a subset only where the doctype names the root.
    subset = f"{tree.docinfo.doctype[:-1]} ["
    if dtd.name != root.tag or subset in etree.tostring(tree, encoding="unicode"):
        raise XmlError("brings declarations of its own, which no libvirt document does")


def canonical(element: Element) -> bytes:
    """Canonical XML, comments and processing instructions included: of the element, and for a root of what
    stands around it as well."""
    part: Any = element if element.getparent() is not None else element.getroottree()
    try:
        return etree.tostring(part, method="c14n", with_comments=True, with_tail=False)
    except etree.C14NError:  # C14N 1.0 refuses relative namespace names, which a document may well have
        return etree.tostring(part, method="c14n2", with_comments=True, with_tail=False)


def attributes(element: Element) -> Mapping[str, str]:
    """The attributes; lxml's stubs would have us expect bytes."""
    return typing.cast("Mapping[str, str]", element.attrib)


def drop_attr(element: Element, name: str) -> None:
    """Remove the attribute, if it is there."""
    if name in element.attrib:
        del element.attrib[name]


def require_xml_text(value: str) -> str:
    """The value, if XML can hold it; XmlError for control characters and lone surrogates."""
    try:
        etree.Element("probe").text = value
    except ValueError as error:
        raise XmlError(f"XML cannot hold {value!r}") from error
    return value


def split_path(path: str) -> tuple[str, ...]:
    """The steps of 'target/permissions/mode' or of '{namespace}mount_opts/{namespace}option'; none for
    '.'."""
    steps: list[str] = []
    namespace = ""
    for part in path.split("/"):
        namespace += part
        if "{" in namespace and "}" not in namespace:
            namespace += "/"
            continue
        if namespace != ".":
            steps.append(namespace)
        namespace = ""
    return tuple(steps)


def text_of(element: Element) -> str:
    """An element's own text; comments in it do not end it."""
    if not len(element):
        return element.text or ""
    return "".join(part for part in texts_of(element) if part)


def texts_of(element: Element) -> tuple[str | None, ...]:
    """The pieces of an element's own text: before its first child, and behind each."""
    return (element.text, *(child.tail for child in element))
