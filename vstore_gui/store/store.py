"""The store. See `Store`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.host import HostState
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.store.changes import Subscriber
from vstore_gui.store.usage_index import UsageIndex

__all__ = ["Store"]


class Store:
    """Values of every connection by key. Single-threaded: lives in the loop's thread.

    Every `put_…` compares with what is known and publishes the difference to the subscribers, synchronously, once
    per call. Values are replaced whole; an equal value publishes nothing. `usage` is kept up to date by each change.
    """

    usage: UsageIndex

    # reading; mappings are live views, in the order first seen
    @property
    def hosts(self) -> Mapping[HostId, HostState]: ...
    def host(self, host: HostId) -> HostState | None: ...
    def pools(self, host: HostId) -> Mapping[str, PoolState]: ...
    def pool(self, key: PoolKey) -> PoolState | None: ...
    def pool_named(self, host: HostId, name: str) -> PoolKey | None: ...
    def volumes(self, key: PoolKey) -> Mapping[str, VolumeState]: ...
    def volume(self, key: VolumeKey) -> VolumeState | None: ...
    def domains(self, host: HostId) -> Mapping[str, DomainState]: ...
    def domain(self, key: DomainKey) -> DomainState | None: ...
    def volumes_listed(self, key: PoolKey) -> bool:
        """Whether the pool's names have been listed since it was started: an empty mapping then means empty."""

    def volume_at(self, host: HostId, path: str) -> VolumeKey | None:
        """The volume with this path (any alias that is known), if a pool has it."""

    # writing
    def put_host(self, state: HostState) -> None: ...
    def drop_host(self, host: HostId) -> None: ...
    def put_pools(self, host: HostId, pools: Iterable[PoolState]) -> None:
        """A complete listing: pools that are not in it are removed."""

    def put_pool(self, host: HostId, pool: PoolState) -> None: ...
    def drop_pool(self, key: PoolKey) -> None: ...
    def put_domains(self, host: HostId, domains: Iterable[DomainState]) -> None:
        """A complete listing."""

    def put_domain(self, host: HostId, domain: DomainState) -> None: ...
    def drop_domain(self, key: DomainKey) -> None: ...
    def put_volume_names(self, key: PoolKey, names: Iterable[VolumeName]) -> None:
        """A complete listing: new names become rows without details, known ones keep theirs, others are removed."""

    def put_volumes(self, key: PoolKey, volumes: Iterable[VolumeState], missing: Iterable[str] = ()) -> None:
        """Details of some volumes; `missing` ones are removed."""

    def drop_volume(self, key: VolumeKey) -> None: ...
    def clear_volumes(self, key: PoolKey) -> None:
        """The pool stopped: its volumes are not to be seen, and not listed any more."""

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call it with every Changes from now on; the returned function ends that."""
