"""libvirt documents from our values, as a daemon would print them: what the fake host is filled with."""

from __future__ import annotations

from lxml import etree
from lxml.builder import E

from vstore_gui.entities.disk import DiskState, SourceKind
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.pool import Permissions, PoolState
from vstore_gui.entities.volume import VolumeState

__all__ = ["domain_document", "pool_document", "to_text", "volume_document"]

_SOURCE_ATTRIBUTE = {SourceKind.FILE: "file", SourceKind.BLOCK: "dev", SourceKind.DIR: "dir"}


def to_text(root: etree._Element) -> str:
    return etree.tostring(root, pretty_print=True, encoding="unicode")


def _bytes(tag: str, value: int | None) -> etree._Element:
    element = E(tag, str(value or 0))
    element.set("unit", "bytes")
    return element


def _permissions(permissions: Permissions) -> etree._Element:
    element = E.permissions()
    if permissions.mode is not None:
        element.append(E.mode(f"{permissions.mode:04o}"))
    if permissions.owner is not None:
        element.append(E.owner(str(permissions.owner)))
    if permissions.group is not None:
        element.append(E.group(str(permissions.group)))
    return element


def pool_document(state: PoolState) -> str:
    """`<pool>` with what the state says."""
    source = E.source()
    for host in state.source.hosts:
        source.append(E.host(name=host.name, **({"port": str(host.port)} if host.port else {})))
    for device in state.source.devices:
        source.append(E.device(path=device))
    if state.source.directory:
        source.append(E.dir(path=state.source.directory))
    if state.source.name:
        source.append(E.name(state.source.name))
    if state.source.format:
        source.append(E.format(type=state.source.format))
    root = E.pool(
        E.name(state.name),
        E.uuid(state.uuid),
        _bytes("capacity", state.capacity_bytes),
        _bytes("allocation", state.allocation_bytes),
        _bytes("available", state.available_bytes),
        source,
        type=state.kind,
    )
    if state.target_path is not None:
        root.append(E.target(E.path(state.target_path), _permissions(state.permissions)))
    return to_text(root)


def volume_document(state: VolumeState) -> str:
    """`<volume>` with what the state says."""
    target = E.target(E.path(state.path or ""), E.format(type=state.format or "raw"))
    target.append(_permissions(state.permissions))
    if state.compat:
        target.append(E.compat(state.compat))
    root = E.volume(
        E.name(state.name),
        E.key(state.key or state.path or state.name),
        E.source(),
        _bytes("capacity", state.capacity_bytes),
        _bytes("allocation", state.allocation_bytes),
        _bytes("physical", state.physical_bytes or state.allocation_bytes),
        target,
        type=state.kind or "file",
    )
    if state.backing_path:
        root.append(E.backingStore(E.path(state.backing_path), E.format(type=state.backing_format or "raw")))
    return to_text(root)


def _disk(disk: DiskState) -> etree._Element:
    kind = SourceKind.FILE if disk.source.kind is SourceKind.NONE else disk.source.kind
    element = E.disk(type=kind.value, device=disk.device)
    element.append(E.driver(name="qemu", type=disk.format or "raw"))
    if disk.source.kind is SourceKind.VOLUME:
        element.append(E.source(pool=disk.source.pool or "", volume=disk.source.volume or ""))
    elif disk.source.kind is SourceKind.NETWORK:
        source = E.source(protocol=disk.source.protocol or "", name=disk.source.name or "")
        for host in disk.source.hosts:
            source.append(E.host(name=host.name, **({"port": str(host.port)} if host.port else {})))
        element.append(source)
    elif disk.source.path is not None:
        element.append(E.source(**{_SOURCE_ATTRIBUTE.get(kind, "file"): disk.source.path}))
    below = element
    for path in disk.chain:
        store = E.backingStore(E.format(type="qcow2"), E.source(file=path), type="file")
        below.append(store)
        below = store
    if disk.chain:
        below.append(E.backingStore())
    target = E.target(dev=disk.target)
    if disk.bus:
        target.set("bus", disk.bus)
    if disk.takes_media:
        target.set("tray", "open" if disk.tray_open else "closed")
    element.append(target)
    if disk.readonly:
        element.append(E.readonly())
    if disk.shareable:
        element.append(E.shareable())
    if disk.serial:
        element.append(E.serial(disk.serial))
    if disk.alias:
        element.append(E.alias(name=disk.alias))
    return element


def domain_document(state: DomainState, disks: tuple[DiskState, ...]) -> str:
    """`<domain>` with these disks: a state holds the running and the stored ones."""
    system = E.os(E.type("hvm", arch=state.arch or "x86_64", machine=state.machine or "q35"))
    devices = E.devices(*(_disk(disk) for disk in disks))
    for file in state.files:
        if file.role in ("kernel", "initrd", "dtb", "loader", "nvram"):
            system.append(E(file.role, file.path))
    root = E.domain(
        E.name(state.name),
        E.uuid(state.uuid),
        E.memory("1048576", unit="KiB"),
        E.vcpu("1"),
        system,
        devices,
        type=state.virt_type or "kvm",
    )
    if state.title:
        root.insert(2, E.title(state.title))
    return to_text(root)
