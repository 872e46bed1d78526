"""What plans would send: valid by libvirt's schemas, and typed into a shell the same thing."""

from __future__ import annotations

import shlex
import subprocess
import typing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.actions.world import cdrom, file_disk, world
from vstore_gui.actions.disks import plan_change_media, plan_eject
from vstore_gui.actions.pools import NewPoolDraft, new_pool_document
from vstore_gui.actions.virsh import VIRSH, virsh_lines
from vstore_gui.actions.volumes import NewVolumeDraft, new_volume_document
from vstore_gui.entities import calls
from vstore_gui.entities.disk import DiskSource, SourceKind
from vstore_gui.entities.keys import VolumeKey
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.store import Store
from vstore_gui.xml.pool import PoolXml
from vstore_gui.xml.schema import Schemas
from vstore_gui.xml.volume import VolumeXml

SCHEMAS = Schemas()
HOST = "fake:///system"
# What libvirt's schemas and daemons take as a name; the wizards refuse the rest.
_IN_NAMES = st.characters(
    min_codepoint=0x21,
    max_codepoint=0x2FFF,
    exclude_characters="/\x7f",
    exclude_categories=("Cs", "Zl", "Zp", "Zs", "Cc"),
)
NAME = st.text(_IN_NAMES, min_size=1, max_size=30).filter(lambda name: name not in (".", ".."))
FILE = st.text(st.sampled_from("abcXYZ089.-_+ ä<&'\""), min_size=1, max_size=20).map(
    lambda name: f"/srv/{name}"
)


def test_the_schemas_are_there() -> None:
    assert SCHEMAS.available


@settings(deadline=None)
@given(
    name=NAME,
    path=FILE,
    mode=st.none() | st.integers(0, 0o777),
    owner=st.none() | st.integers(0, 65534),
)
def test_every_new_pools_document_is_valid_and_says_what_the_draft_says(
    name: str, path: str, mode: int | None, owner: int | None
) -> None:
    draft = NewPoolDraft(
        name=name, target_path=path, mode=mode, owner=owner, group=owner,
        uuid="6f5e8a4e-0b9f-4a57-9b0e-5a1e1c0d2f31",
    )  # fmt: skip
    document = new_pool_document(draft)
    assert SCHEMAS.problems(document, "pool") == ()
    read = PoolXml.parse(document)
    assert (read.name, read.target_path, read.mode, read.owner) == (name, path, mode, owner)


@settings(deadline=None)
@given(
    name=NAME,
    format_=st.sampled_from(["raw", "qcow2"]),
    capacity=st.integers(1, 2**62),
    allocation=st.sampled_from(["thin", "metadata", "full"]),
    backing=st.none() | FILE,
)
def test_every_new_volumes_document_is_valid(
    name: str, format_: str, capacity: int, allocation: str, backing: str | None
) -> None:
    store = Store()
    store.put_pools(HOST, (PoolState("u", "p", "dir", PoolLifecycle.RUNNING),))
    key = VolumeKey(HOST, "u", "base")
    if backing is not None:
        store.put_volumes(key.pool_key, (VolumeState("base", path=backing, detailed=True, format="raw"),))
    draft = NewVolumeDraft(
        name, format_, capacity, allocation, key if backing else None, "raw" if backing else None  # type: ignore[arg-type]
    )  # fmt: skip
    document = new_volume_document(store, draft)
    assert SCHEMAS.problems(document, "volume") == ()
    assert VolumeXml.parse(document).capacity_bytes == capacity


@pytest.mark.parametrize("running", [True, False])
async def test_documents_of_media_changes_are_valid(running: bool) -> None:
    async with world() as w:
        domain = w.host.add_domain(
            "web01", running=running, disks=(file_disk("/x.qcow2"), cdrom("/srv/iso/old.iso"))
        )
        await w.open()
        source = DiskSource(SourceKind.FILE, path="/srv/iso/debian & <more>.iso")
        drive = w.drive(domain)
        plans = (
            await plan_change_media(w.store, w.host, drive, source),
            await plan_eject(w.store, w.host, drive),
        )
        for plan in plans:
            for step in plan.steps:
                assert SCHEMAS.problems(step.xml_before or "", "disk") == ()
                assert SCHEMAS.problems(step.xml_after or "", "disk") == ()


# ── virsh ───────────────────────────────────────────────────────────────────────────────────────────────────

_CHANGES = tuple(
    call
    for call in typing.get_args(calls.AnyCall)
    if not call.__name__.startswith(("Get", "List", "Read", "Prioritise", "Probe"))
)


def test_every_call_that_changes_something_has_its_command() -> None:
    assert set(VIRSH) == set(_CHANGES)


def test_commands_are_those_of_virsh() -> None:
    def line(call: calls.AnyCall) -> str:
        return virsh_lines("qemu:///system", call, name="images")[0]

    assert line(calls.StartPool("u")) == "virsh -c qemu:///system pool-start --pool images"
    assert line(calls.StopPool("u")) == "virsh -c qemu:///system pool-destroy --pool images"
    assert line(calls.SetPoolAutostart("u", False)).endswith("pool-autostart --pool images --disable")
    assert line(calls.BuildPool("u", "overwrite")).endswith("pool-build --pool images --overwrite")
    assert line(calls.DeleteVolume("u", "a b")).endswith("vol-delete --vol 'a b' --pool images")
    created = line(calls.CreateVolume("u", "<volume/>\n", True))
    assert created.splitlines() == [
        "virsh -c qemu:///system vol-create --pool images --file /dev/stdin --prealloc-metadata <<'XML'",
        "<volume/>",
        "XML",
    ]
    updated = line(calls.UpdateDisk("u", "<disk/>", live=True, config=True, force=True))
    assert "--live --config --force" in updated


HOSTILE = st.text(st.sampled_from("a $`'\"\\;&|<>\nXML(){}*?!#~-é"), min_size=1, max_size=20)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=HOSTILE, document=HOSTILE)
def test_a_shell_hands_virsh_exactly_the_name_and_the_document(
    tmp_path: Path, name: str, document: str
) -> None:
    virsh = tmp_path / "virsh"
    if not virsh.exists():
        virsh.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\nprintf '\\0'\ncat\n")
        virsh.chmod(0o755)
    call = calls.CreateVolume("u", document)
    (line,) = virsh_lines("qemu:///system", call, name=name)
    ran = subprocess.run(
        ["/bin/sh", "-c", line], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, check=True
    )
    arguments, _, fed = ran.stdout.decode().partition("\0\0")
    assert arguments.split("\0") == [
        "-c", "qemu:///system", "vol-create", "--pool", name, "--file", "/dev/stdin",
    ]  # fmt: skip
    assert fed == document.rstrip("\n") + "\n"


@settings(deadline=None)
@given(HOSTILE)
def test_names_are_quoted_in_every_command(name: str) -> None:
    for call in (calls.StartPool("u"), calls.DeleteVolume("u", name), calls.SetPoolAutostart("u", True)):
        (line,) = virsh_lines("qemu:///system", call, name=name)
        assert name in shlex.split(line)
