"""What a host says it can do (virConnectGetCapabilities, virConnectGetStoragePoolCapabilities), and its
devices."""

from __future__ import annotations

from typing import NamedTuple

from vstore_gui.entities.node_device import NodeDeviceState
from vstore_gui.xml.common import known_size
from vstore_gui.xml.document import Element, XmlError, parse_tree
from vstore_gui.xml.numbers import read_int
from vstore_gui.xml.tree import text_of

__all__ = [
    "HostCapabilities", "PoolKindCapabilities", "pool_capabilities", "read_host_capabilities",
    "read_node_device", "supported_pool_kinds",
]  # fmt: skip


class HostCapabilities(NamedTuple):
    """Of `<capabilities>`: the host's own uuid, equal for every URI that leads to it, and its guests."""

    host_uuid: str | None
    arch: str | None
    guest_archs: tuple[str, ...]
    external_snapshot_revert: bool  # <externalSnapshot/> among the features of a guest: libvirt 9.9


class PoolKindCapabilities(NamedTuple):
    """One pool type of `<storagepoolCapabilities>`; formats empty where libvirt names none."""

    kind: str
    supported: bool
    source_formats: tuple[str, ...]
    default_source_format: str | None
    volume_formats: tuple[str, ...]
    default_volume_format: str | None


def _root(xml: str, tag: str) -> Element:
    root = parse_tree(xml)
    if root.tag != tag:
        raise XmlError(f"this is <{root.tag}>, not <{tag}>")
    return root


def _text_at(element: Element, path: str) -> str | None:
    found = element.find(path)
    return None if found is None else text_of(found).strip() or None


def read_host_capabilities(xml: str) -> HostCapabilities:
    """Raises XmlError."""
    root = _root(xml, "capabilities")
    archs = (arch.get("name") for arch in root.iterfind("guest/arch"))
    return HostCapabilities(
        host_uuid=_text_at(root, "host/uuid"),
        arch=_text_at(root, "host/cpu/arch"),
        guest_archs=tuple(dict.fromkeys(arch for arch in archs if arch)),
        external_snapshot_revert=root.find("guest/features/externalSnapshot") is not None,
    )


def pool_capabilities(xml: str) -> tuple[PoolKindCapabilities, ...]:
    """Raises XmlError."""
    return tuple(
        PoolKindCapabilities(
            kind=pool.get("type") or "",
            supported=pool.get("supported") == "yes",
            source_formats=_formats(pool.find("poolOptions")),
            default_source_format=_default(pool.find("poolOptions")),
            volume_formats=_formats(pool.find("volOptions")),
            default_volume_format=_default(pool.find("volOptions")),
        )
        for pool in _root(xml, "storagepoolCapabilities").iterchildren("pool")
    )


def supported_pool_kinds(xml: str) -> tuple[str, ...]:
    """The pool types that this host has a backend for. Raises XmlError."""
    return tuple(pool.kind for pool in pool_capabilities(xml) if pool.supported)


def _formats(options: Element | None) -> tuple[str, ...]:
    if options is None:
        return ()
    return tuple(
        text_of(value)
        for enum in options.iterchildren("enum")
        if (enum.get("name") or "").endswith("FormatType")
        for value in enum.iterchildren("value")
    )


def _default(options: Element | None) -> str | None:
    default = None if options is None else options.find("defaultFormat")
    return None if default is None else default.get("type")


def read_node_device(xml: str) -> NodeDeviceState:
    """A `<device>` of the host. Raises XmlError."""
    root = _root(xml, "device")
    capability = root.find("capability")
    state = NodeDeviceState(
        name=_text_at(root, "name") or "",
        parent=_text_at(root, "parent"),
        driver=_text_at(root, "driver/name"),
        devnodes=tuple(text_of(node) for node in root.iterchildren("devnode")),
    )
    if capability is None:
        return state
    subs = capability.findall("capability")
    size = _text_at(capability, "size") or _text_at(capability, "capability/media_size")
    return NodeDeviceState(
        name=state.name,
        parent=state.parent,
        driver=state.driver,
        devnodes=state.devnodes,
        capability=capability.get("type"),
        sub_capabilities=tuple(sub.get("type") or "" for sub in subs),
        block_path=_text_at(capability, "block"),
        bus=_text_at(capability, "bus") if capability.get("type") == "storage" else None,
        drive_type=_text_at(capability, "drive_type"),
        model=_text_at(capability, "model"),
        vendor=_text_at(capability, "vendor"),
        serial=_text_at(capability, "serial"),
        size_bytes=known_size(read_int(size)),
        host=read_int(_text_at(capability, "host")),
        wwnn=_text_at(capability, "capability/wwnn"),
        wwpn=_text_at(capability, "capability/wwpn"),
    )
