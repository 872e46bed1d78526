"""The machines of a fake host: two documents each, changed by libvirt's rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from lxml import etree

from tests.fakes.documents import domain_document, to_text
from tests.fakes.refusals import refusal
from vstore_gui.entities.calls import DomainBlockStats
from vstore_gui.entities.domain import BlockStats, DomainState
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.xml.domain import domain_state

__all__ = ["FakeDomain", "FakeMachines"]

Emit = Callable[..., None]


@dataclass
class FakeDomain:
    """`live` is None for a shut-off machine, `stored` for a transient one."""

    facts: DomainState
    live: str | None
    stored: str | None
    locked_trays: set[str] = field(default_factory=set)

    @property
    def state(self) -> DomainState:
        """Read from the documents, as hostd reads it."""
        return domain_state(
            self.live or self.stored or "",
            self.stored if self.live is not None else None,
            lifecycle=self.facts.lifecycle,
            reason=self.facts.reason,
            persistent=self.facts.persistent,
            autostart=self.facts.autostart,
            has_managed_save=self.facts.has_managed_save,
            snapshots=self.facts.snapshots,
        )


class FakeMachines:
    def __init__(self, emit: Emit, *, media_change_live: bool) -> None:
        self.domains: dict[str, FakeDomain] = {}
        self.media_change_live = media_change_live
        self._emit = emit

    def add(self, state: DomainState) -> FakeDomain:
        stored_disks = state.disks if state.next_disks is None else state.next_disks
        domain = FakeDomain(
            state,
            domain_document(state, state.disks) if state.active else None,
            domain_document(state, stored_disks) if state.persistent else None,
        )
        self.domains[state.uuid] = domain
        return domain

    def domain(self, uuid: str) -> FakeDomain:
        try:
            return self.domains[uuid]
        except KeyError:
            raise refusal(ErrorKind.NOT_FOUND, f"no domain with matching uuid '{uuid}'") from None

    def document(self, uuid: str, inactive: bool) -> str:
        domain = self.domain(uuid)
        text = domain.stored if inactive else domain.live
        return text or domain.live or domain.stored or ""

    def stats(self, uuids: tuple[str, ...]) -> tuple[DomainBlockStats, ...]:
        return tuple(
            DomainBlockStats(
                uuid,
                tuple(
                    BlockStats(disk.target, path=disk.source.path, read_bytes=0, written_bytes=0)
                    for disk in self.domains[uuid].state.disks
                ),
            )
            for uuid in uuids
            if uuid in self.domains
        )

    def define(self, xml: str) -> DomainState:
        try:
            wanted = domain_state(xml)
        except (ValueError, etree.XMLSyntaxError) as error:
            raise refusal(ErrorKind.INVALID, f"XML error: {error}") from error
        targets = [disk.target for disk in wanted.disks]
        for target in targets:
            if targets.count(target) > 1:
                raise refusal(ErrorKind.INVALID, f"target '{target}' duplicated for disk sources")
        for other in self.domains.values():
            if (other.facts.name == wanted.name) != (other.facts.uuid == wanted.uuid):
                raise refusal(
                    ErrorKind.EXISTS,
                    f"domain '{other.facts.name}' already exists with uuid {other.facts.uuid}",
                )
        known = self.domains.get(wanted.uuid)
        if known is None:
            known = self.domains[wanted.uuid] = FakeDomain(wanted, None, xml)
        known.stored = xml
        known.facts = msgspec.structs.replace(known.facts, persistent=True)
        self._emit(wanted.uuid, wanted.name, "lifecycle defined", detail="updated")
        return known.state

    def update_disk(self, uuid: str, xml: str, *, live: bool, config: bool, force: bool) -> DomainState:
        domain = self.domain(uuid)
        if not self.media_change_live:
            raise refusal(
                ErrorKind.NOT_SUPPORTED,
                "this function is not supported by the connection driver: virDomainUpdateDeviceFlags",
            )
        if live and domain.live is None:
            raise refusal(ErrorKind.NOT_ACTIVE, "Requested operation is not valid: domain is not running")
        if config and domain.stored is None:
            raise refusal(ErrorKind.INVALID, "transient domains do not have any persistent config")
        try:
            wanted = etree.fromstring(xml)
        except etree.XMLSyntaxError as error:
            raise refusal(ErrorKind.INVALID, f"XML error: {error}") from error
        target = wanted.find("target")
        name = target.get("dev") if target is not None else None
        if wanted.tag != "disk" or name is None:
            raise refusal(ErrorKind.INVALID, "XML error: expecting a disk with a target")
        # All is checked before anything is changed, as libvirt does.
        new_live = self._changed(domain.live, wanted, name, live=True) if live else None
        new_stored = self._changed(domain.stored, wanted, name, live=False) if config else None
        if new_live is not None:
            if name in domain.locked_trays and not force:
                raise refusal(ErrorKind.TRAY_LOCKED, f"tray of device '{name}' is locked")
            domain.live = new_live
        if new_stored is not None:
            domain.stored = new_stored
        if live and not force:  # QEMU reports no tray movement for a forced change
            for detail in ("open", "closed"):
                self._emit(uuid, domain.facts.name, "tray-change", detail=detail, device=name)
        return domain.state

    @staticmethod
    def _changed(document: str | None, wanted: etree._Element, name: str, *, live: bool) -> str:
        root = etree.fromstring(document or "<domain/>")
        old = root.find(f"devices/disk/target[@dev='{name}']/..")
        if old is None:
            raise refusal(ErrorKind.NOT_FOUND, f"invalid argument: target {name} doesn't exist.")
        if old.get("device") not in ("cdrom", "floppy") and live:
            raise refusal(ErrorKind.NOT_SUPPORTED, "Operation not supported: cannot modify field of the disk")
        if wanted.get("device", "disk") != old.get("device", "disk"):
            raise refusal(ErrorKind.INVALID, f"cannot change device of disk '{name}'")
        parent = old.getparent()
        assert parent is not None
        fresh = etree.fromstring(etree.tostring(wanted))
        for kept in ("alias", "address"):  # libvirt keeps what it assigned
            element = old.find(kept)
            if element is not None and fresh.find(kept) is None:
                fresh.append(etree.fromstring(etree.tostring(element)))
        parent.replace(old, fresh)
        return to_text(root)
