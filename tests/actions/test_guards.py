"""Guards as functions: what they say follows from the values alone."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vstore_gui.actions.guards import (
    DriveExists,
    HostOnline,
    KindCan,
    PoolNameFree,
    PoolPathFree,
    VolumesUnused,
    blocking,
)
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.disk_rules import BUSES, DEVICES, bus_rule, device_rule, disk_label
from vstore_gui.entities.domain import FILE_ROLES, DomainFile, DomainState
from vstore_gui.entities.host import HostInfo, HostLink, HostState
from vstore_gui.entities.keys import DiskKey, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.pool_kinds import (
    POOL_KINDS,
    PoolKind,
    PoolOperation,
    VolumeOperation,
    pool_kind,
)
from vstore_gui.entities.text import plain
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.store.store import Store
from vstore_gui.xml.pool import POOL_TYPES

HOST = "fake:///system"
PART = st.sampled_from(["a", "b", "ab", "images", ".", "..", "", "ä b"])
PATH = st.lists(PART, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts))


def store_with(*pools: PoolState, machine: str | None = None) -> Store:
    store = Store()
    info = HostInfo(machine_id=machine)
    store.put_host(HostState(HOST, HostLink.ONLINE, info=info, pools_loaded=True, domains_loaded=True))
    store.put_pools(HOST, pools)
    return store


def directory(path: str, name: str = "other", **fields: object) -> PoolState:
    return PoolState("u-" + name, name, "dir", PoolLifecycle.RUNNING, target_path=path, **fields)  # type: ignore[arg-type]


@settings(deadline=None)
@given(PATH, PATH)
def test_two_paths_clash_just_when_they_are_one_place_or_one_is_inside_the_other(
    mine: str, theirs: str
) -> None:
    reasons = PoolPathFree(HOST, mine).reasons(store_with(directory(theirs)))
    one, two = posixpath.normpath(mine), posixpath.normpath(theirs)
    one, two = "/" + one.lstrip("/"), "/" + two.lstrip("/")
    if one == two:
        assert [reason.blocks for reason in reasons] == [True]
    elif one.startswith(two.rstrip("/") + "/") or two.startswith(one.rstrip("/") + "/"):
        assert [reason.blocks for reason in reasons] == [False]
    else:
        assert reasons == ()


@settings(deadline=None)
@given(PATH, PATH)
def test_whether_paths_clash_does_not_depend_on_who_was_first(mine: str, theirs: str) -> None:
    forth = PoolPathFree(HOST, mine).reasons(store_with(directory(theirs)))
    back = PoolPathFree(HOST, theirs).reasons(store_with(directory(mine)))
    assert [reason.blocks for reason in forth] == [reason.blocks for reason in back]


def test_a_symlink_of_either_pool_is_seen_through() -> None:
    linked = store_with(directory("/link", real_target_path="/srv/images"))
    assert blocking(PoolPathFree(HOST, "/srv/images").reasons(linked))
    assert blocking(PoolPathFree(HOST, "/other", "/srv/images").reasons(linked))
    assert not PoolPathFree(HOST, "/other", "/elsewhere").reasons(linked)


def test_a_pool_is_no_clash_with_itself_nor_with_pools_that_have_no_directory() -> None:
    own = directory("/srv/images")
    assert PoolPathFree(HOST, "/srv/images", uuid=own.uuid).reasons(store_with(own)) == ()
    scsi = PoolState("u", "san", "scsi", PoolLifecycle.RUNNING, target_path="/dev/disk/by-path")
    assert PoolPathFree(HOST, "/dev/disk/by-path").reasons(store_with(scsi)) == ()


def test_the_same_directory_on_another_connection_to_this_machine_is_told() -> None:
    store = store_with(machine="m1")
    session = HostState("fake:///session", HostLink.ONLINE, info=HostInfo(machine_id="m1"))
    elsewhere = HostState("fake://far/system", HostLink.ONLINE, info=HostInfo(machine_id="m2"))
    store.put_host(session)
    store.put_host(elsewhere)
    store.put_pools(session.id, (directory("/srv/a"),))
    store.put_pools(elsewhere.id, (directory("/srv/b"),))
    assert [reason.blocks for reason in PoolPathFree(HOST, "/srv/a").reasons(store)] == [False]
    assert PoolPathFree(HOST, "/srv/b").reasons(store) == ()


@settings(deadline=None)
@given(st.text(max_size=8), st.text(max_size=8))
def test_a_name_is_taken_just_when_a_pool_has_it(mine: str, theirs: str) -> None:
    store = store_with(directory("/x", theirs))
    assert bool(PoolNameFree(HOST, mine).reasons(store)) == (mine == theirs)
    assert PoolNameFree(HOST, theirs, uuid="u-" + theirs).reasons(store) == ()


HOSTILE = st.text(st.sampled_from("{}<>&\n/.%'\"ä$`\\ "), min_size=1, max_size=12)


@settings(deadline=None)
@given(HOSTILE)
def test_hostile_names_come_through_every_message_as_they_are(name: str) -> None:
    store = store_with(directory("/srv/p", name))
    pool = PoolKey(HOST, "u-" + name)
    store.put_volume_names(pool, (VolumeName(name, "/srv/p/x"),))
    store.put_volumes(pool, (VolumeState(name, path="/srv/p/x", detailed=True),))
    disk = DiskState("vda", source=DiskSource(SourceKind.FILE, path="/srv/p/x"))
    store.put_domains(HOST, (DomainState("d", name, disks=(disk,)),))
    reasons = (
        *PoolNameFree(HOST, name).reasons(store),
        *PoolPathFree(HOST, "/srv/p").reasons(store),
        *VolumesUnused((VolumeKey(HOST, pool.uuid, name),)).reasons(store),
        *DriveExists(DiskKey(HOST, "d", "vda")).reasons(store),
    )
    assert len(reasons) == 4
    assert sum(name in plain(reason.message) for reason in reasons) >= 3


@pytest.mark.parametrize("role", FILE_ROLES)
def test_what_a_file_is_to_the_machine_is_said(role: str) -> None:
    store = store_with(directory("/srv/p", "p"))
    key = VolumeKey(HOST, "u-p", "file")
    store.put_volumes(key.pool_key, (VolumeState("file", path="/srv/p/file", detailed=True),))
    store.put_domains(HOST, (DomainState("d", "web", files=(DomainFile(role, "/srv/p/file"),)),))
    needed = [reason for reason in VolumesUnused((key,)).reasons(store) if reason.blocks]
    assert [plain(reason.message) for reason in needed] == [f"file is used by web as {FILE_ROLES[role]}."]


def test_a_host_that_is_not_known_is_not_online() -> None:
    assert HostOnline("nowhere").reasons(Store())
    assert HostOnline(HOST).reasons(store_with()) == ()


# ── the tables ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("row", POOL_KINDS.values(), ids=POOL_KINDS)
def test_each_row_of_the_pool_kinds_holds_together(row: PoolKind) -> None:
    assert row.kind in POOL_TYPES
    assert pool_kind(row.kind) is row
    assert all(part.isdigit() for part in row.since.split("."))
    for words in (row.label, row.explanation, row.migration):
        assert plain(words)
    if row.removed is None and row.kind not in ("sheepdog",):
        assert row.volume_operations, "a pool in which nothing can be done"
    assert bool(row.volume_formats) <= row.can(VolumeOperation.CREATE)
    assert set(row.source_required) <= set(row.source_fields)
    if "format" in row.source_fields:
        assert row.source_formats
    if PoolOperation.BUILD_OVERWRITE in row.operations:
        assert row.can(PoolOperation.BUILD)
    if row.where == "network":
        assert row.can_hang
        assert row.shared == "yes"
    if "volume" in row.refers_by:
        assert row.kind not in ("rbd", "mpath", "gluster"), "libvirt rejects disks of type volume for these"
    if row.files:
        assert "path" in row.target_fields
    assert row.in_wizard == (row.kind == "dir")


def test_operations_of_pools_and_of_volumes_are_told_apart() -> None:
    assert not {each.value for each in PoolOperation} & {each.value for each in VolumeOperation}


def test_the_table_has_every_kind_of_libvirt_in_its_order() -> None:
    assert set(POOL_KINDS) == set(POOL_TYPES)


def test_pool_source_fields_are_those_of_the_value() -> None:
    from vstore_gui.entities.pool import PoolSource

    for row in POOL_KINDS.values():
        assert set(row.source_fields) <= set(PoolSource.__struct_fields__)


def test_an_unknown_kind_promises_nothing() -> None:
    row = pool_kind("quantum")
    assert "quantum" in plain(row.label)
    assert not row.volume_operations
    assert not row.in_wizard


@pytest.mark.parametrize("row", POOL_KINDS.values(), ids=POOL_KINDS)
def test_the_guard_and_the_table_agree(row: PoolKind) -> None:
    pool = PoolState("u", "p", row.kind, PoolLifecycle.RUNNING)
    store = store_with(pool)
    for operation in (*PoolOperation, *VolumeOperation):
        guard = KindCan(PoolKey(HOST, "u"), operation.value)
        assert bool(guard.reasons(store)) != row.can(operation)


@pytest.mark.parametrize("device", DEVICES)
def test_each_pair_of_device_and_bus_has_its_own_label(device: str) -> None:
    rule = device_rule(device)
    labels = [plain(disk_label(DiskState("x", bus=bus, device=device))) for bus in rule.buses]
    assert len(set(labels)) == len(labels)
    for bus in rule.buses:
        assert bus in BUSES
        assert bus in rule.labels
    assert rule.takes_media == (device in ("cdrom", "floppy"))
    assert set(rule.can_be_readonly).isdisjoint({"ide", "sata"})


def test_labels_say_what_a_person_of_the_field_would() -> None:
    assert plain(disk_label(DiskState("vda", bus="virtio"))) == "virtio-blk disk"
    assert (
        plain(disk_label(DiskState("sda", bus="scsi", controller_model="virtio-scsi"))) == "virtio-scsi disk"
    )
    assert plain(disk_label(DiskState("sda", bus="scsi", controller_model="lsilogic"))) == "SCSI disk"
    assert plain(disk_label(DiskState("sda", bus="sata", device="cdrom"))) == "SATA CD-ROM"
    assert plain(disk_label(DiskState("hda", bus="ide", device="lun"))) == "LUN on IDE"
    assert plain(disk_label(DiskState("x", bus="warp"))) == "Disk on warp"
    assert plain(disk_label(DiskState("x", device="{odd}"))) == "{odd}"


def test_bus_rules_are_those_of_the_field() -> None:
    assert [bus for bus, rule in BUSES.items() if rule.hotplug] == ["virtio", "scsi", "usb", "xen"]
    assert bus_rule(None).hotplug is False
    assert {rule.prefix for rule in BUSES.values()} == {"vd", "sd", "hd", "fd", "nvme", "xvd"}
