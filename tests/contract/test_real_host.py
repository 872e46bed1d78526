"""What only a real libvirtd can show: changes by others, discs in running machines, silence, loss, ssh."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.sites import QUICK, RealSite, Recorder, online, opened
from tests.contract.test_machines import cdrom, text
from tests.contract.test_pools import refused, started_pool
from tests.contract.test_volumes import volume_xml
from tests.support.iso import make_iso
from tests.support.libvirtd import Disk, PrivateLibvirtd
from tests.support.waiting import eventually
from vstore_gui.adapter.host_client import HostClient
from vstore_gui.entities.calls import (
    CreateVolume,
    GetHostInfo,
    ListDomains,
    ListPools,
    ListVolumes,
    ReadBlockStats,
    ReadDomain,
    ReadPool,
    ReadVolume,
    ReadVolumes,
    UpdateDisk,
)
from vstore_gui.entities.errors import ErrorKind
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import (
    CredentialsWanted,
    DomainEvent,
    Ended,
    LaneAnswered,
    LaneSilent,
    Online,
    PoolEvent,
)
from vstore_gui.hostd.files import file_id
from vstore_gui.hostd.session import DEADLINE_VARIABLE

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def _daemon_first(_one_libvirtd: PrivateLibvirtd) -> PrivateLibvirtd:
    """Started before a test's own accounts are opened."""
    return _one_libvirtd


@pytest.fixture
def real(_daemon_first: PrivateLibvirtd, libvirtd: PrivateLibvirtd) -> RealSite:
    return RealSite(libvirtd)


async def test_what_others_do_is_told(real: RealSite, heard: Recorder) -> None:
    async with opened(real, heard) as host:
        real.daemon.make_pool("theirs")
        real.daemon.define_machine("box", Disk("sda", None, bus="sata", device="cdrom"))
        await eventually(
            lambda: (
                {"defined", "started"} <= {event.event for event in heard.of(PoolEvent)}
                and [event.event for event in heard.of(DomainEvent)] == ["lifecycle defined"]
            ),
            "the events of pool and machine",
        )
        (pool,) = await host.call(ListPools())
        assert (pool.name, pool.active, pool.real_target_path) == ("theirs", True, pool.target_path)
        real.daemon.virsh("vol-create-as", "theirs", "a.qcow2", "1M", "--format", "qcow2")
        assert [volume.name for volume in await host.call(ListVolumes(pool.uuid))] == ["a.qcow2"]
        volume = await host.call(ReadVolume(pool.uuid, "a.qcow2"))
        assert volume.file_id == file_id(volume.path)
        real.daemon.virsh("pool-refresh", "theirs")
        await eventually(lambda: heard.of(PoolEvent)[-1].event == "refreshed", "the refresh")
        real.daemon.virsh("undefine", "box")
        await eventually(lambda: heard.of(DomainEvent)[-1].gone, "the machine's end")


async def test_a_disc_goes_into_a_running_machine_and_out(real: RealSite, heard: Recorder) -> None:
    async with opened(real, heard) as host:
        folder = real.daemon.make_pool("discs")
        disc = str(make_iso(folder / "disc.iso"))
        real.daemon.define_machine("box", Disk("sda", None, bus="scsi", device="cdrom"))
        real.daemon.virsh("start", "box")
        (machine,) = await host.call(ListDomains())
        assert machine.active
        live = await host.call(UpdateDisk(machine.uuid, text(cdrom(disc)), live=True, config=False))
        assert live.disks[0].source.path == disc
        assert live.disks[0].source.file_id == file_id(disc)
        assert live.pending_targets == ("sda",)
        await eventually(
            lambda: [event.detail for event in heard.of(DomainEvent) if event.event == "tray-change"][:1],
            "the tray to move",
        )
        both = await host.call(UpdateDisk(machine.uuid, text(cdrom(disc)), live=True, config=True))
        assert both.pending_targets == ()
        (stats,) = await host.call(ReadBlockStats((machine.uuid,)))
        assert [(disk.target, disk.path) for disk in stats.disks] == [("sda", disc)]
        out = await host.call(UpdateDisk(machine.uuid, text(cdrom(None)), live=True, config=True, force=True))
        assert out.disks[0].empty
        missing = UpdateDisk(machine.uuid, text(cdrom("/nobody.iso")), live=True, config=False)
        assert (await refused(real, missing)).kind in (ErrorKind.MISSING_PATH, ErrorKind.OTHER)
        assert (await host.call(ReadDomain(machine.uuid))).disks[0].empty


async def test_a_silent_daemon_is_noticed_and_nothing_is_asked_twice(
    real: RealSite, heard: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DEADLINE_VARIABLE, "0.3")
    async with opened(real, heard) as host:
        pool = await started_pool(real)
        real.daemon.stop()
        hung = asyncio.ensure_future(host.call(ReadPool(pool.uuid)))
        await eventually(lambda: heard.of(LaneSilent), "the silence to be told")
        assert [(silent.pool, silent.call) for silent in heard.of(LaneSilent)] == [(pool.uuid, "ReadPool")]
        for call in (ReadPool(pool.uuid), ListVolumes(pool.uuid), ListPools()):
            assert (await refused(real, call)).kind is ErrorKind.NOT_RESPONDING, call
        assert not hung.done()
        real.daemon.cont()
        assert (await hung).uuid == pool.uuid
        await eventually(lambda: LaneAnswered(pool.uuid) in heard.reports, "the lane to work again")
        assert [found.uuid for found in await host.call(ListPools())] == [pool.uuid]
        await host.call(CreateVolume(pool.uuid, volume_xml("after")))
        names = tuple(volume.name for volume in await host.call(ListVolumes(pool.uuid)))
        assert await host.call(ReadVolumes(pool.uuid, names)) == 1


async def test_a_killed_daemon_is_found_again(real: RealSite, heard: Recorder) -> None:
    async with opened(real, heard) as host:
        pool = await started_pool(real)
        real.daemon.kill()
        await eventually(lambda: host.link is HostLink.RECONNECTING, "the loss to be noticed")
        assert heard.of(Ended)[0].error.kind is ErrorKind.LOST
        real.daemon.start()
        await eventually(lambda: len(heard.of(Online)) == 2, "the host to be back")
        assert [found.uuid for found in await host.call(ListPools())] == [pool.uuid]


# Asks as ssh does, then is the tunnel: what a program on the host would do with libvirtd's socket.
FAKE_SSH = """#!{python}
import os, select, socket, subprocess, sys
def ask(prompt):
    return subprocess.run([os.environ["SSH_ASKPASS"], prompt], capture_output=True, text=True).stdout.strip()
with open({log!r}, "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
if ask("Are you sure you want to continue connecting (yes/no/[fingerprint])? ") != "yes":
    sys.exit("Host key verification failed.")
if ask("root@nas's password: ") != "s3cret":
    sys.exit("root@nas: Permission denied (publickey,password).")
daemon = socket.socket(socket.AF_UNIX)
daemon.connect({socket!r})
while True:
    for ready in select.select([0, daemon], [], [])[0]:
        data = os.read(ready if ready == 0 else daemon.fileno(), 65536)
        if not data:
            sys.exit(0)
        daemon.sendall(data) if ready == 0 else os.write(1, data)
"""


@pytest.mark.parametrize(
    ("confirm", "password", "kind"),
    [
        ("yes", "s3cret", None),
        ("no", "s3cret", ErrorKind.HOST_KEY),
        ("yes", "wrong", ErrorKind.AUTH_FAILED),
        ("yes", None, ErrorKind.AUTH_CANCELLED),
    ],
)
async def test_ssh_asks_in_the_window(
    real: RealSite,
    heard: Recorder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    confirm: str,
    password: str | None,
    kind: ErrorKind | None,
) -> None:
    ssh, log = tmp_path / "ssh", tmp_path / "log"
    ssh.write_text(FAKE_SSH.format(python=sys.executable, socket=str(real.daemon.socket), log=str(log)))
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    answers: dict[str, Any] = {"confirm": (confirm,), "password": password and (password,)}

    class Answering(Recorder):
        def host_reported(self, host: Any, report: Any) -> None:
            super().host_reported(host, report)
            if isinstance(report, CredentialsWanted):
                host.answer_credentials(report.id, answers[report.prompts[0].kind])

    window = Answering()
    host = HostClient("qemu+ssh://root@nas:2222/system?keyfile=/k/id", backoff=QUICK)
    host.open(window)
    await eventually(lambda: host.link in (HostLink.ONLINE, HostLink.FAILED), "the opening to end")
    if kind is not None:
        (ended,) = window.of(Ended)
        assert (ended.error.kind, ended.retry) == (kind, False), ended
        assert "s3cret" not in repr(ended)
    else:
        await online(host, window)
        info = await host.call(GetHostInfo())
        assert not info.local
        assert await host.call(ListPools()) == ()
        # The second connection has asked nobody.
        assert [wanted.prompts[0].kind for wanted in window.of(CredentialsWanted)] == ["confirm", "password"]
        first, second = log.read_text().splitlines()
        assert first == second
        assert "-p 2222" in first
        assert "/k/id" in first
        assert "known_hosts" in first
    await host.close()
