"""Names of files: what means the same file, and what does not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vstore_gui.entities.keys import PoolKey
from vstore_gui.entities.pool import PoolSource, PoolState, SourceHost
from vstore_gui.store.file_names import (
    network_names,
    normal_path,
    parse_reference,
    server_name,
    storages_of_pool,
    volume_place,
)
from vstore_gui.store.places import Places

RBD = (("rbd", "mon1", "/rbd/img"),)
GLUSTER = (("gluster", "g1", "/vol/dir/img"),)
ISCSI = (("iscsi", "target.example", "/iqn.2024-01.example:t/3"),)
NFS = (("nfs", "filer", "/export/img"),)

REFERENCES: list[tuple[str, object]] = [
    ("/abs/base.qcow2", "/abs/base.qcow2"),
    ("/abs//./base.qcow2", "/abs/base.qcow2"),
    ("base.qcow2", "/dir/base.qcow2"),
    ("../other/base.qcow2", "/other/base.qcow2"),
    ("sub/with: colon", "/dir/sub/with: colon"),
    ("", None),
    ("file:/abs/base", "/abs/base"),
    ("file:base", "/dir/base"),
    ("file:///abs/with%20space", "/abs/with space"),
    ("host_device:/dev/sdb", "/dev/sdb"),
    ("rbd:rbd/img", (("rbd", "@m1", "/rbd/img"),)),
    ("rbd:rbd/img@snap:id=admin:mon_host=mon1\\:6789", RBD),
    ("rbd:rbd/img:mon_host=mon1\\:6789\\;mon2\\:6789", (*RBD, ("rbd", "mon2", "/rbd/img"))),
    ("gluster://g1/vol/dir/img", GLUSTER),
    ("gluster+tcp://g1:24007/vol/dir/img", GLUSTER),
    ("iscsi://user%pass@target.example:3260/iqn.2024-01.example:t/3", ISCSI),
    ("nfs://filer/export/img?uid=0", NFS),
    ("nbd://host:10809/export", (("nbd", "host", "/export"),)),
    ("nbd:host:10809:exportname=export", (("nbd", "host", "/export"),)),
    ("nbd:unix:/run/nbd.sock:exportname=export", (("nbd", "@m1", "/export"),)),
    ("https://mirror.example/debian.iso", (("https", "mirror.example", "/debian.iso"),)),
    ("http://[broken", None),
    ("fat:rw:/dir", None),
    ('json:{"driver":"qcow2","file":{"driver":"file","filename":"/abs/base"}}', "/abs/base"),
    ('json:{"driver":"qcow2","file.driver":"file","file.filename":"/abs/base"}', "/abs/base"),
    ('json:{"file":{"driver":"raw","file.filename":"base"}}', "/dir/base"),
    ('json:{"driver":"raw","file":{"driver":"host_device","filename":"/dev/vg/lv"}}', "/dev/vg/lv"),
    (
        'json:{"file":{"driver":"rbd","pool":"rbd","image":"img","server":[{"host":"mon1","port":"6789"}]}}',
        RBD,
    ),
    ('json:{"file":{"driver":"rbd","pool":"rbd","image":"img","server.0.host":"mon1"}}', RBD),
    (
        'json:{"file":{"driver":"gluster","volume":"vol","path":"dir/img","server":[{"host":"g1"}]}}',
        GLUSTER,
    ),
    (
        'json:{"driver":"iscsi","portal":"target.example:3260","target":"iqn.2024-01.example:t","lun":3}',
        ISCSI,
    ),
    ('json:{"driver":"nfs","server":{"type":"inet","host":"filer"},"path":"/export/img"}', NFS),
    ('json:{"driver":"nbd","host":"host","export":"export"}', (("nbd", "host", "/export"),)),
    ('json:{"driver":"null-co"}', None),
    ("json:{not json", None),
    ("json:[1]", None),
    ('json:{"file":{"file":{"file":7}}}', None),
]


@pytest.mark.parametrize(("reference", "target"), REFERENCES)
def test_a_backing_reference_leads_to(reference: str, target: object) -> None:
    assert parse_reference(reference, "/dir", "m1") == target


hostile = st.text() | st.builds(str.__add__, st.sampled_from(["json:", "rbd:", "nfs://", "nbd:"]), st.text())


@given(hostile)
def test_no_reference_whatever_is_in_it_raises(reference: str) -> None:
    target = parse_reference(reference, "/dir", "m1")
    Places().names_of_target("m1", target)


keys = st.sampled_from(
    ["driver", "file", "filename", "server", "host", "file.driver", "server.0.host", "path"]
)
documents = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(keys, inner)
)


@given(documents)
def test_no_json_document_raises(document: object) -> None:
    Places().names_of_target("m1", parse_reference("json:" + json.dumps(document), "/dir", "m1"))


def test_a_network_disk_and_the_volume_of_a_pool_have_one_name() -> None:
    rbd = PoolState("u", "ceph", "rbd", source=PoolSource(hosts=(SourceHost("MON1.", 6789),), name="rbd"))
    (place,) = storages_of_pool(rbd, "m1")
    assert (*place[:2], f"{place[2]}/{volume_place('rbd', 'img')}") == RBD[0]
    assert network_names("rbd", "rbd/img", (SourceHost("mon1"),), "m1") == RBD
    gluster = PoolState(
        "u", "g", "gluster", source=PoolSource(hosts=(SourceHost("g1"),), name="vol", directory="/dir")
    )
    (place,) = storages_of_pool(gluster, "m1")
    assert (*place[:2], f"{place[2]}/{volume_place('gluster', 'img')}") == GLUSTER[0]
    iscsi = PoolState(
        "u", "i", "iscsi-direct",
        source=PoolSource(hosts=(SourceHost("target.example"),), devices=("iqn.2024-01.example:t",)),
    )  # fmt: skip
    (place,) = storages_of_pool(iscsi, "m1")
    assert (*place[:2], f"{place[2]}/{volume_place('iscsi-direct', 'unit:0:0:3')}") == ISCSI[0]
    assert network_names("iscsi", "iqn.2024-01.example:t/3", (SourceHost("target.example"),), "m1") == ISCSI


def test_localhost_is_another_server_on_each_machine() -> None:
    assert server_name("localhost", "m1") == server_name("127.0.0.1", "m1")
    assert server_name("localhost", "m1") != server_name("localhost", "m2")
    assert server_name("Filer.Example.", "m1") == server_name("filer.example", "m2")


def test_paths_are_compared_without_dots_and_doubled_slashes() -> None:
    assert normal_path("//srv/./pool/../pool//a/") == "/srv/pool/a"
    assert normal_path("/srv/.hidden/a") == "/srv/.hidden/a"


def test_links_are_resolved_and_mounts_named_by_their_server() -> None:
    places = Places()
    link = PoolState("l", "l", "dir", target_path="/link/", real_target_path="/data/real")
    nfs = PoolState(
        "n", "n", "netfs", target_path="/data",
        source=PoolSource(hosts=(SourceHost("filer"),), directory="/export"),
    )  # fmt: skip
    assert places.put(PoolKey("h", "l"), link, "m1")
    assert places.names("m1", "/link/a") == (("path", "m1", "/data/real/a"),)
    assert places.put(PoolKey("h", "n"), nfs, "m1")
    assert not places.put(PoolKey("h", "n"), nfs, "m1")
    assert places.names("m1", "/link/sub/a") == (
        ("path", "m1", "/data/real/sub/a"),
        ("nfs", "filer", "/export/real/sub/a"),
    )
    assert places.names("m1", "/link") == (("path", "m1", "/data/real"), ("nfs", "filer", "/export/real"))
    assert places.names("m2", "/link/a") == (("path", "m2", "/link/a"),)
    assert places.put(PoolKey("h", "l"), None, "m1")
    assert places.names("m1", "/link/a") == (("path", "m1", "/link/a"),)


def test_links_in_a_circle_end() -> None:
    places = Places()
    places.put(PoolKey("h", "1"), PoolState("1", "1", "dir", target_path="/a", real_target_path="/b"), "m")
    places.put(PoolKey("h", "2"), PoolState("2", "2", "dir", target_path="/b", real_target_path="/a"), "m")
    places.put(PoolKey("h", "3"), PoolState("3", "3", "dir", target_path="/c", real_target_path="/c/d"), "m")
    assert places.names("m", "/a/x") == places.names("m", "/a/x")
    assert places.names("m", "/c/x") == (("path", "m", "/c/x"),)


def test_an_iscsi_device_is_named_by_its_target_on_any_machine() -> None:
    path = "/dev/disk/by-path/ip-target.example:3260-iscsi-iqn.2024-01.example:t-lun-3"
    assert Places().names("m2", path)[1:] == ISCSI
