"""`<source>` of a disk, whatever its type: read as a DiskSource, and changed in place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from vstore_gui.entities.disk import DiskSource, SourceKind
from vstore_gui.xml.common import HOST
from vstore_gui.xml.document import Element, XmlError
from vstore_gui.xml.editor import Editor
from vstore_gui.xml.tree import attributes, drop_attr, require_xml_text

__all__ = ["DISK_ORDER", "clear_source", "read_chain", "read_source", "write_source"]

DISK_ORDER: Final = (
    "driver", "auth", "source", "backingStore", "backenddomain", "geometry", "blockio", "mirror", "target",
    "iotune", "throttlefilters", "readonly", "shareable", "transient", "serial", "wwn", "vendor", "product",
    "encryption", "boot", "alias", "address",
)  # fmt: skip

_KINDS: Final = {kind.value: kind for kind in SourceKind if kind is not SourceKind.NONE}

# Where the path stands.
_PATH_ATTRS: Final = {
    SourceKind.FILE: "file",
    SourceKind.BLOCK: "dev",
    SourceKind.DIR: "dir",
    SourceKind.VHOSTUSER: "path",
    SourceKind.VHOSTVDPA: "dev",
}

# What names the image. Everything else on <source> may outlive a change of image.
_IDENTITY: Final = (
    "file", "dev", "dir", "path", "pool", "volume", "mode", "protocol", "name", "type", "namespace",
)  # fmt: skip

# What describes the image that was there: a new one has its own. `index` is the running machine's name for
# it.
_STALE_ATTRS: Final = ("index", "fdgroup", "query")
_STALE_CHILDREN: Final = (
    "slices",
    "dataStore",
    "encryption",
    "snapshot",
    "reservations",
    "address",
    "cookies",
)
# What belongs to a server, and what to a kind of source.
_SERVER_CHILDREN: Final = ("auth", "initiator", "config", "ssl", "identity", "knownHosts")
_KIND_CHILDREN: Final = ("seclabel", "reconnect")

_EMPTIED: Final = (SourceKind.FILE.value, SourceKind.BLOCK.value, SourceKind.DIR.value)


def read_source(disk: Element) -> DiskSource:
    """The source of a `<disk>` (or `<backingStore>`, `<mirror>`, `<nvram>`); kind NONE where a drive is
    empty.

    `startup_policy` is told of empty drives too. An NVMe device is named
    'domain:bus:slot.function/namespace'.
    """
    source = disk.find("source")
    if source is None:
        return DiskSource()
    kind = _KINDS.get(disk.get("type") or "file", SourceKind.FILE)
    policy = source.get("startupPolicy") or None
    match kind:
        case SourceKind.NETWORK:
            protocol = source.get("protocol")
            if not protocol:
                return DiskSource(startup_policy=policy)
            hosts = (HOST.read(attributes(host)) for host in source.iterchildren("host"))
            return DiskSource(
                kind=kind,
                protocol=protocol,
                name=source.get("name") or None,
                hosts=tuple(host for host in hosts if host is not None),
                startup_policy=policy,
            )
        case SourceKind.VOLUME:
            pool, volume = source.get("pool"), source.get("volume")
            if not pool or not volume:
                return DiskSource(startup_policy=policy)
            return DiskSource(
                kind=kind, pool=pool, volume=volume, mode=source.get("mode") or None, startup_policy=policy
            )
        case SourceKind.NVME:
            return DiskSource(kind=kind, name=_read_nvme(source), startup_policy=policy)
        case _:
            path = source.get(_PATH_ATTRS[kind])
            if not path:
                return DiskSource(startup_policy=policy)
            return DiskSource(kind=kind, path=path, startup_policy=policy)


def read_chain(disk: Element) -> tuple[str, ...]:
    """What the source stands on, nearest first: paths, and 'protocol:name' or 'volume:pool/name' for what has
    none."""
    chain = []
    below = disk.find("backingStore")
    while below is not None:
        name = _chain_name(read_source(below))
        if name is not None:
            chain.append(name)
        below = below.find("backingStore")
    return tuple(chain)


def _chain_name(source: DiskSource) -> str | None:
    if source.kind is SourceKind.NETWORK:
        return f"{source.protocol}:{source.name or ''}"
    if source.kind is SourceKind.VOLUME:
        return f"volume:{source.pool}/{source.volume}"
    if source.kind is SourceKind.NVME:
        return f"nvme:{source.name or ''}"
    return source.path


def _read_nvme(source: Element) -> str | None:
    address = source.find("address")
    if address is None:
        return None
    try:
        domain, bus, slot, function = (
            int(address.get(part) or "0", 0) for part in ("domain", "bus", "slot", "function")
        )
    except ValueError:
        return None
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{function:x}/{source.get('namespace') or '1'}"


class _Stand(NamedTuple):
    """How a disk's source stood before it was changed."""

    kind: str | None
    source: DiskSource
    element: Element | None
    attrs: tuple[tuple[str, str], ...]
    children: tuple[Element, ...]
    others: tuple[Element, ...]
    """Backing chains, and sources behind the first one, which nobody reads."""


def _stand(disk: Element) -> _Stand:
    source = disk.find("source")
    return _Stand(
        disk.get("type"),
        read_source(disk),
        source,
        () if source is None else tuple(attributes(source).items()),
        () if source is None else tuple(source),
        tuple(child for child in disk.iterchildren("backingStore", "source") if child is not source),
    )


def write_source(disk: Element, editor: Editor, wanted: DiskSource) -> None:
    """Make the disk stand on this. What described the old image goes (its backing chain, slices, encryption);
    what does not (startup policy where the new one names none, labels, what we do not know) stays.

    Raises XmlError, with nothing changed, for a source that lacks what its kind needs.
    """
    now = _stand(disk)
    if wanted.startup_policy is None:
        wanted = _replace(wanted, startup_policy=now.source.startup_policy)
    if _replace(wanted) == _replace(now.source):
        return
    if wanted.kind is SourceKind.NONE:
        clear_source(disk, editor)
        return
    original: _Stand = editor.original(disk, "source", now)
    if original.element is not None and _replace(original.source) == _replace(wanted):
        _put_back(disk, editor, original)
        return
    attrs = dict(_attrs(wanted))
    disk.set("type", wanted.kind.value)
    _drop_others(disk, editor)
    source = editor.ensure(disk, "source", {"": DISK_ORDER})
    for name in (*_IDENTITY, *_STALE_ATTRS):
        drop_attr(source, name)
    for name, value in attrs.items():
        source.set(name, value)
    same_server = wanted.kind is now.source.kind and (wanted.protocol, wanted.hosts) == (
        now.source.protocol,
        now.source.hosts,
    )
    _drop(source, editor, _STALE_CHILDREN)
    if wanted.kind is not now.source.kind:
        _drop(source, editor, _KIND_CHILDREN)
    if not same_server:
        _drop(source, editor, (*_SERVER_CHILDREN, "host"))
        for host in wanted.hosts:
            element = editor.insert(source, "host", ("host", "auth"))
            for name, raw in HOST.write(host).items():
                if raw is not None:
                    element.set(name, raw)
    if wanted.kind is SourceKind.NVME:
        _write_nvme_address(source, editor, wanted)


def clear_source(disk: Element, editor: Editor) -> None:
    """Empty the drive. Its startup policy stays. A type that needs a source becomes 'file'."""
    now = _stand(disk)
    if now.source.kind is SourceKind.NONE:
        return
    original: _Stand = editor.original(disk, "source", now)
    if (
        original.source.kind is SourceKind.NONE
        and original.source.startup_policy == now.source.startup_policy
    ):
        _put_back(disk, editor, original)
        return
    if now.kind is not None and now.kind not in _EMPTIED:
        disk.set("type", SourceKind.FILE.value)
    _drop_others(disk, editor)
    source = now.element
    assert source is not None
    if now.source.startup_policy is None:
        editor.drop(disk, source)
        return
    for name in list(source.attrib):
        if name != "startupPolicy":
            del source.attrib[name]
    for child in reversed(list(source.iterchildren("*"))):
        editor.drop(source, child)


def _put_back(disk: Element, editor: Editor, stand: _Stand) -> None:
    if stand.kind is None:
        drop_attr(disk, "type")
    else:
        disk.set("type", stand.kind)
    _drop_others(disk, editor)
    now = disk.find("source")
    if now is not None and now is not stand.element:
        editor.drop(disk, now)
    source = stand.element
    gone = [*stand.others]
    if source is not None:
        gone += [element for element in (source, *stand.children) if element.getparent() is None]
        for name in list(source.attrib):
            del source.attrib[name]
        for name, value in stand.attrs:
            source.set(name, value)
        for child in reversed(list(source)):
            if child not in stand.children:
                editor.drop(source, child)
    editor.bring_back(gone)


def _drop_others(disk: Element, editor: Editor) -> None:
    source = disk.find("source")
    for child in list(disk.iterchildren("backingStore", "source")):
        if child is not source:
            editor.drop(disk, child)


def _drop(source: Element, editor: Editor, tags: tuple[str, ...]) -> None:
    for child in reversed(list(source.iterchildren(*tags))):
        editor.drop(source, child)


def _replace(source: DiskSource, *, startup_policy: str | None = None) -> DiskSource:
    """The source as a document can tell it: without the file's identity."""
    return DiskSource(
        kind=source.kind,
        path=source.path,
        pool=source.pool,
        volume=source.volume,
        mode=source.mode,
        protocol=source.protocol,
        name=source.name,
        hosts=source.hosts,
        startup_policy=startup_policy or source.startup_policy,
    )


def _attrs(source: DiskSource) -> Iterator[tuple[str, str]]:
    match source.kind:
        case SourceKind.NETWORK:
            yield "protocol", _needed(source.protocol, source)
            if source.name is not None:
                yield "name", _needed(source.name, source)
        case SourceKind.VOLUME:
            yield "pool", _needed(source.pool, source)
            yield "volume", _needed(source.volume, source)
            if source.mode is not None:
                yield "mode", _needed(source.mode, source)
        case SourceKind.NVME:
            yield "type", "pci"
            yield "namespace", _nvme_parts(source)[4]
        case SourceKind.VHOSTUSER:
            yield "type", "unix"
            yield "path", _needed(source.path, source)
        case _:
            yield _PATH_ATTRS[source.kind], _needed(source.path, source)
    if source.startup_policy is not None:
        yield "startupPolicy", _needed(source.startup_policy, source)


def _needed(value: str | None, source: DiskSource) -> str:
    if not value:
        raise XmlError(f"a source of type '{source.kind.value}' lacks what names it")
    return require_xml_text(value)


def _nvme_parts(source: DiskSource) -> tuple[str, str, str, str, str]:
    try:
        place, _, namespace = _needed(source.name, source).partition("/")
        domain, bus, rest = place.split(":")
        slot, function = rest.split(".")
        numbers = [int(part, 16) for part in (domain, bus, slot, function)]
        int(namespace)
    except ValueError as error:
        raise XmlError(f"{source.name!r} is no NVMe device like '0000:01:00.0/1'") from error
    d, b, s, f = numbers
    return f"{d:#06x}", f"{b:#04x}", f"{s:#04x}", f"{f:#03x}", namespace


def _write_nvme_address(source: Element, editor: Editor, wanted: DiskSource) -> None:
    address = editor.insert(source, "address", ())
    for name, value in zip(("domain", "bus", "slot", "function"), _nvme_parts(wanted), strict=False):
        address.set(name, value)
