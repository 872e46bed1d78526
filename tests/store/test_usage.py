"""Who uses what: the cases that guards must get right."""

from __future__ import annotations

import msgspec
import pytest

from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import DomainFile, DomainLifecycle, DomainState
from vstore_gui.entities.host import HostInfo, HostState
from vstore_gui.entities.keys import DomainKey, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolLifecycle, PoolSource, PoolState, SourceHost
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.store.changes import Changes
from vstore_gui.store.store import Store
from vstore_gui.store.usage_index import Use

HOST = "qemu:///system"
OTHER = "qemu+ssh://two/system"


def make_store(**machines: str) -> Store:
    store = Store()
    store.put_host(HostState(HOST, info=HostInfo(machine_id=machines.get("first", "m1"))))
    store.put_host(HostState(OTHER, info=HostInfo(machine_id=machines.get("second", "m2"))))
    return store


@pytest.fixture
def store() -> Store:
    return make_store()


def add_pool(store: Store, name: str, path: str, *, host: str = HOST, real: str | None = None,
             kind: str = "dir", source: PoolSource | None = None) -> PoolKey:  # fmt: skip
    state = PoolState(
        f"uuid-{name}", name, kind, PoolLifecycle.RUNNING,
        target_path=path or None, real_target_path=real, source=source or PoolSource(),
    )  # fmt: skip
    store.put_pool(host, state)
    return PoolKey(host, state.uuid)


def add_volume(
    store: Store,
    pool: PoolKey,
    name: str,
    backing: str | None = None,
    *,
    file_id: str | None = None,
    path: str | None = None,
    changed_ns: int | None = None,
) -> VolumeKey:
    state = store.pool(pool)
    assert state is not None
    path = path or (f"{state.target_path}/{name}" if state.target_path else name)
    volume = VolumeState(
        name, path, path, detailed=True, kind="file", backing_path=backing, file_id=file_id,
        capacity_bytes=1, changed_ns=changed_ns,
    )  # fmt: skip
    store.put_volumes(pool, [volume])
    return VolumeKey(*pool, name)


def disk(path: str, target: str = "vda", **fields: object) -> DiskState:
    return msgspec.structs.replace(DiskState(target, source=DiskSource(SourceKind.FILE, path=path)), **fields)


def add_domain(store: Store, name: str, *disks: DiskState, host: str = HOST, running: bool = False,
               **fields: object) -> DomainKey:  # fmt: skip
    lifecycle = DomainLifecycle.RUNNING if running else DomainLifecycle.SHUTOFF
    state = msgspec.structs.replace(DomainState(f"uuid-{name}", name, lifecycle, disks=disks), **fields)
    store.put_domain(host, state)
    return DomainKey(host, state.uuid)


def users(store: Store, key: VolumeKey) -> list[str]:
    """Names of the machines, in the order of the answer."""
    return [store.domain(use.domain).name for use in store.usage.users_of(key)]  # type: ignore[union-attr]


# ── direct use ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_disk_by_path_uses_the_volume(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    volume, other = add_volume(store, pool, "a.raw"), add_volume(store, pool, "b.raw")
    domain = add_domain(store, "web", disk("/images/a.raw", readonly=True))
    assert store.usage.users_of(volume) == (Use(domain, "vda", readonly=True),)
    assert store.usage.users_of(other) == ()
    assert store.usage.users_of_path(HOST, "/images//a.raw") == store.usage.users_of(volume)
    assert store.usage.volume_of_disk(domain, "vda") == volume
    assert store.volume_at(HOST, "/images/a.raw") == volume
    assert store.volume_at(HOST, "/images/none.raw") is None
    assert store.volume_at(OTHER, "/images/a.raw") is None


def test_a_disk_by_pool_and_volume_uses_the_volume_and_its_pool(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    volume = add_volume(store, pool, "a.raw")
    source = DiskSource(SourceKind.VOLUME, pool="images", volume="a.raw")
    domain = add_domain(store, "web", DiskState("vda", source=source))
    assert users(store, volume) == ["web"]
    assert store.usage.volume_of_disk(domain, "vda") == volume
    store.clear_volumes(pool)
    assert [use.domain for use in store.usage.users_of_pool(pool)] == [domain]


def test_live_and_stored_use_are_told_apart(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    a, b, c = (add_volume(store, pool, name) for name in ("a", "b", "c"))
    domain = add_domain(
        store, "web", disk("/images/a"), disk("/images/c", "vdb"), running=True,
        next_disks=(disk("/images/b"), disk("/images/c", "vdb")),
    )  # fmt: skip
    assert store.usage.users_of(a) == (Use(domain, "vda", running=True, stored=False),)
    assert store.usage.users_of(b) == (Use(domain, "vda", running=False, stored=True),)
    assert store.usage.users_of(c) == (Use(domain, "vdb", running=True, stored=True),)
    assert store.usage.volume_of_disk(domain, "vda") == a
    assert store.usage.volume_of_disk(domain, "vda", stored=True) == b
    transient = add_domain(store, "live", disk("/images/a"), running=True, persistent=False)
    assert Use(transient, "vda", running=True, stored=False) in store.usage.users_of(a)


@pytest.mark.parametrize("role", ["kernel", "initrd", "dtb", "nvram", "loader", "snapshot"])
def test_files_that_are_no_disks_count(store: Store, role: str) -> None:
    pool = add_pool(store, "boot", "/boot")
    volume = add_volume(store, pool, "file")
    domain = add_domain(store, "web", files=(DomainFile(role, "/boot/file"),))
    assert store.usage.users_of(volume) == (Use(domain, "", role),)


def test_an_iso_in_the_drives_of_many_machines_has_all_of_them_as_users(store: Store) -> None:
    pool = add_pool(store, "isos", "/isos")
    volume = add_volume(store, pool, "debian.iso")
    for n in range(50):
        add_domain(store, f"m{n:02}", disk("/isos/debian.iso", "sda", device="cdrom", readonly=True))
    assert users(store, volume) == [f"m{n:02}" for n in range(50)]
    store.drop_domain(DomainKey(HOST, "uuid-m07"))
    assert len(users(store, volume)) == 49


def test_an_empty_drive_and_a_host_device_use_no_file(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    add_volume(store, pool, "a")
    nvme = DiskState("vdb", source=DiskSource(SourceKind.NVME))
    domain = add_domain(store, "web", DiskState("sda", device="cdrom"), nvme)
    assert store.usage.volume_of_disk(domain, "sda") is None
    assert store.usage.volume_of_disk(domain, "nothing") is None
    assert store.usage.users_of_pool(pool) == ()


# ── chains ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_base_image_is_used_through_its_overlays(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    base = add_volume(store, pool, "base")
    middle = add_volume(store, pool, "middle", "base")
    top = add_volume(store, pool, "top", "/images/middle")
    domain = add_domain(store, "web", disk("/images/top"))
    assert store.usage.users_of(base) == (Use(domain, "vda", through=("top", "middle")),)
    assert store.usage.users_of(middle) == (Use(domain, "vda", through=("top",)),)
    assert store.usage.users_of(top) == (Use(domain, "vda"),)
    assert store.usage.overlays_of(base) == (middle,)
    assert store.usage.backing_of(top) == middle
    assert store.usage.backing_of(base) is None
    assert store.usage.users_of_pool(pool) == (Use(domain, "vda"),)


def test_the_chain_of_a_running_machine_counts_where_no_volume_tells_it(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    base = add_volume(store, pool, "base")
    domain = add_domain(
        store, "web", disk("/elsewhere/top", chain=("/elsewhere/middle", "/images/base")), running=True
    )
    through = ("top", "middle")
    assert store.usage.users_of(base) == (Use(domain, "vda", running=True, stored=False, through=through),)


def test_a_chain_that_both_the_machine_and_the_volumes_tell_is_one_use(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    base = add_volume(store, pool, "base")
    add_volume(store, pool, "top", "/images/base")
    domain = add_domain(store, "web", disk("/images/top", chain=("/images/base",)), running=True)
    assert store.usage.users_of(base) == (Use(domain, "vda", running=True, stored=True, through=("top",)),)


def test_chains_in_a_circle_end(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    one, two = add_volume(store, pool, "one", "two"), add_volume(store, pool, "two", "one")
    itself = add_volume(store, pool, "self", "self")
    domain = add_domain(store, "web", disk("/images/one"), disk("/images/self", "vdb"))
    assert store.usage.users_of(one) == (Use(domain, "vda"),)
    assert store.usage.users_of(two) == (Use(domain, "vda", through=("one",)),)
    assert store.usage.users_of(itself) == (Use(domain, "vdb"),)


def test_an_overlay_on_another_host_of_one_cluster_keeps_its_base(store: Store) -> None:
    source = PoolSource(hosts=(SourceHost("filer"),), directory="/export")
    here = add_pool(store, "nfs", "/mnt/a", kind="netfs", source=source)
    base = add_volume(store, here, "base")
    there = add_pool(store, "local", "/images", host=OTHER)
    add_pool(store, "nfs", "/mnt/b", kind="netfs", source=source, host=OTHER)
    add_volume(store, there, "top", "/mnt/b/base")
    domain = add_domain(store, "web", disk("/images/top"), host=OTHER)
    assert store.usage.users_of(base) == (Use(domain, "vda", through=("top",)),)


def test_chains_that_nobody_sees_are_named(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    add_volume(store, pool, "seen", "/images/base")
    store.put_some_volume_names(pool, [VolumeName("name only", "/images/name only")])
    add_domain(
        store, "off",
        disk("/images/seen", "vda", format="qcow2"),
        disk("/images/name only", "vdb", format="qcow2"),
        disk("/stopped/top", "vdc", format="qcow2"),
        disk("/stopped/plain", "vdd", format="raw"),
    )  # fmt: skip
    add_domain(store, "on", disk("/elsewhere/top", format="qcow2"), running=True)
    assert {key.target for key in store.usage.unseen_chains()} == {"vdb", "vdc"}
    assert {key.domain for key in store.usage.unseen_chains()} == {"uuid-off"}


# ── aliases ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_pools_over_one_directory_through_a_link(store: Store) -> None:
    plain = add_pool(store, "plain", "/data/images", real="/data/images")
    link = add_pool(store, "link", "/link", real="/data/images")
    a, alias = add_volume(store, plain, "a"), add_volume(store, link, "a")
    add_domain(store, "web", disk("/link/a"))
    assert users(store, a) == users(store, alias) == ["web"]
    assert store.usage.aliases_of(a) == (alias,)
    assert store.volume_at(HOST, "/data/images/a") in (a, alias)


def test_links_that_only_the_host_can_follow_meet_by_device_and_inode(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    volume = add_volume(store, pool, "a", file_id="2049:17")
    source = DiskSource(SourceKind.BLOCK, path="/dev/disk/by-id/whatever", file_id="2049:17")
    domain = add_domain(store, "web", DiskState("vda", source=source))
    assert users(store, volume) == ["web"]
    assert store.usage.volume_of_disk(domain, "vda") == volume
    assert store.usage.users_of_path(HOST, "/dev/disk/by-id/whatever") == store.usage.users_of(volume)


def test_equal_inodes_on_two_machines_are_two_files(store: Store) -> None:
    a = add_volume(store, add_pool(store, "one", "/images"), "a", file_id="2049:17")
    b = add_volume(store, add_pool(store, "two", "/images", host=OTHER), "a", file_id="2049:17")
    add_domain(store, "web", disk("/images/a"))
    assert users(store, a) == ["web"]
    assert users(store, b) == []


def test_two_connections_to_one_machine_see_one_file() -> None:
    store = make_store(second="m1")
    a = add_volume(store, add_pool(store, "images", "/images"), "a")
    b = add_volume(store, add_pool(store, "images", "/images", host=OTHER), "a")
    add_domain(store, "web", disk("/images/a"), host=OTHER)
    assert users(store, a) == users(store, b) == ["web"]
    assert store.volume_at(HOST, "/images/a") == a
    assert store.volume_at(OTHER, "/images/a") == b


def test_each_test_driver_connection_is_a_machine_of_its_own() -> None:
    store = Store()
    for host in ("test:///one.xml", "test:///two.xml"):
        store.put_host(HostState(host, info=HostInfo(driver="TEST", machine_id="same")))
    a = add_volume(store, add_pool(store, "images", "/images", host="test:///one.xml"), "a")
    add_domain(store, "web", disk("/images/a"), host="test:///two.xml")
    assert users(store, a) == []


def test_a_host_that_turns_out_to_be_a_known_machine_shares_its_files(store: Store) -> None:
    a = add_volume(store, add_pool(store, "images", "/images"), "a")
    add_domain(store, "web", disk("/images/a"), host=OTHER)
    assert users(store, a) == []
    seen: list[Changes] = []
    store.subscribe(seen.append)
    store.put_host(HostState(OTHER, info=HostInfo(machine_id="m1")))
    assert users(store, a) == ["web"]
    assert [change.key for change in seen[0].volumes[a.pool_key]] == [a]


def test_where_files_cannot_be_looked_at_a_fingerprint_joins_them(store: Store) -> None:
    plain, link = add_pool(store, "plain", "/data"), add_pool(store, "link", "/link")
    a = add_volume(store, plain, "a", changed_ns=1234567)
    alias = add_volume(store, link, "a", changed_ns=1234567)
    younger = add_volume(store, add_pool(store, "third", "/third"), "a", changed_ns=7)
    add_domain(store, "web", disk("/link/a"))
    assert users(store, a) == users(store, alias) == ["web"]
    assert users(store, younger) == []


@pytest.mark.parametrize(
    ("kind", "source", "volume", "path", "disk_source"),
    [
        (
            "rbd",
            PoolSource(hosts=(SourceHost("mon1", 6789), SourceHost("mon2", 6789)), name="rbd"),
            "img", "rbd/img",
            DiskSource(SourceKind.NETWORK, protocol="rbd", name="rbd/img", hosts=(SourceHost("mon2"),)),
        ),
        (
            "gluster",
            PoolSource(hosts=(SourceHost("g1"),), name="vol", directory="/dir"),
            "img", "gluster://g1/vol/dir/img",
            DiskSource(SourceKind.NETWORK, protocol="gluster", name="vol/dir/img", hosts=(SourceHost("g1"),)),
        ),
        (
            "iscsi-direct",
            PoolSource(hosts=(SourceHost("t"),), devices=("iqn.2024-01.example:t",)),
            "unit:0:0:1", "ip-t:3260-iscsi-iqn.2024-01.example:t-lun-1",
            DiskSource(
                SourceKind.NETWORK,
                protocol="iscsi", name="iqn.2024-01.example:t/1", hosts=(SourceHost("t", 3260),),
            ),
        ),
        (
            "iscsi",
            PoolSource(hosts=(SourceHost("t"),), devices=("iqn.2024-01.example:t",)),
            "unit:0:0:0", "/dev/disk/by-path/ip-t:3260-iscsi-iqn.2024-01.example:t-lun-0",
            DiskSource(
                SourceKind.NETWORK, protocol="iscsi", name="iqn.2024-01.example:t", hosts=(SourceHost("t"),)
            ),
        ),
    ],
    ids=["rbd", "gluster", "iscsi-direct", "iscsi"],
)  # fmt: skip
def test_a_network_disk_on_another_host_uses_the_volume(
    store: Store, kind: str, source: PoolSource, volume: str, path: str, disk_source: DiskSource
) -> None:
    key = add_volume(store, add_pool(store, "shared", "", kind=kind, source=source), volume, path=path)
    add_domain(store, "web", DiskState("vda", source=disk_source), host=OTHER)
    assert users(store, key) == ["web"]


def test_one_export_mounted_on_two_hosts_is_one_storage(store: Store) -> None:
    def source(directory: str) -> PoolSource:
        return PoolSource(hosts=(SourceHost("Filer"),), directory=directory)

    here = add_pool(store, "nfs", "/mnt/a", kind="netfs", source=source("/export"))
    there = add_pool(store, "nfs", "/mnt/b", kind="netfs", source=source("/export/"), host=OTHER)
    a, alias = add_volume(store, here, "a"), add_volume(store, there, "a")
    add_domain(store, "web", disk("/mnt/b/a"), host=OTHER)
    assert users(store, a) == ["web"]
    assert store.usage.aliases_of(a) == (alias,)
    store.drop_pool(there)
    assert users(store, a) == []


# ── pools ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stopped_pool_is_used_by_what_lies_in_its_directory(store: Store) -> None:
    directory = add_pool(store, "images", "/images")
    mounted = add_pool(store, "disk", "/mnt/disk", kind="fs")
    add_domain(store, "one", disk("/images/a"), disk("/mnt/disk/deep/b", "vdb"))
    add_domain(store, "two", disk("/images/sub/a"))
    assert {use.target for use in store.usage.users_of_pool(directory)} == {"vda"}
    assert {use.target for use in store.usage.users_of_pool(mounted)} == {"vdb"}
    assert len(store.usage.users_of_pool(directory)) == 1


def test_a_disk_pool_over_dev_is_not_used_by_every_device(store: Store) -> None:
    pool = add_pool(store, "disk", "/dev", kind="disk")
    add_volume(store, pool, "sdb1", path="/dev/sdb1")
    add_domain(store, "one", disk("/dev/sdc1"))
    assert store.usage.users_of_pool(pool) == ()
    domain = add_domain(store, "two", disk("/dev/sdb1"))
    assert [use.domain for use in store.usage.users_of_pool(pool)] == [domain]


# ── who is told ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_user_is_told_to_the_volume_all_below_it_and_their_pools(store: Store) -> None:
    bases, tops = add_pool(store, "bases", "/bases"), add_pool(store, "tops", "/tops")
    base = add_volume(store, bases, "base")
    add_volume(store, bases, "other")
    top = add_volume(store, tops, "top", "/bases/base")
    seen: list[Changes] = []
    store.subscribe(seen.append)
    add_domain(store, "web", disk("/tops/top"))
    (changes,) = seen
    assert {(c.key, c.fields) for group in changes.volumes.values() for c in group} == {
        (base, frozenset({"users"})),
        (top, frozenset({"users"})),
    }
    assert {(c.key, c.fields) for c in changes.pools} == {
        (bases, frozenset({"users"})),
        (tops, frozenset({"users"})),
    }
    store.drop_domain(DomainKey(HOST, "uuid-web"))
    assert {c.key for group in seen[1].volumes.values() for c in group} == {base, top}


def test_an_overlay_that_comes_and_goes_is_told_to_its_base(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    base = add_volume(store, pool, "base")
    add_domain(store, "web", disk("/images/top"))
    seen: list[Changes] = []
    store.subscribe(seen.append)
    top = add_volume(store, pool, "top", "base")
    assert [c.key for c in seen[0].volumes[pool]] == [top, base]
    assert users(store, base) == ["web"]
    store.drop_volume(top)
    assert {c.key for c in seen[1].volumes[pool]} == {top, base}
    assert users(store, base) == []


def test_an_edit_that_concerns_no_disk_is_told_to_no_volume(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    add_volume(store, pool, "a")
    domain = add_domain(store, "web", disk("/images/a"))
    seen: list[Changes] = []
    store.subscribe(seen.append)
    state = store.domain(domain)
    assert state is not None
    store.put_domain(HOST, msgspec.structs.replace(state, title="new"))
    assert not seen[0].volumes
    assert not seen[0].pools


def test_names_alone_are_enough_to_know_direct_users(store: Store) -> None:
    pool = add_pool(store, "images", "/images")
    add_domain(store, "web", disk("/images/a"))
    store.put_volume_names(pool, [VolumeName("a", "/images/a")])
    assert users(store, VolumeKey(*pool, "a")) == ["web"]
