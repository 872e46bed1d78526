"""What a card says, from values alone."""

from __future__ import annotations

import msgspec

from tests.ui.dialogs.desk import HOST, cdrom, disk
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import BlockStats, DomainLifecycle, DomainState
from vstore_gui.entities.host import HostInfo, HostLink, HostState
from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState, SourceHost
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.store import Store
from vstore_gui.ui.widgets.disk_facts import DiskFacts, disk_facts, disk_keys
from vstore_gui.ui.widgets.later_banner import later_sentences

KEY = DomainKey(HOST, "d")


def stored(*disks: DiskState, later: tuple[DiskState, ...] | None = None) -> Store:
    store = Store()
    store.put_host(HostState(HOST, link=HostLink.ONLINE, info=HostInfo(local=True)))
    running = DomainLifecycle.RUNNING if later is not None else DomainLifecycle.SHUTOFF
    store.put_domain(HOST, DomainState("d", "web", lifecycle=running, disks=disks, next_disks=later))
    return store


def facts(store: Store, target: str, recents: tuple[str, ...] = ()) -> DiskFacts:
    made = disk_facts(store, DiskKey(HOST, "d", target), recents)
    assert made is not None
    return made


def words(made: DiskFacts) -> str:
    return " ".join(piece.text for piece in made.source)


def test_a_network_disk_names_its_image_and_servers() -> None:
    source = DiskSource(
        SourceKind.NETWORK,
        protocol="rbd",
        name="vms/web",
        hosts=(SourceHost("mon1", 6789), SourceHost("mon2")),
    )
    made = facts(stored(DiskState("vda", bus="virtio", source=source, format="raw")), "vda")
    assert words(made) == "rbd:vms/web (mon1:6789, mon2)"


def test_a_volume_disk_of_an_unknown_pool_still_names_both() -> None:
    source = DiskSource(SourceKind.VOLUME, pool="gone", volume="a.raw")
    made = facts(stored(DiskState("vda", bus="virtio", source=source)), "vda")
    assert words(made) == "gone ▸ a.raw"
    assert not any(piece.key for piece in made.source)


def test_flags_are_badges() -> None:
    flagged = disk("vda", "virtio", "/a", "raw", readonly=True, shareable=True, transient=True)
    made = facts(stored(flagged), "vda")
    assert [word for word, _ in made.badges] == ["read-only", "shareable", "transient"]


def test_a_cdrom_is_not_called_read_only() -> None:
    assert facts(stored(cdrom("sda")), "sda").badges == ()


def test_boot_order_and_serial_are_told() -> None:
    made = facts(stored(disk("vda", "virtio", "/a", "raw", boot_order=1, serial="S1")), "vda")
    assert "boots first" in made.detail
    assert "serial S1" in made.detail


def test_sizes_come_from_block_statistics_where_no_pool_has_the_file() -> None:
    store = stored(disk("vda", "virtio", "/elsewhere/a.raw", "raw"))
    store.put_block_stats(KEY, [BlockStats("vda", capacity_bytes=10 << 30, allocation_bytes=4 << 30)])
    made = facts(store, "vda")
    assert "10" in made.detail
    assert "allocated" in made.detail


def test_a_chain_that_bites_its_tail_ends() -> None:
    store = stored(disk("vda", "virtio", "/p/a", "qcow2"))
    store.put_pool(HOST, PoolState("p", "pool", "dir", lifecycle=PoolLifecycle.RUNNING, target_path="/p"))
    store.put_volumes(
        PoolKey(HOST, "p"),
        [
            VolumeState("a", key="/p/a", path="/p/a", detailed=True, backing_path="/p/b"),
            VolumeState("b", key="/p/b", path="/p/b", detailed=True, backing_path="/p/a"),
        ],
    )
    assert words(facts(store, "vda")) == "pool ▸ a ← b ← a"


def test_recent_discs_leave_out_the_one_inside() -> None:
    made = facts(stored(cdrom("sda", "/iso/a.iso")), "sda", ("/iso/a.iso", "/iso/b.iso"))
    assert made.recents == (("b.iso", "/iso/b.iso"),)


def test_a_floppy_is_offered_no_iso() -> None:
    floppy = DiskState("fda", bus="fdc", device="floppy")
    made = facts(stored(floppy), "fda", ("/iso/b.iso", "/img/dos.img"))
    assert made.recents == (("dos.img", "/img/dos.img"),)


def test_a_disk_that_comes_at_next_start_has_a_card_that_says_so() -> None:
    new = disk("vdb", "virtio", "/b", "raw")
    store = stored(disk("vda", "virtio", "/a", "raw"), later=(disk("vda", "virtio", "/a", "raw"), new))
    domain = store.domain(KEY)
    assert domain is not None
    assert [key.target for key in disk_keys(KEY, domain)] == ["vda", "vdb"]
    assert ("at next start", "warn") in facts(store, "vdb").badges


def test_the_banner_names_fields_that_change() -> None:
    store = stored(
        disk("vda", "virtio", "/a", "raw"), later=(disk("vda", "virtio", "/a", "raw", cache="none"),)
    )
    domain = store.domain(KEY)
    assert domain is not None
    assert later_sentences(domain) == ("vda: cache changes from default to none",)


def test_the_format_in_the_document_of_an_empty_drive_is_no_change() -> None:
    store = stored(cdrom("sda"), later=(msgspec.structs.replace(cdrom("sda"), format="raw"),))
    domain = store.domain(KEY)
    assert domain is not None
    assert domain.pending_targets == ()
    full = msgspec.structs.replace(cdrom("sda", "/srv/iso/a.iso"), format="raw")
    domain = stored(cdrom("sda"), later=(full,)).domain(KEY)
    assert domain is not None
    assert later_sentences(domain) == ("sda: empty → /srv/iso/a.iso",)


def test_a_drive_says_why_its_disc_comes_only_at_the_next_start() -> None:
    store = stored(cdrom("sda"), later=(cdrom("sda", "/srv/iso/a.iso"),))
    host = store.host(HOST)
    assert host is not None
    assert facts(store, "sda").later == "At next start: /srv/iso/a.iso"
    store.put_host(msgspec.structs.replace(host, info=HostInfo(media_change_live=False)))
    assert "cannot change it while the machine runs" in facts(store, "sda").later


def test_a_name_with_a_line_break_stays_in_one_line() -> None:
    source = DiskSource(SourceKind.VOLUME, pool="a\nb", volume="c")
    store = stored(cdrom("sda"), later=(DiskState("sda", bus="sata", device="cdrom", source=source),))
    assert "\n" not in facts(store, "sda").later
