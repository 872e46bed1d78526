"""Documents as values: what the rest of the program sees of a host."""

from __future__ import annotations

import msgspec
import pytest

from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import FILE_ROLES, DomainFile, DomainLifecycle
from vstore_gui.entities.pool import Permissions, PoolLifecycle, PoolSource, PoolState, SourceHost
from vstore_gui.entities.secret import SecretState
from vstore_gui.entities.snapshot import SnapshotDisk, SnapshotState
from vstore_gui.entities.volume import VolumeState
from vstore_gui.xml.disk import DiskXml
from vstore_gui.xml.document import XmlError
from vstore_gui.xml.domain import DomainXml, domain_state
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.secret import SecretXml
from vstore_gui.xml.snapshot import SnapshotXml
from vstore_gui.xml.volume import VolumeXml, read_volume

UUID = "6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31"

POOL = f"""\
<pool type='netfs'>
  <name>nas &amp; co</name>
  <uuid>{UUID}</uuid>
  <capacity unit='bytes'>1000</capacity>
  <allocation unit='bytes'>400</allocation>
  <available unit='bytes'>600</available>
  <source>
    <host name='one.example'/>
    <host name='two.example' port='2049'/>
    <dir path='/export'/>
    <format type='nfs'/>
    <protocol ver='4.2'/>
  </source>
  <target>
    <path>/mnt/nas</path>
    <permissions>
      <mode>0711</mode>
      <owner>-1</owner>
      <group>64055</group>
      <label>system_u:object_r:nfs_t:s0</label>
    </permissions>
  </target>
</pool>
"""

VOLUME = """\
<volume type='file'>
  <name>web-01.qcow2</name>
  <key>/pool/web-01.qcow2</key>
  <capacity unit='bytes'>1073741824</capacity>
  <allocation unit='bytes'>200704</allocation>
  <physical unit='bytes'>196928</physical>
  <target>
    <path>/pool/web-01.qcow2</path>
    <!-- comments are no trouble -->
    <format type='qcow2'/>
    <permissions>
      <mode>0600</mode>
      <owner>0</owner>
      <group>4294967295</group>
    </permissions>
    <timestamps>
      <atime>1341933637.273190990</atime>
      <mtime>1341930622.047245868</mtime>
      <ctime>1341930622.5</ctime>
    </timestamps>
    <encryption format='luks'/>
    <compat>1.1</compat>
    <clusterSize unit='B'>65536</clusterSize>
    <features>
      <lazy_refcounts/>
      <extended_l2/>
    </features>
  </target>
  <backingStore>
    <path>/pool/base.qcow2</path>
    <format type='qcow2'/>
  </backingStore>
</volume>
"""


class TestPools:
    def test_state_of_an_active_pool(self) -> None:
        state = PoolXml.parse(POOL).state(
            lifecycle=PoolLifecycle.RUNNING, persistent=True, autostart=True, real_target_path="/srv/nas"
        )
        assert state == PoolState(
            uuid=UUID,
            name="nas & co",
            kind="netfs",
            lifecycle=PoolLifecycle.RUNNING,
            autostart=True,
            capacity_bytes=1000,
            allocation_bytes=400,
            available_bytes=600,
            target_path="/mnt/nas",
            source=PoolSource(
                hosts=(SourceHost("one.example"), SourceHost("two.example", 2049)),
                directory="/export",
                format="nfs",
                protocol_version="4.2",
            ),
            permissions=Permissions(0o711, None, 64055, "system_u:object_r:nfs_t:s0"),
            real_target_path="/srv/nas",
        )

    def test_an_inactive_pool_has_no_sizes(self) -> None:
        state = PoolXml.parse(POOL).state()
        assert (state.capacity_bytes, state.allocation_bytes, state.available_bytes) == (None, None, None)

    def test_a_memory_backed_ceph_has_no_sizes(self) -> None:
        text = (
            "<pool type='rbd'><name>ceph</name><capacity>0</capacity><allocation>4096</allocation>"
            "<available unit='bytes'>18446744073709551615</available></pool>"
        )
        state = PoolXml.parse(text).state(lifecycle=PoolLifecycle.RUNNING)
        assert (state.capacity_bytes, state.allocation_bytes, state.available_bytes) == (None, None, None)

    def test_nonsense_of_one_size_leaves_the_others(self) -> None:
        text = (
            "<pool><capacity>10</capacity><allocation>-1</allocation>"
            "<available unit='E'>15</available></pool>"
        )
        state = PoolXml.parse(text).state(lifecycle=PoolLifecycle.RUNNING)
        assert (state.capacity_bytes, state.allocation_bytes, state.available_bytes) == (10, None, None)

    @pytest.mark.parametrize(
        ("adapter", "shown"),
        [
            ("<adapter type='scsi_host' name='scsi_host1'/>", "scsi_host1"),
            ("<adapter type='fc_host' wwnn='20' wwpn='10'/>", "10"),
            ("<adapter name='host3'/>", "host3"),
            ("", None),
        ],
    )
    def test_an_adapter_is_called_what_tells_it_apart(self, adapter: str, shown: str | None) -> None:
        state = PoolXml.parse(f"<pool type='scsi'><source>{adapter}</source></pool>").state()
        assert state.source.adapter == shown


class TestVolumes:
    def test_everything_is_read_in_one_pass(self) -> None:
        expected = VolumeState(
            name="web-01.qcow2",
            key="/pool/web-01.qcow2",
            path="/pool/web-01.qcow2",
            detailed=True,
            kind="file",
            format="qcow2",
            capacity_bytes=1073741824,
            allocation_bytes=200704,
            physical_bytes=196928,
            backing_path="/pool/base.qcow2",
            backing_format="qcow2",
            encryption="luks",
            compat="1.1",
            features=("lazy_refcounts", "extended_l2"),
            cluster_size_bytes=65536,
            permissions=Permissions(0o600, 0, None),
            modified_s=1341930622.047245868,
            changed_ns=1341930622500000000,
            file_id="1:2",
        )
        assert read_volume(VOLUME, file_id="1:2") == expected
        assert VolumeXml.parse(VOLUME).state(file_id="1:2") == expected

    def test_nonsense_is_unknown(self) -> None:
        state = read_volume(
            "<volume><capacity unit='E'>9</capacity><allocation>-1</allocation><physical>x</physical>"
            "<target><permissions><mode>99</mode><owner>x</owner></permissions>"
            "<timestamps><mtime>soon</mtime></timestamps></target></volume>"
        )
        assert state == VolumeState(name="", detailed=True)

    @pytest.mark.parametrize("text", ["", "<pool/>", "<volume>"])
    def test_what_is_no_volume_is_an_xml_error(self, text: str) -> None:
        with pytest.raises(XmlError):
            read_volume(text)


def _domain(*disks: str, os: str = "", devices: str = "") -> str:
    return (
        f"<domain type='kvm' id='3'><name>web</name><uuid>{UUID}</uuid><title>Web</title>"
        f"<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>{os}</os>"
        f"<devices>{''.join(disks)}{devices}</devices></domain>"
    )


VDA = "<disk type='file'><source file='/pool/web.qcow2'/><target dev='vda' bus='virtio'/></disk>"
CDROM = "<disk type='file' device='cdrom'>{}<target dev='sda' bus='sata'/></disk>"
ISO = CDROM.format("<source file='/iso/debian.iso'/>")


class TestDomains:
    def test_live_and_stored_documents(self) -> None:
        state = domain_state(
            _domain(VDA, ISO),
            _domain(VDA, CDROM.format("")),
            lifecycle=DomainLifecycle.PAUSED,
            reason="I/O error",
            autostart=True,
            has_managed_save=True,
            snapshots=2,
        )
        assert (state.uuid, state.name, state.title) == (UUID, "web", "Web")
        assert (state.virt_type, state.arch, state.machine) == ("kvm", "x86_64", "pc-q35-7.2")
        assert (state.lifecycle, state.reason) == (DomainLifecycle.PAUSED, "I/O error")
        assert (state.persistent, state.autostart, state.has_managed_save, state.snapshots) == (
            True,
            True,
            True,
            2,
        )
        assert [disk.target for disk in state.disks] == ["vda", "sda"]
        assert state.pending_targets == ("sda",)
        assert state.next_disks is not None
        assert state.next_disks[1].empty

    def test_a_machine_that_is_off_has_no_other_disks_to_come(self) -> None:
        state = domain_state(_domain(VDA))
        assert state.next_disks is None
        assert DomainXml.parse(_domain(VDA)).state() == state

    def test_what_only_a_running_machine_tells_is_no_pending_change(self) -> None:
        live = (
            "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
            "<source file='/iso/debian.iso' index='2'/><backingStore/>"
            "<target dev='sda' bus='sata' tray='open'/><readonly/><alias name='sata0-0-0'/></disk>"
        )
        stored = (
            "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
            "<source file='/iso/debian.iso'/><target dev='sda' bus='sata'/><readonly/></disk>"
        )
        state = domain_state(_domain(live), _domain(stored), lifecycle=DomainLifecycle.RUNNING)
        assert state.disks[0].tray_open
        assert state.pending_targets == ()

    def test_the_scsi_controllers_model_is_found_by_its_index(self) -> None:
        controllers = (
            "<controller type='scsi' index='0' model='lsilogic'/>"
            "<controller type='scsi' index='1' model='virtio-scsi'/>"
            "<controller type='sata' index='1' model='x'/>"
        )
        disk = "<disk><target dev='{}' bus='{}'/>{}</disk>"
        state = domain_state(
            _domain(
                disk.format("sda", "scsi", "<address type='drive' controller='1'/>"),
                disk.format("sdb", "scsi", ""),
                disk.format("sdc", "sata", "<address type='drive' controller='1'/>"),
                devices=controllers,
            )
        )
        assert [disk.controller_model for disk in state.disks] == ["virtio-scsi", "lsilogic", None]

    def test_files_of_both_documents_are_needed(self) -> None:
        os = (
            "<kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd><dtb>/boot/dtb</dtb>"
            "<loader readonly='yes' type='pflash'>/usr/share/OVMF.fd</loader>"
            "<nvram template='/usr/share/VARS.fd'>/nvram/web.fd</nvram>"
            "<acpi><table type='slic'>/acpi.dat</table></acpi>"
        )
        devices = (
            "<filesystem type='file'><source file='/fs.img'/><target dir='x'/></filesystem>"
            "<memory model='nvdimm'><source><path>/nvdimm.img</path></source></memory>"
        )
        mirrored = (
            "<disk type='file'><source file='/a'>"
            "<dataStore type='file'><source file='/a.data'/></dataStore></source>"
            "<mirror type='file' job='copy'><source file='/copy'/>"
            "<backingStore type='file'><source file='/below'/><backingStore/></backingStore></mirror>"
            "<target dev='vda'/></disk>"
        )
        nvram = "<nvram type='file'>\n<source file='/nvram/next.fd'/>\n</nvram>"
        state = domain_state(_domain(mirrored, os=os, devices=devices), _domain(VDA, os=nvram))
        assert state.files == (
            DomainFile("kernel", "/boot/vmlinuz"),
            DomainFile("initrd", "/boot/initrd"),
            DomainFile("dtb", "/boot/dtb"),
            DomainFile("loader", "/usr/share/OVMF.fd"),
            DomainFile("nvram", "/nvram/web.fd"),
            DomainFile("acpi", "/acpi.dat"),
            DomainFile("mirror", "/copy"),
            DomainFile("mirror", "/below"),
            DomainFile("data", "/a.data"),
            DomainFile("filesystem", "/fs.img"),
            DomainFile("memory", "/nvdimm.img"),
            DomainFile("nvram", "/nvram/next.fd"),
        )
        assert {file.role for file in state.files} == FILE_ROLES.keys() - {"snapshot"}  # of other documents

    def test_states_cross_the_wire(self) -> None:
        state = domain_state(_domain(VDA, ISO), _domain(VDA))
        assert msgspec.json.decode(msgspec.json.encode(state), type=type(state)) == state


class TestDisks:
    def test_everything_is_read_in_one_pass(self) -> None:
        text = """\
<disk type='network' device='disk'>
  <driver name='qemu' type='raw' cache='none' io='native' discard='unmap'/>
  <source protocol='rbd' name='pool/image'>
    <host name='mon1' port='6789'/>
    <host transport='unix' socket='/run/ceph.sock'/>
    <auth username='admin'><secret type='ceph' usage='x'/></auth>
    <encryption format='luks'/>
  </source>
  <target dev='sdb' bus='usb' removable='on'/>
  <shareable/><transient/>
  <serial>S1</serial><wwn>5000c50015ea71ad</wwn>
  <boot order='2'/><alias name='ua-x'/>
</disk>"""
        assert DiskXml.parse(text).state(controller_model="m") == DiskState(
            target="sdb",
            bus="usb",
            source=DiskSource(
                kind=SourceKind.NETWORK,
                protocol="rbd",
                name="pool/image",
                hosts=(SourceHost("mon1", 6789), SourceHost("/run/ceph.sock")),
            ),
            format="raw",
            shareable=True,
            transient=True,
            removable=True,
            cache="none",
            io="native",
            discard="unmap",
            serial="S1",
            wwn="5000c50015ea71ad",
            boot_order=2,
            alias="ua-x",
            controller_model="m",
            encryption="luks",
        )

    def test_the_backing_chain_is_told_nearest_first(self) -> None:
        text = """\
<disk type='file'><source file='/top'/>
  <backingStore type='file' index='1'><format type='qcow2'/><source file='/middle'/>
    <backingStore type='network'><source protocol='rbd' name='p/i'/>
      <backingStore type='volume'><source pool='p' volume='v'/>
        <backingStore type='block'><source dev='/dev/vg/base'/><backingStore/></backingStore>
      </backingStore>
    </backingStore>
  </backingStore>
  <target dev='vda'/></disk>"""
        chain = DiskXml.parse(text).state().chain
        assert chain == ("/middle", "rbd:p/i", "volume:p/v", "/dev/vg/base")

    def test_a_cdrom_is_read_only_by_force(self) -> None:
        assert DiskXml.parse("<disk device='cdrom'><target dev='sda'/></disk>").state().readonly


class TestOthers:
    def test_snapshot(self) -> None:
        snapshot = SnapshotXml.parse(
            "<domainsnapshot><name>s1</name><description>d</description><state>running</state>"
            "<parent><name>s0</name></parent><creationTime>1272917631</creationTime>"
            "<memory snapshot='external' file='/mem'/>"
            "<disks><disk name='vda' snapshot='external' type='file'>"
            "<driver type='qcow2'/><source file='/s1'/></disk>"
            "<disk name='vdb' snapshot='no'/></disks>"
            f"<domain><name>web</name><uuid>{UUID}</uuid></domain></domainsnapshot>"
        )
        assert snapshot.state() == SnapshotState(
            name="s1",
            description="d",
            state="running",
            parent="s0",
            created_s=1272917631,
            memory="external",
            memory_path="/mem",
            disks=(SnapshotDisk("vda", "external", "/s1", "qcow2"), SnapshotDisk("vdb", "no")),
        )
        assert snapshot.domain is not None
        assert snapshot.domain.name == "web"

    def test_snapshot_disks_are_added_by_name(self) -> None:
        snapshot = SnapshotXml.new()
        snapshot.disk("vda").mode = "external"
        snapshot.disk("vda").file = "/s1"
        assert [disk.state() for disk in snapshot.disks] == [SnapshotDisk("vda", "external", "/s1")]

    @pytest.mark.parametrize(
        ("usage", "kind", "id_"),
        [
            ("<usage type='volume'><volume>/v</volume></usage>", "volume", "/v"),
            ("<usage type='ceph'><name>admin</name></usage>", "ceph", "admin"),
            ("<usage type='iscsi'><target>iqn</target></usage>", "iscsi", "iqn"),
            ("", None, None),
        ],
    )
    def test_secret(self, usage: str, kind: str | None, id_: str | None) -> None:
        secret = SecretXml.parse(f"<secret ephemeral='no' private='yes'><uuid>{UUID}</uuid>{usage}</secret>")
        assert secret.state() == SecretState(UUID, kind, id_, private=True)
