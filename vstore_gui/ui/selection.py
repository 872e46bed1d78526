"""What `--select` names: a pool, a volume or a machine of a connection, in text."""

from __future__ import annotations

from dataclasses import dataclass

from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.store.store import Store

__all__ = ["Selection", "SelectionError"]


class SelectionError(ValueError):
    """The text names nothing that could be selected."""


@dataclass(frozen=True, slots=True)
class Selection:
    """`URI|pool/NAME`, `URI|pool/NAME/volume/NAME`, `URI|machine/NAME`, `URI|` (the connection itself).

    Without `URI|` the thing is looked for on every connection, in their order.
    """

    uri: HostId | None
    pool: str | None = None
    volume: str | None = None
    machine: str | None = None

    @staticmethod
    def parse(text: str) -> Selection:
        """Raises SelectionError."""
        uri, bar, rest = text.rpartition("|")
        host = uri if bar else None
        noun, slash, name = rest.partition("/")
        if not rest and host:
            return Selection(host)
        if not slash or not name:
            raise SelectionError(text)
        if noun == "machine":
            return Selection(host, machine=name)
        if noun == "pool":
            # libvirt allows no '/' in a pool's name; what follows may be in a volume's.
            pool, _, below = name.partition("/")
            if not below:
                return Selection(host, pool=pool)
            word, _, volume = below.partition("/")
            if word == "volume" and volume:
                return Selection(host, pool=pool, volume=volume)
        raise SelectionError(text)

    def key(self, store: Store) -> HostId | PoolKey | VolumeKey | DomainKey | None:
        """The key of the thing, once it is known to the store; a volume's before it is listed."""
        hosts = [self.uri] if self.uri is not None else list(store.hosts)
        for host in hosts:
            if store.host(host) is None:
                continue
            if self.pool is None and self.machine is None:
                return host
            if self.pool is not None:
                pool = store.pool_named(host, self.pool)
                if pool is not None:
                    return VolumeKey(host, pool.uuid, self.volume) if self.volume else pool
                continue
            for uuid, domain in store.domains(host).items():
                if domain.name == self.machine:
                    return DomainKey(host, uuid)
        return None
