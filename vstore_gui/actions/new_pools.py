"""Plans that make pools, and the one that takes a new pool back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from vstore_gui.actions.guards import (
    HostOnline,
    PoolEmpty,
    PoolExists,
    PoolNameFree,
    PoolPathFree,
    PoolPersistent,
    PoolResponds,
)
from vstore_gui.actions.guards.words import machines_text
from vstore_gui.actions.plan import Danger, Inverse, Plan, PlanRefused, Reason, Step
from vstore_gui.actions.pool_steps import delete_directory, known_pool, refuse, stop_step, undefine_step
from vstore_gui.actions.steps import make_step
from vstore_gui.entities import calls
from vstore_gui.entities.keys import HostId, PoolKey
from vstore_gui.entities.pool_kinds import pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.store.store import Store
from vstore_gui.xml.pool import PoolXml

__all__ = ["NewPoolDraft", "new_pool_document", "plan_define_pool", "plan_new_pool", "plan_remove_new_pool"]


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
            clean_up=(calls.DeletePool(pool), delete_directory(draft.target_path))
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


def plan_remove_new_pool(store: Store, key: PoolKey, *, made_directory: bool) -> Plan:
    """Take a pool back that was just made: stop, undefine, and delete the directory if it was made with the
    pool.

    Refused while it has volumes or machines with disks in it: then it is somebody's pool by now.
    """
    pool = known_pool(store, key)
    users = store.usage.users_of_pool(key)
    if users:
        names, links = machines_text(store, users)
        template = QT_TRANSLATE_NOOP("vstore", "Machines have disks in {pool} by now: {machines}")
        raise PlanRefused(Reason(text(template, pool=pool.name, machines=names), links=links))
    guards = (HostOnline(key.host), PoolExists(key), PoolResponds(key), PoolPersistent(key), PoolEmpty(key))
    refuse(guards, store)
    steps = []
    if pool.active:
        steps.append(stop_step(key, pool))
    if made_directory:
        sentence = delete_directory(pool.target_path or "")
        steps.append(make_step(sentence, key.host, calls.DeletePool(key.uuid), name=pool.name))
    steps.append(undefine_step(key, pool, None))
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Remove pool {pool} again"), pool=pool.name),
        steps=tuple(msgspec.structs.replace(step, danger=Danger.NONE) for step in steps),
        guards=guards,
    )
