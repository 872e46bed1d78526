"""Taking back what was done: planned when it is asked for, from what is there then.

`UNDOERS` names each way once; a plan's Inverse says which one and with what. An undoer returns a plan, or
raises PlanRefused when things have changed since. What it needs from a host it reads; nothing is remembered
but its arguments.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from vstore_gui.actions.disks import plan_restore_media
from vstore_gui.actions.guards import HostOnline
from vstore_gui.actions.media import Medium
from vstore_gui.actions.plan import Danger, Plan, PlanRefused
from vstore_gui.actions.pools import (
    plan_define_pool,
    plan_remove_new_pool,
    plan_set_autostart,
    plan_start_pool,
    plan_stop_pool,
    plan_undefine_pool,
)
from vstore_gui.actions.volumes import plan_delete_volumes
from vstore_gui.adapter.api import Host
from vstore_gui.entities.disk import DiskSource
from vstore_gui.entities.keys import DiskKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.store import Store

__all__ = ["UNDOERS", "Undoing"]


class Undoing(msgspec.Struct, frozen=True):
    """What an undoer may ask: the values of now, the hosts, and what the job's steps were answered."""

    store: Store
    host: Callable[[HostId], Host | None]
    answers: tuple[Any, ...] = ()

    def online(self, host: HostId) -> Host:
        """The host; PlanRefused when it is not connected."""
        found = self.host(host)
        reasons = HostOnline(host).reasons(self.store)
        if found is None or reasons:
            raise PlanRefused(*reasons)
        return found


Args = Mapping[str, Any]


def _pool(args: Args) -> PoolKey:
    return PoolKey(args["host"], args["uuid"])


async def _remove_new_pool(undoing: Undoing, args: Args) -> Plan:
    return plan_remove_new_pool(undoing.store, _pool(args), made_directory=args["made_directory"])


async def _undefine_pool(undoing: Undoing, args: Args) -> Plan:
    return await plan_undefine_pool(undoing.store, undoing.online(args["host"]), _pool(args))


async def _define_pool(undoing: Undoing, args: Args) -> Plan:
    undoing.online(args["host"])
    return plan_define_pool(args["host"], args["document"], start=args["start"], autostart=args["autostart"])


async def _start_pool(undoing: Undoing, args: Args) -> Plan:
    return plan_start_pool(undoing.store, _pool(args))


async def _stop_pool(undoing: Undoing, args: Args) -> Plan:
    return plan_stop_pool(undoing.store, _pool(args))


async def _set_autostart(undoing: Undoing, args: Args) -> Plan:
    return plan_set_autostart(undoing.store, _pool(args), args["on"])


async def _delete_new_volume(undoing: Undoing, args: Args) -> Plan:
    """Nothing is lost with a volume that nobody has written to since; else its name must be typed."""
    key = VolumeKey(args["host"], args["pool"], args["name"])
    plan = plan_delete_volumes(undoing.store, [key])
    now = undoing.store.volume(key)
    made = next((answer for answer in undoing.answers if isinstance(answer, VolumeState)), None)
    if now is None or not _untouched(made, now):
        return plan
    return msgspec.structs.replace(
        plan,
        steps=tuple(msgspec.structs.replace(step, danger=Danger.NONE) for step in plan.steps),
        notes=(),
        confirm_name=None,
    )


def _untouched(made: VolumeState | None, now: VolumeState) -> bool:
    """The file is as it was made. Its change time tells; where there is none, nothing is sure."""
    return (
        made is not None
        and made.changed_ns is not None
        and (made.changed_ns, made.file_id, made.capacity_bytes)
        == (now.changed_ns, now.file_id, now.capacity_bytes)
    )


async def _restore_media(undoing: Undoing, args: Args) -> Plan:
    return await plan_restore_media(
        undoing.store,
        undoing.online(args["host"]),
        DiskKey(args["host"], args["domain"], args["target"]),
        live=msgspec.convert(args["live"], Medium | None),
        stored=msgspec.convert(args["stored"], Medium | None),
        expected=msgspec.convert(args["expected"], tuple[DiskSource, ...]),
    )


UNDOERS: Final[dict[str, Callable[[Undoing, Args], Awaitable[Plan]]]] = {
    "remove-new-pool": _remove_new_pool,
    "undefine-pool": _undefine_pool,
    "define-pool": _define_pool,
    "start-pool": _start_pool,
    "stop-pool": _stop_pool,
    "set-autostart": _set_autostart,
    "delete-new-volume": _delete_new_volume,
    "restore-media": _restore_media,
}
