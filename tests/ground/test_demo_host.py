"""The demo host hangs together: the file is its script's, the machines use what the pools hold."""

from __future__ import annotations

import runpy
from collections import Counter

import pytest
from lxml import etree

from vstore_gui import resources

GIB = 1024**3


@pytest.fixture(scope="module")
def host() -> etree._Element:
    return etree.parse(resources.path("demo", "host.xml")).getroot()


def test_file_is_what_the_script_makes() -> None:
    script = runpy.run_path(str(resources.path("demo", "make_demo.py")))
    assert resources.path("demo", "host.xml").read_bytes() == script["document"]()


def test_every_kind_of_pool_is_there(host: etree._Element) -> None:
    kinds = {str(pool.get("type")) for pool in host.iterfind("pool")}
    assert kinds == {
        *("dir", "fs", "netfs", "logical", "disk", "iscsi", "iscsi-direct"),
        *("scsi", "mpath", "rbd", "gluster", "zfs", "vstorage", "sheepdog"),
    }


def test_disks_of_every_bus_and_device_are_there(host: etree._Element) -> None:
    disks = host.findall("domain/devices/disk")
    buses = {str(target.get("bus")) for disk in disks for target in disk.iterfind("target")}
    assert buses == {"virtio", "scsi", "sata", "ide", "usb", "fdc"}
    assert {str(disk.get("device")) for disk in disks} == {"disk", "cdrom", "floppy", "lun"}
    assert {str(disk.get("type")) for disk in disks} == {"file", "block", "network", "volume"}


def test_files_that_machines_use_are_volumes(host: etree._Element) -> None:
    paths = {path.text for path in host.iterfind("pool/volume/target/path")}
    used = {source.get("file") or source.get("dev") for source in host.iter("source")} - {None}
    used |= {element.text for element in host.iterfind("domain/os/*") if element.tag in ("kernel", "initrd")}
    assert used <= paths


def test_volumes_of_type_volume_disks_exist(host: etree._Element) -> None:
    volumes = {
        (pool.findtext("name"), volume.findtext("name"))
        for pool in host.iterfind("pool")
        for volume in pool.iterfind("volume")
    }
    sources = host.findall("domain/devices/disk[@type='volume']/source")
    assert sources
    assert {(source.get("pool"), source.get("volume")) for source in sources} <= volumes


def test_only_the_template_that_was_deleted_is_missing(host: etree._Element) -> None:
    paths = {path.text for path in host.iterfind("pool/volume/target/path")}
    backing = {path.text for path in host.iterfind("pool/volume/backingStore/path")}
    assert [str(path).rsplit("/")[-1] for path in backing - paths] == ["web-gone.qcow2"]


def test_pools_fit_into_what_the_test_driver_gives_them(host: etree._Element) -> None:
    for pool in host.iterfind("pool"):
        allocated = sum(int(str(element.text)) for element in pool.iterfind("volume/allocation"))
        assert 0 < allocated < 100 * GIB, pool.findtext("name")


def test_only_disks_meant_to_be_shared_are_written_by_two_machines(host: etree._Element) -> None:
    writers: Counter[str] = Counter()
    for disk in host.iterfind("domain/devices/disk"):
        source = disk.find("source")
        if source is not None and disk.find("readonly") is None and disk.find("shareable") is None:
            writers[str(sorted(source.attrib.items()))] += 1
    assert [source for source, count in writers.items() if count > 1] == []
