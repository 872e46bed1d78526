"""libvirt documents, edited in place: what we do not know of them survives, comments included.

`Document` wraps an element of an lxml tree; `fields` declares what can be read and set on it. All edits go
through `Editor`, which remembers what it changed: a value that is set back, or an element that is made again,
comes back exactly as it stood (its unit, its leading zeros, its place, the white space around it).

A document belongs to one thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Self

from lxml import etree

from vstore_gui.xml.editor import Editor, Order, indented_copy
from vstore_gui.xml.tree import Element, XmlError, canonical, parse_tree, require_xml_text

__all__ = ["Document", "Element", "Order", "XmlError", "canonical", "parse_tree", "require_xml_text"]


class Document:
    """A libvirt document, or an element of one (a disk of a domain): typed fields over its tree.

    `parse` and `new` make one; fields of subclasses read and edit it; `to_string` writes it.
    """

    TAG: ClassVar[str]
    ORDER: ClassVar[Order] = {}
    fields: ClassVar[dict[str, Any]] = {}
    """The declared fields by name (of `fields.Field`)."""

    def __init__(self, element: Element, editor: Editor | None = None) -> None:
        self.element = element
        self.editor = editor or Editor()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.fields = {**cls.fields}
        for name, member in vars(cls).items():
            if getattr(member, "is_document_field", False):
                cls.fields[name] = member

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Raises XmlError if this is not well-formed, or its element is another one."""
        root = parse_tree(text)
        if root.tag != cls.TAG:
            raise XmlError(f"this is <{root.tag}>, not <{cls.TAG}>")
        return cls(root)

    @classmethod
    def new(cls) -> Self:
        """An empty document of this kind."""
        return cls(etree.Element(cls.TAG))

    def to_string(self) -> str:
        """The document as it stands, without an XML declaration; of a part, the part alone."""
        element = self.element
        if element.getparent() is not None:
            alone = indented_copy(element, "")
            etree.cleanup_namespaces(alone)  # those of the whole that the part does not use
            return etree.tostring(alone, encoding="unicode")
        tree: Any = element.getroottree()
        if tree.docinfo.doctype:
            return str(etree.tostring(tree, encoding="unicode")) + "\n"
        # Parsing drops the line breaks between what stands around the root.
        nodes = [*reversed([*element.itersiblings(preceding=True)]), element, *element.itersiblings()]
        return "".join(etree.tostring(node, encoding="unicode", with_tail=False) + "\n" for node in nodes)

    def drop(self, path: str) -> None:
        """Take out what stands at the path with all that it holds ('source/auth', 'iotune'), and parents that
        hold nothing else."""
        for element in self.element.findall(path):
            self.editor.drop(self.element, element)

    def parts(self) -> Iterator[tuple[str, Document]]:
        """The documents inside this one (a domain's disks), each with a name for messages."""
        return iter(())
