"""The space of a pool: the same sum however the volumes came, and cheap to keep."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.flows.space import PoolSpace, SpaceMeter, promised_bytes
from vstore_gui.store.store import Store

KEY = PoolKey("fake:///system", "u")
POOL = PoolState(
    "u", "p", "dir", PoolLifecycle.RUNNING, capacity_bytes=100, allocation_bytes=40, available_bytes=60
)

SIZE = st.none() | st.integers(0, 1000)
VOLUME = st.builds(
    VolumeState,
    name=st.sampled_from("abcd"),
    detailed=st.booleans(),
    capacity_bytes=SIZE,
    allocation_bytes=SIZE,
)
EDIT = st.one_of(
    st.tuples(st.just("put"), st.lists(VOLUME, max_size=4)),
    st.tuples(st.just("names"), st.lists(st.sampled_from("abcde"), unique=True)),
    st.tuples(st.just("drop"), st.sampled_from("abcde")),
    st.tuples(st.just("clear"), st.none()),
    st.tuples(st.just("gone"), st.none()),
)


def counted(store: Store) -> PoolSpace:
    """The sum as one would do it by hand."""
    pool = store.pool(KEY)
    if pool is None:
        return PoolSpace()
    volumes = store.volumes(KEY).values()
    return PoolSpace(
        pool.capacity_bytes,
        pool.allocation_bytes,
        pool.available_bytes,
        sum(promised_bytes(volume) for volume in volumes if volume.detailed),
        len(volumes),
        sum(not volume.detailed for volume in volumes),
    )


@settings(deadline=None)
@given(st.lists(EDIT, max_size=12))
def test_the_meter_always_shows_what_a_count_would(edits: list[tuple[str, object]]) -> None:
    store = Store()
    store.put_pools(KEY.host, (POOL,))
    told: list[PoolSpace] = []
    meter = SpaceMeter(store, KEY, told.append)
    for verb, what in edits:
        match verb, what:
            case "put", list(volumes):
                store.put_pools(KEY.host, (POOL,))
                store.put_volumes(KEY, volumes)
            case "names", list(names):
                store.put_pools(KEY.host, (POOL,))
                store.put_volume_names(KEY, [VolumeName(name) for name in names])
            case "drop", str(name):
                store.drop_volume(VolumeKey(*KEY, name))
            case "clear", _:
                store.clear_volumes(KEY)
            case _:
                store.drop_pool(KEY)
        assert meter.value == counted(store)
    assert not told or told[-1] == meter.value
    meter.close()


def test_more_promised_than_there_is_is_overcommitted() -> None:
    assert PoolSpace(free_bytes=10, promised_bytes=11).overcommitted
    assert not PoolSpace(free_bytes=10, promised_bytes=10).overcommitted
    assert not PoolSpace(promised_bytes=11).overcommitted


def test_details_arriving_for_ten_thousand_volumes_cost_each_batch_the_same() -> None:
    store = Store()
    store.put_pools(KEY.host, (POOL,))
    names = [f"v{n}" for n in range(10_000)]
    store.put_volume_names(KEY, [VolumeName(name) for name in names])
    meter = SpaceMeter(store, KEY)
    states = [VolumeState(name, detailed=True, capacity_bytes=3, allocation_bytes=1) for name in names]
    alone = Store()
    alone.put_pools(KEY.host, (POOL,))
    alone.put_volume_names(KEY, [VolumeName(name) for name in names])

    def batches(into: Store) -> float:
        began = time.perf_counter()
        for at in range(0, 10_000, 100):
            into.put_volumes(KEY, states[at : at + 100])
        return time.perf_counter() - began

    without = batches(alone)
    with_meter = batches(store)
    assert meter.value.promised_bytes == 20_000
    assert (
        with_meter < without + 0.5
    )  # some 10 ms on a quiet machine; a count at each batch would take seconds
    meter.close()
