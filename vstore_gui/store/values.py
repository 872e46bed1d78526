"""The values themselves, as the store and its index share them."""

from __future__ import annotations

from dataclasses import dataclass, field

from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.host import HostState
from vstore_gui.entities.keys import HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeState

__all__ = ["Values"]


@dataclass(slots=True)
class Values:
    """Every value by key, in the order first seen. Only the store writes here."""

    hosts: dict[HostId, HostState] = field(default_factory=dict)
    pools: dict[HostId, dict[str, PoolState]] = field(default_factory=dict)
    pool_uuids: dict[HostId, dict[str, str]] = field(default_factory=dict)  # by the pool's name
    domains: dict[HostId, dict[str, DomainState]] = field(default_factory=dict)
    volumes: dict[PoolKey, dict[str, VolumeState]] = field(default_factory=dict)

    def pool(self, key: PoolKey) -> PoolState | None:
        pools = self.pools.get(key.host)
        return pools.get(key.uuid) if pools else None

    def volume(self, key: VolumeKey) -> VolumeState | None:
        volumes = self.volumes.get(key.pool_key)
        return volumes.get(key.name) if volumes else None

    def detailed(self, key: VolumeKey) -> bool:
        """Whether the volume is known with its details: its backing file, or that it has none."""
        volume = self.volume(key)
        return volume is not None and volume.detailed
