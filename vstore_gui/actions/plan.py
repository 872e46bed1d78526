"""Plans: every change to a host is first a value that can be read, refused, journalled and undone."""

from __future__ import annotations

import enum
from typing import Any, Protocol

import msgspec

from vstore_gui.entities.calls import AnyCall
from vstore_gui.entities.keys import HostId, VolumeKey
from vstore_gui.entities.text import Text

__all__ = ["Danger", "Guard", "Inverse", "Plan", "PlanRefused", "Reason", "Step"]


class Danger(enum.IntEnum):
    """What a step can cost. LOSES_DATA must be confirmed by typing the name; INTERRUPTS is asked once."""

    NONE = 0
    INTERRUPTS = 1
    LOSES_DATA = 2


class Reason(msgspec.Struct, frozen=True):
    """Why something cannot be done (or, when `blocks` is False, what to know before doing it).

    `field` names the draft's field that it stands beside, `links` the things to offer as links.
    """

    message: Text
    blocks: bool = True
    field: str = ""
    links: tuple[Any, ...] = ()  # keys of things named in the message


class PlanRefused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A wish that no plan can be made for; `reasons` say why."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__("; ".join(str(reason.message) for reason in reasons))
        self.reasons = reasons


class Guard(Protocol):
    """A pure function from values to reasons: the same guard disables a button and refuses in the runner."""

    def reasons(self, store: Any) -> tuple[Reason, ...]: ...


class Inverse(msgspec.Struct, frozen=True):
    """How to take a plan back: a name in `actions.undo.UNDOERS` and its arguments; planned from fresh
    values when asked.
    """

    verb: str
    label: Text  # 'insert debian.iso': shown as Undo “…”
    args: dict[str, Any] = {}


class Step(msgspec.Struct, frozen=True):
    """One call on one host. `sentence` says it in words, `virsh` in commands (without secrets)."""

    sentence: Text
    host: HostId
    call: AnyCall
    xml_before: str | None = None
    xml_after: str | None = None
    virsh: tuple[str, ...] = ()
    danger: Danger = Danger.NONE
    # What to do when a later step fails or the app is killed after this one: a step that takes this one back.
    clean_up: AnyCall | None = None
    clean_up_sentence: Text | None = None


class Plan(msgspec.Struct, frozen=True):
    """`notes` are what to know (what cannot be undone, what was dropped, what cannot be known)."""

    title: Text
    steps: tuple[Step, ...]
    guards: tuple[Any, ...] = ()  # of Guard
    inverse: Inverse | None = None
    notes: tuple[Reason, ...] = ()
    confirm_name: str | None = None  # must be typed when a step loses data
    verb: Text | None = None  # the confirm button: 'Delete web01.qcow2'
    new_volume: VolumeKey | None = None  # what to select when done
    outcome: Text | None = None  # what to know once it is done: that it takes effect only later
    settles: str | None = None  # the id of the left-over job that is dealt with when this is done

    @property
    def danger(self) -> Danger:
        return max((step.danger for step in self.steps), default=Danger.NONE)
