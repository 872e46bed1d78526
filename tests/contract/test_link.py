"""The link: in which order an observer hears, and what calls do without one."""

from __future__ import annotations

import pytest

from tests.contract.sites import Recorder, Site, online
from vstore_gui.entities.calls import GetChildStats, GetHostInfo, ListPools
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import Online


async def test_an_observer_hears_of_the_host_then_of_the_link(site: Site, heard: Recorder) -> None:
    assert site.host.link is HostLink.OFFLINE
    site.host.open(heard)
    assert site.host.link is HostLink.CONNECTING
    site.host.open(heard)  # does nothing
    await online(site.host, heard)
    (report,) = heard.of(Online)
    assert heard.told == [HostLink.CONNECTING, report, HostLink.ONLINE]
    assert await site.host.call(GetHostInfo()) == report.info
    assert report.info.hostname
    assert report.info.local
    assert report.info.machine_id
    assert report.info.media_change_live is site.changes_discs
    await site.host.close()
    assert heard.links[-1] == (HostLink.OFFLINE, None)


async def test_calls_without_a_link_are_lost(site: Site, heard: Recorder) -> None:
    with pytest.raises(HostError) as early:
        await site.host.call(ListPools())
    assert early.value.kind is ErrorKind.LOST
    site.host.open(heard)
    await online(site.host, heard)
    await site.host.close()
    with pytest.raises(HostError) as late:
        await site.host.call(ListPools())
    assert late.value.kind is ErrorKind.LOST
    await site.host.close()  # does nothing


async def test_a_closed_host_can_be_opened_again(site: Site, heard: Recorder) -> None:
    for _ in range(2):
        site.host.open(heard)
        await online(site.host, heard)
        assert (await site.host.call(GetChildStats())).in_flight == 0
        await site.host.close()
    assert [link for link, _ in heard.links] == 2 * [HostLink.CONNECTING, HostLink.ONLINE, HostLink.OFFLINE]
