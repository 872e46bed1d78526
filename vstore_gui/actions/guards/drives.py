"""Guards on drives of machines."""

from __future__ import annotations

from vstore_gui.actions.guards.base import Fresh, GuardValue
from vstore_gui.actions.plan import Reason
from vstore_gui.entities.disk_rules import device_rule
from vstore_gui.entities.keys import DiskKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.store.store import Store

__all__ = ["DriveExists"]


class DriveExists(GuardValue, frozen=True, tag=True):
    """The machine has the drive, and the drive takes media."""

    disk: DiskKey

    @property
    def fresh(self) -> Fresh:
        return Fresh(domains=frozenset({self.disk.domain_key}))

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        domain = store.domain(self.disk.domain_key)
        if domain is None:
            return (Reason(text(QT_TRANSLATE_NOOP("vstore", "The machine is gone."))),)
        link = (self.disk.domain_key,)
        disks = [
            disk for disk in (*domain.disks, *(domain.next_disks or ())) if disk.target == self.disk.target
        ]
        if not disks:
            template = QT_TRANSLATE_NOOP("vstore", "{machine} has no drive {target} any more.")
            return (Reason(text(template, machine=domain.name, target=self.disk.target), links=link),)
        if not any(device_rule(disk.device).takes_media for disk in disks):
            template = QT_TRANSLATE_NOOP(
                "vstore", "{target} of {machine} is no drive: its medium cannot be changed."
            )
            return (Reason(text(template, machine=domain.name, target=self.disk.target), links=link),)
        return ()
