"""The store: what is known, what is published, and in which order."""

from __future__ import annotations

import sys
from types import TracebackType

import pytest

from vstore_gui.entities.domain import BlockStats, DomainState
from vstore_gui.entities.host import HostState
from vstore_gui.entities.keys import DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.store.changes import Change, Changes, What
from vstore_gui.store.store import Store

HOST = "qemu:///system"
POOL = PoolState("u1", "images", "dir", PoolLifecycle.RUNNING, target_path="/images")
KEY = PoolKey(HOST, "u1")


def volume_key(name: str) -> VolumeKey:
    return VolumeKey(HOST, "u1", name)


def names(*these: str) -> list[VolumeName]:
    return [VolumeName(name, f"/images/{name}") for name in these]


def detailed(name: str, size: int = 1) -> VolumeState:
    path = f"/images/{name}"
    return VolumeState(name, path, path, detailed=True, kind="file", format="raw", capacity_bytes=size)


@pytest.fixture
def store() -> Store:
    one = Store()
    one.put_host(HostState(HOST))
    one.put_pools(HOST, [POOL])
    return one


@pytest.fixture
def seen(store: Store) -> list[Changes]:
    heard: list[Changes] = []
    store.subscribe(heard.append)
    return heard


def test_equal_values_publish_nothing(store: Store, seen: list[Changes]) -> None:
    store.put_host(HostState(HOST))
    store.put_pools(HOST, [POOL])
    store.put_volume_names(KEY, [])
    seen.clear()
    store.put_volume_names(KEY, [])
    assert seen == []


def test_a_change_names_the_fields_that_differ(store: Store, seen: list[Changes]) -> None:
    store.put_pool(
        HOST, PoolState("u1", "images", "dir", PoolLifecycle.RUNNING, target_path="/images", autostart=True)
    )
    assert seen == [Changes(pools=(Change(What.CHANGED, KEY, frozenset({"autostart"})),))]


def test_a_complete_listing_removes_what_is_not_in_it(store: Store, seen: list[Changes]) -> None:
    other = PoolState("u2", "other", "dir")
    store.put_pools(HOST, [other])
    assert [(c.what, c.key) for c in seen[0].pools] == [
        (What.REMOVED, KEY),
        (What.ADDED, PoolKey(HOST, "u2")),
    ]
    store.put_domains(HOST, [DomainState("d1", "a"), DomainState("d2", "b")])
    store.put_domains(HOST, [DomainState("d2", "b")])
    assert list(store.domains(HOST)) == ["d2"]
    assert [(c.what, c.key) for c in seen[-1].domains] == [(What.REMOVED, DomainKey(HOST, "d1"))]


def test_names_first_then_details_and_a_later_listing_keeps_them(store: Store, seen: list[Changes]) -> None:
    store.put_volume_names(KEY, names("a", "b"))
    assert store.volumes_listed(KEY)
    assert [c.what for c in seen[0].volumes[KEY]] == [What.ADDED, What.ADDED]
    store.put_volumes(KEY, [detailed("a")])
    (change,) = seen[1].volumes[KEY]
    assert change.key == volume_key("a")
    assert change.fields == {"detailed", "kind", "format", "capacity_bytes"}
    store.put_volume_names(KEY, names("c", "a"))
    assert store.volumes(KEY)["a"] == detailed("a")
    assert [(c.what, c.key) for c in seen[2].volumes[KEY]] == [
        (What.REMOVED, volume_key("b")),
        (What.ADDED, volume_key("c")),
    ]
    assert list(store.volumes(KEY)) == ["a", "c"]


def test_a_known_name_with_another_key_is_another_volume(store: Store) -> None:
    store.put_volume_names(KEY, names("a"))
    store.put_volumes(KEY, [detailed("a")])
    store.put_volume_names(KEY, [VolumeName("a", "/elsewhere/a")])
    assert store.volumes(KEY)["a"] == VolumeState("a", "/elsewhere/a", "/elsewhere/a")


def test_slices_of_a_listing_remove_nothing_and_the_whole_then_changes_little(
    store: Store, seen: list[Changes]
) -> None:
    store.put_volume_names(KEY, names("old"))
    seen.clear()
    store.put_some_volume_names(KEY, names("a", "b"))
    assert list(store.volumes(KEY)) == ["old", "a", "b"]
    store.put_volume_names(KEY, names("a", "b"))
    assert [(c.what, c.key) for c in seen[-1].volumes[KEY]] == [(What.REMOVED, volume_key("old"))]


def test_missing_volumes_are_removed(store: Store, seen: list[Changes]) -> None:
    store.put_volume_names(KEY, names("a", "b"))
    seen.clear()
    store.put_volumes(KEY, [detailed("a")], missing=["b", "never there"])
    assert [(c.what, c.key) for c in seen[0].volumes[KEY]] == [
        (What.REMOVED, volume_key("b")),
        (What.CHANGED, volume_key("a")),
    ]


def test_a_stopped_pool_shows_no_volumes_and_is_not_listed(store: Store, seen: list[Changes]) -> None:
    store.put_volume_names(KEY, names("a"))
    assert seen[-1].pools == (Change(What.CHANGED, KEY, frozenset({"listed"})),)
    store.clear_volumes(KEY)
    assert not store.volumes(KEY)
    assert not store.volumes_listed(KEY)
    assert seen[-1].volumes[KEY] == (Change(What.REMOVED, volume_key("a")),)
    assert seen[-1].pools == (Change(What.CHANGED, KEY, frozenset({"listed"})),)


def test_a_pool_that_goes_takes_its_volumes_along_in_one_record(store: Store, seen: list[Changes]) -> None:
    store.put_volume_names(KEY, names("a", "b"))
    store.put_domain(HOST, DomainState("d1", "m"))
    seen.clear()
    store.drop_pool(KEY)
    assert seen == [Changes(pools=(Change(What.REMOVED, KEY),))]
    assert store.volume(volume_key("a")) is None
    assert store.pool_named(HOST, "images") is None


def test_a_host_that_goes_takes_everything_along(store: Store, seen: list[Changes]) -> None:
    store.put_volume_names(KEY, names("a"))
    store.put_domain(HOST, DomainState("d1", "m"))
    seen.clear()
    store.drop_host(HOST)
    assert seen == [
        Changes(
            hosts=(Change(What.REMOVED, HOST),),
            pools=(Change(What.REMOVED, KEY),),
            domains=(Change(What.REMOVED, DomainKey(HOST, "d1")),),
        )
    ]
    assert not store.hosts
    assert not store.pools(HOST)


def test_a_pool_is_found_by_its_name_after_another_took_it(store: Store) -> None:
    assert store.pool_named(HOST, "images") == KEY
    store.put_pool(HOST, PoolState("u2", "images", "dir"))
    store.drop_pool(KEY)
    assert store.pool_named(HOST, "images") == PoolKey(HOST, "u2")
    store.put_pool(HOST, PoolState("u2", "renamed", "dir"))
    assert store.pool_named(HOST, "images") is None
    assert store.pool_named(HOST, "renamed") == PoolKey(HOST, "u2")


def test_mappings_are_live_and_cannot_be_written(store: Store) -> None:
    view = store.pools(HOST)
    store.put_pool(HOST, PoolState("u2", "other", "dir"))
    assert "u2" in view
    with pytest.raises(TypeError):
        view["u3"] = POOL  # type: ignore[index]


def test_a_subscriber_that_fails_is_reported_and_the_others_hear(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[BaseException] = []

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        reported.append(error)

    monkeypatch.setattr(sys, "excepthook", hook)

    def fail(changes: Changes) -> None:
        raise RuntimeError("broken view")

    heard: list[Changes] = []
    store.subscribe(fail)
    store.subscribe(heard.append)
    store.put_volume_names(KEY, names("a"))
    assert [str(error) for error in reported] == ["broken view"]
    assert len(heard) == 1


def test_what_a_subscriber_writes_is_published_after_what_it_heard(store: Store) -> None:
    heard: list[What] = []

    def writes(changes: Changes) -> None:
        if store.domain(DomainKey(HOST, "d1")) is None:
            store.put_domain(HOST, DomainState("d1", "m"))

    def listens(changes: Changes) -> None:
        heard.extend(change.what for change in (*changes.pools, *changes.domains))

    store.subscribe(writes)
    store.subscribe(listens)
    store.drop_pool(KEY)
    assert heard == [What.REMOVED, What.ADDED]


def test_who_ended_its_subscription_hears_no_more_even_of_what_is_being_told(store: Store) -> None:
    heard: list[Changes] = []
    store.subscribe(lambda _: stop())
    stop = store.subscribe(heard.append)
    store.drop_pool(KEY)
    stop()
    assert heard == []


def test_block_statistics_are_kept_for_known_machines_only(store: Store, seen: list[Changes]) -> None:
    key = DomainKey(HOST, "d1")
    store.put_block_stats(key, [BlockStats("vda", allocation_bytes=1)])
    assert not store.block_stats(key)
    store.put_domain(HOST, DomainState("d1", "m"))
    seen.clear()
    store.put_block_stats(key, [BlockStats("vda", allocation_bytes=1)])
    store.put_block_stats(key, [BlockStats("vda", allocation_bytes=1)])
    assert seen == [Changes(domains=(Change(What.CHANGED, key, frozenset({"block_stats"})),))]
    assert store.block_stats(key)["vda"].allocation_bytes == 1
    store.drop_domain(key)
    assert not store.block_stats(key)
