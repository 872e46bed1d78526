"""A connection to a host: what the window knows of it."""

from __future__ import annotations

import enum

import msgspec

from vstore_gui.entities.errors import ErrorState

__all__ = ["HostInfo", "HostLink", "HostState"]


class HostLink(enum.Enum):
    """Where a connection stands."""

    OFFLINE = "offline"  # the user does not want it open
    CONNECTING = "connecting"
    ONLINE = "online"
    RECONNECTING = "reconnecting"  # lost; tried again with growing pauses; values are old
    FAILED = "failed"  # could not be opened; `error` says why and what to do


class HostInfo(msgspec.Struct, frozen=True, gc=False):
    """What a host says of itself when it comes online."""

    hostname: str = ""
    driver: str = ""  # QEMU, TEST, …
    libvirt_version: tuple[int, int, int] = (0, 0, 0)
    hypervisor_version: tuple[int, int, int] = (0, 0, 0)
    machine_id: str | None = None  # equal for two connections that are known to lead to one computer
    local: bool = False  # hostd runs on the host itself and sees its files
    pool_kinds: tuple[str, ...] | None = None  # supported by this host; None where it does not tell
    media_change_live: bool = True  # False for the test driver: only the stored configuration can change


class HostState(msgspec.Struct, frozen=True, gc=False):
    """One connection: its link, and what is known of the host behind it."""

    id: str
    link: HostLink = HostLink.OFFLINE
    info: HostInfo = HostInfo()
    error: ErrorState | None = None
    label: str = ""  # what the sidebar shows; empty: derived from the URI
    since_s: float = 0.0  # when the link took this state, Unix time
    lost_s: float | None = None  # when the link was lost, Unix time; tries to reach the host leave it
    retry_at_s: float | None = None
    silent_pools: tuple[str, ...] = ()  # uuids of pools whose calls do not come back
    waiting_for: str | None = None  # the call that hangs while the first listing is awaited
    stale: bool = False  # values are from before the link was lost
    pools_loaded: bool = False
    domains_loaded: bool = False
