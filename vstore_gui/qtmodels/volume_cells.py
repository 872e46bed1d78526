"""What the cells of a volume table say, and what its rows are ordered and found by. See `VolumeCells`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import Qt

from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.entities.volume import VolumeState
from vstore_gui.qtmodels.formats import tr
from vstore_gui.qtmodels.natural import fold_all, natural_keys
from vstore_gui.qtmodels.ordered_rows import Entry
from vstore_gui.qtmodels.relations import NO_BACKING, Backing, Relations, Users
from vstore_gui.qtmodels.roles import Part, Role
from vstore_gui.qtmodels.volume_columns import COLUMN_LIST, VolumeColumn, full_fraction
from vstore_gui.store.changes import Changes
from vstore_gui.store.store import Store

__all__ = ["VALUE_ROLES", "VolumeCells"]

VALUE_ROLES = [
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        *(Role.SORT, Role.VALUE, Role.LOADING, Role.CAPACITY, Role.STATE, Role.MISSING),
        *(Role.PARTS, Role.LINK_KEYS, Role.COUNT),
    )
]
"""The roles that a change of a volume may change."""

_LARGEST_QLONGLONG = 2**63 - 1


class VolumeCells:
    """Values of one pool's volumes by name, and what is worked out from them, cached until forgotten."""

    def __init__(self, store: Store) -> None:
        self._relations = Relations(store)
        self.pool: PoolKey | None = None
        # Not the store's own mapping: a row that is being removed still has its value.
        self.states: dict[str, VolumeState] = {}
        self.complete = False  # 'no user is known' means nobody
        self.users: dict[str, Users] = {}
        self.users_read: Callable[[str], None] = lambda _: None  # told of rows that turn out to have users
        self.backings: dict[str, Backing] = {}
        self._natural: dict[str, str] = {}
        self._haystacks: dict[str, str] = {}
        self._readers: dict[int, Callable[[str, int], Any]] = {
            int(Qt.ItemDataRole.DisplayRole): self._text,
            int(Qt.ItemDataRole.ToolTipRole): self._tooltip,
            int(Qt.ItemDataRole.AccessibleTextRole): self._accessible_text,
            int(Role.SORT): self._sort_value,
            int(Role.LOADING): self._loading,
            int(Role.STATE): self._state,
            int(Role.PARTS): self._parts,
            int(Role.LINK_KEYS): lambda name, column: Relations.keys_in(self._parts(name, column)),
            int(Role.MISSING): lambda name, _: self.backing_of(name).missing,
            int(Role.COUNT): lambda name, _: self.users_of(name).count,
            int(Role.KEY): lambda name, _: self.key(name),
            int(Role.KIND): lambda *_: "volume",
            int(Role.VALUE): lambda name, _: self.states[name],
            int(Role.CAPACITY): lambda name, _: full_fraction(self.states[name]),
        }

    # ── values ──────────────────────────────────────────────────────────────────────────────────────────────

    def add(self, new: dict[str, VolumeState]) -> None:
        self.states.update(new)
        self._natural.update(zip(new, natural_keys(list(new)), strict=True))

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            for mapping in self._mappings():
                mapping.pop(name, None)

    def clear(self) -> None:
        for mapping in self._mappings():
            mapping.clear()
        self.complete = False

    def forget_users(self, name: str) -> None:
        self.users.pop(name, None)
        self._haystacks.pop(name, None)

    def forget_haystack(self, name: str) -> None:
        self._haystacks.pop(name, None)

    def touched_templates(self, changes: Changes) -> set[str]:
        """Rows whose overlays may be others since these changes, of those whose users were asked for."""
        known = self.users
        if not known or self.pool is None:
            return set()
        found = {key.name for key in self._relations.templates_in(changes) if key.pool_key == self.pool}
        if self._relations.loses_overlays(changes):
            found.update([name for name, users in known.items() if users.overlays])
        return found & known.keys()

    def forget_nobodies(self) -> None:
        """'Not known yet' may have become 'nobody', or the other way."""
        self.users = {name: users for name, users in self.users.items() if users.count}

    def _mappings(self) -> tuple[dict[str, Any], ...]:
        return self.states, self.users, self.backings, self._natural, self._haystacks

    # ── cells ───────────────────────────────────────────────────────────────────────────────────────────────

    def data(self, name: str, column: int, role: int) -> Any:
        reader = self._readers.get(role)
        return None if reader is None else reader(name, column)

    def key(self, name: str) -> VolumeKey:
        assert self.pool is not None, "there are rows only where there is a pool"
        return VolumeKey(self.pool.host, self.pool.uuid, name)

    def users_of(self, name: str) -> Users:
        users = self.users.get(name)
        if users is None:
            users = self.users[name] = self._relations.users(self.key(name), complete=self.complete)
            if users.count:
                # Whoever asked, perhaps a view that paints: order and filter did not know them so far.
                self._haystacks.pop(name, None)
                self.users_read(name)
        return users

    def backing_of(self, name: str) -> Backing:
        state = self.states[name]
        if not state.backing_path or self.pool is None:
            return NO_BACKING
        backing = self.backings.get(name)
        if backing is None:
            backing = self.backings[name] = self._relations.backing(self.pool, state)
        return backing

    def _text(self, name: str, column: int) -> str:
        if column == VolumeColumn.USED_BY:
            return self.users_of(name).text
        if column == VolumeColumn.BACKING:
            return self.backing_of(name).text
        spec = COLUMN_LIST[column]
        value = spec.value(self.states[name])
        return "" if value is None else spec.text(value)

    def _tooltip(self, name: str, column: int) -> str | None:
        if column == VolumeColumn.USED_BY:
            return self.users_of(name).tooltip or None
        if column == VolumeColumn.BACKING:
            return self.states[name].backing_path
        spec = COLUMN_LIST[column]
        value = spec.value(self.states[name])
        if value is None:
            return None
        return spec.tooltip(value) if spec.tooltip is not None else spec.text(value)

    def _accessible_text(self, name: str, column: int) -> str:
        text = self._text(name, column)
        if text:
            return text
        return tr(QT_TRANSLATE_NOOP("vstore", "not read yet")) if self._loading(name, column) else ""

    def _sort_value(self, name: str, column: int) -> Any:
        if column == VolumeColumn.USED_BY:
            return self.users_of(name).text
        value = COLUMN_LIST[column].value(self.states[name])
        # Qt's integers end here; a mad host's do not.
        return float(value) if isinstance(value, int) and abs(value) > _LARGEST_QLONGLONG else value

    def _loading(self, name: str, column: int) -> bool:
        if column == VolumeColumn.USED_BY:
            return self.users_of(name).state == "loading"
        state = self.states[name]
        return not state.detailed and COLUMN_LIST[column].value(state) is None

    def _state(self, name: str, column: int) -> str:
        if column == VolumeColumn.USED_BY:
            return self.users_of(name).state
        return "detailed" if self.states[name].detailed else "loading"

    def _parts(self, name: str, column: int) -> tuple[Part, ...]:
        if column == VolumeColumn.USED_BY:
            return self.users_of(name).parts
        if column == VolumeColumn.BACKING:
            return self.backing_of(name).parts
        return ()

    # ── order and filter ────────────────────────────────────────────────────────────────────────────────────

    def entries(self, names: list[str], column: VolumeColumn, *, descending: bool) -> list[Entry]:
        """What these rows are ordered by. Unknown values come last in either direction."""
        natural = self._natural
        if column == VolumeColumn.NAME:
            return [(natural[name], name) for name in names]
        values: list[Any]
        if column == VolumeColumn.USED_BY:
            # Only what has been read: reading all is sliced, and then rows are put in their place.
            known = [self.users.get(name) for name in names]
            values = [users.text if users is not None and users.count else None for users in known]
        else:
            read = COLUMN_LIST[column].value
            states = self.states
            values = [read(states[name]) for name in names]
        sample = next((value for value in values if value is not None), None)
        if isinstance(sample, str):
            texts = natural_keys([value or "" for value in values])
            values = [text if value else None for text, value in zip(texts, values, strict=True)]
        unknown = (-1, 0) if descending else (1, 0)
        return [
            (*unknown, natural[name], name) if value is None else (0, value, natural[name], name)
            for name, value in zip(names, values, strict=True)
        ]

    def accepted(self, names: list[str], words: tuple[str, ...]) -> list[str]:
        """Those in which all the (folded) words are found."""
        if not words:
            return names
        known = self._haystacks
        unknown = [name for name in names if name not in known]
        known.update(zip(unknown, fold_all([self._found_by(name) for name in unknown]), strict=True))
        for word in words:
            names = [name for name in names if word in known[name]]
        return names

    def _found_by(self, name: str) -> str:
        state = self.states[name]
        users = self.users.get(name)
        return (
            f"{name}\n{state.path or ''}\n{state.format or ''}\n{state.backing_path or ''}"
            f"\n{users.names if users is not None else ''}"
        )
