"""A drive of a machine, in the document that runs and in the one that is stored, and the plan that changes
its medium.

A running machine has two documents, and they may differ. Each is edited in place and changed by a step of
its own; only where they say the same of the drive is it one call for both. (libvirt replaces the whole
stored `<disk>` with the one it is given: giving it the running one would overwrite what waits for the next
start.)
"""

from __future__ import annotations

from typing import Any

import msgspec

from vstore_gui.actions.guards import DriveExists, HostOnline
from vstore_gui.actions.media import Medium, medium_name
from vstore_gui.actions.plan import Danger, Inverse, Plan, PlanRefused, Reason, Step
from vstore_gui.actions.steps import make_step
from vstore_gui.adapter.api import Host
from vstore_gui.entities import calls
from vstore_gui.entities.disk import DiskState, SourceKind
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import DiskKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text
from vstore_gui.store.store import Store
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.document import Element
from vstore_gui.xml.domain import DomainXml

__all__ = ["DriveChange", "drives_of", "edited_disk", "put_medium", "read_drive"]


_AT_NEXT_START = QT_TRANSLATE_NOOP(
    "vstore", "At next start: this host cannot change it while the machine runs."
)


class _Edit(msgspec.Struct, frozen=True):
    """One document's drive as it is, ready to get another medium."""

    document: str
    disk: str
    medium: Medium


class DriveChange(msgspec.Struct, frozen=True):
    """A drive in the document that runs and in the one that is stored; None where it is in neither."""

    key: DiskKey
    domain: DomainState
    live: _Edit | None
    stored: _Edit | None
    live_change: bool  # the host can change a medium while the machine runs
    device: str

    def plan(
        self,
        title: Text,
        label: Text,
        live: Medium | None,
        stored: Medium | None,
        *,
        force: bool = False,
        notes: tuple[Reason, ...] = (),
    ) -> Plan:
        if not self.live_change:
            steps = self._define(title, stored)
        elif self._agree and live == stored:
            steps = self._update(title, self.stored, stored, live=True, config=True, force=force)
        else:
            steps = (
                *self._update(title, self.live, live, live=True, config=False, force=force),
                *self._update(title, self.stored, stored, live=False, config=True, force=False),
            )
        if not steps:
            raise PlanRefused(Reason(text(QT_TRANSLATE_NOOP("vstore", "There is nothing to change."))))
        before = {"live": self.live, "stored": self.stored}
        put = {medium.source for medium in (live, stored) if medium is not None}
        if not self.live_change and self.live is not None:
            put.add(self.live.medium.source)
            before["live"] = None
        args: dict[str, Any] = {
            "host": self.key.host,
            "domain": self.key.domain,
            "target": self.key.target,
            "expected": msgspec.to_builtins(tuple(put)),
        }
        for name, edit in before.items():
            args[name] = None if edit is None else msgspec.to_builtins(edit.medium)
        return Plan(
            title=title,
            steps=tuple(steps),
            guards=(HostOnline(self.key.host), DriveExists(self.key)),
            inverse=Inverse("restore-media", label, args),
            notes=(*self._notes(), *notes),
            outcome=None if self.live_change or not self.domain.active else text(_AT_NEXT_START),
        )

    @property
    def _agree(self) -> bool:
        """What runs and what is stored say the same of the drive, run-time facts aside."""
        return (
            self.live is not None
            and self.stored is not None
            and _shape(DiskXml.parse(self.live.disk).element)
            == _shape(DiskXml.parse(self.stored.disk).element)
        )

    def _update(
        self, title: Text, edit: _Edit | None, medium: Medium | None, *, live: bool, config: bool, force: bool
    ) -> tuple[Step, ...]:
        if edit is None or medium is None or edit.medium.same_as(medium):
            return ()
        after = edited_disk(edit.disk, medium)
        call = calls.UpdateDisk(self.key.domain, after, live=live, config=config, force=force and live)
        if live and config:
            sentence = QT_TRANSLATE_NOOP("vstore", "{what}, now and in the stored configuration")
        elif live:
            sentence = QT_TRANSLATE_NOOP("vstore", "{what}, now")
        elif self.domain.active:
            sentence = QT_TRANSLATE_NOOP("vstore", "{what}, in the stored configuration")
        else:
            sentence = QT_TRANSLATE_NOOP("vstore", "{what}")
        back = calls.UpdateDisk(self.key.domain, edit.disk, live=live, config=config)
        return (
            make_step(
                text(sentence, what=title),
                self.key.host,
                call,
                name=self.domain.name,
                danger=Danger.INTERRUPTS if call.force else Danger.NONE,
                xml_before=edit.disk,
                clean_up=(back, _put_back(self.key, self.domain, edit.medium)),
            ),
        )

    def _define(self, title: Text, medium: Medium | None) -> tuple[Step, ...]:
        """The stored document defined anew: for a driver that cannot update a device (libvirt's test driver).

        The document comes without its secrets (a VNC password), so defining it drops them: only for such a
        driver.
        """
        edit = self.stored
        if edit is None or medium is None or edit.medium.same_as(medium):
            return ()
        document = DomainXml.parse(edit.document)
        disk = document.disk(self.key.target)
        put_medium(disk, medium)
        after = disk.to_string()
        return (
            make_step(
                text(QT_TRANSLATE_NOOP("vstore", "{what}, in the stored configuration"), what=title)
                if self.domain.active
                else title,
                self.key.host,
                calls.DefineDomain(document.to_string()),
                name=self.domain.name,
                xml_before=edit.disk,
                xml_after=after,
                clean_up=(
                    calls.DefineDomain(edit.document),
                    _put_back(self.key, self.domain, edit.medium),
                ),
            ),
        )

    def _notes(self) -> tuple[Reason, ...]:
        if not self.domain.active:
            return ()
        if not self.live_change:
            message = text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "This host cannot change a disc while the machine runs: the stored configuration is "
                    "changed. It takes effect at the next start.",
                )
            )
        elif self.live is None:
            message = text(
                QT_TRANSLATE_NOOP(
                    "vstore", "The running machine does not have this drive: it comes at the next start."
                )
            )
        elif self.stored is None:
            message = text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "The stored configuration does not have this drive: the disc is gone when it stops.",
                )
            )
        elif not self._agree:
            message = text(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "The drive is set up differently in the running machine and in its stored "
                    "configuration: each keeps its own settings, and its disc is changed.",
                )
            )
        else:
            return ()
        return (Reason(message, blocks=False),)


async def read_drive(store: Store, host: Host, key: DiskKey, domain: DomainState) -> DriveChange:
    state = store.host(key.host)
    live_change = state is None or state.info.media_change_live
    live = stored = None
    if domain.active:
        live = _edit(await host.call(calls.GetDomainDocument(key.domain)), key.target)
    if domain.persistent:
        stored = _edit(await host.call(calls.GetDomainDocument(key.domain, inactive=True)), key.target)
    if not live_change and stored is None:
        message = text(
            QT_TRANSLATE_NOOP(
                "vstore", "This host cannot change a disc of a transient machine while it runs."
            )
        )
        raise PlanRefused(Reason(message))
    drive = drives_of(domain, key.target)[0]
    return DriveChange(key, domain, live, stored, live_change, drive.device)


def _edit(document: str, target: str) -> _Edit | None:
    for disk in DomainXml.parse(document).disks:
        if disk.target == target:
            return _Edit(document, disk.to_string(), Medium(disk.source, disk.format))
    return None


def edited_disk(document: str, medium: Medium) -> str:
    """The `<disk>` with another medium, or none; all else as it was."""
    disk = DiskXml.parse(document)
    put_medium(disk, medium)
    return disk.to_string().rstrip("\n")


def put_medium(disk: DiskXml, medium: Medium) -> None:
    if medium.source.kind is SourceKind.NONE:
        disk.clear_source()
        return
    disk.set_source(medium.source)
    # A drive without a format has raw media: writing it down would be a change that nobody asked for.
    if medium.format is not None and medium.format != (disk.format or "raw"):
        disk.format = medium.format
    if disk.device == "cdrom" and not disk.readonly:
        disk.readonly = True


_Shape = tuple[Any, tuple[tuple[Any, Any], ...], str, tuple[Any, ...]]


def _shape(element: Element) -> _Shape:
    """What a `<disk>` says, without white space, comments and what only a running machine has."""
    run_time = {"source": ("index",), "target": ("tray",)}.get(str(element.tag), ())
    attributes = sorted((name, value) for name, value in element.attrib.items() if name not in run_time)
    children = tuple(
        _shape(child) for child in element.iterchildren("*") if child.tag not in ("alias", "backingStore")
    )
    return (element.tag, tuple(attributes), (element.text or "").strip(), children)


def _put_back(key: DiskKey, domain: DomainState, medium: Medium) -> Text:
    template = (
        QT_TRANSLATE_NOOP("vstore", "Empty {target} of {machine} again")
        if medium.source.kind is SourceKind.NONE
        else QT_TRANSLATE_NOOP("vstore", "Put {disc} back into {target} of {machine}")
    )
    return text(template, disc=medium_name(medium.source), target=key.target, machine=domain.name)


def drives_of(domain: DomainState, target: str) -> list[DiskState]:
    """The drive in what runs and in what is stored."""
    return [disk for disk in (*domain.disks, *(domain.next_disks or ())) if disk.target == target]
