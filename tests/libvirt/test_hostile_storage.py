"""Directories that no admin tidied up: hostile names, files that are none, storage that goes."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from tests.libvirt.stack import Stack
from tests.support.libvirtd import PrivateLibvirtd
from tests.support.waiting import eventually
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.volumes import plan_delete_volumes
from vstore_gui.entities.calls import DeleteVolume, GetVolumeDocument, ProbePath
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.host import HostLink

pytestmark = pytest.mark.real

HARMLESS_TO_US = [
    "two\nlines",
    "<b>bold&amp;",
    "-rf",
    "x" * 255,
    "a\tb",
    " space ",
    "right\u202eleft",
    "'\"$(id)",
]


def put(folder: Path, name: bytes, content: bytes = b"x" * 4096) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(content)


async def details(stack: Stack, name: str) -> None:
    """Everything of the pool is read, this volume's details included."""
    await stack.sync.complete()
    await stack.idle()
    volume = stack.volume("odd", name)
    assert volume is not None, list(stack.store.volumes(stack.pool_key("odd")))
    assert volume.detailed


async def test_names_are_listed_read_and_deleted_as_they_are(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    folder = libvirtd.make_pool("odd")
    for name in HARMLESS_TO_US:
        put(folder, name.encode())
    libvirtd.virsh("pool-refresh", "odd")
    async with Stack(libvirtd, tmp_path) as stack:
        for name in HARMLESS_TO_US:
            await details(stack, name)
            assert stack.volume("odd", name).capacity_bytes == 4096  # type: ignore[union-attr]
        keys = [stack.volume_key("odd", name) for name in HARMLESS_TO_US]
        job = await stack.run(plan_delete_volumes(stack.store, keys))
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        assert os.listdir(folder) == []  # noqa: PTH208


async def test_file_name_that_is_no_utf8_costs_no_other_volume(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    folder = libvirtd.make_pool("odd")
    for name in (b"caf\xe9.iso", b"\xff\xfe", b"plain.raw"):
        put(folder, name)
    libvirtd.virsh("pool-refresh", "odd")
    async with Stack(libvirtd, tmp_path) as stack:
        for spelt in ("plain.raw", "caf\\xe9.iso", "\\xff\\xfe"):
            await details(stack, spelt)
            assert stack.volume("odd", spelt).capacity_bytes == 4096  # type: ignore[union-attr]
        odd = stack.volume_key("odd", "caf\\xe9.iso")
        document = await stack.host.call(GetVolumeDocument(odd.pool, odd.name))
        assert "<name>caf\\xe9.iso</name>" in document
        job = await stack.run(plan_delete_volumes(stack.store, [odd]))
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        assert sorted(os.listdir(os.fsencode(folder))) == [b"plain.raw", b"\xff\xfe"]  # noqa: PTH208
        assert stack.volume("odd", odd.name) is None


async def test_spelling_of_a_strange_name_never_stands_for_the_file_that_is_called_so(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    folder = libvirtd.make_pool("odd")
    put(folder, b"caf\xe9.iso")
    put(folder, b"caf\\xe9.iso")
    libvirtd.virsh("pool-refresh", "odd")
    async with Stack(libvirtd, tmp_path) as stack:
        await details(stack, "caf\\xe9.iso")
        key = stack.volume_key("odd", "caf\\xe9.iso")
        job = await stack.run(plan_delete_volumes(stack.store, [key]))
        assert job.status is JobStatus.DONE, (job.error, job.reasons)
        assert os.listdir(os.fsencode(folder)) == [b"caf\xe9.iso"]  # noqa: PTH208


async def test_backing_file_that_is_no_utf8_is_spelt_out(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.make_pool("odd")
    libvirtd.virsh("vol-create-as", "odd", "base.qcow2", "1M", "--format", "qcow2")
    libvirtd.virsh(
        "vol-create-as", "odd", "top.qcow2", "1M", "--format", "qcow2",
        "--backing-vol", "base.qcow2", "--backing-vol-format", "qcow2",
    )  # fmt: skip
    image = folder / "top.qcow2"
    image.write_bytes(image.read_bytes().replace(b"/base.qcow2", b"/b\xe9se.qcow2"))
    libvirtd.virsh("pool-refresh", "odd")
    async with Stack(libvirtd, tmp_path) as stack:
        await details(stack, "base.qcow2")
        await details(stack, "top.qcow2")
        assert stack.volume("odd", "top.qcow2").backing_path == f"{folder}/b\\xe9se.qcow2"  # type: ignore[union-attr]


async def test_error_about_a_strange_name_is_told_in_words(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.make_pool("odd")
    full = os.fsencode(folder) + b"/d\xe9"
    os.mkdir(full)  # noqa: PTH102
    put(Path(os.fsdecode(full)), b"content")
    libvirtd.virsh("pool-refresh", "odd")
    async with Stack(libvirtd, tmp_path) as stack:
        key = stack.volume_key("odd", "d\\xe9")
        with pytest.raises(HostError) as caught:
            await stack.host.call(DeleteVolume(key.pool, key.name))
        assert "d\\xe9" in caught.value.state.original
        assert "not empty" in caught.value.state.original
        assert stack.link is HostLink.ONLINE


async def test_target_that_is_a_link_to_a_directory_of_a_strange_name(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    real = Path(os.fsdecode(os.fsencode(libvirtd.tmp) + b"/d\xe9"))
    os.mkdir(real)  # noqa: PTH102
    link = libvirtd.tmp / "link"
    link.symlink_to(real)
    put(real, b"plain.raw")
    libvirtd.make_pool("odd", link)
    async with Stack(libvirtd, tmp_path) as stack:
        await details(stack, "plain.raw")
        assert stack.pool("odd").real_target_path == f"{libvirtd.tmp}/d\\xe9"  # type: ignore[union-attr]
        facts = await stack.host.call(ProbePath(str(link)))
        assert (facts.exists, facts.real_path) == (True, f"{libvirtd.tmp}/d\\xe9")


async def test_what_is_no_image_is_no_trouble(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.make_pool("odd")
    put(folder, b"empty.qcow2", b"")
    put(folder, b"plain.raw")
    put(folder, "\ufffe.raw".encode())  # UTF-8, and yet no XML document can hold it
    (folder / "folder").mkdir()
    (folder / "dangling").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
        libvirtd.virsh("pool-refresh", "odd")
        async with Stack(libvirtd, tmp_path) as stack:
            for name in ("empty.qcow2", "plain.raw", "\ufffe.raw", "folder"):
                await details(stack, name)
            assert stack.volume("odd", "empty.qcow2").capacity_bytes == 0  # type: ignore[union-attr]
            assert set(stack.store.volumes(stack.pool_key("odd"))) == {
                "empty.qcow2", "plain.raw", "\ufffe.raw", "folder",
            }  # fmt: skip


async def test_target_that_vanishes_leaves_the_host_and_the_other_pools_alone(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    folder = libvirtd.make_pool("odd")
    put(folder, b"plain.raw")
    libvirtd.virsh("pool-refresh", "odd")
    libvirtd.make_pool("other")
    async with Stack(libvirtd, tmp_path) as stack:
        await details(stack, "plain.raw")
        stack.sync.watch_pool(stack.pool_key("odd"))
        await stack.elsewhere(lambda: shutil.rmtree(folder))
        await eventually(
            lambda: (pool := stack.pool("odd")) and not pool.active,
            "libvirt to stop what it cannot refresh, by the refresh of the pool on screen",
        )
        await eventually(lambda: stack.volume("odd", "plain.raw") is None, "its volumes to go")
        await stack.virsh("vol-create-as", "other", "new.raw", "1M")
        await stack.sync.reread_pool(stack.pool_key("other"))
        assert stack.volume("other", "new.raw") is not None
        assert stack.link is HostLink.ONLINE
