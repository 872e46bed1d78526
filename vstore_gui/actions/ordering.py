"""Deleting several volumes: in which order, and what goes with them."""

from __future__ import annotations

from collections.abc import Sequence

from vstore_gui.actions.plan import Reason
from vstore_gui.entities.keys import VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count, Size, text
from vstore_gui.store.store import Store

__all__ = ["overlays_first", "what_is_lost"]


def overlays_first(store: Store, keys: Sequence[VolumeKey]) -> list[VolumeKey]:
    """The volumes in an order in which none is deleted before one that stands on it."""
    wanted = dict.fromkeys(keys)
    ordered: dict[VolumeKey, None] = {}
    for first in keys:
        # Depth first without recursion: a backing chain may be hundreds long.
        stack = [(first, False)]
        on_the_way: set[VolumeKey] = set()
        while stack:
            key, overlays_done = stack.pop()
            if key in ordered:
                continue
            if overlays_done:
                ordered[key] = None
                continue
            if key in on_the_way:
                continue
            on_the_way.add(key)
            stack.append((key, True))
            stack.extend((overlay, False) for overlay in store.usage.overlays_of(key) if overlay in wanted)
    return list(ordered)


def what_is_lost(store: Store, volumes: Sequence[VolumeKey]) -> Reason:
    if not volumes:
        return Reason(text(QT_TRANSLATE_NOOP("vstore", "It has no volumes: no data is lost.")), blocks=False)
    states = [state for key in volumes if (state := store.volume(key)) is not None]
    written = sum(state.allocation_bytes or 0 for state in states)
    all_known = all(state.allocation_bytes is not None for state in states)
    if len(volumes) == 1:
        template = (
            QT_TRANSLATE_NOOP("vstore", "The volume with {size} of data is lost. This cannot be undone.")
            if all_known
            else QT_TRANSLATE_NOOP(
                "vstore", "The volume with {size} of data or more is lost. This cannot be undone."
            )
        )
        return Reason(text(template, size=Size(written)), blocks=False)
    template = (
        QT_TRANSLATE_NOOP("vstore", "{count} volumes with {size} of data are lost. This cannot be undone.")
        if all_known
        else QT_TRANSLATE_NOOP(
            "vstore", "{count} volumes with {size} of data or more are lost. This cannot be undone."
        )
    )
    return Reason(text(template, count=Count(len(volumes)), size=Size(written)), blocks=False)
