"""Plans for pools: make, start, stop, refresh, autostart, undefine, delete with contents.

Each `why_not_…` is what the plan's guards say now: it disables the button, its reasons are the tooltip.
"""

from __future__ import annotations

import asyncio
from typing import Any

from vstore_gui.actions.guards import (
    HostOnline,
    KindCan,
    NoUseByName,
    PoolActive,
    PoolExists,
    PoolInactive,
    PoolPersistent,
    PoolResponds,
    PoolUnusedByRunning,
    VolumesUnused,
)
from vstore_gui.actions.new_pools import (
    NewPoolDraft,
    new_pool_document,
    plan_define_pool,
    plan_new_pool,
    plan_remove_new_pool,
)
from vstore_gui.actions.ordering import overlays_first, what_is_lost
from vstore_gui.actions.plan import Danger, Inverse, Plan, Reason
from vstore_gui.actions.pool_steps import ask, delete_directory, known_pool, refuse, stop_step, undefine_step
from vstore_gui.actions.steps import make_step
from vstore_gui.adapter.api import Host
from vstore_gui.entities import calls
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.pool_kinds import PoolOperation, VolumeOperation, pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.store.store import Store

__all__ = [
    "NewPoolDraft",
    "new_pool_document",
    "plan_define_pool",
    "plan_delete_pool_contents",
    "plan_new_pool",
    "plan_refresh_pool",
    "plan_remove_new_pool",
    "plan_set_autostart",
    "plan_start_pool",
    "plan_stop_pool",
    "plan_undefine_pool",
    "why_not_delete_pool_contents",
    "why_not_refresh_pool",
    "why_not_set_autostart",
    "why_not_start_pool",
    "why_not_stop_pool",
    "why_not_undefine_pool",
]


# ── running ─────────────────────────────────────────────────────────────────────────────────────────────────


def plan_start_pool(store: Store, key: PoolKey) -> Plan:
    pool = known_pool(store, key)
    step = make_step(
        text(QT_TRANSLATE_NOOP("vstore", "Start pool {pool}"), pool=pool.name),
        key.host,
        calls.StartPool(key.uuid),
        name=pool.name,
    )
    return Plan(
        title=step.sentence,
        steps=(step,),
        guards=_start_guards(key),
        inverse=_inverse("stop-pool", key, QT_TRANSLATE_NOOP("vstore", "start pool {pool}"), pool),
        verb=text(QT_TRANSLATE_NOOP("vstore", "Start")),
    )


def plan_stop_pool(store: Store, key: PoolKey) -> Plan:
    """Danger INTERRUPTS when a running machine has a disk in it, or when the pool vanishes with it
    (transient).
    """
    pool = known_pool(store, key)
    running = any(use.running for use in store.usage.users_of_pool(key))
    step = make_step(
        text(QT_TRANSLATE_NOOP("vstore", "Stop pool {pool}; its data stays"), pool=pool.name),
        key.host,
        calls.StopPool(key.uuid),
        name=pool.name,
        danger=Danger.INTERRUPTS if running or not pool.persistent else Danger.NONE,
    )
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Stop pool {pool}"), pool=pool.name),
        steps=(step,),
        guards=_stop_guards(key),
        inverse=_inverse("start-pool", key, QT_TRANSLATE_NOOP("vstore", "stop pool {pool}"), pool)
        if pool.persistent
        else None,
        notes=PoolPersistent(key).reasons(store),
        verb=text(QT_TRANSLATE_NOOP("vstore", "Stop {pool}"), pool=pool.name),
    )


def plan_refresh_pool(store: Store, key: PoolKey) -> Plan:
    pool = known_pool(store, key)
    step = make_step(
        text(QT_TRANSLATE_NOOP("vstore", "Look at the storage of {pool} again"), pool=pool.name),
        key.host,
        calls.RefreshPool(key.uuid),
        name=pool.name,
    )
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Refresh pool {pool}"), pool=pool.name),
        steps=(step,),
        guards=_refresh_guards(key),
    )


def plan_set_autostart(store: Store, key: PoolKey, on: bool) -> Plan:
    pool = known_pool(store, key)
    template = (
        QT_TRANSLATE_NOOP("vstore", "Start pool {pool} whenever the host starts")
        if on
        else QT_TRANSLATE_NOOP("vstore", "Do not start pool {pool} when the host starts")
    )
    step = make_step(
        text(template, pool=pool.name), key.host, calls.SetPoolAutostart(key.uuid, on), name=pool.name
    )
    inverse = Inverse(
        "set-autostart",
        text(QT_TRANSLATE_NOOP("vstore", "autostart of pool {pool}"), pool=pool.name),
        {"host": key.host, "uuid": key.uuid, "on": not on},
    )
    return Plan(title=step.sentence, steps=(step,), guards=_autostart_guards(key), inverse=inverse)


# Steps that are made in one go: some milliseconds of the loop.
_SLICE = 200

# ── removing ────────────────────────────────────────────────────────────────────────────────────────────────


async def plan_undefine_pool(store: Store, host: Host, key: PoolKey) -> Plan:
    """Stops it first when it is active. Data is kept; the inverse defines it again from the document of now.

    Raises PlanRefused, and HostError when its document cannot be read.
    """
    pool = known_pool(store, key)
    refuse(_undefine_guards(key), store)
    document = await host.call(calls.GetPoolDocument(key.uuid, inactive=True))
    steps = []
    if pool.active:
        steps.append(stop_step(key, pool))
    steps.append(undefine_step(key, pool, document))
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Undefine pool {pool}"), pool=pool.name),
        steps=tuple(steps),
        guards=_undefine_guards(key),
        inverse=Inverse(
            "define-pool",
            text(QT_TRANSLATE_NOOP("vstore", "undefine pool {pool}"), pool=pool.name),
            {"host": key.host, "document": document, "start": pool.active, "autostart": pool.autostart},
        ),
        notes=(
            Reason(
                text(QT_TRANSLATE_NOOP("vstore", "The data of the pool stays where it is.")), blocks=False
            ),
        ),
        verb=text(QT_TRANSLATE_NOOP("vstore", "Undefine {pool}"), pool=pool.name),
    )


async def plan_delete_pool_contents(store: Store, host: Host, key: PoolKey) -> Plan:
    """Deletes each volume (listed fresh), stops the pool, deletes its directory, undefines it. LOSES_DATA.

    Raises PlanRefused, and HostError when the pool cannot be read.
    """
    pool = known_pool(store, key)
    refuse((HostOnline(key.host), PoolResponds(key), PoolActive(key), *_delete_guards(key, ())), store)
    document = await host.call(calls.GetPoolDocument(key.uuid, inactive=True))
    listed = await host.call(calls.ListVolumes(key.uuid))
    volumes = overlays_first(store, [VolumeKey(key.host, key.uuid, volume.name) for volume in listed])
    steps = []
    for at, volume in enumerate(volumes, start=1):
        if at % _SLICE == 0:
            await asyncio.sleep(0)
        sentence = text(QT_TRANSLATE_NOOP("vstore", "Delete {volume}"), volume=volume.name)
        call = calls.DeleteVolume(key.uuid, volume.name)
        steps.append(make_step(sentence, key.host, call, name=pool.name, danger=Danger.LOSES_DATA))
    steps.append(stop_step(key, pool))
    path = pool.target_path or ""
    steps.append(
        make_step(
            delete_directory(path)
            if pool_kind(pool.kind).files
            else text(QT_TRANSLATE_NOOP("vstore", "Delete the storage below pool {pool}"), pool=pool.name),
            key.host,
            calls.DeletePool(key.uuid),
            name=pool.name,
            danger=Danger.LOSES_DATA,
        )
    )
    steps.append(undefine_step(key, pool, document))
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Delete pool {pool} with all its volumes"), pool=pool.name),
        steps=tuple(steps),
        guards=(*_undefine_guards(key), PoolActive(key), *_delete_guards(key, tuple(volumes))),
        notes=(what_is_lost(store, volumes),),
        confirm_name=pool.name,
        verb=text(QT_TRANSLATE_NOOP("vstore", "Delete {pool} and its volumes"), pool=pool.name),
    )


# ── guards of each action ───────────────────────────────────────────────────────────────────────────────────


def _start_guards(key: PoolKey) -> tuple[Any, ...]:
    return (HostOnline(key.host), PoolExists(key), PoolResponds(key), PoolInactive(key))


def _stop_guards(key: PoolKey) -> tuple[Any, ...]:
    return (
        HostOnline(key.host),
        PoolExists(key),
        PoolResponds(key),
        PoolActive(key),
        PoolUnusedByRunning(key),
    )


def _refresh_guards(key: PoolKey) -> tuple[Any, ...]:
    return (HostOnline(key.host), PoolExists(key), PoolResponds(key), PoolActive(key))


def _autostart_guards(key: PoolKey) -> tuple[Any, ...]:
    return (HostOnline(key.host), PoolExists(key), PoolResponds(key), PoolPersistent(key))


def _undefine_guards(key: PoolKey) -> tuple[Any, ...]:
    return (
        HostOnline(key.host),
        PoolExists(key),
        PoolResponds(key),
        PoolPersistent(key),
        PoolUnusedByRunning(key),
        NoUseByName(key),
    )


def _delete_guards(key: PoolKey, volumes: tuple[VolumeKey, ...]) -> tuple[Any, ...]:
    return (
        KindCan(key, VolumeOperation.DELETE.value),
        KindCan(key, PoolOperation.DELETE.value),
        VolumesUnused(volumes),
    )


def why_not_start_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return ask(_start_guards(key), store)


def why_not_stop_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return ask(_stop_guards(key), store)


def why_not_refresh_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return ask(_refresh_guards(key), store)


def why_not_set_autostart(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return ask(_autostart_guards(key), store)


def why_not_undefine_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return ask(_undefine_guards(key), store)


# Of the volumes in use, so many are asked about for a button; the plan asks about every volume of the pool.
_ASKED_FOR_A_BUTTON = 8


def why_not_delete_pool_contents(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    in_use: dict[VolumeKey, None] = {}
    for use in store.usage.users_of_pool(key):
        volume = store.usage.volume_of_disk(use.domain, use.target) if use.role == "disk" else None
        if volume is not None and volume.pool_key == key:
            in_use[volume] = None
        if len(in_use) >= _ASKED_FOR_A_BUTTON:
            break
    volumes = tuple(in_use)
    guards = (*_undefine_guards(key), PoolActive(key), *_delete_guards(key, volumes))
    return ask(guards, store)


def _inverse(verb: str, key: PoolKey, template: str, pool: PoolState) -> Inverse:
    return Inverse(verb, text(template, pool=pool.name), {"host": key.host, "uuid": key.uuid})
