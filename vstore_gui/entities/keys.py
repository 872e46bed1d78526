"""How things are named across hosts. A key stays valid while values change under it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DiskKey", "DomainKey", "HostId", "PoolKey", "VolumeKey"]

HostId = str
"""The libvirt URI of a connection as the user gave it: one connection, one id."""


class PoolKey(NamedTuple):
    host: HostId
    uuid: str


class VolumeKey(NamedTuple):
    host: HostId
    pool: str  # the pool's uuid
    name: str

    @property
    def pool_key(self) -> PoolKey:
        return PoolKey(self.host, self.pool)


class DomainKey(NamedTuple):
    host: HostId
    uuid: str


class DiskKey(NamedTuple):
    host: HostId
    domain: str  # the domain's uuid
    target: str

    @property
    def domain_key(self) -> DomainKey:
        return DomainKey(self.host, self.domain)
