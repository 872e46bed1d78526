"""The names that volumes go by. See `VolumeNamer`."""

from __future__ import annotations

from vstore_gui.entities.keys import PoolKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.file_graph import Names
from vstore_gui.store.file_names import parse_reference, storages_of_pool, volume_place
from vstore_gui.store.places import Places

__all__ = ["VolumeNamer"]


class VolumeNamer:
    """Names the volumes of one pool."""

    def __init__(self, key: PoolKey, pool: PoolState | None, machine: str, places: Places) -> None:
        self._host = key.host
        self._pool = pool
        self._machine = machine
        self._places = places
        self._storages = storages_of_pool(pool, machine) if pool and pool.kind != "netfs" else ()

    def names(self, volume: VolumeState) -> Names:
        machine, pool = self._machine, self._pool
        names: Names = ()
        path = volume.path
        if path and path[0] == "/":
            names = self._places.names(machine, path)
        if pool is not None:
            names += (("volume", self._host, f"{pool.name}/{volume.name}"),)
            if self._storages:
                place = volume_place(pool.kind, volume.name)
                if place is not None:
                    names += tuple((scheme, at, f"{base}/{place}") for scheme, at, base in self._storages)
        if volume.file_id:
            names += (("id", machine, volume.file_id),)
        elif volume.changed_ns is not None and volume.kind == "file":
            # On a host whose files we cannot look at: two files of one name, size and moment are taken for
            # one.
            names += (("print", machine, f"{volume.name}/{volume.capacity_bytes}/{volume.changed_ns}"),)
        return names

    def backing(self, volume: VolumeState) -> Names:
        reference = volume.backing_path
        if not reference:
            return ()
        directory = (volume.path or "").rpartition("/")[0]
        target = parse_reference(reference, directory, self._machine)
        return self._places.names_of_target(self._machine, target)
