"""Volumes: listed, read, created, deleted. Details of many are read by `volume_reader`."""

from __future__ import annotations

import libvirt

from vstore_gui.entities.calls import (
    CreateVolume,
    DeleteVolume,
    GetVolumeDocument,
    ListVolumes,
    PrioritiseVolumes,
    ReadVolume,
    ReadVolumes,
)
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.hostd.foreign_bytes import volume_named
from vstore_gui.hostd.pools import find_pool
from vstore_gui.hostd.registry import Asked, handles
from vstore_gui.hostd.volume_reader import read_state


@handles(ListVolumes)
def list_volumes(asked: Asked, call: ListVolumes) -> tuple[VolumeName, ...]:
    with asked.session.connections.of("bulk") as connection:
        found = find_pool(connection, call.pool).listAllVolumes(0)
    # One that is spelt as another is really called (see foreign_bytes) goes without a row.
    named = {volume.name(): volume for volume in found}
    asked.session.volumes.remember(call.pool, named)
    return tuple(VolumeName(name, volume.key()) for name, volume in named.items())


@handles(ReadVolumes, "thread")
def read_volumes(asked: Asked, call: ReadVolumes) -> int:
    return asked.session.volumes.read(asked, call)


@handles(PrioritiseVolumes, "now")
def prioritise(asked: Asked, call: PrioritiseVolumes) -> None:
    asked.session.volumes.prioritise(call.pool, call.names)


@handles(ReadVolume)
def read(asked: Asked, call: ReadVolume) -> VolumeState:
    with asked.session.connections.of("control") as connection:
        volume = volume_named(find_pool(connection, call.pool), call.volume)
        return read_state(volume, asked.session.files)


@handles(GetVolumeDocument)
def get_document(asked: Asked, call: GetVolumeDocument) -> str:
    with asked.session.connections.of("control") as connection:
        return str(volume_named(find_pool(connection, call.pool), call.volume).XMLDesc(0))


@handles(CreateVolume)
def create(asked: Asked, call: CreateVolume) -> VolumeState:
    flags = libvirt.VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA if call.preallocate_metadata else 0
    with asked.session.connections.of("job") as connection:
        volume = find_pool(connection, call.pool).createXML(call.xml, flags)
        return read_state(volume, asked.session.files)


@handles(DeleteVolume)
def delete(asked: Asked, call: DeleteVolume) -> None:
    with asked.session.connections.of("job") as connection:
        volume_named(find_pool(connection, call.pool), call.volume).delete(0)
