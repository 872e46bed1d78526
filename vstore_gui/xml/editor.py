"""Makes, removes and restores parts of a tree, so that what was there comes back to the letter."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from vstore_gui.xml.tree import Element, split_path

__all__ = ["Editor", "Order", "indented_copy"]

Order = Mapping[str, tuple[str, ...]]
"""By the path of a parent from the document's element (`""` is that element itself): its children, in the
order in which libvirt writes them."""


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
        # Those of them that come back by name only, not when an element of their kind is wanted again.
        self._dropped: set[Element] = set()
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
        """A copy of an element of another tree, at its place among the parent's children, indented like
        them."""
        child = copy.deepcopy(element)
        child.tail = None
        self._made.add(child)
        self._join(parent, child, self._index_for(parent, str(child.tag), order))
        indent = _indent_of(child)
        if indent is not None:
            _indent(child, _indent_of(element), indent)
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
        """The elements that were taken out of the parent and not dropped, last one first."""
        return tuple(
            element
            for element, place in reversed(self._removed.items())
            if place.parent is parent and element.tag == tag and element not in self._dropped
        )

    def bring_back(self, elements: Iterable[Element]) -> None:
        """Put elements that were removed back where they stood."""
        wanted = set(elements)
        # Last out, first in: so each one finds the neighbours that it had.
        for element, place in reversed(list(self._removed.items())):
            if element not in wanted:
                continue
            del self._removed[element]
            self._dropped.discard(element)
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

    def drop(self, root: Element, element: Element, *, prune: bool = True) -> None:
        """Remove the element with what it holds: a new one in its place is to have nothing of it."""
        self._dropped.add(element)
        self.remove(root, element, prune=prune)

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


def indented_copy(element: Element, indent: str) -> Element:
    """A copy without its tail, in which what stood below the element's own indentation stands below this
    one."""
    alone = copy.deepcopy(element)
    alone.tail = None
    _indent(alone, _indent_of(element), indent)
    return alone


def _indent(element: Element, old: str | None, new: str) -> None:
    if old is None or old == new:
        return
    for node in element.iter():
        if node.text and _blank(node.text):
            node.text = node.text.replace(f"\n{old}", f"\n{new}")
        if node is not element and node.tail and _blank(node.tail):
            node.tail = node.tail.replace(f"\n{old}", f"\n{new}")
