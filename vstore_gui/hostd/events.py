"""libvirt's events as reports. Callbacks run in the event loop's thread: they only translate and send."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import libvirt

from vstore_gui.entities.reports import BlockJobEvent, DomainEvent, OtherEvent, PoolEvent, Report

if TYPE_CHECKING:
    from vstore_gui.hostd.session import Session

__all__ = ["DOMAIN_EVENTS", "register"]

L = libvirt

_LIFECYCLE: Final = (
    "defined", "undefined", "started", "suspended", "resumed", "stopped", "shutdown", "pmsuspended",
    "crashed",
)  # fmt: skip
_DEFINED: Final = ("added", "updated", "renamed", "from snapshot")
_TRAY: Final = ("open", "closed")
_JOB_KINDS: Final = ("unknown", "pull", "copy", "commit", "active commit", "backup")
_JOB_STATES: Final = ("completed", "failed", "cancelled", "ready")
_POOL: Final = ("defined", "undefined", "started", "stopped", "created", "deleted")
_SECRET: Final = ("defined", "undefined")
_NODE_DEVICE: Final = ("created", "deleted", "defined", "undefined")


def _word(words: tuple[str, ...], at: int) -> str:
    """A newer libvirt may know more than we do."""
    return words[at] if 0 <= at < len(words) else str(at)


# Event id → libvirt's name of what happened, and how to read (detail, device) from the callback's arguments.
_Read = Callable[..., tuple[str, str]]


def _nothing(*_: Any) -> tuple[str, str]:
    return "", ""


def _alias(alias: str) -> tuple[str, str]:
    return "", alias


DOMAIN_EVENTS: Final[dict[int, tuple[str, _Read]]] = {
    L.VIR_DOMAIN_EVENT_ID_REBOOT: ("reboot", _nothing),
    L.VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON: ("io-error", lambda path, alias, _, why: (why or path, alias)),
    L.VIR_DOMAIN_EVENT_ID_DISK_CHANGE: ("disk-change", lambda _old, new, alias, _why: (new, alias)),
    L.VIR_DOMAIN_EVENT_ID_TRAY_CHANGE: ("tray-change", lambda alias, reason: (_word(_TRAY, reason), alias)),
    L.VIR_DOMAIN_EVENT_ID_DEVICE_ADDED: ("device-added", _alias),
    L.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED: ("device-removed", _alias),
    L.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED: ("device-removal-failed", _alias),
    L.VIR_DOMAIN_EVENT_ID_TUNABLE: ("tunable", _nothing),
    L.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE: ("agent-lifecycle", _nothing),
    L.VIR_DOMAIN_EVENT_ID_JOB_COMPLETED: ("job-completed", _nothing),
    L.VIR_DOMAIN_EVENT_ID_METADATA_CHANGE: ("metadata-change", _nothing),
    L.VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD: ("block-threshold", lambda device, path, *_: (path, device)),
}


def register(session: Session) -> None:
    """Ask the control connection for every event that the driver has. Raises libvirtError when the link is
    lost."""
    connection = session.connections.control

    def tell(report: Report) -> None:
        session.event_counts[type(report).__name__] += 1
        session.tell(report)

    def domain_lifecycle(_conn: Any, domain: Any, event: int, detail: int, _opaque: object) -> None:
        uuid, word = domain.UUIDString(), _word(_LIFECYCLE, event)
        undefined = event == L.VIR_DOMAIN_EVENT_UNDEFINED
        stopped = event == L.VIR_DOMAIN_EVENT_STOPPED
        # What is undefined while it runs becomes transient, and is gone when it stops.
        gone = (undefined and domain.ID() == -1) or (stopped and uuid in session.transient)
        if undefined and not gone:
            session.transient.add(uuid)
        elif gone or event == L.VIR_DOMAIN_EVENT_DEFINED:
            session.transient.discard(uuid)
        words = _word(_DEFINED, detail) if event == L.VIR_DOMAIN_EVENT_DEFINED else ""
        tell(DomainEvent(uuid, domain.name(), f"lifecycle {word}", detail=words, gone=gone))

    def domain_event(name: str, read: _Read) -> Callable[..., None]:
        def happened(_conn: Any, domain: Any, *arguments: Any) -> None:
            detail, device = read(*arguments[:-1])
            tell(
                DomainEvent(
                    domain.UUIDString(), domain.name(), name, detail=detail or "", device=device or ""
                )
            )

        return happened

    def block_job(_conn: Any, domain: Any, target: str, kind: int, status: int, _opaque: object) -> None:
        if 0 <= status < len(_JOB_STATES):
            word: Any = _JOB_STATES[status]
            tell(BlockJobEvent(domain.UUIDString(), target, _word(_JOB_KINDS, kind), word))

    def pool_lifecycle(_conn: Any, pool: Any, event: int, _detail: int, _opaque: object) -> None:
        if 0 <= event < len(_POOL):
            word: Any = _POOL[event]
            tell(PoolEvent(pool.UUIDString(), pool.name(), word))

    def pool_refreshed(_conn: Any, pool: Any, _opaque: object) -> None:
        tell(PoolEvent(pool.UUIDString(), pool.name(), "refreshed"))

    def secret(_conn: Any, found: Any, event: int, _detail: int, _opaque: object) -> None:
        tell(OtherEvent("secret", found.UUIDString(), _word(_SECRET, event)))

    def secret_value(_conn: Any, found: Any, _opaque: object) -> None:
        tell(OtherEvent("secret", found.UUIDString(), "value changed"))

    def device(_conn: Any, found: Any, event: int, _detail: int, _opaque: object) -> None:
        tell(OtherEvent("node-device", found.name(), _word(_NODE_DEVICE, event)))

    def device_updated(_conn: Any, found: Any, _opaque: object) -> None:
        tell(OtherEvent("node-device", found.name(), "updated"))

    on_domain, on_pool = connection.domainEventRegisterAny, connection.storagePoolEventRegisterAny
    on_secret, on_device = connection.secretEventRegisterAny, connection.nodeDeviceEventRegisterAny
    wanted: list[tuple[Callable[..., int], int, Callable[..., None]]] = [
        (on_domain, L.VIR_DOMAIN_EVENT_ID_LIFECYCLE, domain_lifecycle),
        *((on_domain, number, domain_event(*event)) for number, event in DOMAIN_EVENTS.items()),
        (on_domain, L.VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2, block_job),
        (on_pool, L.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, pool_lifecycle),
        (on_pool, L.VIR_STORAGE_POOL_EVENT_ID_REFRESH, pool_refreshed),
        (on_secret, L.VIR_SECRET_EVENT_ID_LIFECYCLE, secret),
        (on_secret, L.VIR_SECRET_EVENT_ID_VALUE_CHANGED, secret_value),
        (on_device, L.VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE, device),
        (on_device, L.VIR_NODE_DEVICE_EVENT_ID_UPDATE, device_updated),
    ]
    for ask, number, callback in wanted:
        _register(ask, number, callback)


def _register(ask: Callable[..., int], number: int, callback: Callable[..., None]) -> None:
    """A driver that has no such event is no fault, and neither is a modular host without that daemon."""
    try:
        ask(None, number, callback, None)
    except libvirt.libvirtError as error:
        absent = (
            L.VIR_ERR_NO_SUPPORT,
            L.VIR_ERR_OPERATION_UNSUPPORTED,
            L.VIR_ERR_INVALID_ARG,
            L.VIR_ERR_SYSTEM_ERROR,
        )
        if error.get_error_code() not in absent:
            raise
