"""The table of a pool's volumes."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from tests.qtmodels.values import HOST, POOL, disk, host, machine, name, pool, store_with_pool, volume
from vstore_gui.entities.keys import DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.units import GIB
from vstore_gui.qtmodels.roles import Part, Role
from vstore_gui.qtmodels.selection import selected_rows, spare_header
from vstore_gui.qtmodels.volume_columns import COLUMNS, DEFAULT_COLUMNS, VolumeColumn
from vstore_gui.qtmodels.volumes import VOLUME_MIME, VolumesModel, volume_keys_in
from vstore_gui.store.store import Store

DOWN = Qt.SortOrder.DescendingOrder


@pytest.fixture
def store() -> Store:
    return store_with_pool()


@pytest.fixture
def model(store: Store, qtbot: QtBot) -> VolumesModel:
    model = VolumesModel(store)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.set_pool(POOL)
    return model


def names(model: VolumesModel) -> list[str]:
    return [model.key_at(row).name for row in range(model.rowCount())]


def cell(model: VolumesModel, text: str, column: VolumeColumn) -> QModelIndex:
    row = model.row_of(VolumeKey(HOST, "pool-1", text))
    assert row is not None
    return model.index(row, column)


def settled(model: VolumesModel, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: model.settled)


# ── names first, details later ──────────────────────────────────────────────────────────────────────────────


def test_names_are_rows_at_once_and_what_is_not_read_is_never_zero(model: VolumesModel, store: Store) -> None:
    store.put_volume_names(POOL, [name("web10"), name("web2")])
    assert names(model) == ["web2", "web10"]
    capacity = cell(model, "web2", VolumeColumn.CAPACITY)
    assert (capacity.data(), capacity.data(Role.LOADING), capacity.data(Role.CAPACITY)) == ("", True, None)
    assert capacity.data(Qt.ItemDataRole.AccessibleTextRole) == "not read yet"
    assert model.counts == (2, 2, 0)
    store.put_volumes(POOL, [volume("web2", capacity_bytes=20 * GIB, allocation_bytes=5 * GIB)])
    assert (capacity.data(), capacity.data(Role.LOADING), capacity.data(Role.CAPACITY)) == (
        "20 GiB",
        False,
        0.25,
    )
    assert capacity.data(Qt.ItemDataRole.ToolTipRole) == "21474836480 bytes"
    assert model.counts == (2, 2, 1)


def test_details_are_told_for_their_columns_and_neighbouring_rows_at_once(
    model: VolumesModel, store: Store
) -> None:
    store.put_volumes(POOL, [volume(text) for text in "abcd"])
    told: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(
        lambda first, last, _roles: told.append((first.row(), last.row(), first.column(), last.column()))
    )
    store.put_volumes(POOL, [volume(text, format="raw") for text in "abd"])
    assert sorted(told) == [
        (0, 1, VolumeColumn.FORMAT, VolumeColumn.FORMAT),
        (3, 3, VolumeColumn.FORMAT, VolumeColumn.FORMAT),
    ]


def test_every_value_of_a_volume_has_a_column(model: VolumesModel) -> None:
    shown = {field for column in COLUMNS.values() for field in column.fields}
    assert set(volume("a").__struct_fields__) - {"detailed"} <= shown
    assert set(COLUMNS) == set(VolumeColumn)
    assert set(COLUMNS) > DEFAULT_COLUMNS


def test_sizes_no_machine_has_do_no_harm(model: VolumesModel, store: Store) -> None:
    store.put_volumes(POOL, [volume("mad", capacity_bytes=2**70, allocation_bytes=-1)])
    capacity = cell(model, "mad", VolumeColumn.CAPACITY)
    assert capacity.data() == "1024 EiB"
    assert capacity.data(Role.SORT) == 2.0**70
    assert capacity.data(Role.CAPACITY) == 0.0


# ── order and filter ────────────────────────────────────────────────────────────────────────────────────────


def test_unknown_values_come_last_in_either_direction(model: VolumesModel, store: Store) -> None:
    store.put_volume_names(POOL, [name(text) for text in "abc"])
    store.put_volumes(POOL, [volume("b", capacity_bytes=1), volume("c", capacity_bytes=2)])
    model.sort(VolumeColumn.CAPACITY)
    assert names(model) == ["b", "c", "a"]
    model.sort(VolumeColumn.CAPACITY, DOWN)
    assert names(model) == ["c", "b", "a"]


def test_rows_move_to_their_place_a_little_after_their_details_came(
    model: VolumesModel, store: Store, qtbot: QtBot
) -> None:
    store.put_volumes(POOL, [volume(text, capacity_bytes=size) for text, size in (("a", 1), ("b", 2))])
    model.sort(VolumeColumn.CAPACITY)
    store.put_volumes(POOL, [volume("a", capacity_bytes=3)])
    assert cell(model, "a", VolumeColumn.CAPACITY).data() == "3 B"
    assert names(model) == ["a", "b"]
    settled(model, qtbot)
    assert names(model) == ["b", "a"]


def test_a_filter_finds_all_words_in_any_text_of_a_row(
    model: VolumesModel, store: Store, qtbot: QtBot
) -> None:
    store.put_volumes(
        POOL,
        [
            volume("web.qcow2", backing_path="/images/Base.img"),
            volume("db.raw", format="raw"),
            volume("ö.raw"),
        ],
    )
    store.put_domains(HOST, [machine("m", "Shop", disk("vda", "/images/db.raw"))])
    for text, found in (
        ("BASE web", ["web.qcow2"]),
        ("raw", ["db.raw", "ö.raw"]),
        ("o.raw", ["ö.raw"]),
        ("shop", ["db.raw"]),
        ("shop web", []),
        ("", ["db.raw", "ö.raw", "web.qcow2"]),
    ):
        model.set_filter(text)
        settled(model, qtbot)
        assert names(model) == found, text
    assert model.counts == (3, 3, 3)


def test_a_new_volume_that_the_filter_hides_is_counted_but_not_shown(
    model: VolumesModel, store: Store
) -> None:
    model.set_filter("web")
    store.put_volumes(POOL, [volume("web"), volume("db")])
    assert names(model) == ["web"]
    assert model.counts == (1, 2, 2)
    assert model.row_of(VolumeKey(HOST, "pool-1", "db")) is None


def test_counts_are_told_when_they_change(model: VolumesModel, store: Store, qtbot: QtBot) -> None:
    for act in (
        lambda: store.put_volumes(POOL, [volume("a")]),
        lambda: model.set_filter("nothing"),
        lambda: model.set_pool(None),
    ):
        with qtbot.waitSignal(model.counts_changed):
            act()


# ── users and backing files ─────────────────────────────────────────────────────────────────────────────────


def test_users_are_named_with_their_targets_and_linked(model: VolumesModel, store: Store) -> None:
    store.put_volumes(POOL, [volume("web")])
    store.put_domains(
        HOST,
        [machine("m1", "web01", disk("vda", "/images/web")), machine("m2", "db", disk("sdb", "/images/web"))],
    )
    store.put_volume_names(POOL, [name("web")])
    used_by = cell(model, "web", VolumeColumn.USED_BY)
    assert used_by.data() == "web01 vda, db sdb"
    assert used_by.data(Role.LINK_KEYS) == (DomainKey(HOST, "m1"), DomainKey(HOST, "m2"))
    assert used_by.data(Role.PARTS)[0] == Part("web01", DomainKey(HOST, "m1"))
    assert used_by.data(Role.STATE) == "used"
    store.put_domain(HOST, machine("m1", "renamed", disk("vda", "/images/web")))
    assert used_by.data() == "renamed vda, db sdb"
    store.put_domains(HOST, [])
    assert (used_by.data(), used_by.data(Role.STATE)) == ("nobody", "nobody")


def test_nobody_is_said_only_when_all_has_been_read(model: VolumesModel, store: Store) -> None:
    store.put_host(host(domains_loaded=False))
    store.put_volume_names(POOL, [name("base"), name("overlay")])
    used_by = cell(model, "base", VolumeColumn.USED_BY)
    assert (used_by.data(), used_by.data(Role.LOADING)) == ("", True)
    store.put_volumes(POOL, [volume("base")])
    store.put_host(host())
    assert (used_by.data(), used_by.data(Role.LOADING)) == ("", True)
    store.put_volumes(POOL, [volume("overlay", backing_path="/images/base")])
    assert (used_by.data(), used_by.data(Role.STATE)) == ("template 1 overlay", "template")
    assert cell(model, "overlay", VolumeColumn.USED_BY).data() == "nobody"


def test_a_template_names_who_needs_it_through_overlays(model: VolumesModel, store: Store) -> None:
    store.put_volumes(POOL, [volume("base"), volume("overlay", backing_path="/images/base")])
    store.put_domains(HOST, [machine("m", "web01", disk("vda", "/images/overlay"))])
    used_by = cell(model, "base", VolumeColumn.USED_BY)
    assert used_by.data() == "template 1 overlay"
    assert used_by.data(Qt.ItemDataRole.ToolTipRole) == "web01 (through an overlay)"
    assert used_by.data(Role.COUNT) == 2


def test_many_users_are_counted_in_the_cell_and_all_named_in_the_tooltip(
    model: VolumesModel, store: Store
) -> None:
    store.put_volumes(POOL, [volume("iso")])
    store.put_domains(HOST, [machine(f"m{n}", f"vm{n}", disk("sda", "/images/iso")) for n in range(6)])
    used_by = cell(model, "iso", VolumeColumn.USED_BY)
    assert used_by.data().endswith(" and 3 more")
    assert len(used_by.data(Qt.ItemDataRole.ToolTipRole).splitlines()) == 6


def test_rows_are_ordered_by_their_users_as_these_are_read(
    model: VolumesModel, store: Store, qtbot: QtBot
) -> None:
    store.put_volumes(POOL, [volume(text) for text in "abc"])
    store.put_domains(
        HOST,
        [machine("m1", "vm10", disk("vda", "/images/a")), machine("m2", "vm2", disk("vda", "/images/c"))],
    )
    model.sort(VolumeColumn.USED_BY)
    settled(model, qtbot)
    assert names(model) == ["c", "a", "b"]
    store.put_domain(HOST, machine("m3", "vm1", disk("vda", "/images/b")))
    settled(model, qtbot)
    assert names(model) == ["b", "c", "a"]


def test_a_backing_file_is_linked_and_a_missing_one_is_said_to_be(
    model: VolumesModel, store: Store, qtbot: QtBot
) -> None:
    store.put_volume_names(POOL, [name("base"), name("a"), name("b"), name("c")])
    store.put_volumes(
        POOL,
        [
            volume("a", backing_path="/images/base"),
            volume("b", backing_path="/images/gone"),
            volume("c", backing_path="/elsewhere/file"),
        ],
    )
    backing = cell(model, "a", VolumeColumn.BACKING)
    assert (backing.data(), backing.data(Role.MISSING)) == ("base", False)
    assert backing.data(Role.LINK_KEYS) == (VolumeKey(HOST, "pool-1", "base"),)
    missing = cell(model, "b", VolumeColumn.BACKING)
    assert (missing.data(), missing.data(Role.MISSING)) == ("gone is missing", True)
    assert missing.data(Qt.ItemDataRole.ToolTipRole) == "/images/gone"
    # No pool is over /elsewhere: nothing can be said.
    unknown = cell(model, "c", VolumeColumn.BACKING)
    assert (unknown.data(), unknown.data(Role.MISSING)) == ("/elsewhere/file", False)
    with qtbot.waitSignal(model.dataChanged):
        store.drop_volume(VolumeKey(HOST, "pool-1", "base"))
    qtbot.waitUntil(lambda: cell(model, "a", VolumeColumn.BACKING).data() == "base is missing")


def test_thin_volumes_of_a_volume_group_are_never_called_missing(model: VolumesModel, store: Store) -> None:
    # libvirt lists no thin LVs.
    vg = PoolKey(HOST, "vg")
    store.put_pool(HOST, pool("vg", "vg", kind="logical", target_path="/dev/vg"))
    store.put_volume_names(vg, [])
    store.put_volumes(POOL, [volume("a", backing_path="/dev/vg/thin")])
    assert cell(model, "a", VolumeColumn.BACKING).data(Role.MISSING) is False


def test_a_backing_file_in_another_pool_is_shown_with_it(model: VolumesModel, store: Store) -> None:
    other = PoolKey(HOST, "other")
    store.put_pool(HOST, pool("other", "other"))
    store.put_volume_names(other, [name("base", "/other")])
    store.put_volumes(POOL, [volume("a", backing_path="/other/base")])
    assert cell(model, "a", VolumeColumn.BACKING).data() == "other ▸ base"


# ── life ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pool_that_goes_takes_its_rows_and_returns_with_them(model: VolumesModel, store: Store) -> None:
    store.put_volume_names(POOL, [name("a")])
    store.drop_pool(POOL)
    assert (names(model), model.counts) == ([], (0, 0, 0))
    store.put_pool(HOST, pool())
    store.put_volume_names(POOL, [name("b")])
    assert names(model) == ["b"]


def test_another_pools_volumes_are_not_taken_for_this_ones(model: VolumesModel, store: Store) -> None:
    other = PoolKey(HOST, "other")
    store.put_pool(HOST, pool("other", "other"))
    store.put_volume_names(POOL, [name("a")])
    store.put_volume_names(other, [name("a", "/other"), name("b", "/other")])
    assert names(model) == ["a"]
    assert model.row_of(VolumeKey(HOST, "other", "a")) is None


def test_a_model_that_is_gone_is_not_told_any_more(store: Store, qtbot: QtBot) -> None:
    model = VolumesModel(store)
    model.set_pool(POOL)
    with qtbot.waitSignal(model.destroyed):
        model.deleteLater()
    store.put_volume_names(POOL, [name("a")])
    assert store._subscribers == []


def test_selected_rows_stay_selected_through_orders_filters_and_listings(
    model: VolumesModel, store: Store, qtbot: QtBot
) -> None:
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    spare_header(view.horizontalHeader(), model)
    store.put_volumes(POOL, [volume(f"v{number}", capacity_bytes=number % 7) for number in range(200)])
    chosen = {f"v{number}" for number in (3, 50, 51, 52, 199)}
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for text in chosen:
        view.selectionModel().select(cell(model, text, VolumeColumn.NAME), flags)

    def selected() -> set[str]:
        return {model.key_at(row).name for row in selected_rows(view.selectionModel())}

    acts: list[Callable[[], None]] = [
        lambda: model.sort(VolumeColumn.CAPACITY, DOWN),
        lambda: store.put_volume_names(POOL, [name(f"v{number}") for number in range(1, 400)]),
        lambda: store.put_volumes(POOL, [volume("v50", capacity_bytes=99)]),
        lambda: settled(model, qtbot),
        lambda: model.sort(VolumeColumn.NAME),
    ]
    for act in acts:
        act()
        assert selected() == chosen
    model.set_filter("v5")
    assert selected() == {"v50", "v51", "v52"}


def test_a_drag_carries_paths_and_keys(model: VolumesModel, store: Store) -> None:
    store.put_volumes(POOL, [volume("a b\n"), volume("c")])
    mime = model.mimeData([model.index(1, 0), model.index(0, 0), model.index(0, 3)])
    assert mime.text() == "/images/a b\n\n/images/c"
    assert volume_keys_in(mime) == (VolumeKey(HOST, "pool-1", "a b\n"), VolumeKey(HOST, "pool-1", "c"))


@pytest.mark.parametrize("data", [b"", b"nonsense", b"[1]", b'[["only-a-host"]]'])
def test_a_drag_that_is_not_ours_has_no_volumes(data: bytes) -> None:
    mime = QMimeData()
    mime.setData(VOLUME_MIME, data)
    assert volume_keys_in(mime) == ()


def test_ten_thousand_rows_in_milliseconds(qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints what the steps take; how long is for the benchmark to judge, what they do for other tests."""
    store = store_with_pool()
    model = VolumesModel(store)
    listed = [name(f"vm-{number * 7919 % 10_000}-{number}.qcow2") for number in range(10_000)]
    store.put_volume_names(POOL, listed)
    took: dict[str, float] = {}

    def step(what: str, act: Callable[[], None]) -> None:
        start = time.thread_time()
        act()
        took[what] = (time.thread_time() - start) * 1000

    step("show the pool", lambda: model.set_pool(POOL))
    batch = [
        volume(one.name, capacity_bytes=len(one.name) * number) for number, one in enumerate(listed[:150])
    ]
    step("150 details", lambda: store.put_volumes(POOL, batch))
    step("order by size", lambda: model.sort(VolumeColumn.CAPACITY))
    again = [replace(one, capacity_bytes=7) for one in batch]
    step("150 details, ordered by them", lambda: store.put_volumes(POOL, again))
    step("put 150 in their place", model.settle)
    step("order by name", lambda: model.sort(VolumeColumn.NAME))
    step("filter", lambda: model.set_filter("99"))
    step("no filter", lambda: model.set_filter(""))
    step("stop the pool", lambda: store.clear_volumes(POOL))
    assert model.counts == (0, 0, 0)
    with capsys.disabled():
        print("\n" + "\n".join(f"  {what:32} {ms:6.1f} ms" for what, ms in took.items()))


def test_a_row_whose_users_a_view_was_first_to_ask_for_is_placed_and_found_all_the_same(
    model: VolumesModel, store: Store, qtbot: QtBot
) -> None:
    # A view paints a row, and so reads its users, as soon as it is inserted.
    model.rowsInserted.connect(
        lambda _parent, first, last: [
            model.index(row, VolumeColumn.USED_BY).data() for row in range(first, last + 1)
        ]
    )
    store.put_domains(HOST, [machine("m", "shop", disk("vda", "/images/z"))])
    model.sort(VolumeColumn.USED_BY)
    store.put_volume_names(POOL, [name(text) for text in "az"])
    settled(model, qtbot)
    assert names(model) == ["z", "a"]
    model.set_filter("shop")
    settled(model, qtbot)
    assert names(model) == ["z"]
