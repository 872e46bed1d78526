"""Machines: listed and read, with live and stored documents; their disks changed, their configuration
defined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libvirt
import msgspec
from lxml import etree

from vstore_gui.entities.calls import (
    DefineDomain,
    GetDomainDocument,
    ListDomains,
    ReadDomain,
    UpdateDisk,
)
from vstore_gui.entities.domain import DomainFile, DomainLifecycle, DomainState
from vstore_gui.hostd.errors import unsupported_flags
from vstore_gui.hostd.registry import Asked, handles
from vstore_gui.xml.domain import domain_state

if TYPE_CHECKING:
    from vstore_gui.hostd.session import Session

__all__ = ["find_domain"]

L = libvirt

_LIFECYCLES: Final = {
    L.VIR_DOMAIN_NOSTATE: DomainLifecycle.NOSTATE,
    L.VIR_DOMAIN_RUNNING: DomainLifecycle.RUNNING,
    L.VIR_DOMAIN_BLOCKED: DomainLifecycle.BLOCKED,
    L.VIR_DOMAIN_PAUSED: DomainLifecycle.PAUSED,
    L.VIR_DOMAIN_SHUTDOWN: DomainLifecycle.SHUTDOWN,
    L.VIR_DOMAIN_SHUTOFF: DomainLifecycle.SHUTOFF,
    L.VIR_DOMAIN_CRASHED: DomainLifecycle.CRASHED,
    L.VIR_DOMAIN_PMSUSPENDED: DomainLifecycle.PMSUSPENDED,
}
# Reasons that say more than the state does, in virsh's words.
_REASONS: Final = {
    (L.VIR_DOMAIN_PAUSED, L.VIR_DOMAIN_PAUSED_IOERROR): "I/O error",
    (L.VIR_DOMAIN_PAUSED, L.VIR_DOMAIN_PAUSED_MIGRATION): "migrating",
    (L.VIR_DOMAIN_PAUSED, L.VIR_DOMAIN_PAUSED_SAVE): "saving",
    (L.VIR_DOMAIN_PAUSED, L.VIR_DOMAIN_PAUSED_DUMP): "dumping",
    (L.VIR_DOMAIN_PAUSED, L.VIR_DOMAIN_PAUSED_WATCHDOG): "watchdog",
    (L.VIR_DOMAIN_PAUSED, L.VIR_DOMAIN_PAUSED_SNAPSHOT): "creating snapshot",
    (L.VIR_DOMAIN_PAUSED, L.VIR_DOMAIN_PAUSED_CRASHED): "crashed",
    (L.VIR_DOMAIN_PAUSED, L.VIR_DOMAIN_PAUSED_STARTING_UP): "starting up",
    (L.VIR_DOMAIN_SHUTOFF, L.VIR_DOMAIN_SHUTOFF_CRASHED): "crashed",
    (L.VIR_DOMAIN_SHUTOFF, L.VIR_DOMAIN_SHUTOFF_FAILED): "failed",
    (L.VIR_DOMAIN_SHUTOFF, L.VIR_DOMAIN_SHUTOFF_SAVED): "saved",
}


def find_domain(connection: Any, uuid: str) -> Any:
    """virDomainLookupByUUIDString. Raises libvirtError."""
    return connection.lookupByUUIDString(uuid)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a machine besides its documents."""

    state: int
    reason: int
    persistent: bool
    autostart: bool
    managed_save: bool
    snapshots: bool


def _ask_one(domain: Any) -> _Known:
    """Five calls."""
    state, reason = domain.state()[:2]
    persistent = bool(domain.isPersistent())
    return _Known(
        state,
        reason,
        persistent,
        bool(_ask(domain.autostart, 0)) if persistent else False,
        bool(_ask(domain.hasManagedSaveImage, 0)),
        bool(_ask(domain.snapshotNum, 0)),
    )


def _ask_all(connection: Any, domains: list[Any]) -> dict[str, _Known]:
    """The same of all machines, by uuid: a listing for each question instead of five calls for each machine.

    virDomainGetState is still asked of those that run, for its reason ('I/O error').
    """

    def those(flag: int) -> set[str]:
        return {domain.UUIDString() for domain in connection.listAllDomains(flag)}

    shut_off = those(L.VIR_CONNECT_LIST_DOMAINS_SHUTOFF)
    persistent = those(L.VIR_CONNECT_LIST_DOMAINS_PERSISTENT)
    autostart = those(L.VIR_CONNECT_LIST_DOMAINS_AUTOSTART)
    managed_save = those(L.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE)
    snapshots = those(L.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT)
    known = {}
    for domain in domains:
        uuid = domain.UUIDString()
        state, reason = (L.VIR_DOMAIN_SHUTOFF, 0) if uuid in shut_off else domain.state()[:2]
        known[uuid] = _Known(
            state, reason, uuid in persistent, uuid in autostart, uuid in managed_save, uuid in snapshots
        )
    return known


def read_domain(session: Session, domain: Any, known: _Known | None = None) -> DomainState:
    """State, flags and documents of one machine, without file ids. Raises libvirtError, XmlError.

    Documents are asked without VIR_DOMAIN_XML_SECURE: no password leaves the daemon.
    """
    known = known or _ask_one(domain)
    lifecycle = _LIFECYCLES.get(known.state, DomainLifecycle.NOSTATE)
    persistent = known.persistent
    active = lifecycle not in (DomainLifecycle.SHUTOFF, DomainLifecycle.CRASHED, DomainLifecycle.NOSTATE)
    snapshots = _ask(domain.snapshotNum, 0) if known.snapshots else 0
    found = domain_state(
        domain.XMLDesc(0),
        domain.XMLDesc(L.VIR_DOMAIN_XML_INACTIVE) if active and persistent else None,
        lifecycle=lifecycle,
        reason=_REASONS.get((known.state, known.reason)),
        persistent=persistent,
        autostart=known.autostart,
        has_managed_save=not active and known.managed_save,
        snapshots=snapshots,
    )
    if persistent:
        session.transient.discard(found.uuid)
    else:
        session.transient.add(found.uuid)
    if not snapshots:
        return found
    disks = {disk.source.path for disk in (*found.disks, *(found.next_disks or ()))}
    extra = tuple(
        DomainFile("snapshot", path) for path in dict.fromkeys(_snapshot_paths(domain)) if path not in disks
    )
    return msgspec.structs.replace(found, files=found.files + extra)


def _ask(question: Any, otherwise: int) -> int:
    """The answer, or `otherwise` from a driver that has no such thing."""
    try:
        return int(question())
    except libvirt.libvirtError as error:
        if error.get_error_code() not in (L.VIR_ERR_NO_SUPPORT, L.VIR_ERR_OPERATION_INVALID):
            raise
        return otherwise


def _snapshot_paths(domain: Any) -> Iterator[str]:
    """Files that a machine's snapshots lie in or go back to."""
    for snapshot in domain.listAllSnapshots(0):
        root = etree.fromstring(snapshot.getXMLDesc(0).encode())
        memory = root.find("memory")
        if memory is not None and memory.get("file"):
            yield str(memory.get("file"))
        for source in (*root.iterfind("disks/disk/source"), *root.iterfind("domain/devices/disk/source")):
            path = source.get("file") or source.get("dev")
            if path:
                yield path


@handles(ListDomains)
def list_domains(asked: Asked, _call: ListDomains) -> tuple[DomainState, ...]:
    session = asked.session
    found = []
    with session.connections.of("bulk") as connection:
        domains = connection.listAllDomains(0)
        try:
            known = _ask_all(connection, domains)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in (
                L.VIR_ERR_NO_SUPPORT,
                L.VIR_ERR_INVALID_ARG,
                L.VIR_ERR_NO_DOMAIN,
            ):
                raise
            known = {}  # a driver without these filters, or a machine that went meanwhile: one by one
        for domain in domains:
            asked.beat()
            try:
                found.append(read_domain(session, domain, known.get(domain.UUIDString())))
            except libvirt.libvirtError as error:
                if error.get_error_code() != L.VIR_ERR_NO_DOMAIN:  # gone since the listing
                    raise
    return session.files.domains(found)


@handles(ReadDomain)
def read(asked: Asked, call: ReadDomain) -> DomainState:
    with asked.session.connections.of("control") as connection:
        return _read_whole(asked, find_domain(connection, call.domain))


def _read_whole(asked: Asked, domain: Any) -> DomainState:
    return asked.session.files.domains((read_domain(asked.session, domain),))[0]


@handles(GetDomainDocument)
def get_document(asked: Asked, call: GetDomainDocument) -> str:
    flags = L.VIR_DOMAIN_XML_INACTIVE if call.inactive else 0
    with asked.session.connections.of("control") as connection:
        return str(find_domain(connection, call.domain).XMLDesc(flags))


@handles(UpdateDisk)
def update_disk(asked: Asked, call: UpdateDisk) -> DomainState:
    flags = (
        (L.VIR_DOMAIN_AFFECT_LIVE if call.live else 0)
        | (L.VIR_DOMAIN_AFFECT_CONFIG if call.config else 0)
        | (L.VIR_DOMAIN_DEVICE_MODIFY_FORCE if call.force else 0)
    )
    with asked.session.connections.of("job") as connection:
        domain = find_domain(connection, call.domain)
        domain.updateDeviceFlags(call.xml, flags)
        return _read_whole(asked, domain)


@handles(DefineDomain)
def define(asked: Asked, call: DefineDomain) -> DomainState:
    with asked.session.connections.of("control") as connection:
        try:
            domain = connection.defineXMLFlags(call.xml, L.VIR_DOMAIN_DEFINE_VALIDATE)
        except libvirt.libvirtError as error:
            if not unsupported_flags(error):
                raise
            domain = connection.defineXML(call.xml)
        return _read_whole(asked, domain)
