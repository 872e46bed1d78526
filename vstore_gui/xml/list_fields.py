"""Fields that hold all elements of one tag: hosts, devices, options."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from vstore_gui.xml.document import Document, Element, XmlError
from vstore_gui.xml.fields import Field
from vstore_gui.xml.tree import attributes, drop_attr, require_xml_text, split_path

__all__ = ["Item", "ListField"]

T = TypeVar("T")


class Item(Generic[T]):
    """How an element with attributes is read as a T (None: not one of ours) and written; None removes an
    attribute."""

    def __init__(
        self,
        attrs: tuple[str, ...],
        read: Callable[[Mapping[str, str]], T | None],
        write: Callable[[T], Mapping[str, str | None]],
        samples: tuple[T, ...],
    ) -> None:
        self.attrs = attrs
        self.read = read
        self.write = write
        self.samples = samples

    @classmethod
    def of_attr(cls, attr: str, samples: tuple[str, str]) -> Item[str]:
        """A list of one attribute's texts."""
        return Item((attr,), lambda attrs: attrs.get(attr), lambda value: {attr: value}, samples)


class ListField(Field[tuple[T, ...]]):
    """All elements of one tag below one parent, as a tuple. Those that stay the same are not touched."""

    def __init__(self, path: str, item: Item[T], *, nsmap: Mapping[str, str] | None = None) -> None:
        super().__init__(path)
        self.item = item
        self.nsmap = nsmap
        *parents, self.tag = split_path(path)
        self.parent = "/".join(parents) or "."

    def read(self, document: Document) -> tuple[T, ...]:
        return tuple(value for _, value in self._found(document))

    nothing = ()

    def another(self, document: Document) -> tuple[T, ...]:
        """One more behind, and the first one another."""
        now = self.read(document)
        first, second = self.item.samples
        return (second if now and now[0] == first else first, *now[1:], second)

    def write(self, document: Document, value: tuple[T, ...]) -> None:
        found = self._found(document)
        if value == tuple(item for _, item in found):
            return
        root, editor = document.element, document.editor
        original: tuple[tuple[Element, T, Mapping[str, str]], ...] = editor.original(
            root, self, tuple((element, item, dict(attributes(element))) for element, item in found)
        )
        if value == tuple(item for _, item, _ in original):
            self._restore(document, {element: attrs for element, _, attrs in original})
            return
        for item in value:
            self._check(item)
        with editor.clearing(root, self):
            self._change(document, found, value)

    def _restore(self, document: Document, original: Mapping[Element, Mapping[str, str]]) -> None:
        """Undo all changes of the list: ours go, those that were there come back, with their attributes."""
        root, editor = document.element, document.editor
        with editor.clearing(root, self):
            for element, _ in reversed(self._found(document)):
                if element not in original:
                    editor.remove(root, element)
        editor.restore_cleared(root, self)
        for element, attrs in original.items():
            for name in self.item.attrs:
                if name in attrs:
                    element.set(name, attrs[name])
                else:
                    drop_attr(element, name)

    def _change(self, document: Document, found: list[tuple[Element, T]], value: tuple[T, ...]) -> None:
        """Make the elements say this, touching as few as can be."""
        now = tuple(item for _, item in found)
        elements = [element for element, _ in found]
        kept: list[Element] = []
        # Removed ones go last: where they were the only children, their parent must not go with them.
        gone: list[Element] = []
        matcher = difflib.SequenceMatcher(None, now, value, autojunk=False)
        for verb, from_, to, other_from, other_to in matcher.get_opcodes():
            old, new = elements[from_:to], value[other_from:other_to]
            if verb == "equal":
                kept += old
                continue
            for element, item in zip(old, new, strict=False):
                self._edit(element, item)
                kept.append(element)
            gone += old[len(new) :]
            for item in new[len(old) :]:
                kept.append(self._insert(document, item, kept, elements))
        for element in reversed(gone):
            document.editor.remove(document.element, element)

    def _found(self, document: Document) -> list[tuple[Element, T]]:
        found = []
        for element in document.element.iterfind(self.path):
            item = self.item.read(attributes(element))
            if item is not None:
                found.append((element, item))
        return found

    def _check(self, item: T) -> None:
        attrs = self.item.write(item)
        for raw in attrs.values():
            if raw is not None:
                require_xml_text(raw)
        if self.item.read({name: raw for name, raw in attrs.items() if raw is not None}) is None:
            raise XmlError(f"{self.name} cannot hold {item!r}")

    def _insert(self, document: Document, item: T, kept: list[Element], elements: list[Element]) -> Element:
        editor = document.editor
        parent = (
            kept[-1].getparent() if kept else elements[0].getparent() if elements else None
        )  # duplicated parents: stay in the one that the others are in
        if parent is None:
            parent = editor.ensure(document.element, self.parent, document.ORDER, self.nsmap)
        behind = kept[-1] if kept else None
        if behind is not None:
            element = editor.insert_at(parent, self.tag, parent.index(behind) + 1, self.nsmap)
        elif elements:
            element = editor.insert_at(parent, self.tag, parent.index(elements[0]), self.nsmap)
        else:
            order = document.ORDER.get("" if self.parent == "." else self.parent, ())
            element = editor.insert(parent, self.tag, order, self.nsmap)
        self._edit(element, item)
        return element

    def _edit(self, element: Element, item: T) -> None:
        for name, raw in self.item.write(item).items():
            if raw is None:
                drop_attr(element, name)
            else:
                element.set(name, raw)
