"""'Find anything'."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QAbstractItemModel, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.qtmodels.values import HOST, POOL, disk, host, machine, name, pool, volume
from vstore_gui.entities.domain import DomainLifecycle
from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.qtmodels.find import FindModel
from vstore_gui.qtmodels.roles import Role
from vstore_gui.store.store import Store

NAS = "qemu+ssh://root@nas.example/system"


@pytest.fixture
def store() -> Store:
    store = Store()
    store.put_host(host())
    store.put_pools(HOST, [pool(), pool("iso", "iso")])
    store.put_volume_names(
        POOL, [name(text) for text in ("web.qcow2", "old-web.raw", "cobweb.img", "db.raw")]
    )
    store.put_volume_names(PoolKey(HOST, "iso"), [name("debian.iso", "/iso")])
    store.put_domains(
        HOST,
        [
            machine("m1", "web01", disk("vda", "/images/web.qcow2"), disk("sda", "/elsewhere/rescue.iso")),
            machine("m2", "db02"),
        ],
    )
    return store


@pytest.fixture
def model(store: Store, qtbot: QtBot) -> FindModel:
    model = FindModel(store)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


def find(model: FindModel, text: str, qtbot: QtBot) -> list[str]:
    model.set_text(text)
    qtbot.waitUntil(lambda: not model.busy)
    return titles(model)


def titles(model: QAbstractItemModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_a_prefix_comes_before_a_word_start_before_any_place(model: FindModel, qtbot: QtBot) -> None:
    assert find(model, "WEB", qtbot) == ["web01", "web.qcow2", "old-web.raw", "cobweb.img"]
    assert model.total == 4


def test_names_come_before_paths(model: FindModel, qtbot: QtBot) -> None:
    assert find(model, "iso", qtbot) == ["iso", "debian.iso", "rescue.iso"]
    assert find(model, "/images/", qtbot) == ["db.raw", "web.qcow2", "cobweb.img", "old-web.raw"]


def test_all_words_count_and_the_place_helps(model: FindModel, store: Store, qtbot: QtBot) -> None:
    store.put_host(host(NAS))
    store.put_domains(NAS, [machine("m1", "web01")])
    assert find(model, "web nas", qtbot) == ["web01"]
    assert model.key_at(0) == DomainKey(NAS, "m1")
    assert find(model, "web raw", qtbot) == ["old-web.raw"]
    assert find(model, "web nowhere", qtbot) == []


def test_a_place_alone_finds_nothing_in_it(model: FindModel, qtbot: QtBot) -> None:
    assert find(model, "this computer", qtbot) == ["This computer"]


def test_a_disk_is_found_by_its_path_where_no_pool_has_the_file(model: FindModel, qtbot: QtBot) -> None:
    assert find(model, "rescue", qtbot) == ["rescue.iso"]
    index = model.index(0)
    assert index.data(Role.KEY) == DiskKey(HOST, "m1", "sda")
    assert index.data(Role.NOTE) == "This computer ▸ web01 ▸ sda"
    assert index.data(Role.KIND) == "disk"


def test_a_result_tells_where_it_is(model: FindModel, qtbot: QtBot) -> None:
    find(model, "debian", qtbot)
    index = model.index(0)
    assert index.data(Role.NOTE) == "This computer ▸ iso"
    assert index.data(Role.KEY) == VolumeKey(HOST, "iso", "debian.iso")


def test_what_goes_leaves_at_once_and_what_comes_is_found(
    model: FindModel, store: Store, qtbot: QtBot
) -> None:
    find(model, "web", qtbot)
    held = QPersistentModelIndex(model.index(3))
    store.drop_volume(VolumeKey(HOST, "pool-1", "old-web.raw"))
    assert titles(model) == ["web01", "web.qcow2", "cobweb.img"]
    store.put_volumes(POOL, [volume("web-new.qcow2")])
    qtbot.waitUntil(lambda: not model.busy)
    assert titles(model) == ["web01", "web.qcow2", "web-new.qcow2", "cobweb.img"]
    assert held.data() == "cobweb.img"
    assert model.total == 4


def test_a_found_machine_shows_its_state_live(model: FindModel, store: Store, qtbot: QtBot) -> None:
    find(model, "db02", qtbot)
    index = model.index(0)
    assert index.data(Role.STATE) == "running"
    with qtbot.waitSignal(model.dataChanged):
        store.put_domain(HOST, replace(machine("m2", "db02"), lifecycle=DomainLifecycle.SHUTOFF))
    assert index.data(Role.STATE) == "shut off"


def test_only_the_best_are_shown_but_all_are_counted(store: Store, qtbot: QtBot) -> None:
    model = FindModel(store, shown=5)
    store.put_volume_names(POOL, [name(f"vm{number}.qcow2") for number in range(1000)])
    assert find(model, "vm", qtbot) == [f"vm{number}.qcow2" for number in range(5)]
    assert model.total == 1000
    assert find(model, "99", qtbot) == [f"vm{number}.qcow2" for number in (99, 199, 299, 399, 499)]


def test_an_empty_text_finds_nothing_and_ends_the_search(model: FindModel, qtbot: QtBot) -> None:
    find(model, "web", qtbot)
    model.set_text("  ")
    assert (model.rowCount(), model.total, model.busy) == (0, 0, False)


def test_a_text_typed_while_another_is_searched_is_what_is_found(model: FindModel, qtbot: QtBot) -> None:
    model.set_text("web")
    assert find(model, "db", qtbot) == ["db02", "db.raw"]
