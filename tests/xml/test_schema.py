"""What we build is what libvirt's RELAX NG schemas allow: the installed ones, older and newer ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.libvirt_source import RELEASES, libvirt_source
from vstore_gui.entities.disk import DiskSource, SourceKind
from vstore_gui.entities.pool import SourceHost
from vstore_gui.entities.units import GIB, KIB
from vstore_gui.xml.disk import BUSES, CACHE_MODES, DEVICES, IO_MODES, DiskXml
from vstore_gui.xml.document import Document
from vstore_gui.xml.domain import DomainXml
from vstore_gui.xml.pool import POOL_TYPES, PoolXml
from vstore_gui.xml.schema import LOCAL_SCHEMAS, Schemas, schema_problems
from vstore_gui.xml.secret import USAGE_TYPES, SecretXml
from vstore_gui.xml.snapshot import SnapshotXml
from vstore_gui.xml.volume import VolumeXml

UUID = "6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31"
IQN = "iqn.2001-02.com.example:storage"
HOSTS = (SourceHost("nas.example"), SourceHost("192.0.2.7", 3260))


@pytest.fixture(scope="module", params=["installed", *RELEASES])
def schemas(request: pytest.FixtureRequest) -> Schemas:
    directory = LOCAL_SCHEMAS if request.param == "installed" else libvirt_source(request.param).schemas
    found = Schemas(directory)
    assert found.available
    return found


def _pool(kind: str) -> PoolXml:
    pool = PoolXml.new()
    pool.kind, pool.name, pool.uuid = kind, "images", UUID
    pool.cow = True
    return pool


def _target(pool: PoolXml) -> None:
    pool.target_path, pool.mode, pool.owner, pool.group = "/srv/images", 0o711, -1, 107
    pool.label = "system_u:object_r:virt_image_t:s0"


def _login(pool: PoolXml, kind: str) -> None:
    pool.auth_type, pool.auth_username, pool.auth_secret_usage = kind, "me", "the secret"


def _fs(pool: PoolXml) -> None:
    pool.devices, pool.source_format, pool.mount_options = ("/dev/vg/lv",), "ext4", ("nodev", "nosuid")


def _netfs(pool: PoolXml) -> None:
    pool.hosts, pool.directory, pool.source_format, pool.protocol_version = HOSTS, "/export", "nfs", "4.2"
    pool.mount_options = ("nodev",)


def _logical(pool: PoolXml) -> None:
    pool.source_name, pool.devices, pool.source_format = "vg0", ("/dev/sda", "/dev/sdb"), "lvm2"


def _disk_pool(pool: PoolXml) -> None:
    pool.devices, pool.part_separator, pool.source_format = ("/dev/sdc",), False, "gpt"


def _iscsi(pool: PoolXml) -> None:
    pool.hosts, pool.devices, pool.initiator_iqn = HOSTS, (IQN,), f"{IQN}-us"
    pool.vendor, pool.product = "Acme", "Model"
    _login(pool, "chap")


def _iscsi_direct(pool: PoolXml) -> None:
    pool.hosts, pool.devices, pool.initiator_iqn = HOSTS, (IQN,), f"{IQN}-us"
    _login(pool, "chap")


def _scsi(pool: PoolXml) -> None:
    pool.adapter_type, pool.adapter_unique_id = "scsi_host", 1
    pool.adapter_domain, pool.adapter_bus = "0x0000", "0x00"
    pool.adapter_slot, pool.adapter_function = "0x1f", "0x2"


def _fibre_channel(pool: PoolXml) -> None:
    pool.adapter_type, pool.adapter_managed, pool.adapter_parent = "fc_host", True, "scsi_host3"
    pool.adapter_wwnn, pool.adapter_wwpn = "20000000c9831b4b", "10000000c9831b4b"


def _rbd(pool: PoolXml) -> None:
    pool.source_name, pool.hosts = "rbd", HOSTS
    pool.refresh_allocation, pool.rbd_options = "capacity", (("client_mount_timeout", "45"),)
    _login(pool, "ceph")
    pool.auth_secret_usage, pool.auth_secret_uuid = None, UUID


def _gluster(pool: PoolXml) -> None:
    pool.source_name, pool.hosts, pool.directory = "volume", HOSTS, "/sub"


def _sheepdog(pool: PoolXml) -> None:
    pool.source_name, pool.hosts = "pool", HOSTS


def _named(pool: PoolXml) -> None:
    pool.source_name = "tank"


def _nothing(pool: PoolXml) -> None:
    pass


# Case: the pool's type, what fills it, whether it has a target.
POOLS: dict[str, tuple[str, Callable[[PoolXml], None], bool]] = {
    "dir": ("dir", _nothing, True),
    "fs": ("fs", _fs, True),
    "netfs": ("netfs", _netfs, True),
    "logical": ("logical", _logical, True),
    "disk": ("disk", _disk_pool, True),
    "iscsi": ("iscsi", _iscsi, True),
    "iscsi-direct": ("iscsi-direct", _iscsi_direct, False),
    "scsi": ("scsi", _scsi, True),
    "fibre channel": ("scsi", _fibre_channel, True),
    "mpath": ("mpath", _nothing, True),
    "rbd": ("rbd", _rbd, False),
    "sheepdog": ("sheepdog", _sheepdog, False),
    "gluster": ("gluster", _gluster, False),
    "zfs": ("zfs", _named, False),
    "vstorage": ("vstorage", _named, True),
}


def _valid(schemas: Schemas, document: Document, noun: str) -> None:
    text = document.to_string()
    assert schemas.problems(text, noun) == (), text


def test_every_type_of_pool_is_built_here() -> None:
    assert {kind for kind, _, _ in POOLS.values()} == set(POOL_TYPES)


@pytest.mark.parametrize("case", POOLS)
def test_pools(schemas: Schemas, case: str) -> None:
    kind, fill, has_target = POOLS[case]
    pool = _pool(kind)
    fill(pool)
    if has_target:
        _target(pool)
    _valid(schemas, pool, "pool")


@pytest.mark.parametrize("format_", ["raw", "qcow2"])
def test_volumes(schemas: Schemas, format_: str) -> None:
    volume = VolumeXml.new()
    volume.name, volume.kind = "web.qcow2", "file"
    volume.capacity_bytes, volume.allocation_bytes = 20 * GIB, 0
    volume.format, volume.mode, volume.owner, volume.group = format_, 0o600, 0, 0
    if format_ == "qcow2":
        volume.compat, volume.lazy_refcounts, volume.extended_l2 = "1.1", True, True
        volume.cluster_size_bytes, volume.nocow = 128 * KIB, True
        volume.backing_path, volume.backing_format = "/srv/images/base.qcow2", "qcow2"
        volume.encryption, volume.secret_type, volume.secret_uuid = "luks", "passphrase", UUID
        volume.cipher_name, volume.cipher_bits, volume.cipher_mode, volume.cipher_hash = (
            "aes",
            256,
            "xts",
            "sha256",
        )
        volume.ivgen_name, volume.ivgen_hash = "plain64", "sha256"
    _valid(schemas, volume, "volume")


SOURCES = [
    DiskSource(),
    DiskSource(SourceKind.FILE, path="/iso/debian.iso", startup_policy="optional"),
    DiskSource(SourceKind.BLOCK, path="/dev/disk/by-id/x"),
    DiskSource(SourceKind.DIR, path="/srv/floppy"),
    DiskSource(SourceKind.VOLUME, pool="san", volume="unit:0:0:1", mode="direct"),
    DiskSource(
        SourceKind.NETWORK, protocol="rbd", name="p/i", hosts=(SourceHost("mon", 6789), SourceHost("/s"))
    ),
    DiskSource(SourceKind.NETWORK, protocol="iscsi", name=f"{IQN}/1", hosts=(SourceHost("san"),)),
    DiskSource(SourceKind.NETWORK, protocol="gluster", name="v/i", hosts=(SourceHost("g"),)),
    DiskSource(
        SourceKind.NETWORK, protocol="https", name="debian.iso", hosts=(SourceHost("www.example", 443),)
    ),
    DiskSource(SourceKind.NVME, name="0000:01:00.0/1"),
    DiskSource(SourceKind.VHOSTUSER, path="/run/vhost.sock"),
]


def _disk(target: str, bus: str, source: DiskSource) -> DiskXml:
    disk = DiskXml.new()
    disk.target, disk.bus = target, bus
    disk.set_source(source)
    return disk


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.protocol or source.kind.value)
def test_disks_of_every_source(schemas: Schemas, source: DiskSource) -> None:
    _valid(schemas, _disk("vda", "virtio", source), "disk")


def test_disks_of_every_device_and_bus(schemas: Schemas) -> None:
    for device in DEVICES:
        for bus in BUSES:
            if bus == "nvme":
                continue  # 11.5
            disk = _disk("sda", bus, SOURCES[2])
            disk.device = device
            _valid(schemas, disk, "disk")


def test_disks_with_everything_tuned(schemas: Schemas) -> None:
    for cache in CACHE_MODES:
        for io in IO_MODES:
            disk = _disk("sda", "scsi", SOURCES[1])
            disk.driver, disk.format, disk.cache, disk.io = "qemu", "qcow2", cache, io
            disk.discard, disk.detect_zeroes, disk.copy_on_read = "unmap", "unmap", False
            disk.error_policy, disk.read_error_policy, disk.queues, disk.iothread = "stop", "report", 4, 1
            disk.serial, disk.wwn, disk.vendor, disk.product = "S-1", "5000c50015ea71ad", "ACME", "Disk"
            disk.rotation_rate, disk.removable, disk.boot_order = 1, True, 2
            disk.readonly, disk.shareable, disk.transient, disk.share_backing = True, True, True, True
            disk.total_bytes_sec, disk.total_bytes_sec_max = 10_000_000, 20_000_000
            disk.total_bytes_sec_max_length, disk.throttle_group_name = 30, "limit0"
            disk.read_iops_sec, disk.write_iops_sec, disk.size_iops_sec = 100, 100, 4096
            disk.logical_block_bytes, disk.physical_block_bytes = 512, 4096
            disk.metadata_cache_bytes = 4 * 1024 * KIB
            disk.address_type, disk.address_controller, disk.address_bus = "drive", 0, "0"
            disk.address_target, disk.address_unit = 0, 3
            disk.source_encryption, disk.source_passphrase_type = "luks", "passphrase"
            disk.source_passphrase_uuid = UUID
            _valid(schemas, disk, "disk")


def test_domains(schemas: Schemas) -> None:
    domain = DomainXml.parse("<domain><memory>524288</memory><vcpu>1</vcpu></domain>")
    domain.kind, domain.name, domain.uuid, domain.title = "qemu", "web", UUID, "Web"
    domain.os_type, domain.arch, domain.machine, domain.iothreads = "hvm", "x86_64", "q35", 2
    domain.loader, domain.loader_readonly, domain.loader_type = "/usr/share/OVMF.fd", True, "pflash"
    domain.nvram, domain.nvram_template = "/nvram/web.fd", "/usr/share/VARS.fd"
    domain.kernel, domain.initrd, domain.cmdline, domain.dtb = "/boot/k", "/boot/i", "quiet", "/boot/dtb"
    domain.boot_devices, domain.boot_menu = ("cdrom", "hd"), True
    domain.on_poweroff, domain.on_reboot, domain.on_crash = "destroy", "restart", "preserve"
    for at, source in enumerate(SOURCES):
        domain.add_disk(_disk(f"vd{chr(ord('a') + at)}", "virtio", source))
    _valid(schemas, domain, "domain")


def test_snapshots(schemas: Schemas) -> None:
    snapshot = SnapshotXml.new()
    snapshot.name, snapshot.description, snapshot.memory, snapshot.memory_path = "s1", "d", "external", "/mem"
    snapshot.disk("vda").mode = "external"
    snapshot.disk("vda").format = "qcow2"
    snapshot.disk("vda").file = "/srv/images/web.s1"
    snapshot.disk("vdb").mode = "no"
    _valid(schemas, snapshot, "snapshot")


@pytest.mark.parametrize("usage", USAGE_TYPES)
def test_secrets(schemas: Schemas, usage: str) -> None:
    secret = SecretXml.new()
    secret.uuid, secret.ephemeral, secret.private, secret.usage_type = UUID, False, True, usage
    if usage == "volume":
        secret.volume = "/srv/images/secret.img"
    elif usage == "iscsi":
        secret.usage_target = "the target"
    else:
        secret.usage_name = "the name"
    _valid(schemas, secret, "secret")


class TestViolations:
    def test_a_violation_is_told_with_its_line(self) -> None:
        problems = schema_problems(
            "<pool type='dir'>\n<name>a</name>\n<target><path>x</path></target></pool>", "pool"
        )
        assert problems
        assert problems[0].startswith("line 3: ")

    def test_what_a_newer_libvirt_has_is_a_violation_of_an_older_one(self) -> None:
        disk = _disk("vda", "virtio", SOURCES[1])
        disk.discard_no_unref = True
        text = disk.to_string()
        assert Schemas(libvirt_source("bookworm").schemas).problems(text, "disk")
        assert not Schemas(libvirt_source("trixie").schemas).problems(text, "disk")

    def test_a_kind_of_source_that_only_the_newer_one_has(self) -> None:
        text = _disk("vda", "virtio", DiskSource(SourceKind.VHOSTVDPA, path="/dev/vhost-vdpa-0")).to_string()
        assert Schemas(libvirt_source("bookworm").schemas).problems(text, "disk")
        assert not Schemas(libvirt_source("trixie").schemas).problems(text, "disk")

    def test_what_is_not_well_formed_is_told(self) -> None:
        assert schema_problems("<pool", "pool")

    def test_without_schemas_there_is_nothing_to_say(self, tmp_path: Path) -> None:
        schemas = Schemas(tmp_path)
        assert not schemas.available
        assert schemas.problems("<pool/>", "pool") == ()

    def test_a_broken_schema_says_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "storagepool.rng").write_text("<grammar")
        assert Schemas(tmp_path).problems("<pool/>", "pool") == ()

    def test_threads_may_ask_at_once(self) -> None:
        schemas = Schemas(libvirt_source("trixie").schemas)
        wrong: list[tuple[str, ...]] = []
        text = _disk("vda", "virtio", SOURCES[1]).to_string()

        def ask() -> None:
            for _ in range(20):
                wrong.append(schemas.problems(text, "disk"))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == [()] * 80
