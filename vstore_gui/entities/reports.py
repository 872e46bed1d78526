"""What a host tells unasked: that it is there, that something happened on it, that it does not answer."""

from __future__ import annotations

from typing import Literal

import msgspec

from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.host import HostInfo


class Online(msgspec.Struct, frozen=True, tag=True):
    """All connections are open and events are registered: nothing that happens from now on is missed."""

    info: HostInfo


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The child's last word. `retry`: whether trying again by itself makes sense (a lost link: yes; a wrong
    password: no).
    """

    error: ErrorState
    retry: bool


class CredentialPrompt(msgspec.Struct, frozen=True):
    prompt: str
    kind: Literal["text", "password", "confirm"] = "text"  # confirm: a yes/no question (an unknown host key)
    default: str = ""


class CredentialsWanted(msgspec.Struct, frozen=True, tag=True):
    """libvirt or ssh asks; answer with Host.answer_credentials(id, values or None)."""

    id: int
    prompts: tuple[CredentialPrompt, ...]


class PoolEvent(msgspec.Struct, frozen=True, tag=True):
    pool: str
    name: str
    event: Literal["defined", "undefined", "started", "stopped", "created", "deleted", "refreshed"]


class DomainEvent(msgspec.Struct, frozen=True, tag=True):
    """A domain's document or state may have changed: `event` is libvirt's name of what happened ('lifecycle
    defined', 'tray-change', 'disk-change', 'device-added', 'device-removed', 'tunable', 'metadata-change',
    'io-error', …)."""

    domain: str
    name: str
    event: str
    detail: str = ""
    device: str = ""  # alias or target, where the event names one
    gone: bool = False  # undefined, or a transient domain that stopped


class BlockJobEvent(msgspec.Struct, frozen=True, tag=True):
    domain: str
    target: str
    kind: str
    status: Literal["completed", "failed", "cancelled", "ready"]


class OtherEvent(msgspec.Struct, frozen=True, tag=True):
    """Secrets and node devices: counted, and re-read by the pages that show them."""

    noun: Literal["secret", "node-device"]
    id: str
    event: str


class LaneSilent(msgspec.Struct, frozen=True, tag=True):
    """A call has not come back within its deadline; it is neither cut nor repeated. pool None: no pool's
    call.
    """

    pool: str | None
    call: str
    waited_s: float


class LaneAnswered(msgspec.Struct, frozen=True, tag=True):
    """The silent call came back: the lane works again."""

    pool: str | None


Report = (
    Online
    | Ended
    | CredentialsWanted
    | PoolEvent
    | DomainEvent
    | BlockJobEvent
    | OtherEvent
    | LaneSilent
    | LaneAnswered
)
