"""Plans for pools: make, start, stop, refresh, autostart, undefine, delete with contents.

Each `why_not_…` is what the plan's guards say now: it disables the button, its reasons are the tooltip.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from vstore_gui.actions.guards import (
    HostOnline,
    KindCan,
    NoUseByName,
    PoolActive,
    PoolEmpty,
    PoolExists,
    PoolInactive,
    PoolNameFree,
    PoolPathFree,
    PoolPersistent,
    PoolResponds,
    PoolUnusedByRunning,
    VolumesUnused,
    blocking,
)
from vstore_gui.actions.guards.words import machines_text
from vstore_gui.actions.ordering import overlays_first, what_is_lost
from vstore_gui.actions.plan import Danger, Inverse, Plan, PlanRefused, Reason, Step
from vstore_gui.actions.steps import make_step
from vstore_gui.adapter.api import Host
from vstore_gui.entities import calls
from vstore_gui.entities.keys import HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.pool_kinds import PoolOperation, VolumeOperation, pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text
from vstore_gui.store.store import Store
from vstore_gui.xml.pool import PoolXml

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


@dataclass
class NewPoolDraft:
    """What the new-pool wizard has gathered. mode is an octal number as an int (0o711); None leaves it to
    libvirt.
    """

    kind: str = "dir"
    name: str = ""
    target_path: str = ""
    mode: int | None = None
    owner: int | None = None
    group: int | None = None
    autostart: bool = True
    build: bool = True
    start: bool = True
    uuid: str = ""  # made when the draft is planned first, so that every step names the pool
    makes_directory: bool = False  # the target did not exist when it was looked at
    target_exists: bool = False  # it was a directory when it was looked at
    real_target_path: str | None = None  # symlinks resolved, where the target could be looked at


# ── making ──────────────────────────────────────────────────────────────────────────────────────────────────


def plan_new_pool(store: Store, host: HostId, draft: NewPoolDraft) -> Plan:
    """Define, build, start, autostart. Its clean-up undefines; its inverse stops and undefines, data is kept.

    Raises XmlError for a name or path that no document can hold.
    """
    draft.uuid = draft.uuid or str(uuid.uuid4())
    guards = (
        HostOnline(host),
        PoolNameFree(host, draft.name, draft.uuid),
        PoolPathFree(host, draft.target_path, draft.real_target_path, draft.uuid),
    )
    inverse = Inverse(
        "remove-new-pool",
        text(QT_TRANSLATE_NOOP("vstore", "make pool {pool}"), pool=draft.name),
        {"host": host, "uuid": draft.uuid, "made_directory": draft.build and draft.makes_directory},
    )
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Make pool {pool}"), pool=draft.name),
        steps=tuple(_new_pool_steps(host, draft)),
        guards=guards,
        inverse=inverse,
        # The warnings (a pool inside or around this one); what blocks is said by the guards when it is run.
        notes=tuple(reason for guard in guards for reason in guard.reasons(store) if not reason.blocks),
        verb=text(QT_TRANSLATE_NOOP("vstore", "Make pool")),
    )


def _new_pool_steps(host: HostId, draft: NewPoolDraft) -> Iterable[Step]:
    name, pool = draft.name, draft.uuid
    yield make_step(
        text(QT_TRANSLATE_NOOP("vstore", "Define pool {pool}"), pool=name),
        host,
        calls.DefinePool(new_pool_document(draft)),
        name=name,
        clean_up=(
            calls.UndefinePool(pool),
            text(QT_TRANSLATE_NOOP("vstore", "Undefine pool {pool}"), pool=name),
        ),
    )
    if draft.build and not _nothing_to_build(draft):
        sentence = (
            QT_TRANSLATE_NOOP("vstore", "Make the directory {path}")
            if draft.makes_directory
            else QT_TRANSLATE_NOOP(
                "vstore", "Prepare the directory {path}: make it if needed, set its permissions"
            )
        )
        yield make_step(
            text(sentence, path=draft.target_path),
            host,
            calls.BuildPool(pool),
            name=name,
            clean_up=(calls.DeletePool(pool), _delete_directory(draft.target_path))
            if draft.makes_directory
            else None,
        )
    if draft.start:
        yield make_step(
            text(QT_TRANSLATE_NOOP("vstore", "Start pool {pool}"), pool=name),
            host,
            calls.StartPool(pool),
            name=name,
            clean_up=(calls.StopPool(pool), text(QT_TRANSLATE_NOOP("vstore", "Stop pool {pool}"), pool=name)),
        )
    if draft.autostart:
        yield make_step(
            text(QT_TRANSLATE_NOOP("vstore", "Start it whenever the host starts")),
            host,
            calls.SetPoolAutostart(pool, True),
            name=name,
        )


def _nothing_to_build(draft: NewPoolDraft) -> bool:
    """The directory is there, and its permissions are as they should be: building it would change them, as
    libvirt sets mode 0711 where the definition says nothing.
    """
    return draft.target_exists and (draft.mode, draft.owner, draft.group) == (None, None, None)


def new_pool_document(draft: NewPoolDraft) -> str:
    """`<pool>` of a draft. Raises XmlError for a value that no document can hold."""
    document = PoolXml.new()
    document.kind = draft.kind
    document.name = draft.name
    document.uuid = draft.uuid
    document.target_path = draft.target_path
    document.mode = draft.mode
    document.owner = draft.owner
    document.group = draft.group
    return document.to_string()


def _delete_directory(path: str) -> Text:
    return text(QT_TRANSLATE_NOOP("vstore", "Delete the empty directory {path}"), path=path)


def plan_define_pool(host: HostId, document: str, *, start: bool = False, autostart: bool = False) -> Plan:
    """Define a pool from a document that some host had. Raises XmlError."""
    parsed = PoolXml.parse(document)
    name, pool = parsed.name or "", parsed.uuid or ""
    steps = [
        make_step(
            text(QT_TRANSLATE_NOOP("vstore", "Define pool {pool}"), pool=name),
            host,
            calls.DefinePool(document),
            name=name,
            clean_up=(
                calls.UndefinePool(pool),
                text(QT_TRANSLATE_NOOP("vstore", "Undefine pool {pool}"), pool=name),
            ),
        )
    ]
    if start:
        sentence = text(QT_TRANSLATE_NOOP("vstore", "Start pool {pool}"), pool=name)
        steps.append(make_step(sentence, host, calls.StartPool(pool), name=name))
    if autostart:
        sentence = text(QT_TRANSLATE_NOOP("vstore", "Start it whenever the host starts"))
        steps.append(make_step(sentence, host, calls.SetPoolAutostart(pool, True), name=name))
    files = pool_kind(parsed.kind or "").files
    path_guards = (PoolPathFree(host, parsed.target_path or "", uuid=pool),) if files else ()
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Define pool {pool}"), pool=name),
        steps=tuple(steps),
        guards=(HostOnline(host), PoolNameFree(host, name, pool), *path_guards),
        inverse=Inverse(
            "undefine-pool",
            text(QT_TRANSLATE_NOOP("vstore", "define pool {pool}"), pool=name),
            {"host": host, "uuid": pool},
        ),
    )


# ── running ─────────────────────────────────────────────────────────────────────────────────────────────────


def plan_start_pool(store: Store, key: PoolKey) -> Plan:
    pool = _pool(store, key)
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
    pool = _pool(store, key)
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
    pool = _pool(store, key)
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
    pool = _pool(store, key)
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


# ── removing ────────────────────────────────────────────────────────────────────────────────────────────────


async def plan_undefine_pool(store: Store, host: Host, key: PoolKey) -> Plan:
    """Stops it first when it is active. Data is kept; the inverse defines it again from the document of now.

    Raises PlanRefused, and HostError when its document cannot be read.
    """
    pool = _pool(store, key)
    _refuse(_undefine_guards(key), store)
    document = await host.call(calls.GetPoolDocument(key.uuid, inactive=True))
    steps = []
    if pool.active:
        steps.append(_stop_step(key, pool))
    steps.append(_undefine_step(key, pool, document))
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


def plan_remove_new_pool(store: Store, key: PoolKey, *, made_directory: bool) -> Plan:
    """Take a pool back that was just made: stop, undefine, and delete the directory if it was made with the
    pool.

    Refused while it has volumes or machines with disks in it: then it is somebody's pool by now.
    """
    pool = _pool(store, key)
    users = store.usage.users_of_pool(key)
    if users:
        names, links = machines_text(store, users)
        template = QT_TRANSLATE_NOOP("vstore", "Machines have disks in {pool} by now: {machines}")
        raise PlanRefused(Reason(text(template, pool=pool.name, machines=names), links=links))
    guards = (HostOnline(key.host), PoolExists(key), PoolResponds(key), PoolPersistent(key), PoolEmpty(key))
    _refuse(guards, store)
    steps = []
    if pool.active:
        steps.append(_stop_step(key, pool))
    if made_directory:
        sentence = _delete_directory(pool.target_path or "")
        steps.append(make_step(sentence, key.host, calls.DeletePool(key.uuid), name=pool.name))
    steps.append(_undefine_step(key, pool, None))
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Remove pool {pool} again"), pool=pool.name),
        steps=tuple(msgspec.structs.replace(step, danger=Danger.NONE) for step in steps),
        guards=guards,
    )


async def plan_delete_pool_contents(store: Store, host: Host, key: PoolKey) -> Plan:
    """Deletes each volume (listed fresh), stops the pool, deletes its directory, undefines it. LOSES_DATA.

    Raises PlanRefused, and HostError when the pool cannot be read.
    """
    pool = _pool(store, key)
    _refuse((HostOnline(key.host), PoolResponds(key), PoolActive(key), *_delete_guards(key, ())), store)
    document = await host.call(calls.GetPoolDocument(key.uuid, inactive=True))
    listed = await host.call(calls.ListVolumes(key.uuid))
    volumes = overlays_first(store, [VolumeKey(key.host, key.uuid, volume.name) for volume in listed])
    steps = [
        make_step(
            text(QT_TRANSLATE_NOOP("vstore", "Delete {volume}"), volume=volume.name),
            key.host,
            calls.DeleteVolume(key.uuid, volume.name),
            name=pool.name,
            danger=Danger.LOSES_DATA,
        )
        for volume in volumes
    ]
    steps.append(_stop_step(key, pool))
    path = pool.target_path or ""
    steps.append(
        make_step(
            _delete_directory(path)
            if pool_kind(pool.kind).files
            else text(QT_TRANSLATE_NOOP("vstore", "Delete the storage below pool {pool}"), pool=pool.name),
            key.host,
            calls.DeletePool(key.uuid),
            name=pool.name,
            danger=Danger.LOSES_DATA,
        )
    )
    steps.append(_undefine_step(key, pool, document))
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Delete pool {pool} with all its volumes"), pool=pool.name),
        steps=tuple(steps),
        guards=(*_undefine_guards(key), PoolActive(key), *_delete_guards(key, tuple(volumes))),
        notes=(what_is_lost(store, volumes),),
        confirm_name=pool.name,
        verb=text(QT_TRANSLATE_NOOP("vstore", "Delete {pool} and its volumes"), pool=pool.name),
    )


def _stop_step(key: PoolKey, pool: PoolState) -> Step:
    return make_step(
        text(QT_TRANSLATE_NOOP("vstore", "Stop pool {pool}"), pool=pool.name),
        key.host,
        calls.StopPool(key.uuid),
        name=pool.name,
        danger=Danger.INTERRUPTS,
        clean_up=(
            calls.StartPool(key.uuid),
            text(QT_TRANSLATE_NOOP("vstore", "Start pool {pool}"), pool=pool.name),
        ),
    )


def _undefine_step(key: PoolKey, pool: PoolState, document: str | None) -> Step:
    return make_step(
        text(QT_TRANSLATE_NOOP("vstore", "Undefine pool {pool}"), pool=pool.name),
        key.host,
        calls.UndefinePool(key.uuid),
        name=pool.name,
        xml_before=document,
        danger=Danger.INTERRUPTS,
        clean_up=None
        if document is None
        else (
            calls.DefinePool(document),
            text(QT_TRANSLATE_NOOP("vstore", "Define pool {pool} again"), pool=pool.name),
        ),
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
    return _ask(_start_guards(key), store)


def why_not_stop_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return _ask(_stop_guards(key), store)


def why_not_refresh_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return _ask(_refresh_guards(key), store)


def why_not_set_autostart(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return _ask(_autostart_guards(key), store)


def why_not_undefine_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]:
    return _ask(_undefine_guards(key), store)


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
    return _ask(guards, store)


def _ask(guards: Iterable[Any], store: Store) -> tuple[Reason, ...]:
    """What blocks; several guards may say it, it is said once."""
    return blocking(dict.fromkeys(reason for guard in guards for reason in guard.reasons(store)))


def _refuse(guards: Iterable[Any], store: Store) -> None:
    reasons = _ask(guards, store)
    if reasons:
        raise PlanRefused(*reasons)


def _pool(store: Store, key: PoolKey) -> PoolState:
    pool = store.pool(key)
    if pool is None:
        raise PlanRefused(*PoolExists(key).reasons(store))
    return pool


def _inverse(verb: str, key: PoolKey, template: str, pool: PoolState) -> Inverse:
    return Inverse(verb, text(template, pool=pool.name), {"host": key.host, "uuid": key.uuid})
