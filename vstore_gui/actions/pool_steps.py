"""Steps and questions that several plans for pools share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vstore_gui.actions.guards import PoolExists, blocking
from vstore_gui.actions.plan import Danger, PlanRefused, Reason, Step
from vstore_gui.actions.steps import make_step
from vstore_gui.entities import calls
from vstore_gui.entities.keys import PoolKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Text, text
from vstore_gui.store.store import Store

__all__ = ["ask", "delete_directory", "known_pool", "refuse", "stop_step", "undefine_step"]


def delete_directory(path: str) -> Text:
    return text(QT_TRANSLATE_NOOP("vstore", "Delete the empty directory {path}"), path=path)


def stop_step(key: PoolKey, pool: PoolState) -> Step:
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


def undefine_step(key: PoolKey, pool: PoolState, document: str | None) -> Step:
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


def ask(guards: Iterable[Any], store: Store) -> tuple[Reason, ...]:
    """What blocks; several guards may say it, it is said once."""
    return blocking(dict.fromkeys(reason for guard in guards for reason in guard.reasons(store)))


def refuse(guards: Iterable[Any], store: Store) -> None:
    reasons = ask(guards, store)
    if reasons:
        raise PlanRefused(*reasons)


def known_pool(store: Store, key: PoolKey) -> PoolState:
    pool = store.pool(key)
    if pool is None:
        raise PlanRefused(*PoolExists(key).reasons(store))
    return pool
