"""Random edits of hosts, pools and machines: the sidebar is always the tree that the store spells out."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.qtmodels.values import disk, host, machine, pool
from vstore_gui.entities.domain import DomainLifecycle
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DomainKey, PoolKey
from vstore_gui.qtmodels.natural import natural_key
from vstore_gui.qtmodels.roles import Role
from vstore_gui.qtmodels.tree import SidebarModel
from vstore_gui.store.store import Store

HOSTS = ["qemu:///system", "qemu+ssh://nas/system", "test:///default"]
UUIDS = [f"u{number}" for number in range(8)]
NAMES = ["web1", "web2", "web10", "Web1", "é", "a\nb", ""]

hosts = st.sampled_from(HOSTS)
uuids = st.sampled_from(UUIDS)
named = st.dictionaries(uuids, st.sampled_from(NAMES))
SHOWN = [Role.STATE, Role.NOTE, Role.CAPACITY, Role.WARNING, Role.STALE, Role.COUNT]

Rows = list[list[Any]]


class TreeUnderEdits(RuleBasedStateMachine):
    """A mirror kept by the model's signals alone, as a view's, is compared with the model and the store."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store()
        self.order = [HOSTS[1], HOSTS[2], HOSTS[0]]
        self.model = SidebarModel(self.store, host_order=lambda: self.order)
        QAbstractItemModelTester(self.model, QAbstractItemModelTester.FailureReportingMode.Fatal, self.model)
        self.held: list[tuple[Any, QPersistentModelIndex]] = []
        self.rows = self._children(QModelIndex())
        self.model.rowsInserted.connect(self._inserted)
        self.model.rowsRemoved.connect(self._removed)
        self.model.layoutChanged.connect(lambda *_: self._laid_out())
        self.model.dataChanged.connect(self._changed)

    def teardown(self) -> None:
        self.model.deleteLater()

    # ── what a view knows: [key, texts, children] of each row ───────────────────────────────────────────────

    def _children(self, parent: QModelIndex) -> Rows:
        rows = [self.model.index(row, 0, parent) for row in range(self.model.rowCount(parent))]
        return [[index.data(Role.KEY), self._says(index), self._children(index)] for index in rows]

    @staticmethod
    def _says(index: QModelIndex) -> list[Any]:
        return [index.data(), *(index.data(role) for role in SHOWN)]

    def _rows_under(self, parent: QModelIndex) -> Rows:
        if not parent.isValid():
            return self.rows
        rows: Rows = self._rows_under(parent.parent())[parent.row()][2]
        return rows

    def _inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        self._rows_under(parent)[first:first] = self._children(parent)[first : last + 1]

    def _removed(self, parent: QModelIndex, first: int, last: int) -> None:
        del self._rows_under(parent)[first : last + 1]

    def _laid_out(self) -> None:
        self.rows = self._children(QModelIndex())

    def _changed(self, first: QModelIndex, last: QModelIndex, _roles: object) -> None:
        rows = self._rows_under(first.parent())
        for row in range(first.row(), last.row() + 1):
            rows[row][1] = self._says(self.model.index(row, 0, first.parent()))

    # ── edits ───────────────────────────────────────────────────────────────────────────────────────────────

    @rule(
        id_=hosts,
        link=st.sampled_from(list(HostLink)),
        stale=st.booleans(),
        loaded=st.booleans(),
        silent=st.sets(uuids),
        label=st.sampled_from(["", "Attic"]),
    )
    def put_host(
        self, id_: str, link: HostLink, stale: bool, loaded: bool, silent: set[str], label: str
    ) -> None:
        self.store.put_host(
            host(
                id_, link=link, stale=stale, pools_loaded=loaded, domains_loaded=loaded, label=label,
                silent_pools=tuple(sorted(silent)),
            )
        )  # fmt: skip

    @rule(id_=hosts)
    def drop_host(self, id_: str) -> None:
        self.store.drop_host(id_)

    @rule(id_=hosts, listed=named)
    def list_pools(self, id_: str, listed: dict[str, str]) -> None:
        if self.store.host(id_) is not None:
            self.store.put_pools(id_, [pool(uuid, text) for uuid, text in listed.items()])

    @rule(id_=hosts, uuid=uuids, text=st.sampled_from(NAMES), full=st.integers(0, 200))
    def put_pool(self, id_: str, uuid: str, text: str, full: int) -> None:
        if self.store.host(id_) is not None:
            self.store.put_pool(id_, pool(uuid, text, capacity_bytes=100, allocation_bytes=full))

    @rule(id_=hosts, uuid=uuids)
    def drop_pool(self, id_: str, uuid: str) -> None:
        self.store.drop_pool(PoolKey(id_, uuid))

    @rule(id_=hosts, listed=named)
    def list_machines(self, id_: str, listed: dict[str, str]) -> None:
        if self.store.host(id_) is not None:
            self.store.put_domains(id_, [machine(uuid, text) for uuid, text in listed.items()])

    @rule(id_=hosts, uuid=uuids, text=st.sampled_from(NAMES), state=st.sampled_from(list(DomainLifecycle)))
    def put_machine(self, id_: str, uuid: str, text: str, state: DomainLifecycle) -> None:
        if self.store.host(id_) is not None:
            self.store.put_domain(id_, machine(uuid, text, disk("vda"), lifecycle=state))

    @rule(id_=hosts, uuid=uuids)
    def drop_machine(self, id_: str, uuid: str) -> None:
        self.store.drop_domain(DomainKey(id_, uuid))

    @rule()
    def select_everything(self) -> None:
        for key in self._keys():
            self.held.append((key, QPersistentModelIndex(self.model.index_of(key))))

    # ── what must hold ──────────────────────────────────────────────────────────────────────────────────────

    def _keys(self) -> list[Any]:
        keys: list[Any] = []
        for id_ in self.store.hosts:
            keys += [id_, *(PoolKey(id_, uuid) for uuid in self.store.pools(id_))]
            keys += [DomainKey(id_, uuid) for uuid in self.store.domains(id_)]
        return keys

    @invariant()
    def the_tree_is_what_the_store_says(self) -> None:
        expected = []
        for id_ in sorted(self.store.hosts, key=self.order.index):
            pools = [(natural_key(p.name), p.name, uuid) for uuid, p in self.store.pools(id_).items()]
            machines = [(natural_key(m.name), m.name, uuid) for uuid, m in self.store.domains(id_).items()]
            expected.append(
                [
                    id_,
                    [PoolKey(id_, entry[-1]) for entry in sorted(pools)],
                    [DomainKey(id_, entry[-1]) for entry in sorted(machines)],
                ]
            )
        shown = [
            [key, *([leaf[0] for leaf in section[2]] for section in sections)]
            for key, _, sections in self._children(QModelIndex())
        ]
        assert shown == expected

    @invariant()
    def views_were_told_of_everything(self) -> None:
        assert self.rows == self._children(QModelIndex())

    @invariant()
    def every_key_leads_to_its_row(self) -> None:
        for key in self._keys():
            index = self.model.index_of(key)
            assert index.data(Role.KEY) == key
            assert type(self.model.key_at(index)) is type(key)

    @invariant()
    def what_is_selected_stays_selected(self) -> None:
        for key, index in self.held:
            assert not index.isValid() or index.data(Role.KEY) == key
        self.held = [(key, index) for key, index in self.held if index.isValid()]


def test_the_sidebar_under_random_edits(qtbot: QtBot) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        TreeUnderEdits,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
