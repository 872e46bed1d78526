"""libvirtd dies, hangs and comes back under the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.libvirt.stack import Stack
from tests.support.libvirtd import PrivateLibvirtd
from tests.support.waiting import eventually
from vstore_gui.entities.domain import DomainLifecycle
from vstore_gui.entities.host import HostLink

pytestmark = pytest.mark.real


async def test_values_stay_while_libvirtd_is_gone_and_are_compared_on_return(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    libvirtd.make_pool("images")
    libvirtd.define_machine("box")
    libvirtd.define_machine("other")
    libvirtd.virsh("start", "box")
    async with Stack(libvirtd, tmp_path) as stack:
        await stack.elsewhere(libvirtd.kill)
        await eventually(lambda: stack.link is HostLink.RECONNECTING, "the loss to be noticed")
        state = stack.store.host(stack.uri)
        assert state is not None
        assert state.stale
        assert stack.pool("images") is not None, "nothing vanishes meanwhile"
        assert stack.machine("box") is not None
        await stack.elsewhere(libvirtd.start)
        await stack.virsh("undefine", "other")
        await stack.virsh("pool-define-as", "later", "dir", "--target", libvirtd.tmp)
        await eventually(lambda: stack.link is HostLink.ONLINE, "the link to be back")
        await eventually(
            lambda: stack.pool("later") and stack.machine("other") is None, "what changed meanwhile"
        )
        box = stack.machine("box")
        assert box is not None
        assert box.lifecycle is DomainLifecycle.RUNNING
        state = stack.store.host(stack.uri)
        assert state is not None
        assert not state.stale


async def test_events_arrive_again_after_a_restart(libvirtd: PrivateLibvirtd, tmp_path: Path) -> None:
    libvirtd.define_machine("box")
    async with Stack(libvirtd, tmp_path) as stack:
        await stack.elsewhere(libvirtd.restart)
        await eventually(lambda: stack.link is not HostLink.ONLINE, "the loss to be noticed")
        await eventually(lambda: stack.link is HostLink.ONLINE, "the link to be back")
        await stack.idle()
        await stack.virsh("start", "box")
        await eventually(lambda: (box := stack.machine("box")) and box.active, "the start to be seen")


async def test_closing_while_libvirtd_hangs_does_not_wait_for_it(
    libvirtd: PrivateLibvirtd, tmp_path: Path
) -> None:
    async with Stack(libvirtd, tmp_path) as stack:
        await stack.elsewhere(libvirtd.stop)
        await stack.sync.remove(stack.uri)
        assert stack.link is HostLink.OFFLINE
    libvirtd.cont()
