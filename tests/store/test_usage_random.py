"""The index under random edits agrees with a scan of everything, and tells whose users changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.scan import Found, Scan
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import DomainFile, DomainLifecycle, DomainState
from vstore_gui.entities.host import HostInfo, HostState
from vstore_gui.entities.keys import DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolLifecycle, PoolSource, PoolState, SourceHost
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.store.changes import Changes, What
from vstore_gui.store.store import Store

# Two connections to one machine, and one to another that mounts the same export.
HOSTS = {"h1": "m1", "h2": "m1", "h3": "m3"}
EXPORT = PoolSource(hosts=(SourceHost("filer"),), directory="/x")


def pool(
    uuid: str, kind: str, path: str, real: str | None = None, source: PoolSource | None = None
) -> PoolState:
    return PoolState(
        uuid, uuid, kind, PoolLifecycle.RUNNING, target_path=path, real_target_path=real or path,
        source=source or PoolSource(),
    )  # fmt: skip


POOLS = {
    "h1": [
        pool("a", "dir", "/a"),
        pool("link", "dir", "/l", "/a"),
        pool("b", "dir", "/b"),
        pool("n", "netfs", "/n", None, EXPORT),
    ],
    "h2": [pool("other", "dir", "/a")],
    "h3": [pool("m", "netfs", "/m", None, EXPORT)],
}
NAMES = ["x", "y", "z"]
ALL_POOLS = [(host, one) for host, pools in POOLS.items() for one in pools]
PATHS = [f"{directory}/{name}" for directory in ("/a", "/l", "/b", "/n", "/m", "/q") for name in NAMES]

file_ids = st.sampled_from([None, None, "1", "2"])
paths = st.sampled_from(PATHS)
files = st.builds(DomainFile, st.sampled_from(["kernel", "nvram"]), paths)
sources = st.one_of(
    st.builds(DiskSource, kind=st.just(SourceKind.FILE), path=paths, file_id=file_ids),
    st.builds(
        DiskSource,
        kind=st.just(SourceKind.VOLUME),
        pool=st.sampled_from([one.name for _, one in ALL_POOLS]),
        volume=st.sampled_from(NAMES),
    ),
    st.just(DiskSource()),
)


def disk(target: str) -> st.SearchStrategy[DiskState]:
    return st.builds(
        DiskState, target=st.just(target), source=sources, chain=st.lists(paths, max_size=2).map(tuple)
    )


disks = st.tuples(disk("vda"), disk("vdb")).flatmap(lambda both: st.sampled_from([both, both[:1], ()]))


@st.composite
def domains(draw: st.DrawFn) -> DomainState:
    running = draw(st.booleans())
    now = draw(disks)
    if not running:
        now = tuple(msgspec.structs.replace(one, chain=()) for one in now)
    return DomainState(
        uuid=draw(st.sampled_from(["d1", "d2"])),
        name="machine",
        lifecycle=DomainLifecycle.RUNNING if running else DomainLifecycle.SHUTOFF,
        persistent=draw(st.booleans()),
        disks=now,
        next_disks=tuple(msgspec.structs.replace(one, chain=()) for one in draw(disks))
        if running and draw(st.booleans())
        else None,
        files=draw(
            st.lists(st.builds(DomainFile, st.sampled_from(["kernel", "nvram"]), paths), max_size=1).map(
                tuple
            )
        ),
    )


@dataclass(frozen=True)
class Edit:
    """One change of the store; a dataclass so that a failing example can be read."""

    verb: str
    args: tuple[Any, ...]

    def __call__(self, store: Store) -> None:
        if self.verb in ("put_volumes", "put_volume_names") and store.pool(self.args[0]) is None:
            return  # volumes come from pools that are known
        getattr(store, self.verb)(*self.args)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    host, one = draw(st.sampled_from(ALL_POOLS))
    key = PoolKey(host, one.uuid)
    name = draw(st.sampled_from(NAMES))
    verb = draw(
        st.sampled_from(
            ["volumes"] * 4
            + ["domain"] * 4
            + ["names", "drop", "clear", "undomain", "pool", "unpool", "host"]
        )
    )
    if verb in ("volumes", "names"):
        names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
        volumes = [
            VolumeState(
                name=one_name, key=f"{one.target_path}/{one_name}", path=f"{one.target_path}/{one_name}",
                detailed=True, kind="file",
                backing_path=draw(st.none() | paths | st.sampled_from(NAMES)), file_id=draw(file_ids),
            )
            for one_name in names
        ]  # fmt: skip

        if verb == "names":
            return Edit("put_volume_names", (key, [VolumeName(v.name, v.key) for v in volumes]))
        return Edit("put_volumes", (key, volumes, () if name in names else (name,)))
    if verb == "domain":
        return Edit("put_domain", (host, draw(domains())))
    if verb == "undomain":
        return Edit("drop_domain", (DomainKey(host, draw(st.sampled_from(["d1", "d2"]))),))
    if verb == "pool":
        return Edit("put_pool", (host, one))
    if verb == "unpool":
        return Edit("drop_pool", (key,))
    if verb == "host":
        machine = draw(st.sampled_from([None, HOSTS[host], "m9"]))
        return Edit("put_host", (HostState(host, info=HostInfo(machine_id=machine)),))
    if verb == "drop":
        return Edit("drop_volume", (VolumeKey(host, one.uuid, name),))
    return Edit("clear_volumes", (key,))


def all_volumes(store: Store) -> list[VolumeKey]:
    return [
        VolumeKey(host, uuid, name)
        for host in store.hosts
        for uuid in store.pools(host)
        for name in store.volumes(PoolKey(host, uuid))
    ]


def indexed_users(store: Store, key: VolumeKey) -> Found:
    found: Found = {}
    for use in store.usage.users_of(key):
        user = (use.domain, use.target, use.role)
        old = found.get(user, (False, False, 99))
        found[user] = (old[0] or use.running, old[1] or use.stored, min(old[2], len(use.through)))
    return found


def told(seen: list[Changes]) -> tuple[set[Any], set[Any]]:
    """Volumes and pools that were published as having other users, or as new."""
    volumes = {c.key for one in seen for group in one.volumes.values() for c in group
               if c.what is What.ADDED or "users" in c.fields}  # fmt: skip
    pools = {c.key for one in seen for c in one.pools if c.what is What.ADDED or "users" in c.fields}
    return volumes, pools


@settings(max_examples=150, deadline=None)
@given(st.lists(edits(), max_size=14))
def test_the_index_agrees_with_a_scan_of_everything_after_each_edit(steps: list[Edit]) -> None:
    store = Store()
    for host, machine in HOSTS.items():
        store.put_host(HostState(host, info=HostInfo(machine_id=machine)))
        store.put_pools(host, POOLS[host])
    seen: list[Changes] = []
    store.subscribe(seen.append)
    users: dict[VolumeKey, Any] = {}
    pool_users: dict[PoolKey, Any] = {}
    for step in steps:
        seen.clear()
        step(store)
        scan = Scan(store)
        volumes, pools = told(seen)
        now = {}
        for key in all_volumes(store):
            assert indexed_users(store, key) == scan.users(key), key
            assert set(store.usage.aliases_of(key)) == scan.aliases(key), key
            assert set(store.usage.overlays_of(key)) == scan.overlays(key), key
            now[key] = store.usage.users_of(key)
            if key in users and users[key] != now[key]:
                assert key in volumes, f"nobody heard of the other users of {key}"
        users = now
        pools_now = {}
        for host in store.hosts:
            for uuid in store.pools(host):
                key = PoolKey(host, uuid)
                found = {(use.domain, use.target, use.role) for use in store.usage.users_of_pool(key)}
                assert found == scan.pool_users(key), key
                # What the files between are called may change unheard.
                pools_now[key] = {
                    (use.domain, use.target, use.role, use.running, use.stored)
                    for use in store.usage.users_of_pool(key)
                }
                if key in pool_users and pool_users[key] != pools_now[key]:
                    assert key in pools, f"nobody heard of the other users of {key}"
        pool_users = pools_now


@settings(max_examples=100, deadline=None)
@given(st.lists(edits(), max_size=14))
def test_what_was_published_is_what_is_known(steps: list[Edit]) -> None:
    """A listener that follows the changes alone has what the store has, and hears no change of nothing."""
    store = Store()
    for host, machine in HOSTS.items():
        store.put_host(HostState(host, info=HostInfo(machine_id=machine)))
        store.put_pools(host, POOLS[host])
    known: dict[PoolKey, dict[Any, Any]] = {
        PoolKey(host, uuid): {} for host in store.hosts for uuid in store.pools(host)
    }
    domains_known: set[Any] = set()

    def follow(changes: Changes) -> None:
        for change in changes.pools:
            assert isinstance(change.key, PoolKey)
            if change.what is What.REMOVED:
                del known[change.key]
            elif change.what is What.ADDED:
                assert change.key not in known
                known[change.key] = {}
            else:
                assert change.fields
        for change in changes.domains:
            if change.what is What.REMOVED:
                domains_known.remove(change.key)
            elif change.what is What.ADDED:
                assert change.key not in domains_known
                domains_known.add(change.key)
            else:
                assert change.fields
        for group_key, group in changes.volumes.items():
            rows = known[group_key]
            for change in group:
                assert isinstance(change.key, VolumeKey)
                assert change.key.pool_key == group_key
                if change.what is What.REMOVED:
                    del rows[change.key.name]
                elif change.what is What.ADDED:
                    assert change.key.name not in rows
                    rows[change.key.name] = store.volume(change.key)
                else:
                    new = store.volume(change.key)
                    assert new is not None
                    old = rows[change.key.name]
                    differ = {
                        name for name in new.__struct_fields__ if getattr(old, name) != getattr(new, name)
                    }
                    assert change.fields - {"users"} == differ
                    rows[change.key.name] = new

    store.subscribe(follow)
    for step in steps:
        step(store)
    for key, rows in known.items():
        assert list(rows.items()) == list(store.volumes(key).items())
    assert domains_known == {DomainKey(host, uuid) for host in store.hosts for uuid in store.domains(host)}
