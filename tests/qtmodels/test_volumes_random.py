"""Random edits of the store, filters and orders: the model must always say what a naive reading of it says.

Qt's own tester must find nothing, and what is selected must stay selected.
"""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.qtmodels.values import HOST, disk, host, machine, name, pool, volume
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.volume import VolumeState
from vstore_gui.qtmodels import ordered_rows
from vstore_gui.qtmodels.natural import fold, natural_key
from vstore_gui.qtmodels.relations import Relations
from vstore_gui.qtmodels.roles import Role
from vstore_gui.qtmodels.volume_columns import COLUMNS, VolumeColumn
from vstore_gui.qtmodels.volumes import VolumesModel
from vstore_gui.store.store import Store

POOLS = [PoolKey(HOST, "p1"), PoolKey(HOST, "p2")]
NAMES = [f"{stem}{number}" for stem in ("web", "Web", "é", "<b>") for number in (1, 2, 10, "02", "")]
DIRECTORY = {POOLS[0]: "/one", POOLS[1]: "/two"}

names = st.sampled_from(NAMES)
name_sets = st.sets(names, min_size=5)
pools = st.sampled_from([POOLS[0], POOLS[0], POOLS[0], POOLS[1]])
sizes = st.none() | st.integers(0, 2**66)
columns = st.sampled_from([*VolumeColumn][:9] * 3 + [*VolumeColumn][9:])
orders = st.sampled_from([Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder])


@st.composite
def details(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "format": draw(st.sampled_from([None, "raw", "qcow2"])),
        "capacity_bytes": draw(sizes),
        "allocation_bytes": draw(sizes),
        "modified_s": draw(st.none() | st.floats(0, 4e9)),
        "backing_path": draw(st.none() | names.map(lambda text: f"/one/{text}") | st.just("json:{}")),
        "features": draw(st.sampled_from([(), ("lazy_refcounts", "extended_l2")])),
    }


class VolumesUnderEdits(RuleBasedStateMachine):
    """The reference is the store itself, read whole and sorted with Python's own sort after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.model = VolumesModel(self.store)
        self.tester = QAbstractItemModelTester(
            self.model, QAbstractItemModelTester.FailureReportingMode.Fatal, self.model
        )
        self.words = ""
        self.column, self.order = VolumeColumn.NAME, Qt.SortOrder.AscendingOrder
        self.held: list[tuple[VolumeKey, QPersistentModelIndex]] = []
        self.shown: set[VolumeKey] = set()
        self.all_went = False
        self.rows = self._mirror()
        self.model.rowsInserted.connect(lambda _p, first, last: self._inserted(first, last))
        self.model.rowsRemoved.connect(self._removed)
        self.model.layoutChanged.connect(lambda *_: self._laid_out())
        self.model.dataChanged.connect(self._changed)

    def teardown(self) -> None:
        self.model.deleteLater()

    @initialize()
    def connect(self) -> None:
        self.store.put_host(host())
        self.store.put_pools(HOST, [pool("p1", "one"), pool("p2", "two")])
        self.store.put_volume_names(POOLS[0], [name(text, "/one") for text in NAMES[::2]])
        self.model.set_pool(POOLS[0])

    # ── what a view knows: cell texts kept up to date by the signals alone ──────────────────────────────────

    def _row(self, row: int) -> list[str]:
        return [self.model.index(row, column).data() for column in range(len(VolumeColumn))]

    def _mirror(self) -> list[list[str]]:
        return [self._row(row) for row in range(self.model.rowCount())]

    def _inserted(self, first: int, last: int) -> None:
        self.rows[first:first] = [self._row(row) for row in range(first, last + 1)]

    def _removed(self, _parent: object, first: int, last: int) -> None:
        del self.rows[first : last + 1]

    def _laid_out(self) -> None:
        self.rows = self._mirror()

    def _changed(self, first: Any, last: Any, _roles: object) -> None:
        for row in range(first.row(), last.row() + 1):
            for column in range(first.column(), last.column() + 1):
                self.rows[row][column] = self.model.index(row, column).data()

    # ── edits ───────────────────────────────────────────────────────────────────────────────────────────────

    @rule(key=st.none() | pools | pools | pools)
    def look_at(self, key: PoolKey | None) -> None:
        self.all_went = True
        self.model.set_pool(key)

    @rule(key=pools, listed=name_sets)
    def list_names(self, key: PoolKey, listed: set[str]) -> None:
        self.store.put_volume_names(key, [name(text, DIRECTORY[key]) for text in listed])

    @rule(key=pools, chosen=st.dictionaries(names, details(), max_size=6), missing=st.sets(names, max_size=3))
    def read_details(self, key: PoolKey, chosen: dict[str, dict[str, Any]], missing: set[str]) -> None:
        read = [volume(text, DIRECTORY[key], **fields) for text, fields in chosen.items()]
        self.store.put_volumes(key, read, missing - chosen.keys())

    @rule(key=pools)
    def stop_pool(self, key: PoolKey) -> None:
        self.store.clear_volumes(key)

    @rule(key=pools)
    def drop_and_define_pool(self, key: PoolKey) -> None:
        self.all_went = True
        self.store.drop_pool(key)
        self.store.put_pool(HOST, pool(key.uuid, DIRECTORY[key].strip("/")))

    @rule(used=name_sets, called=st.sampled_from(["Alpha", "beta"]))
    def define_machine(self, used: set[str], called: str) -> None:
        disks = [disk(f"vd{number}", f"/one/{text}") for number, text in enumerate(sorted(used))]
        self.store.put_domain(HOST, machine("m", called, *disks))

    @rule()
    def undefine_machines(self) -> None:
        self.store.put_domains(HOST, [])

    @rule()
    def lose_or_find_the_machines(self) -> None:
        self.store.put_host(
            replace(host(), stale=True, domains_loaded=not self.store.hosts[HOST].domains_loaded)
        )

    @rule(column=columns, order=orders)
    def sort(self, column: VolumeColumn, order: Qt.SortOrder) -> None:
        self.column, self.order = column, order
        self.model.sort(column, order)

    @rule(words=st.sampled_from(["", "web", "W 1", "e", "qcow2", "one", "alpha", "nothing"]))
    def filter(self, words: str) -> None:
        self.words = words
        self.model.set_filter(words)

    @precondition(lambda self: self.model.rowCount())
    @rule(column=columns)
    def select_every_other_row(self, column: VolumeColumn) -> None:
        for row in range(0, self.model.rowCount(), 2):
            index = self.model.index(row, column)
            self.held.append((index.data(Role.KEY), QPersistentModelIndex(index)))

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────

    def expected(self) -> list[VolumeState]:
        key = self.model.pool
        if key is None:
            return []
        found = []
        for state in self.store.volumes(key).values():
            used_by = "\n".join(self._users_names(key, state))
            texts = [state.name, state.path or "", state.format or "", state.backing_path or "", used_by]
            if all(any(word in fold(text) for text in texts) for word in fold(self.words).split()):
                found.append(state)
        down = self.order == Qt.SortOrder.DescendingOrder
        found.sort(key=lambda state: (natural_key(state.name), state.name), reverse=down)
        known = [state for state in found if self._value(key, state) is not None]
        known.sort(key=lambda state: self._value(key, state), reverse=down)
        return known + [state for state in found if self._value(key, state) is None]

    def _users_names(self, key: PoolKey, state: VolumeState) -> list[str]:
        users = self.store.usage.users_of(VolumeKey(*key, state.name))
        return [domain.name for use in users if (domain := self.store.domain(use.domain)) is not None]

    def _value(self, key: PoolKey, state: VolumeState) -> Any:
        if self.column == VolumeColumn.USED_BY:
            row = self.model.row_of(VolumeKey(*key, state.name))
            index = self.model.index(row, VolumeColumn.USED_BY) if row is not None else None
            value = index.data() if index is not None and index.data(Role.COUNT) else None
        else:
            value = COLUMNS[self.column].value(state)
        return natural_key(value) if isinstance(value, str) and value else (None if value == "" else value)

    @invariant()
    def model_says_what_the_store_says(self) -> None:
        self.model.settle()
        shown = [self.model.index(row, 0).data(Role.VALUE) for row in range(self.model.rowCount())]
        assert [state.name for state in shown] == [state.name for state in self.expected()]
        assert shown == self.expected()
        for row, state in enumerate(shown):
            key = self.model.key_at(row)
            assert key.name == state.name
            assert self.model.row_of(key) == row

    @invariant()
    def users_and_backing_files_are_what_a_fresh_look_finds(self) -> None:
        self.model.settle()
        key = self.model.pool
        if key is None:
            return
        states = self.store.volumes(key)
        host_state = self.store.host(HOST)
        complete = (
            host_state is not None
            and host_state.domains_loaded
            and self.store.volumes_listed(key)
            and all(state.detailed for state in states.values())
        )
        fresh = Relations(self.store)
        for row in range(self.model.rowCount()):
            volume_key = self.model.key_at(row)
            users = fresh.users(volume_key, complete=complete)
            assert self.model.index(row, VolumeColumn.USED_BY).data(Role.PARTS) == users.parts
            backing = fresh.backing(key, states[volume_key.name])
            assert self.model.index(row, VolumeColumn.BACKING).data(Role.PARTS) == backing.parts

    @invariant()
    def views_were_told_of_everything(self) -> None:
        self.model.settle()
        assert self.rows == self._mirror()

    @invariant()
    def counts_are_right(self) -> None:
        states = [] if self.model.pool is None else self.store.volumes(self.model.pool).values()
        detailed = [state for state in states if state.detailed]
        assert self.model.counts == (self.model.rowCount(), len(states), len(detailed))

    @invariant()
    def what_is_selected_stays_selected_while_it_is_shown(self) -> None:
        self.model.settle()
        shown = {self.model.key_at(row) for row in range(self.model.rowCount())}
        stayed = set() if self.all_went else shown & self.shown
        for key, index in self.held:
            assert index.isValid() or key not in stayed
            assert not index.isValid() or index.data(Role.KEY) == key
        self.held = [(key, index) for key, index in self.held if index.isValid()]
        self.shown, self.all_went = shown, False


class ManyRuns(VolumesUnderEdits):
    """The same where every scattered edit takes the way that is meant for thousands of rows."""

    def __init__(self) -> None:
        ordered_rows.MAX_RUNS = 1
        super().__init__()

    def teardown(self) -> None:
        ordered_rows.MAX_RUNS = 40
        super().teardown()


STEPS = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_volumes_under_random_edits(qtbot: QtBot) -> None:
    run_state_machine_as_test(VolumesUnderEdits, settings=STEPS)  # type: ignore[no-untyped-call]


def test_volumes_under_random_edits_in_many_runs(qtbot: QtBot) -> None:
    run_state_machine_as_test(ManyRuns, settings=STEPS)  # type: ignore[no-untyped-call]
