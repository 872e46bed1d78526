"""Plans for pools: make, start, stop, refresh, autostart, undefine, delete with contents.

Each `why_not_…` is what the plan's guards say now: it disables the button, its reasons are the tooltip.
"""

from __future__ import annotations

from dataclasses import dataclass

from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.adapter.api import Host
from vstore_gui.entities.keys import HostId, PoolKey
from vstore_gui.store.store import Store

__all__ = [
    "NewPoolDraft",
    "plan_delete_pool_contents",
    "plan_new_pool",
    "plan_refresh_pool",
    "plan_set_autostart",
    "plan_start_pool",
    "plan_stop_pool",
    "plan_undefine_pool",
    "why_not_delete_pool_contents",
    "why_not_refresh_pool",
    "why_not_set_autostart",
    "why_not_start_pool",
    "why_not_stop_pool",
    "why_not_undefine_pool",
]


@dataclass
class NewPoolDraft:
    """What the new-pool wizard has gathered. mode is an octal number as an int (0o711); None leaves it to
    libvirt.
    """

    kind: str = "dir"
    name: str = ""
    target_path: str = ""
    mode: int | None = None
    owner: int | None = None
    group: int | None = None
    autostart: bool = True
    build: bool = True
    start: bool = True
    uuid: str = ""  # made when the draft is planned first, so that every step names the pool
    makes_directory: bool = False  # the target did not exist when it was looked at


def plan_new_pool(store: Store, host: HostId, draft: NewPoolDraft) -> Plan:
    """Define, build, start, autostart. Its clean-up undefines; its inverse stops and undefines, data is
    kept.
    """


def plan_start_pool(store: Store, key: PoolKey) -> Plan: ...
def plan_stop_pool(store: Store, key: PoolKey) -> Plan:
    """Danger INTERRUPTS when a running machine has a disk in it (its notes name them)."""


def plan_refresh_pool(store: Store, key: PoolKey) -> Plan: ...
def plan_set_autostart(store: Store, key: PoolKey, on: bool) -> Plan: ...
async def plan_undefine_pool(store: Store, host: Host, key: PoolKey) -> Plan:
    """Stops it first when it is active. Data is kept; the inverse defines it again from the document of
    now.
    """


async def plan_delete_pool_contents(store: Store, host: Host, key: PoolKey) -> Plan:
    """Deletes each volume (listed fresh), stops the pool, deletes its directory, undefines it. LOSES_DATA."""


def why_not_start_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]: ...
def why_not_stop_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]: ...
def why_not_refresh_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]: ...
def why_not_set_autostart(store: Store, key: PoolKey) -> tuple[Reason, ...]: ...
def why_not_undefine_pool(store: Store, key: PoolKey) -> tuple[Reason, ...]: ...
def why_not_delete_pool_contents(store: Store, key: PoolKey) -> tuple[Reason, ...]: ...
