"""Two connections to one computer: what the one uses guards what the other shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.libvirt.stack import Stack
from tests.support.libvirtd import Disk, PrivateLibvirtd
from vstore_gui.actions.jobs import JobStatus
from vstore_gui.actions.plan import Reason
from vstore_gui.actions.volumes import plan_delete_volumes
from vstore_gui.entities.keys import VolumeKey

pytestmark = pytest.mark.real


@pytest.fixture
def second_daemon() -> Iterator[PrivateLibvirtd]:
    """As qemu:///session is beside qemu:///system: other machines, other pools, the same files."""
    daemon = PrivateLibvirtd()
    yield daemon
    daemon.close()


async def assert_kept(stack: Stack, volume: VolumeKey, machine: str) -> None:
    """Deleting the volume is refused with the name of the machine."""
    plan = plan_delete_volumes(stack.store, [volume])
    job = await stack.run(plan)
    assert job.status is JobStatus.REFUSED
    blocking = [reason for reason in job.reasons if isinstance(reason, Reason) and reason.blocks]
    assert any(machine in str(reason.message) for reason in blocking), job.reasons
    assert await stack.virsh("vol-key", volume.name, "--pool", "images")


async def test_two_daemons_of_one_computer_guard_each_others_files(
    libvirtd: PrivateLibvirtd, second_daemon: PrivateLibvirtd, tmp_path: Path
) -> None:
    folder = libvirtd.make_pool("images")
    libvirtd.virsh("vol-create-as", "images", "base.qcow2", "1M", "--format", "qcow2")
    libvirtd.virsh("vol-create-as", "images", "free.qcow2", "1M", "--format", "qcow2")
    second_daemon.define_machine("elsewhere", Disk("vda", folder / "base.qcow2", kind="qcow2"))
    async with Stack(libvirtd, tmp_path) as stack:
        used, free = (stack.volume_key("images", name) for name in ("base.qcow2", "free.qcow2"))
        assert stack.store.usage.users_of(used) == ()
        second = await stack.also(second_daemon.uri)
        infos = [host.info for host in stack.store.hosts.values()]
        assert infos[0].machine_id == infos[1].machine_id
        assert [use.domain.host for use in stack.store.usage.users_of(used)] == [second]
        await assert_kept(stack, used, "elsewhere")
        job = await stack.run(plan_delete_volumes(stack.store, [free]))
        assert job.status is JobStatus.DONE, (job.error, job.reasons)


async def test_two_uris_of_one_daemon_are_one_machine(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    folder = libvirtd.make_pool("images")
    libvirtd.virsh("vol-create-as", "images", "base.qcow2", "1M", "--format", "qcow2")
    libvirtd.define_machine("box", Disk("vda", folder / "base.qcow2", kind="qcow2"))
    other_way = libvirtd.tmp / "socket"
    other_way.symlink_to(libvirtd.socket)
    async with Stack(libvirtd, tmp_path) as stack:
        first = stack.volume_key("images", "base.qcow2")
        second = await stack.also(f"qemu+unix:///system?socket={other_way}")
        alias = VolumeKey(second, first.pool, first.name)
        assert stack.store.usage.aliases_of(first) == (alias,)
        assert {use.domain.host for use in stack.store.usage.users_of(alias)} == {first.host, second}
        await assert_kept(stack, alias, "box")
