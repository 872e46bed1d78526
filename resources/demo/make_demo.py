"""Makes host.xml, the demo host: `python resources/demo/make_demo.py` writes it beside this file.

host.xml is committed, so that the demo needs nothing but libvirt's test driver; a test holds the two
together. Nothing here is random: the same script makes the same file, uuids included.

What the test driver decides: every pool is active and has 100 GiB of capacity, whatever its document says;
its allocation is the sum of its volumes'. So the figures below are chosen to fit into 100 GiB a pool.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

TEST_NAMESPACE = "http://libvirt.org/schemas/domain/test/1.0"
E = ElementMaker(nsmap={"test": TEST_NAMESPACE})
Element = etree._Element

MIB = 1024**2
GIB = 1024**3

RUNNING, PAUSED, SHUTOFF = 1, 3, 5  # virDomainState


def identity(noun: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"vstore-demo/{noun}/{name}"))


def spread(name: str, low: int, high: int) -> int:
    """A figure between low and high that looks grown, and is the same each time."""
    return low + uuid.uuid5(uuid.NAMESPACE_OID, name).int % (high - low + 1)


# ── volumes and pools ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Volume:
    name: str
    capacity: int
    allocation: int
    format: str | None = "qcow2"
    backing: str | None = None  # a path
    kind: str = "file"
    path: str | None = None  # of pools whose volumes are not simply files below the target
    luks: bool = False
    mode: str = "0600"
    owner: str = "64055"  # Debian's libvirt-qemu

    def element(self, target: str) -> Element:
        path = self.path or f"{target}/{self.name}"
        in_target = [E.path(path)]
        if self.format:
            in_target.append(E.format(type=self.format))
        if self.kind in ("file", "block"):
            in_target.append(E.permissions(E.mode(self.mode), E.owner(self.owner), E.group(self.owner)))
        if self.luks:
            secret = E.secret(type="passphrase", uuid=identity("secret", self.name))
            in_target.append(E.encryption(secret, format="luks"))
        if self.format == "qcow2" and self.kind == "file":
            in_target += [E.compat("1.1"), E.features(E.lazy_refcounts())]
        element: Element = E.volume(
            E.name(self.name),
            E.key(path),
            E.capacity(str(self.capacity), unit="bytes"),
            E.allocation(str(self.allocation), unit="bytes"),
            E.target(*in_target),
            type=self.kind,
        )
        if self.backing:
            backing_format = "raw" if self.backing.endswith((".raw", "-base-lv")) else "qcow2"
            element.append(E.backingStore(E.path(self.backing), E.format(type=backing_format)))
        return element


@dataclass
class Pool:
    kind: str
    name: str
    target: str = ""
    source: list[Element] = field(default_factory=list)
    volumes: list[Volume] = field(default_factory=list)

    def element(self) -> Element:
        parts = [E.name(self.name), E.uuid(identity("pool", self.name))]
        if self.source:
            parts.append(E.source(*self.source))
        if self.target:
            target = E.target(E.path(self.target))
            if self.kind in ("dir", "fs", "netfs"):
                target.append(E.permissions(E.mode("0711"), E.owner("0"), E.group("0")))
            parts.append(target)
        parts += [volume.element(self.target) for volume in self.volumes]
        element: Element = E.pool(*parts, type=self.kind)
        return element


IMAGES = "/var/lib/libvirt/images"
ISO = "/srv/iso"
ARCHIVE = "/srv/archive"
NAS = "/mnt/nas"
SSD = "/mnt/ssd"


def template(name: str, capacity_gib: int, allocated_mib: int) -> Volume:
    return Volume(name, capacity_gib * GIB, allocated_mib * MIB, mode="0444", owner="0")


def overlay(name: str, base: str, capacity_gib: int = 20, low: int = 300, high: int = 2400) -> Volume:
    """A thin qcow2 over another image in the same pool."""
    return Volume(name, capacity_gib * GIB, spread(name, low, high) * MIB, backing=f"{IMAGES}/{base}")


def images() -> Iterator[Volume]:
    """A few hundred, as they gather on a busy host: templates, their overlays, data disks, forgotten ones."""
    yield template("debian-13-base.qcow2", 20, 1210)
    yield template("debian-12-base.qcow2", 20, 1140)
    yield template("fedora-43-base.qcow2", 20, 1630)
    yield template("ubuntu-24.04-base.qcow2", 24, 1820)
    yield template("win2022-base.qcow2", 60, 9200)
    # A chain of three: the site's own template stands on Debian's, the web servers stand on it.
    yield overlay("web-base.qcow2", "debian-13-base.qcow2", low=900, high=1300)
    for number in range(1, 5):
        yield overlay(f"web{number:02}.qcow2", "web-base.qcow2")
    yield Volume("web01-data.raw", 100 * GIB, 3400 * MIB, "raw")
    yield Volume("web03-old.qcow2", 40 * GIB, 2100 * MIB, luks=True)
    yield overlay("web05.qcow2", "web-gone.qcow2", low=600, high=700)  # its template has been deleted by hand
    yield overlay("db01.qcow2", "debian-12-base.qcow2", 32)
    yield overlay("db02.qcow2", "debian-13-base.qcow2", 32)
    yield Volume("db02-wal.raw", 16 * GIB, 1800 * MIB, "raw")
    yield overlay("mail.qcow2", "debian-12-base.qcow2", 40)
    yield overlay("gitlab.qcow2", "ubuntu-24.04-base.qcow2", 80, 3000, 4200)
    yield overlay("monitor.qcow2", "debian-13-base.qcow2", 40)
    yield overlay("proxy.qcow2", "debian-13-base.qcow2", 10)
    yield Volume("router.qcow2", 8 * GIB, 1500 * MIB)
    yield overlay("win2022-dc.qcow2", "win2022-base.qcow2", 60, 2200, 2600)
    yield Volume("win11-desk.qcow2", 64 * GIB, 8100 * MIB)
    yield Volume("legacy-nt4.vmdk", 4 * GIB, 900 * MIB, "vmdk")
    yield Volume("rescue.raw", 2 * GIB, 2 * GIB, "raw")
    yield Volume("usb-stick.raw", 4 * GIB, 310 * MIB, "raw")
    yield Volume("drivers.img", 1474560, 1474560, "raw")
    yield Volume("quorum.raw", 64 * MIB, 64 * MIB, "raw")
    for number in range(1, 4):
        yield overlay(f"k8s-worker{number}.qcow2", "fedora-43-base.qcow2", 60)
    yield overlay("k8s-control1.qcow2", "fedora-43-base.qcow2", 40)
    yield overlay("build-7.qcow2", "fedora-43-base.qcow2", 120, 3900, 4100)
    yield overlay("template-f43.qcow2", "fedora-43-base.qcow2")
    yield Volume("vmlinuz-6.18-dev", 11 * MIB, 11 * MIB, "raw", mode="0644")
    yield Volume("initrd-6.18-dev.img", 48 * MIB, 48 * MIB, "raw", mode="0644")
    yield Volume("kernel-dev.qcow2", 16 * GIB, 2200 * MIB)
    # The classroom: forty seats with a system and a home disk each, all on one template.
    yield template("seat-base.qcow2", 8, 1310)
    for seat in range(1, 41):
        yield overlay(f"seat{seat:02}.qcow2", "seat-base.qcow2", 8, 2, 240)
        yield Volume(f"seat{seat:02}-home.qcow2", 2 * GIB, spread(f"home{seat}", 1, 90) * MIB)
    # Continuous integration leaves its workspaces.
    yield template("runner-base.qcow2", 2, 390)
    for run in range(4100, 4260):
        yield overlay(f"runner-{run}.qcow2", "runner-base.qcow2", 2, 1, 24)
    for run in range(4100, 4260, 4):
        yield Volume(f"runner-{run}-scratch.raw", 1 * GIB, spread(f"scratch{run}", 0, 16) * MIB, "raw")


ISO_FILES = (
    # name, size in MiB
    ("debian-13.2.0-amd64-netinst.iso", 784),
    ("debian-12.12.0-amd64-netinst.iso", 670),
    ("Fedora-Server-dvd-x86_64-43-1.6.iso", 2790),
    ("Fedora-Workstation-Live-43-1.6.x86_64.iso", 2640),
    ("ubuntu-24.04.3-live-server-amd64.iso", 3140),
    ("ubuntu-25.10-desktop-amd64.iso", 5470),
    ("AlmaLinux-10.1-x86_64-minimal.iso", 1560),
    ("Rocky-9.7-x86_64-minimal.iso", 2480),
    ("CentOS-Stream-10-latest-x86_64-dvd1.iso", 7860),
    ("openSUSE-Leap-16.0-online-installer-x86_64.install.iso", 860),
    ("archlinux-2025.11.01-x86_64.iso", 1440),
    ("alpine-virt-3.22.2-x86_64.iso", 66),
    ("FreeBSD-14.3-RELEASE-amd64-disc1.iso", 1280),
    ("OPNsense-25.7-dvd-amd64.iso", 2190),
    ("virtio-win-0.1.285.iso", 753),
    ("SERVER_2022_EVAL_x64FRE_en-us.iso", 4800),
    ("Win11_25H2_English_x64.iso", 6900),
    ("Windows NT 4.0 Workstation.iso", 586),
    ("systemrescue-12.02-amd64.iso", 1120),
    ("memtest86plus-7.20.iso", 7),
    ("gparted-live-1.7.0-8-amd64.iso", 574),
    ("seabios-cdrom-test.iso", 1),
)


def iso_library() -> Iterator[Volume]:
    for name, mib in ISO_FILES:
        yield Volume(name, mib * MIB, mib * MIB, "iso", mode="0644", owner="0")


def archive() -> Iterator[Volume]:
    for year in (2023, 2024, 2025):
        for machine in ("db01", "mail", "gitlab", "win2022-dc"):
            name = f"{machine}-{year}-12-31.qcow2"
            yield Volume(name, 80 * GIB, spread(name, 1800, 6800) * MIB)
    yield Volume("nt4-before-y2k.raw", 2 * GIB, 2 * GIB, "raw")


def nas() -> Iterator[Volume]:
    yield Volume("gitlab-data.qcow2", 200 * GIB, 14 * GIB)
    yield Volume("mail-spool.qcow2", 120 * GIB, 21 * GIB)
    yield Volume("backup-target.raw", 500 * GIB, 27 * GIB, "raw")
    yield Volume("netboot.iso", 2 * MIB, 2 * MIB, "iso", mode="0644")


def ssd() -> Iterator[Volume]:
    yield Volume("k8s-control1-etcd.raw", 20 * GIB, 20 * GIB, "raw")
    yield Volume("monitor-tsdb.qcow2", 60 * GIB, 34 * GIB)
    yield Volume("build-7-cache.qcow2", 40 * GIB, 31 * GIB)


def blocks(prefix: str, *volumes: tuple[str, int], volume_format: str | None = None) -> Iterator[Volume]:
    """Block volumes take all of their capacity."""
    for name, gib in volumes:
        yield Volume(name, gib * GIB, gib * GIB, volume_format, kind="block", path=f"{prefix}{name}")


def network(
    prefix: str, *volumes: tuple[str, int, int], volume_format: str | None = "raw"
) -> Iterator[Volume]:
    for name, capacity, allocation in volumes:
        yield Volume(
            name, capacity * GIB, allocation * GIB, volume_format, kind="network", path=f"{prefix}{name}"
        )


CEPH_MONITORS = ("mon1.example", "mon2.example", "mon3.example")
IQN = "iqn.2015-06.example.san:rack2.luns"


def pools() -> Iterator[Pool]:
    """One of every kind that libvirt has had, most of them as a site would use them."""
    yield Pool("dir", "images", IMAGES, volumes=list(images()))
    yield Pool("dir", "iso library", ISO, volumes=list(iso_library()))
    yield Pool("dir", "archive", ARCHIVE, volumes=list(archive()))
    yield Pool("fs", "ssd", SSD, [E.device(path="/dev/disk/by-label/ssd"), E.format(type="xfs")], list(ssd()))
    yield Pool(
        "netfs",
        "nas",
        NAS,
        [E.host(name="nas.example"), E.dir(path="/export/vm"), E.format(type="nfs")],
        list(nas()),
    )
    yield Pool(
        "logical",
        "vg-fast",
        "/dev/vg-fast",
        [
            E.device(path="/dev/nvme0n1p3"),
            E.device(path="/dev/nvme1n1"),
            E.name("vg-fast"),
            E.format(type="lvm2"),
        ],
        list(
            blocks(
                "/dev/vg-fast/",
                ("db01-data", 24),
                ("db02-data", 32),
                ("db02-log", 8),
                ("mail-queue", 6),
                ("swap-lab", 16),
            )
        ),
    )
    yield Pool(
        "disk",
        "spare-disk",
        "/dev",
        [E.device(path="/dev/sdb"), E.format(type="gpt")],
        list(blocks("/dev/", ("sdb1", 12), ("sdb2", 40), volume_format="none")),
    )
    yield Pool(
        "iscsi",
        "san-rack2",
        "/dev/disk/by-path",
        [E.host(name="san.example", port="3260"), E.device(path=IQN)],
        list(
            blocks(
                f"/dev/disk/by-path/ip-198.51.100.20:3260-iscsi-{IQN}-lun-",
                ("unit:0:0:1", 20),
                ("unit:0:0:2", 20),
                ("unit:0:0:3", 30),
            )
        ),
    )
    yield Pool(
        "iscsi-direct",
        "san-direct",
        source=[
            E.host(name="san.example", port="3260"),
            E.device(path="iqn.2015-06.example.san:rack2.direct"),
            E.initiator(E.iqn(name="iqn.2015-06.example.host:kvm1")),
        ],
        volumes=list(
            network("ip-198.51.100.20:3260-iscsi-direct-lun-", ("unit:0:0:0", 10, 10), ("unit:0:0:1", 50, 50))
        ),
    )
    yield Pool(
        "scsi",
        "hba0",
        "/dev/disk/by-id",
        [E.adapter(type="fc_host", wwnn="20000000c9831b4b", wwpn="10000000c9831b4b")],
        list(blocks("/dev/disk/by-id/wwn-0x5000c500a0b071", ("unit:2:0:1", 45), ("unit:2:0:2", 45))),
    )
    yield Pool(
        "mpath",
        "multipath",
        "/dev/mapper",
        volumes=list(blocks("/dev/mapper/", ("mpatha", 60), ("mpathb", 20))),
    )
    yield Pool(
        "rbd",
        "ceph-rbd",
        source=[
            *(E.host(name=host, port="6789") for host in CEPH_MONITORS),
            E.name("vm-disks"),
            E.auth(E.secret(usage="ceph client vm"), type="ceph", username="vm"),
        ],
        volumes=list(
            network(
                "vm-disks/",
                ("k8s-worker1-data", 100, 9),
                ("k8s-worker2-data", 100, 11),
                ("k8s-worker3-data", 100, 7),
                ("registry", 200, 21),
            )
        ),
    )
    yield Pool(
        "gluster",
        "gluster-vm",
        source=[E.host(name="gluster1.example"), E.dir(path="/"), E.name("gv0")],
        volumes=list(
            network(
                "gluster://gluster1.example/gv0/",
                ("lab-a.qcow2", 20, 4),
                ("lab-b.qcow2", 20, 5),
                volume_format="qcow2",
            )
        ),
    )
    yield Pool(
        "zfs",
        "tank",
        source=[E.name("tank/vm")],
        volumes=list(blocks("/dev/zvol/tank/vm/", ("nas-backup", 40), ("nas-backup-old", 18))),
    )
    yield Pool(
        "vstorage",
        "vz-cluster",
        "/mnt/vstorage",
        [E.name("vz1")],
        [Volume("ct-images.qcow2", 50 * GIB, 12 * GIB)],
    )
    yield Pool(
        "sheepdog",
        "old-sheep",
        source=[E.host(name="sheep.example", port="7000"), E.name("sheep")],
        volumes=list(network("sheep/", ("forgotten", 12, 12))),
    )


# ── machines ────────────────────────────────────────────────────────────────────────────────────────────────


def disk(
    target: str,
    bus: str,
    source: Element | None,
    *,
    kind: str = "file",
    device: str = "disk",
    image_format: str | None = "qcow2",
    flags: str = "",
    chain: tuple[str, ...] = (),
    order: int | None = None,
    serial: str | None = None,
    **driver: str,
) -> Element:
    """One `<disk>`; `flags` are its empty elements, `chain` the files below its source."""
    element: Element = E.disk(type=kind, device=device)
    if image_format:
        element.append(E.driver(name="qemu", type=image_format, **driver))
    if source is not None:
        element.append(source)
    above = element
    for path in chain:
        store = E.backingStore(E.format(type="qcow2"), E.source(file=path), type="file")
        above.append(store)
        above = store
    if chain:
        above.append(E.backingStore())
    element.append(E.target(dev=target, bus=bus))
    element.extend(E(flag) for flag in flags.split())
    if serial:
        element.append(E.serial(serial))
    if order:
        element.append(E.boot(order=str(order)))
    return element


def image(
    target: str, name: str, *below: str, bus: str = "virtio", directory: str = IMAGES, **more: Any
) -> Element:
    chain = tuple(f"{IMAGES}/{base}" for base in below)
    return disk(target, bus, E.source(file=f"{directory}/{name}"), chain=chain, **more)


def block(target: str, path: str, *, bus: str = "virtio", device: str = "disk", **more: Any) -> Element:
    options = {"image_format": "raw", "cache": "none", "io": "native"} | more
    return disk(target, bus, E.source(dev=path), kind="block", device=device, **options)


def volume(target: str, pool: str, name: str, *, bus: str = "virtio", **more: Any) -> Element:
    return disk(target, bus, E.source(pool=pool, volume=name), kind="volume", **more)


def remote(
    target: str, protocol: str, name: str, *hosts: Element, bus: str = "virtio", **more: Any
) -> Element:
    source = E.source(*hosts, protocol=protocol, name=name) if name else E.source(*hosts, protocol=protocol)
    options = {"image_format": "raw"} | more
    return disk(target, bus, source, kind="network", **options)


def cdrom(target: str, bus: str, disc: str | None = None) -> Element:
    source = E.source(file=disc) if disc else None
    return disk(target, bus, source, device="cdrom", image_format="raw", flags="readonly")


def iso(name: str) -> str:
    assert any(name == known for known, _ in ISO_FILES), name
    return f"{ISO}/{name}"


@dataclass
class Machine:
    name: str
    state: int
    disks: list[Element]
    memory_gib: int = 4
    vcpus: int = 2
    machine: str = "pc-q35-7.2"
    arch: str = "x86_64"
    title: str | None = None
    kernel: tuple[str, str, str] | None = None  # kernel, initrd, command line
    uefi: bool = False

    def element(self) -> Element:
        os = E.os(E.type("hvm", arch=self.arch, machine=self.machine))
        if self.uefi:
            os.append(
                E.loader("/usr/share/OVMF/OVMF_CODE_4M.ms.fd", readonly="yes", secure="yes", type="pflash")
            )
            os.append(E.nvram(f"/var/lib/libvirt/qemu/nvram/{self.name}_VARS.fd"))
        if self.kernel:
            os.extend([E.kernel(self.kernel[0]), E.initrd(self.kernel[1]), E.cmdline(self.kernel[2])])
        elif not any(disk.find("boot") is not None for disk in self.disks):
            os.append(E.boot(dev="hd"))
        element: Element = E.domain(E.name(self.name), E.uuid(identity("machine", self.name)), type="test")
        if self.title:
            element.append(E.title(self.title))
        element.append(E.memory(str(self.memory_gib), unit="GiB"))
        devices = E.devices(*self.controllers(), *self.disks)
        element.extend([E.vcpu(str(self.vcpus)), os, E.features(E.acpi(), E.apic()), devices])
        element.append(etree.Element(f"{{{TEST_NAMESPACE}}}runstate"))
        element[-1].text = str(self.state)
        return element

    def controllers(self) -> Iterator[Element]:
        if any(disk.find("target[@bus='scsi']") is not None for disk in self.disks):
            yield E.controller(type="scsi", index="0", model="virtio-scsi")
        if self.machine.startswith("pc-q35"):
            yield E.controller(type="pci", index="0", model="pcie-root")
            for index in range(1, 6):
                yield E.controller(type="pci", index=str(index), model="pcie-root-port")


def ceph(target: str, name: str) -> Element:
    hosts = [E.host(name=host, port="6789") for host in CEPH_MONITORS]
    return remote(target, "rbd", f"vm-disks/{name}", *hosts, cache="writeback", discard="unmap")


def machines() -> Iterator[Machine]:
    debian13, debian12 = "debian-13-base.qcow2", "debian-12-base.qcow2"
    fedora, ubuntu = "fedora-43-base.qcow2", "ubuntu-24.04-base.qcow2"
    yield Machine(
        "web01",
        RUNNING,
        [
            image("vda", "web01.qcow2", "web-base.qcow2", debian13, discard="unmap", order=1),
            image("vdb", "web01-data.raw", image_format="raw", cache="none", serial="DATA01"),
            block("sda", "/dev/disk/by-id/wwn-0x5000c500a0b071unit:2:0:1", bus="scsi", device="lun"),
            cdrom("sdb", "sata", iso("debian-13.2.0-amd64-netinst.iso")),
        ],
        title="Front door of the shop",
    )
    for number, state in ((2, RUNNING), (3, RUNNING), (4, SHUTOFF)):
        name = f"web{number:02}"
        yield Machine(
            name,
            state,
            [
                image("vda", f"{name}.qcow2", "web-base.qcow2", debian13, discard="unmap"),
                cdrom("sda", "sata"),
            ],
        )
    yield Machine(
        "web05", SHUTOFF, [image("vda", "web05.qcow2"), cdrom("sda", "sata")], title="Its template is gone"
    )
    yield Machine(
        "db01",
        RUNNING,
        [
            image("sda", "db01.qcow2", debian12, bus="scsi", order=1),
            block("sdb", "/dev/vg-fast/db01-data", bus="scsi", discard="unmap"),
            cdrom("sdc", "scsi"),
        ],
        memory_gib=16,
        vcpus=8,
    )
    yield Machine(
        "db02",
        RUNNING,
        [
            image("vda", "db02.qcow2", debian13),
            volume("vdb", "vg-fast", "db02-data", image_format="raw", cache="none"),
            volume("vdc", "vg-fast", "db02-log", image_format="raw", cache="none"),
            image("vdd", "db02-wal.raw", image_format="raw", cache="directsync"),
            cdrom("sda", "sata"),
        ],
        memory_gib=32,
        vcpus=12,
    )
    yield Machine(
        "mail",
        RUNNING,
        [
            image("vda", "mail.qcow2", debian12),
            image("vdb", "mail-spool.qcow2", directory=NAS),
            block("vdc", "/dev/vg-fast/mail-queue"),
            cdrom("sda", "sata"),
        ],
    )
    yield Machine(
        "gitlab",
        RUNNING,
        [
            image("sda", "gitlab.qcow2", ubuntu, bus="scsi", discard="unmap"),
            image("sdb", "gitlab-data.qcow2", bus="scsi", directory=NAS),
            ceph("vda", "registry"),
            cdrom("sdc", "scsi", iso("ubuntu-24.04.3-live-server-amd64.iso")),
        ],
        memory_gib=16,
        vcpus=8,
    )
    yield Machine(
        "monitor",
        RUNNING,
        [
            image("vda", "monitor.qcow2", debian13),
            volume("vdb", "ssd", "monitor-tsdb.qcow2", discard="unmap"),
            cdrom("sda", "sata"),
        ],
    )
    yield Machine("proxy", RUNNING, [image("vda", "proxy.qcow2", debian13), cdrom("sda", "sata")], 1, 1)
    yield Machine(
        "router",
        RUNNING,
        [image("vda", "router.qcow2"), cdrom("sda", "sata", iso("OPNsense-25.7-dvd-amd64.iso"))],
        2,
    )
    yield Machine(
        "win2022-dc",
        RUNNING,
        [
            image("sda", "win2022-dc.qcow2", "win2022-base.qcow2", bus="sata", order=1),
            cdrom("sdb", "sata", iso("SERVER_2022_EVAL_x64FRE_en-us.iso")),
            cdrom("sdc", "sata", iso("virtio-win-0.1.285.iso")),
        ],
        memory_gib=8,
        uefi=True,
    )
    yield Machine(
        "win11-desk",
        SHUTOFF,
        [
            image("sda", "win11-desk.qcow2", bus="sata"),
            cdrom("sdb", "sata", iso("Win11_25H2_English_x64.iso")),
            image("sdc", "usb-stick.raw", bus="usb", image_format="raw"),
        ],
        memory_gib=8,
        uefi=True,
    )
    yield Machine(
        "legacy-nt4",
        SHUTOFF,
        [
            image("hda", "legacy-nt4.vmdk", bus="ide", image_format="vmdk"),
            cdrom("hdc", "ide", iso("Windows NT 4.0 Workstation.iso")),
            image("fda", "drivers.img", bus="fdc", device="floppy", image_format="raw"),
            disk("fdb", "fdc", None, device="floppy", image_format="raw"),
        ],
        memory_gib=1,
        vcpus=1,
        machine="pc-i440fx-7.2",
        arch="i686",
        title="The label printer still needs it",
    )
    yield Machine(
        "k8s-control1",
        RUNNING,
        [
            image("vda", "k8s-control1.qcow2", fedora),
            image(
                "vdb", "k8s-control1-etcd.raw", directory=SSD, image_format="raw", cache="none", io="native"
            ),
            cdrom("sda", "sata"),
        ],
        memory_gib=8,
        vcpus=4,
    )
    for number in range(1, 4):
        name = f"k8s-worker{number}"
        state = RUNNING if number < 3 else PAUSED
        yield Machine(
            name,
            state,
            [image("vda", f"{name}.qcow2", fedora), ceph("vdb", f"{name}-data"), cdrom("sda", "sata")],
            memory_gib=16,
            vcpus=8,
        )
    yield Machine(
        "build-7",
        PAUSED,
        [
            image("vda", "build-7.qcow2", fedora, discard="unmap"),
            volume("vdb", "ssd", "build-7-cache.qcow2"),
            cdrom("sda", "sata", iso("Fedora-Server-dvd-x86_64-43-1.6.iso")),
        ],
        memory_gib=32,
        vcpus=16,
    )
    yield Machine("template-f43", SHUTOFF, [image("vda", "template-f43.qcow2", fedora)])
    for letter in "ab":
        yield Machine(
            f"lab-{letter}",
            RUNNING,
            [
                remote(
                    "vda",
                    "gluster",
                    f"gv0/lab-{letter}.qcow2",
                    E.host(name="gluster1.example"),
                    image_format="qcow2",
                ),
                image("sda", "quorum.raw", bus="scsi", image_format="raw", cache="none", flags="shareable"),
                cdrom("sdb", "scsi"),
            ],
            title="Two-node cluster with a quorum disk between them",
        )
    yield Machine(
        "nas-backup",
        SHUTOFF,
        [
            block("vda", "/dev/zvol/tank/vm/nas-backup"),
            remote("vdb", "nbd", "backup", E.host(name="backup.example", port="10809")),
            remote("sda", "iscsi", f"{IQN}/2", E.host(name="san.example", port="3260"), bus="scsi"),
            block("sdb", "/dev/mapper/mpatha", bus="scsi"),
            image("vdc", "backup-target.raw", directory=NAS, image_format="raw"),
            cdrom("sdc", "scsi"),
        ],
    )
    yield Machine(
        "san-client",
        RUNNING,
        [
            volume("vda", "san-rack2", "unit:0:0:1", image_format="raw"),
            volume("vdb", "san-direct", "unit:0:0:1", image_format="raw"),
            block("vdc", "/dev/sdb1"),
            cdrom("sda", "sata"),
        ],
    )
    yield Machine(
        "rescue",
        SHUTOFF,
        [
            image("vda", "rescue.raw", image_format="raw", flags="readonly"),
            image("vdb", "web03-old.qcow2", flags="transient"),
            cdrom("sda", "sata", iso("systemrescue-12.02-amd64.iso")),
            remote("sdb", "https", "netboot/netboot.iso", E.host(name="boot.example", port="443"), bus="sata",
                   device="cdrom", flags="readonly"),
        ],
    )  # fmt: skip
    yield Machine(
        "kernel-dev",
        SHUTOFF,
        [image("vda", "kernel-dev.qcow2", discard="unmap", detect_zeroes="unmap")],
        kernel=(f"{IMAGES}/vmlinuz-6.18-dev", f"{IMAGES}/initrd-6.18-dev.img", "root=/dev/vda console=ttyS0"),
    )
    for seat in (1, 2):
        name = f"seat{seat:02}"
        yield Machine(
            name,
            SHUTOFF,
            [
                image("vda", f"{name}.qcow2", "seat-base.qcow2"),
                image("vdb", f"{name}-home.qcow2"),
                cdrom("sda", "sata"),
            ],
        )


# ── the host ────────────────────────────────────────────────────────────────────────────────────────────────


def document() -> bytes:
    node = E.node(
        etree.Comment(" Made by make_demo.py; do not edit. "),
        E.cpu(
            E.mhz("3200"),
            E.model("x86_64"),
            E.active("32"),
            E.nodes("1"),
            E.sockets("2"),
            E.cores("8"),
            E.threads("2"),
        ),
        E.memory(str(128 * 1024 * 1024)),
        *(pool.element() for pool in pools()),
        *(machine.element() for machine in machines()),
    )
    etree.indent(node)
    text: bytes = etree.tostring(node, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


if __name__ == "__main__":
    Path(__file__).with_name("host.xml").write_bytes(document())
