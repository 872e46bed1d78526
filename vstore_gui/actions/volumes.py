"""Plans for volumes: make, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vstore_gui.actions.guards import (
    HostOnline,
    KindCan,
    PoolActive,
    PoolExists,
    PoolHasSpace,
    PoolResponds,
    VolumeExists,
    VolumeNameFree,
    VolumesUnused,
    blocking,
)
from vstore_gui.actions.ordering import overlays_first, what_is_lost
from vstore_gui.actions.plan import Danger, Inverse, Plan, PlanRefused, Reason
from vstore_gui.actions.steps import make_step
from vstore_gui.entities import calls
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool_kinds import VolumeOperation
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count, text
from vstore_gui.store.store import Store
from vstore_gui.xml.volume import VolumeXml

__all__ = [
    "Allocation",
    "NewVolumeDraft",
    "new_volume_document",
    "plan_delete_volumes",
    "plan_new_volume",
    "why_not_delete_there",
    "why_not_delete_volumes",
    "why_not_new_volume",
]

Allocation = Literal["thin", "metadata", "full"]
"""thin: takes space as it is written (raw: a sparse file); metadata: qcow2 tables now, data later; full:
all of it now.
"""


@dataclass
class NewVolumeDraft:
    """What the new-volume wizard has gathered."""

    name: str = ""
    format: str = "qcow2"  # raw, qcow2
    capacity_bytes: int = 0
    allocation: Allocation = "thin"
    backing: VolumeKey | None = None
    backing_format: str | None = None  # as read from the backing volume's details; never guessed


def plan_new_volume(store: Store, pool: PoolKey, draft: NewVolumeDraft) -> Plan:
    """Create the volume; its inverse deletes it again.

    Raises PlanRefused, and XmlError for a name that no document can hold.
    """
    state = store.pool(pool)
    if state is None:
        raise PlanRefused(*PoolExists(pool).reasons(store))
    key = VolumeKey(pool.host, pool.uuid, draft.name)
    guards: list[Any] = [*_new_volume_guards(pool), VolumeNameFree(key)]
    if draft.allocation == "full":
        guards.append(PoolHasSpace(pool, draft.capacity_bytes, field="capacity_bytes"))
    if draft.backing is not None:
        guards.append(VolumeExists(draft.backing, field="backing"))
    step = make_step(
        text(
            QT_TRANSLATE_NOOP("vstore", "Create {format} volume {volume} in pool {pool}"),
            format=draft.format,
            volume=draft.name,
            pool=state.name,
        ),
        pool.host,
        calls.CreateVolume(
            pool.uuid,
            new_volume_document(store, draft),
            # libvirt asks qemu-img for falloc instead of metadata when the allocation is the whole capacity.
            preallocate_metadata=draft.format == "qcow2" and draft.allocation != "thin",
        ),
        name=state.name,
        clean_up=(
            calls.DeleteVolume(pool.uuid, draft.name),
            text(QT_TRANSLATE_NOOP("vstore", "Delete {volume}"), volume=draft.name),
        ),
    )
    return Plan(
        title=text(
            QT_TRANSLATE_NOOP("vstore", "Create {volume} in {pool}"), volume=draft.name, pool=state.name
        ),
        steps=(step,),
        guards=tuple(guards),
        inverse=Inverse(
            "delete-new-volume",
            text(QT_TRANSLATE_NOOP("vstore", "create {volume}"), volume=draft.name),
            {"host": pool.host, "pool": pool.uuid, "name": draft.name},
        ),
        notes=_backing_note(draft),
        verb=text(QT_TRANSLATE_NOOP("vstore", "Create volume")),
        new_volume=key,
    )


def _backing_note(draft: NewVolumeDraft) -> tuple[Reason, ...]:
    if draft.backing is None:
        return ()
    message = text(
        QT_TRANSLATE_NOOP(
            "vstore",
            "{volume} stores only its differences from {backing}, which must not change or be deleted "
            "from now on.",
        ),
        volume=draft.name,
        backing=draft.backing.name,
    )
    return (Reason(message, blocks=False, links=(draft.backing,)),)


def new_volume_document(store: Store, draft: NewVolumeDraft) -> str:
    """`<volume>` of a draft. Raises XmlError for a value that no document can hold, PlanRefused when the
    backing volume has no path or no known format.
    """
    document = VolumeXml.new()
    document.name = draft.name
    document.capacity_bytes = draft.capacity_bytes
    document.allocation_bytes = draft.capacity_bytes if draft.allocation == "full" else 0
    document.format = draft.format
    if draft.format == "qcow2":
        # What qemu-img makes by itself today; libvirt would write version 2 for a document that says nothing.
        document.compat = "1.1"
    if draft.backing is not None:
        backing = store.volume(draft.backing)
        if backing is None or backing.path is None:
            raise PlanRefused(
                *VolumeExists(draft.backing, field="backing").reasons(store),
                *_no_path(draft.backing, missing=backing is None),
            )
        if draft.backing_format is None:
            message = text(
                QT_TRANSLATE_NOOP("vstore", "The format of {volume} is not known."), volume=backing.name
            )
            raise PlanRefused(Reason(message, field="backing", links=(draft.backing,)))
        document.backing_path = backing.path
        document.backing_format = draft.backing_format
    return document.to_string()


def _no_path(key: VolumeKey, *, missing: bool) -> tuple[Reason, ...]:
    if missing:
        return ()
    message = text(
        QT_TRANSLATE_NOOP("vstore", "{volume} has no path on the host: it cannot be a backing file."),
        volume=key.name,
    )
    return (Reason(message, field="backing", links=(key,)),)


def plan_delete_volumes(store: Store, keys: Sequence[VolumeKey]) -> Plan:
    """LOSES_DATA; cannot be undone. One volume: its name must be typed; several: "delete 3"."""
    if not keys:
        raise PlanRefused(Reason(text(QT_TRANSLATE_NOOP("vstore", "No volume is selected."))))
    missing = tuple(reason for key in keys for reason in VolumeExists(key).reasons(store))
    if missing:
        raise PlanRefused(*missing)
    ordered = overlays_first(store, keys)
    steps = []
    for key in ordered:
        pool = store.pool(key.pool_key)
        assert pool is not None  # its volume was there
        steps.append(
            make_step(
                text(
                    QT_TRANSLATE_NOOP("vstore", "Delete {volume} from pool {pool}"),
                    volume=key.name,
                    pool=pool.name,
                ),
                key.host,
                calls.DeleteVolume(key.pool, key.name),
                name=pool.name,
                danger=Danger.LOSES_DATA,
            )
        )
    one = ordered[0] if len(ordered) == 1 else None
    count = Count(len(ordered))
    return Plan(
        title=text(QT_TRANSLATE_NOOP("vstore", "Delete {volume}"), volume=one.name)
        if one
        else text(QT_TRANSLATE_NOOP("vstore", "Delete {count} volumes"), count=count),
        steps=tuple(steps),
        guards=_delete_guards(ordered),
        notes=(what_is_lost(store, ordered),),
        confirm_name=one.name if one else f"delete {len(ordered)}",
        verb=text(QT_TRANSLATE_NOOP("vstore", "Delete {volume}"), volume=one.name)
        if one
        else text(QT_TRANSLATE_NOOP("vstore", "Delete {count} volumes"), count=count),
    )


def _new_volume_guards(pool: PoolKey) -> tuple[Any, ...]:
    return (
        HostOnline(pool.host),
        PoolExists(pool),
        PoolResponds(pool),
        KindCan(pool, VolumeOperation.CREATE.value),
        PoolActive(pool),
    )


def _delete_guards(keys: Sequence[VolumeKey]) -> tuple[Any, ...]:
    return (*_place_guards(keys), VolumesUnused(tuple(keys)))


def _place_guards(keys: Sequence[VolumeKey]) -> tuple[Any, ...]:
    """Where they are, anything can be deleted."""
    pools = dict.fromkeys(key.pool_key for key in keys)
    return (
        *(HostOnline(host) for host in dict.fromkeys(key.host for key in keys)),
        *(
            guard
            for pool in pools
            for guard in (PoolResponds(pool), PoolActive(pool), KindCan(pool, VolumeOperation.DELETE.value))
        ),
    )


def why_not_new_volume(store: Store, pool: PoolKey) -> tuple[Reason, ...]:
    """Why no volume can be made in the pool at all."""
    return blocking(reason for guard in _new_volume_guards(pool) for reason in guard.reasons(store))


def why_not_delete_there(store: Store, keys: Sequence[VolumeKey]) -> tuple[Reason, ...]:
    """Why nothing can be deleted where these volumes are, used or not."""
    return blocking(reason for guard in _place_guards(keys) for reason in guard.reasons(store))


def why_not_delete_volumes(store: Store, keys: Sequence[VolumeKey]) -> tuple[Reason, ...]:
    """Blocking reasons name machines and overlays; the others say who cannot be known."""
    return tuple(dict.fromkeys(reason for guard in _delete_guards(keys) for reason in guard.reasons(store)))
