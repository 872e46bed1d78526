"""What each of our own calls changed, so that the store knows without reading it again.

libvirt sends no event for most of what is done to volumes and stored configurations: this table stands in
for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from vstore_gui.entities import calls
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.host_sync import HostSync
from vstore_gui.store.store import Store

__all__ = ["APPLY", "apply"]


def apply(sync: HostSync, store: Store, call: calls.Call[Any], answer: Any) -> None:
    """Patch the store by what the call answered; calls that change nothing do nothing."""
    patch = APPLY.get(type(call))
    if patch is not None:
        patch(sync, store, call, answer)


def _put_pool(sync: HostSync, store: Store, _call: Any, answer: PoolState) -> None:
    store.put_pool(sync.host.id, answer)
    sync.pools.changed(answer.uuid)


def _pool_running(sync: HostSync, store: Store, _call: Any, answer: PoolState) -> None:
    store.put_pool(sync.host.id, answer)
    # libvirt's event may have come first, and the names with it.
    listed = store.volumes_listed(PoolKey(sync.host.id, answer.uuid))
    if answer.active and not listed:
        sync.pools.want(answer.uuid, join=True)


def _pool_refreshed(sync: HostSync, store: Store, _call: Any, answer: PoolState) -> None:
    store.put_pool(sync.host.id, answer)
    sync.pools.details(answer.uuid).mark_old()
    sync.pools.want(answer.uuid, join=True)


def _pool_stopped(sync: HostSync, store: Store, call: calls.StopPool, answer: PoolState | None) -> None:
    if answer is None:
        sync.pools.drop(call.pool)
    else:
        store.put_pool(sync.host.id, answer)
        sync.pools.clear(call.pool)


def _pool_gone(sync: HostSync, _store: Store, call: calls.UndefinePool, _answer: None) -> None:
    sync.pools.drop(call.pool)


def _pool_built(
    sync: HostSync, _store: Store, call: calls.BuildPool | calls.DeletePool, _answer: None
) -> None:
    sync.pools.want(call.pool, join=True)


def _put_volume(
    sync: HostSync, store: Store, call: calls.CreateVolume | calls.ReadVolume, answer: VolumeState
) -> None:
    store.put_volumes(PoolKey(sync.host.id, call.pool), (answer,))


def _volume_created(sync: HostSync, store: Store, call: calls.CreateVolume, answer: VolumeState) -> None:
    _put_volume(sync, store, call, answer)
    _contents_changed(sync, call.pool)


def _volume_deleted(sync: HostSync, store: Store, call: calls.DeleteVolume, _answer: None) -> None:
    store.drop_volume(VolumeKey(sync.host.id, call.pool, call.volume))
    _contents_changed(sync, call.pool)


def _contents_changed(sync: HostSync, pool: str) -> None:
    """A listing under way is older than this; the pool's sizes are others."""
    sync.pools.changed(pool)
    sync.pools.want_state(pool)


def _put_domain(sync: HostSync, _store: Store, _call: Any, answer: DomainState) -> None:
    sync.domains.put(answer)


APPLY: Final[dict[type[calls.Call[Any]], Callable[[HostSync, Store, Any, Any], None]]] = {
    calls.ReadPool: _put_pool,
    calls.RefreshPool: _pool_refreshed,
    calls.DefinePool: _put_pool,
    calls.BuildPool: _pool_built,
    calls.StartPool: _pool_running,
    calls.StopPool: _pool_stopped,
    calls.SetPoolAutostart: _put_pool,
    calls.UndefinePool: _pool_gone,
    calls.DeletePool: _pool_built,
    calls.ReadVolume: _put_volume,
    calls.CreateVolume: _volume_created,
    calls.DeleteVolume: _volume_deleted,
    calls.ReadDomain: _put_domain,
    calls.UpdateDisk: _put_domain,
    calls.DefineDomain: _put_domain,
}
