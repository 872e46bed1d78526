"""What a host did not take over: libvirt drops what it does not know from a document without a word.

A document that was sent is compared with the one that the host has since. Only what is *missing* counts:
libvirt writes sizes in other units, fills in what was left out, and adds what only it knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from vstore_gui.entities import calls
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.document import Element, parse_tree
from vstore_gui.xml.domain import DomainXml
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.volume import VolumeXml

__all__ = ["READ_BACK", "dropped", "not_taken_over"]

# What only a running machine's document has, or what libvirt works out anew.
_NOT_KEPT: Final = frozenset({"alias", "backingStore", "privateData", "@index", "@tray"})


def dropped(sent: Element, kept: Element) -> tuple[str, ...]:
    """Elements and attributes of `sent` that `kept` lacks, as paths below the root; an element stands for
    all in it.
    """
    missing = Counter(_places(sent, "")) - Counter(_places(kept, ""))
    paths = list(missing)
    return tuple(
        path
        for path in paths
        if not any(path != other and path.startswith((f"{other}/", f"{other}@")) for other in paths)
    )


def _places(element: Element, path: str) -> Iterator[str]:
    for name in map(str, element.attrib):
        if f"@{name}" not in _NOT_KEPT:
            yield f"{path}@{name}"
    for child in element.iterchildren("*"):
        if child.tag not in _NOT_KEPT:
            below = f"{path}/{child.tag}" if path else str(child.tag)
            yield below
            yield from _places(child, below)


def _domain(call: calls.DefineDomain) -> calls.AnyCall:
    return calls.GetDomainDocument(DomainXml.parse(call.xml).uuid or "", inactive=True)


READ_BACK: Final[dict[type[Any], Callable[[Any], calls.AnyCall]]] = {
    calls.DefinePool: lambda call: calls.GetPoolDocument(PoolXml.parse(call.xml).uuid or "", inactive=True),
    calls.CreateVolume: lambda call: calls.GetVolumeDocument(call.pool, VolumeXml.parse(call.xml).name or ""),
    calls.DefineDomain: _domain,
    calls.UpdateDisk: lambda call: calls.GetDomainDocument(call.domain, inactive=call.config),
}
"""For each call that sends a document: the call that reads what the host made of it."""


def not_taken_over(call: calls.AnyCall, document: str) -> tuple[str, ...]:
    """What of the call's document is not in the one that was read back. Raises XmlError."""
    sent, kept = parse_tree(getattr(call, "xml", "")), parse_tree(document)
    if isinstance(call, calls.UpdateDisk):
        target = DiskXml(sent).target or ""
        kept = DomainXml(kept).disk(target).element
    return dropped(sent, kept)
