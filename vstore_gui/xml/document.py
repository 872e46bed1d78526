"""libvirt documents, edited in place: what we do not know of them survives, comments included.

`Document` wraps an element of an lxml tree; `fields.py` declares what can be read and set on it. All edits go
through `Editor`, which remembers what it changed: a value that is set back, or an element that is made again,
comes back exactly as it stood (its unit, its leading zeros, its place, the white space around it).

A document belongs to one thread at a time.
"""

from __future__ import annotations

import contextlib
import copy
import threading
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Self

from lxml import etree

__all__ = [
    "Document",
    "Editor",
    "Element",
    "Order",
    "XmlError",
    "canonical",
    "parse_tree",
    "require_xml_text",
]

Element = etree._Element
Order = Mapping[str, tuple[str, ...]]
"""For a parent's path from the document's element (`""` is that element itself): its children, in libvirt's
order."""


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

    Raises XmlError for what is not well-formed, and for a document that declares entities.
    """
    try:
        if isinstance(text, str):
            root = etree.fromstring(text.encode(), _parsers.text)
        else:
            root = etree.fromstring(text, _parsers.document)
    except (etree.XMLSyntaxError, UnicodeError, ValueError, LookupError) as error:
        raise XmlError(f"not well-formed: {error}") from error
    if isinstance(text, bytes) or "<!DOCTYPE" in text:  # asking lxml costs as much as parsing a volume's half
        _refuse_entities(root)
    return root


def _refuse_entities(root: Element) -> None:
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(dtd.iterentities(), None) is not None:
        raise XmlError("declares entities, which no libvirt document does")


def canonical(element: Element) -> bytes:
    """Canonical XML of the whole tree that the element is in, comments and processing instructions
    included."""
    tree = element.getroottree()
    try:
        return etree.tostring(tree, method="c14n", with_comments=True)
    except etree.C14NError:  # C14N 1.0 refuses relative namespace names, which a document may well have
        return etree.tostring(tree, method="c14n2", with_comments=True)


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


class _Place(NamedTuple):
    parent: Element
    previous: Element | None
    following: Element | None


class _Layout(NamedTuple):
    text: str | None
    children: tuple[tuple[Element, str | None], ...]


class Editor:
    """Makes, removes and restores parts of one tree, and knows how each stood before."""

    def __init__(self) -> None:
        # The children of every parent that lost or got one, as they stood before.
        self._layouts: dict[Element, _Layout] = {}
        # The elements that were taken out, last one last, each with where it stood.
        self._removed: dict[Element, _Place] = {}
        self._made: set[Element] = set()
        self._emptied: set[Element] = set()
        # Elements that stood empty before something was put in: they stay when it goes again.
        self._kept: set[Element] = set()
        self._originals: dict[tuple[Element, object], Any] = {}
        self._cleared: dict[tuple[Element, object], tuple[Element, ...]] = {}

    def original(self, element: Element, place: object, now: Any) -> Any:
        """What stood at a place of the element when it was first edited; `now` if this is the first time."""
        return self._originals.setdefault((element, place), now)

    @contextlib.contextmanager
    def clearing(self, root: Element, field: object) -> Iterator[None]:
        """What is removed in here is what `restore_cleared` puts back."""
        before = set(self._removed)
        yield
        # What we made ourselves is not missed.
        gone = tuple(
            element for element in self._removed if element not in before and element not in self._made
        )
        self._cleared[root, field] = self._cleared.get((root, field), ()) + gone

    def restore_cleared(self, root: Element, field: object) -> None:
        """Put back what was removed when the field was cleared, wherever it stood."""
        self.bring_back(self._cleared.pop((root, field), ()))

    # ── elements ──

    def ensure(
        self, root: Element, path: str, order: Order, nsmap: Mapping[str, str] | None = None
    ) -> Element:
        """The first element at the path, made with its missing parents, or brought back if it was removed
        before."""
        found = root if path == "." else root.find(path)
        if found is not None:
            return found
        element, at = root, ""
        for step in split_path(path):
            child = element.find(step)
            if child is None:
                self.bring_back(self.removed(element, step))
                child = element.find(step)
            if child is None:
                child = self.insert(element, step, order.get(at, ()), nsmap)
            element, at = child, f"{at}/{step}" if at else step
        return element

    def insert(
        self, parent: Element, tag: str, order: tuple[str, ...], nsmap: Mapping[str, str] | None = None
    ) -> Element:
        """A new element at its place among the parent's children; behind its like when there are some."""
        child = self.make(parent, tag, nsmap)
        self._join(parent, child, self._index_for(parent, tag, order))
        return child

    def insert_at(
        self, parent: Element, tag: str, at: int, nsmap: Mapping[str, str] | None = None
    ) -> Element:
        """A new element as the child of this index."""
        child = self.make(parent, tag, nsmap)
        self._join(parent, child, at)
        return child

    def adopt(self, parent: Element, element: Element, order: tuple[str, ...]) -> Element:
        """A copy of an element of another tree, at its place among the parent's children and indented like
        them."""
        child = copy.deepcopy(element)
        child.tail = None
        self._made.add(child)
        self._join(parent, child, self._index_for(parent, child.tag, order))
        old, new = _indent_of(element), _indent_of(child)
        if old is not None and new is not None:
            for node in child.iter():
                if node.text and _blank(node.text):
                    node.text = node.text.replace(f"\n{old}", f"\n{new}")
                if node is not child and node.tail and _blank(node.tail):
                    node.tail = node.tail.replace(f"\n{old}", f"\n{new}")
        return child

    def make(self, parent: Element, tag: str, nsmap: Mapping[str, str] | None) -> Element:
        child = parent.makeelement(tag, nsmap=dict(nsmap) if nsmap else None)
        self._made.add(child)
        return child

    @staticmethod
    def _index_for(parent: Element, tag: str, order: tuple[str, ...]) -> int:
        """The index for a new child."""
        same = next(parent.iterchildren(tag, reversed=True), None)
        if same is not None or tag not in order:
            return len(parent) if same is None else parent.index(same) + 1
        ranks = {name: at for at, name in enumerate(order)}
        ranked = [(child, ranks[child.tag]) for child in parent.iterchildren("*") if child.tag in ranks]
        for child, rank in reversed(ranked):
            if rank < ranks[tag]:
                return parent.index(child) + 1
        return parent.index(ranked[0][0]) if ranked else len(parent)

    def removed(self, parent: Element, tag: str) -> tuple[Element, ...]:
        """The elements that were taken out of the parent, last one first."""
        return tuple(
            element
            for element, place in reversed(self._removed.items())
            if place.parent is parent and element.tag == tag
        )

    def bring_back(self, elements: Iterable[Element]) -> None:
        """Put elements that were removed back where they stood."""
        wanted = set(elements)
        # Last out, first in: so each one finds the neighbours that it had.
        for element, place in reversed(list(self._removed.items())):
            if element not in wanted:
                continue
            del self._removed[element]
            parent, previous, following = place
            if previous is not None and previous.getparent() is parent:
                self._join(parent, element, parent.index(previous) + 1)
            elif following is not None and following.getparent() is parent:
                self._join(parent, element, parent.index(following))
            else:
                self._join(parent, element, 0 if previous is None else len(parent))

    def remove(self, root: Element, element: Element, *, prune: bool = True) -> None:
        """Take the element out, and with it parents (below the root) that hold nothing else."""
        parent = element.getparent()
        assert parent is not None
        at = parent.index(element)
        previous, following = element.getprevious(), element.getnext()
        self._remember(parent)
        before, behind = _gap(parent, at), element.tail
        if not (_blank(before) and _blank(behind)):
            behind = (before or "") + (behind or "") or None
        element.tail = None
        parent.remove(element)
        _set_gap(parent, at, behind)  # what stood behind, so that a closing tag keeps its indentation
        self._settle(parent)
        self._removed[element] = _Place(parent, previous, following)
        self._emptied.add(parent)
        if prune:
            self.prune(root, parent)

    def prune(self, root: Element, element: Element) -> None:
        """Remove the element if nothing is left in it that was not there before us."""
        self._emptied.add(element)
        if element is not root and element not in self._kept and holds_nothing(element):
            self.remove(root, element)

    def keep_if_empty(self, element: Element) -> None:
        """To be called before something is put in: an element that stood empty in the document stays, come
        what may."""
        if element not in self._made and element not in self._emptied and holds_nothing(element):
            self._kept.add(element)

    def _join(self, parent: Element, element: Element, at: int) -> None:
        self._remember(parent)
        self.keep_if_empty(parent)
        before, behind = _split_gap(parent, _gap(parent, at), at)
        parent.insert(at, element)
        element.tail = behind
        _set_gap(parent, at, before)
        self._settle(parent)

    def _remember(self, parent: Element) -> None:
        if parent not in self._layouts:
            self._layouts[parent] = _Layout(parent.text, tuple((child, child.tail) for child in parent))

    def _settle(self, parent: Element) -> None:
        """A parent that has the very children again that it had at first has them in the same order, with the
        same white space between them."""
        text, children = self._layouts[parent]
        if len(parent) != len(children) or set(parent) != {child for child, _ in children}:
            return
        parent.text = text
        for at, (child, tail) in enumerate(children):
            if parent[at] is not child:  # only then: lxml tidies the namespaces of what is moved
                parent.insert(at, child)
            child.tail = tail


def holds_nothing(element: Element) -> bool:
    return len(element) == 0 and not element.attrib and _blank(element.text)


def _blank(text: str | None) -> bool:
    return text is None or not text.strip()


def _gap(parent: Element, at: int) -> str | None:
    """The text before the child of this index (or before the closing tag)."""
    return parent.text if at == 0 else parent[at - 1].tail


def _set_gap(parent: Element, at: int, text: str | None) -> None:
    if at == 0:
        parent.text = text
    else:
        parent[at - 1].tail = text


def _split_gap(parent: Element, gap: str | None, at: int) -> tuple[str | None, str | None]:
    """White space before and behind a new child, in the style of the document."""
    if not _blank(gap):
        return gap, None
    if len(parent):
        indent = parent.text
        if _blank(indent) and indent and "\n" in indent:
            return (indent, gap) if at == len(parent) else (gap if at else indent, indent)
        return None, gap
    own = _indent_of(parent)
    return (None, gap) if own is None else (f"\n{own}  ", f"\n{own}")


def _indent_of(element: Element) -> str | None:
    """How far the element is indented; None in a document that is not."""
    parent = element.getparent()
    if parent is None:
        return ""
    gap = _gap(parent, parent.index(element))
    return gap.rpartition("\n")[2] if gap and "\n" in gap and _blank(gap) else None


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
            return etree.tostring(element, encoding="unicode", with_tail=False)
        tree: Any = element.getroottree()
        if tree.docinfo.doctype:
            return str(etree.tostring(tree, encoding="unicode")) + "\n"
        # Parsing drops the line breaks between what stands around the root.
        nodes = [*reversed([*element.itersiblings(preceding=True)]), element, *element.itersiblings()]
        return "".join(etree.tostring(node, encoding="unicode", with_tail=False) + "\n" for node in nodes)

    def parts(self) -> Iterator[tuple[str, Document]]:
        """The documents inside this one (a domain's disks), each with a name for messages."""
        return iter(())
