"""The sidebar's tree."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.qtmodels.values import HOST, POOL, disk, host, machine, pool, volume
from vstore_gui.entities.domain import DomainLifecycle
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolLifecycle
from vstore_gui.entities.units import GIB
from vstore_gui.qtmodels.roles import Role
from vstore_gui.qtmodels.tree import SidebarModel
from vstore_gui.store.store import Store

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
NAS = "qemu+ssh://root@nas.example/system"


def texts(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[str]:
    parent = parent or QModelIndex()
    return [model.index(row, 0, parent).data() for row in range(model.rowCount(parent))]


@pytest.fixture
def store() -> Store:
    store = Store()
    store.put_host(host())
    return store


@pytest.fixture
def model(store: Store, qtbot: QtBot) -> SidebarModel:
    model = SidebarModel(store)
    QAbstractItemModelTester(model, FATAL, model)
    return model


def test_a_host_shows_both_sections_before_anything_is_known(model: SidebarModel, store: Store) -> None:
    store.put_host(host(NAS, link=HostLink.CONNECTING, pools_loaded=False, domains_loaded=False))
    assert texts(model) == ["This computer", "nas.example"]
    nas = model.index_of(NAS)
    assert texts(model, nas) == ["Storage pools", "Machines"]
    assert nas.data(Role.NOTE) == "connecting…"
    assert model.section_index(NAS, "pools").data(Role.NOTE) == ""
    assert model.section_index(HOST, "machines").data(Role.NOTE) == "no machines yet"


def test_pools_and_machines_stand_in_natural_order(model: SidebarModel, store: Store) -> None:
    store.put_pools(HOST, [pool("a", "pool10"), pool("b", "Pool2"), pool("c", "iso")])
    store.put_domains(HOST, [machine("m1", "web10"), machine("m2", "web2")])
    assert texts(model, model.section_index(HOST, "pools")) == ["iso", "Pool2", "pool10"]
    assert texts(model, model.section_index(HOST, "machines")) == ["web2", "web10"]


def test_a_renamed_machine_moves_and_stays_selected(model: SidebarModel, store: Store) -> None:
    store.put_domains(HOST, [machine("m1", "a"), machine("m2", "b"), machine("m3", "c")])
    held = QPersistentModelIndex(model.index_of(DomainKey(HOST, "m1")))
    store.put_domain(HOST, machine("m1", "z"))
    assert texts(model, model.section_index(HOST, "machines")) == ["b", "c", "z"]
    assert held.data() == "z"
    assert held.row() == 2


def test_a_key_leads_to_its_row_and_back(model: SidebarModel, store: Store) -> None:
    # A pool and a machine may share a uuid.
    store.put_pools(HOST, [pool("same")])
    store.put_domains(HOST, [machine("same", "web")])
    for key, kind in ((PoolKey(HOST, "same"), "pool"), (DomainKey(HOST, "same"), "machine")):
        index = model.index_of(key)
        assert model.kind_at(index) == kind
        assert model.key_at(index) == key
        assert type(index.data(Role.KEY)) is type(key)
    assert model.index_of(VolumeKey(HOST, "same", "v")) == model.index_of(PoolKey(HOST, "same"))
    assert model.index_of(DiskKey(HOST, "same", "vda")) == model.index_of(DomainKey(HOST, "same"))
    assert not model.index_of(PoolKey(HOST, "other")).isValid()
    assert not model.index_of("test:///default").isValid()


def test_a_pool_warns_when_nearly_full_and_when_it_does_not_respond(
    model: SidebarModel, store: Store
) -> None:
    store.put_pools(HOST, [pool()])
    index = model.index_of(POOL)
    assert index.data(Role.CAPACITY) == 0.62
    assert index.data(Role.WARNING) is False
    store.put_pool(HOST, pool(allocation_bytes=90 * GIB))
    assert index.data(Role.WARNING) is True
    store.put_pool(HOST, pool())
    store.put_host(host(silent_pools=("pool-1",)))
    assert index.data(Role.NOTE) == "not responding"
    assert index.data(Role.STATE) == "not responding"
    assert index.data(Role.STALE) is True


def test_a_stopped_pool_has_no_bar(model: SidebarModel, store: Store) -> None:
    store.put_pools(HOST, [pool(lifecycle=PoolLifecycle.INACTIVE)])
    index = model.index_of(POOL)
    assert index.data(Role.CAPACITY) is None
    assert index.data(Role.NOTE) == "stopped"


def test_a_machine_tells_its_state_and_disks(model: SidebarModel, store: Store) -> None:
    one = machine("m", "web", disk("vda", "/images/a"), disk("sda"))
    store.put_domains(HOST, [one])
    index = model.index_of(DomainKey(HOST, "m"))
    assert (index.data(Role.STATE), index.data(Role.NOTE), index.data(Role.COUNT)) == (
        "running",
        "2 disks",
        2,
    )
    store.put_domain(HOST, replace(one, lifecycle=DomainLifecycle.PAUSED, reason="I/O error"))
    assert index.data(Role.NOTE) == "paused: I/O error"
    assert index.data(Role.WARNING) is True
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "web, paused, 2 disks"


def test_a_change_of_the_link_is_told_for_every_row_of_the_host(
    model: SidebarModel, store: Store, qtbot: QtBot
) -> None:
    store.put_domains(HOST, [machine("m1", "a"), machine("m2", "b")])
    told: list[tuple[str, int]] = []
    model.dataChanged.connect(
        lambda first, last, _roles: told.extend(
            (model.kind_at(first), row) for row in range(first.row(), last.row() + 1)
        )
    )
    store.put_host(host(link=HostLink.RECONNECTING, stale=True))
    assert set(told) == {("host", 0), ("pools", 0), ("pools", 1), ("machine", 0), ("machine", 1)}
    assert model.index_of(DomainKey(HOST, "m1")).data(Role.STALE) is True


def test_hosts_keep_the_users_order_when_one_is_closed_and_opened(store: Store, qtbot: QtBot) -> None:
    order = [NAS, HOST]
    model = SidebarModel(store, host_order=lambda: order)
    QAbstractItemModelTester(model, FATAL, model)
    store.put_host(host(NAS, label="Attic"))
    assert texts(model) == ["Attic", "This computer"]
    store.drop_host(HOST)
    store.put_host(host())
    store.drop_host(NAS)
    store.put_host(host(NAS))
    assert texts(model) == ["nas.example", "This computer"]


def test_indexes_of_what_has_gone_are_empty_not_fatal(model: SidebarModel, store: Store) -> None:
    store.put_pools(HOST, [pool()])
    stale = model.index_of(POOL)
    store.put_pools(HOST, [])
    assert model.data(stale) is None
    assert model.key_at(stale) is None
    assert model.flags(stale) == Qt.ItemFlag.NoItemFlags


def test_volumes_do_not_disturb_the_tree(model: SidebarModel, store: Store) -> None:
    store.put_pools(HOST, [pool()])
    told: list[object] = []
    model.dataChanged.connect(lambda *_: told.append(1))
    store.put_volumes(POOL, [volume("a")])
    assert told == []
