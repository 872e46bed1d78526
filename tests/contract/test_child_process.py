"""The life of a child process: started, lost, started again, given up, ended; nothing of it left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from tests.contract.sites import QUICK, Recorder, online
from tests.support.waiting import eventually
from vstore_gui.adapter.child import Child
from vstore_gui.adapter.host_client import HostClient
from vstore_gui.adapter.supervisor import Backoff
from vstore_gui.entities.calls import GetChildStats, ListDomains, ListPools, ReadPool
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import CredentialPrompt, CredentialsWanted, Ended, Online
from vstore_gui.wire.frames import frame
from vstore_gui.wire.messages import Told, ToWindow

NEVER = Backoff(first_s=3600.0)


def open_files() -> set[str]:
    return {str(entry.readlink()) for entry in Path("/proc/self/fd").iterdir() if entry.exists()}


async def test_a_killed_child_is_replaced_and_calls_under_way_are_lost(heard: Recorder) -> None:
    host = HostClient("test:///default", backoff=QUICK)
    host.open(heard)
    await online(host, heard)
    pid = host.child_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    call = asyncio.ensure_future(host.call(ListPools()))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(HostError) as lost:
        await call
    assert lost.value.kind is ErrorKind.LOST
    await eventually(lambda: len(heard.of(Online)) == 2, "the new child to come online")
    (ended,) = heard.of(Ended)
    assert ended.retry
    assert "SIGKILL" in str(ended.error.message)
    assert [link for link, _ in heard.links] == [
        HostLink.CONNECTING, HostLink.ONLINE, HostLink.RECONNECTING, HostLink.RECONNECTING, HostLink.ONLINE
    ]  # fmt: skip
    pauses = [pause for link, pause in heard.links if link is HostLink.RECONNECTING]
    assert pauses[0] is not None
    assert pauses[1] is None  # trying now
    assert host.child_pid != pid
    assert len(await host.call(ListPools())) == 1
    await host.close()


async def test_an_address_that_leads_nowhere_is_not_tried_again(heard: Recorder, tmp_path: Path) -> None:
    host = HostClient(f"test://{tmp_path}/nobody.xml", backoff=QUICK)
    host.open(heard)
    await eventually(lambda: host.link is HostLink.FAILED, "the opening to fail")
    (ended,) = heard.of(Ended)
    assert not ended.retry
    assert ended.error.kind is ErrorKind.INVALID
    assert heard.links[-1] == (HostLink.FAILED, None)
    assert host.child_pid is None
    (tmp_path / "nobody.xml").write_text("<node/>")
    host.retry()
    await online(host, heard)
    await host.close()


async def test_a_daemon_that_may_come_is_tried_again(heard: Recorder, tmp_path: Path) -> None:
    host = HostClient(f"qemu+unix:///system?socket={tmp_path}/socket", backoff=QUICK)
    host.open(heard)
    await eventually(lambda: len(heard.of(Ended)) >= 2, "a second try")
    assert all(ended.retry for ended in heard.of(Ended))
    assert {link for link, _ in heard.links} == {HostLink.CONNECTING, HostLink.FAILED}
    assert all(pause for link, pause in heard.links if link is HostLink.FAILED)
    await host.close()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/nobody/is/here",), "cannot start"),
        ((sys.executable, "-c", "raise SystemExit('no such module')"), "no such module"),
    ],
)
async def test_a_child_that_cannot_start_is_a_fault_and_no_hot_loop(
    heard: Recorder, command: tuple[str, ...], words: str
) -> None:
    host = HostClient("test:///default", backoff=QUICK, command=command)
    host.open(heard)
    await eventually(lambda: host.link is HostLink.FAILED, "the start to fail")
    (ended,) = heard.of(Ended)
    assert (ended.error.kind, ended.retry) == (ErrorKind.INTERNAL, False)
    assert words in ended.error.original
    await host.close()


async def test_a_deadline_ends_the_waiting_and_closing_ends_a_stopped_child(heard: Recorder) -> None:
    host = HostClient("test:///default")
    host.open(heard)
    await online(host, heard)
    assert host.child_pid is not None
    os.kill(host.child_pid, signal.SIGSTOP)
    with pytest.raises(HostError) as late:
        await host.call(ListDomains(), deadline_s=0.01)
    assert late.value.kind is ErrorKind.NOT_RESPONDING
    pending = asyncio.ensure_future(host.call(ListDomains()))
    await asyncio.sleep(0)
    await host.close()
    assert host.link is HostLink.OFFLINE
    with pytest.raises(HostError) as lost:
        await pending
    assert lost.value.kind is ErrorKind.LOST


async def test_closing_while_it_connects_or_waits_leaves_nothing(heard: Recorder, tmp_path: Path) -> None:
    before = open_files()
    connecting = HostClient("test:///default")
    connecting.open(heard)
    await connecting.close()
    waiting = HostClient(f"qemu+unix:///system?socket={tmp_path}/socket", backoff=NEVER)
    waiting.open(heard)
    await eventually(lambda: waiting.link is HostLink.FAILED, "the first try to fail")
    await waiting.close()
    assert open_files() == before


async def test_a_cancelled_call_is_forgotten(heard: Recorder) -> None:
    host = HostClient("test:///default")
    host.open(heard)
    await online(host, heard)
    call = asyncio.ensure_future(host.call(ListPools()))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    stats = await host.call(GetChildStats())
    assert stats.peak_rss_bytes > 0
    assert stats.calls["virConnect.getLibVersion"] == 1
    await host.close()


async def test_a_fault_of_who_takes_the_parts_ends_the_call(heard: Recorder) -> None:
    from vstore_gui.entities.calls import ReadVolumes

    host = HostClient("test:///default")
    host.open(heard)
    await online(host, heard)
    (pool,) = await host.call(ListPools())

    def clumsy(_part: object) -> None:
        raise LookupError("clumsy")

    with pytest.raises(LookupError):
        await host.call(ReadVolumes(pool.uuid, ("nobody",)), on_part=clumsy)
    assert await host.call(ReadPool(pool.uuid)) == pool
    await host.close()


AUTH_NODE = "<node><auth><user password='s3cret'>alice</user></auth></node>"


@pytest.mark.parametrize(
    ("answer", "link", "kind"),
    [
        (("alice", "s3cret"), HostLink.ONLINE, None),
        (("alice", "wrong"), HostLink.FAILED, ErrorKind.AUTH_FAILED),
        (None, HostLink.FAILED, ErrorKind.AUTH_CANCELLED),
    ],
)
async def test_credentials_go_to_the_window_and_back(
    heard: Recorder, tmp_path: Path, answer: tuple[str, ...] | None, link: HostLink, kind: ErrorKind | None
) -> None:
    node = tmp_path / "node.xml"
    node.write_text(AUTH_NODE)
    host = HostClient(f"test://{node}", backoff=QUICK)
    host.open(heard)
    await eventually(lambda: heard.of(CredentialsWanted), "the question")
    if answer is None:
        host.answer_credentials(heard.of(CredentialsWanted)[0].id, None)
    else:
        # The driver asks for one after the other.
        asked = 0
        values = {"text": answer[0], "password": answer[1]}
        while host.link is HostLink.CONNECTING:
            await eventually(
                lambda seen=asked: (
                    len(heard.of(CredentialsWanted)) > seen or host.link is not HostLink.CONNECTING
                ),
                "the next question or the end of them",
            )
            for wanted in heard.of(CredentialsWanted)[asked:]:
                host.answer_credentials(wanted.id, tuple(values[prompt.kind] for prompt in wanted.prompts))
                asked += 1
    await eventually(lambda: host.link is link, f"the link to be {link}")
    prompts = [prompt for wanted in heard.of(CredentialsWanted) for prompt in wanted.prompts]
    assert all(isinstance(prompt, CredentialPrompt) and prompt.prompt for prompt in prompts)
    if kind is not None:
        (ended,) = heard.of(Ended)
        assert (ended.error.kind, ended.retry) == (kind, False)
        assert "s3cret" not in repr(ended)
    await host.close()


FLOOD = """
import socket, sys
connection = socket.socket(fileno=int(sys.argv[2]))
connection.sendall(bytes.fromhex(sys.argv[3]) if len(sys.argv) > 3 else bytes.fromhex("{frames}"))
"""


async def test_a_flood_of_messages_leaves_room_for_everything_else() -> None:
    told = Told(Ended(_error(), retry=False))
    frames = frame(msgspec.msgpack.encode(told)) * 20
    loop, order, ended = asyncio.get_running_loop(), [], asyncio.Event()

    def slow(_message: ToWindow) -> None:
        order.append("message")
        until = time.monotonic() + 0.007  # applying it takes longer than a turn may
        while time.monotonic() < until:
            pass

    def other() -> None:
        order.append("other")
        if not ended.is_set():
            loop.call_soon(other)

    loop.call_soon(other)
    program = FLOOD.replace("{frames}", frames.hex())
    Child(loop, slow, lambda status, words: ended.set(), (sys.executable, "-c", program))
    await asyncio.wait_for(ended.wait(), 30)
    assert order.count("message") == 20
    assert not any(a == b == "message" for a, b in pairwise(order))


async def test_a_child_that_sends_no_message_is_killed(heard: Recorder) -> None:
    program = FLOOD.replace("{frames}", "ffffffff") + "import time\nconnection.recv(9)\ntime.sleep(600)\n"
    host = HostClient("test:///default", backoff=NEVER, command=(sys.executable, "-c", program))
    host.open(heard)
    await eventually(lambda: host.link is HostLink.FAILED, "the child to be given up")
    (ended,) = heard.of(Ended)
    assert "unreadable message" in ended.error.original
    await host.close()


def _error() -> object:
    from vstore_gui.entities.errors import ErrorState

    return ErrorState.internal("x")


async def test_a_host_works_under_the_windows_own_loop(qt_loop: object, heard: Recorder) -> None:
    host = HostClient("test:///default", backoff=QUICK)
    host.open(heard)
    await online(host, heard)
    (pool,) = await host.call(ListPools(), deadline_s=30.0)
    assert pool.name == "default-pool"
    pid = host.child_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: len(heard.of(Online)) == 2, "the new child to come online")
    await host.close()


def test_pauses_grow_up_to_a_limit() -> None:
    plain = Backoff(jitter=0.0)
    assert [plain.pause_s(failures) for failures in (1, 2, 3, 5, 6, 7, 1000)] == [1, 2, 4, 16, 30, 30, 30]
    assert all(0.8 <= Backoff().pause_s(1) <= 1.2 for _ in range(100))
