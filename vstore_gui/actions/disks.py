"""Plans for disks of machines: change a drive's medium, eject it, put back what was in it."""

from __future__ import annotations

from typing import Any

import msgspec

from vstore_gui.actions.drive_change import DriveChange, drives_of, read_drive
from vstore_gui.actions.guards import DriveExists, HostOnline, blocking
from vstore_gui.actions.media import Medium, medium_name, source_of_path, source_of_volume
from vstore_gui.actions.plan import Danger, Plan, PlanRefused, Reason, Step
from vstore_gui.actions.virsh import virsh_lines
from vstore_gui.adapter.api import Host
from vstore_gui.entities import calls
from vstore_gui.entities.disk import DiskSource, SourceKind
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import DiskKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.store.store import Store

__all__ = [
    "forced",
    "plan_change_media",
    "plan_eject",
    "plan_restore_media",
    "source_of_path",
    "source_of_volume",
    "why_not_change_media",
    "why_not_eject",
]


async def plan_change_media(
    store: Store,
    host: Host,
    disk: DiskKey,
    source: DiskSource | None,
    *,
    format: str = "raw",  # noqa: A002 - libvirt's word
    force: bool = False,
) -> Plan:
    """Put the medium into the drive; None empties it. Edits the `<disk>` of the machine's documents in place.

    Raises PlanRefused with the reasons, HostError when the documents cannot be read, XmlError for a path
    that no document can hold.
    """
    if source is None:
        return await plan_eject(store, host, disk, force=force)
    domain = _machine(store, disk)
    medium = Medium(source, format)
    if _holds_already(domain, disk.target, source):
        template = QT_TRANSLATE_NOOP("vstore", "{disc} is in the drive already.")
        raise PlanRefused(Reason(text(template, disc=medium_name(source))))
    change = await read_drive(store, host, disk, domain)
    title = text(
        QT_TRANSLATE_NOOP("vstore", "Insert {disc} into {target} of {machine}"),
        disc=medium_name(source),
        target=disk.target,
        machine=domain.name,
    )
    label = text(
        QT_TRANSLATE_NOOP("vstore", "insert {disc} into {target} of {machine}"),
        disc=medium_name(source),
        target=disk.target,
        machine=domain.name,
    )
    return change.plan(
        title, label, medium, medium, force=force, notes=_written_by_others(store, disk, change, source)
    )


async def plan_eject(store: Store, host: Host, disk: DiskKey, *, force: bool = False) -> Plan:
    """Empty the drive; everything but the source is kept. Raises as plan_change_media."""
    domain = _machine(store, disk)
    reasons = _empty_drive(domain, disk.target)
    if reasons:
        raise PlanRefused(*reasons)
    change = await read_drive(store, host, disk, domain)
    disc = medium_name(next(drive.source for drive in drives_of(domain, disk.target) if not drive.empty))
    title = text(
        QT_TRANSLATE_NOOP("vstore", "Eject {disc} from {target} of {machine}"),
        disc=disc,
        target=disk.target,
        machine=domain.name,
    )
    label = text(
        QT_TRANSLATE_NOOP("vstore", "eject {disc} from {target} of {machine}"),
        disc=disc,
        target=disk.target,
        machine=domain.name,
    )
    return change.plan(title, label, Medium(), Medium(), force=force)


async def plan_restore_media(
    store: Store,
    host: Host,
    disk: DiskKey,
    *,
    live: Medium | None,
    stored: Medium | None,
    expected: tuple[DiskSource, ...],
) -> Plan:
    """Put back what was in the drive, in what runs and in what is stored. None leaves that one alone.

    Refused when the drive holds something else than `expected` by now: somebody has changed it since.
    """
    domain = _machine(store, disk)
    for drive in drives_of(domain, disk.target):
        if not any(_same_source(drive.source, source) for source in expected):
            template = (
                QT_TRANSLATE_NOOP("vstore", "{target} of {machine} was emptied since.")
                if drive.empty
                else QT_TRANSLATE_NOOP("vstore", "{target} of {machine} holds {disc} by now.")
            )
            message = text(template, target=disk.target, machine=domain.name, disc=medium_name(drive.source))
            raise PlanRefused(Reason(message, links=(disk,)))
    change = await read_drive(store, host, disk, domain)
    back = live if live is not None and domain.active else stored
    disc = back.source if back is not None else DiskSource()
    template = (
        QT_TRANSLATE_NOOP("vstore", "Empty {target} of {machine} again")
        if disc.kind is SourceKind.NONE
        else QT_TRANSLATE_NOOP("vstore", "Put {disc} back into {target} of {machine}")
    )
    label_template = (
        QT_TRANSLATE_NOOP("vstore", "empty {target} of {machine} again")
        if disc.kind is SourceKind.NONE
        else QT_TRANSLATE_NOOP("vstore", "put {disc} back into {target} of {machine}")
    )
    words = {"disc": medium_name(disc), "target": disk.target, "machine": domain.name}
    # A machine that was off when the disc went in and runs now has what it was started with: the stored one.
    return change.plan(text(template, **words), text(label_template, **words), live or stored, stored)


def forced(plan: Plan) -> Plan:
    """The same plan with the tray opened by force: for a job that failed with ErrorKind.TRAY_LOCKED, once
    asked.
    """
    note = text(
        QT_TRANSLATE_NOOP(
            "vstore",
            "The guest has locked the tray, and may be reading the disc: it is taken out nevertheless.",
        )
    )
    return msgspec.structs.replace(
        plan,
        steps=tuple(_forced_step(step) for step in plan.steps),
        notes=(*plan.notes, Reason(note, blocks=False)),
        verb=text(QT_TRANSLATE_NOOP("vstore", "Open the tray by force")),
    )


def _forced_step(step: Step) -> Step:
    call = step.call
    if not isinstance(call, calls.UpdateDisk) or not call.live:
        return step
    call = msgspec.structs.replace(call, force=True)
    return msgspec.structs.replace(
        step,
        call=call,
        virsh=virsh_lines(step.host, call),
        danger=max(step.danger, Danger.INTERRUPTS),
    )


# ── guards and reasons ──────────────────────────────────────────────────────────────────────────────────────


def _guards(disk: DiskKey) -> tuple[Any, ...]:
    return (HostOnline(disk.host), DriveExists(disk))


def why_not_change_media(store: Store, disk: DiskKey) -> tuple[Reason, ...]:
    """Why no other medium can be put into the drive."""
    return blocking(reason for guard in _guards(disk) for reason in guard.reasons(store))


def why_not_eject(store: Store, disk: DiskKey) -> tuple[Reason, ...]:
    reasons = why_not_change_media(store, disk)
    domain = store.domain(disk.domain_key)
    if reasons or domain is None:
        return reasons
    return _empty_drive(domain, disk.target)


def _machine(store: Store, disk: DiskKey) -> DomainState:
    reasons = why_not_change_media(store, disk)
    domain = store.domain(disk.domain_key)
    if reasons or domain is None:
        raise PlanRefused(*reasons)
    return domain


def _empty_drive(domain: DomainState, target: str) -> tuple[Reason, ...]:
    if any(not drive.empty for drive in drives_of(domain, target)):
        return ()
    return (Reason(text(QT_TRANSLATE_NOOP("vstore", "The drive is empty."))),)


def _holds_already(domain: DomainState, target: str, source: DiskSource) -> bool:
    return all(_same_source(drive.source, source) for drive in drives_of(domain, target))


def _same_source(one: DiskSource, other: DiskSource) -> bool:
    return Medium(one).same_as(Medium(other))


def _written_by_others(
    store: Store, key: DiskKey, change: DriveChange, source: DiskSource
) -> tuple[Reason, ...]:
    """A floppy is written to: two machines that have it in spoil it."""
    if change.device != "floppy" or source.path is None:
        return ()
    users = {
        use.domain
        for use in store.usage.users_of_path(key.host, source.path)
        if not use.readonly and use.domain != key.domain_key
    }
    found = []
    for user in users:
        domain = store.domain(user)
        template = QT_TRANSLATE_NOOP("vstore", "{machine} uses it as well: two that write to it spoil it.")
        message = text(template, machine=domain.name if domain is not None else user.uuid)
        found.append(Reason(message, blocks=False, links=(user,)))
    return tuple(found)
