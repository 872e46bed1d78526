"""Pools: listed, read, defined, built, started, stopped, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import libvirt

from vstore_gui.entities.calls import (
    BuildPool,
    DefinePool,
    DeletePool,
    GetPoolDocument,
    ListPools,
    ReadPool,
    RefreshPool,
    SetPoolAutostart,
    StartPool,
    StopPool,
    UndefinePool,
)
from vstore_gui.entities.pool import PoolLifecycle, PoolState
from vstore_gui.hostd.errors import unsupported_flags
from vstore_gui.hostd.files import real_path
from vstore_gui.hostd.registry import Asked, handles
from vstore_gui.xml.pool import PoolXml

if TYPE_CHECKING:
    from vstore_gui.hostd.session import Session

__all__ = ["find_pool"]

_LIFECYCLES: Final = {
    libvirt.VIR_STORAGE_POOL_INACTIVE: PoolLifecycle.INACTIVE,
    libvirt.VIR_STORAGE_POOL_BUILDING: PoolLifecycle.BUILDING,
    libvirt.VIR_STORAGE_POOL_RUNNING: PoolLifecycle.RUNNING,
    libvirt.VIR_STORAGE_POOL_DEGRADED: PoolLifecycle.DEGRADED,
    libvirt.VIR_STORAGE_POOL_INACCESSIBLE: PoolLifecycle.INACCESSIBLE,
}
_BUILD_FLAGS: Final = {
    "default": libvirt.VIR_STORAGE_POOL_BUILD_NEW,
    "overwrite": libvirt.VIR_STORAGE_POOL_BUILD_OVERWRITE,
    "no-overwrite": libvirt.VIR_STORAGE_POOL_BUILD_NO_OVERWRITE,
}
# virStoragePoolDefineFlags, libvirt 7.7; absent from bindings built on an older one.
_DEFINE_VALIDATE: Final = getattr(libvirt, "VIR_STORAGE_POOL_DEFINE_VALIDATE", 1)


def find_pool(connection: Any, uuid: str) -> Any:
    """virStoragePoolLookupByUUIDString. Raises libvirtError."""
    return connection.storagePoolLookupByUUIDString(uuid)


def read_pool(session: Session, pool: Any, *, look: bool = True) -> PoolState:
    """XMLDesc, GetInfo, IsPersistent, GetAutostart. `look`: resolve the target path (it may hang with the
    storage)."""
    document = PoolXml.parse(pool.XMLDesc(0))
    local = look and session.files.local
    state = document.state(
        lifecycle=_LIFECYCLES.get(pool.info()[0], PoolLifecycle.INACCESSIBLE),
        persistent=bool(pool.isPersistent()),
        autostart=bool(pool.autostart()),
        real_target_path=real_path(document.target_path) if local else None,
    )
    session.lanes.know(state.uuid, state.name, state.kind)
    return state


@handles(ListPools)
def list_pools(asked: Asked, _call: ListPools) -> tuple[PoolState, ...]:
    with asked.session.connections.of("bulk") as connection:
        found = []
        for pool in connection.listAllStoragePools(0):
            asked.beat()
            try:
                found.append(read_pool(asked.session, pool))
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_NO_STORAGE_POOL:  # gone since the listing
                    raise
        return tuple(found)


@handles(ReadPool)
def read(asked: Asked, call: ReadPool) -> PoolState:
    with asked.session.connections.of("control") as connection:
        return read_pool(asked.session, find_pool(connection, call.pool))


@handles(GetPoolDocument)
def get_document(asked: Asked, call: GetPoolDocument) -> str:
    with asked.session.connections.of("control") as connection:
        pool = find_pool(connection, call.pool)
        try:
            return str(pool.XMLDesc(libvirt.VIR_STORAGE_XML_INACTIVE if call.inactive else 0))
        except libvirt.libvirtError as error:
            if not unsupported_flags(error):
                raise
            return str(pool.XMLDesc(0))  # the test driver has one document


@handles(DefinePool)
def define(asked: Asked, call: DefinePool) -> PoolState:
    with asked.session.connections.of("control") as connection:
        try:
            pool = connection.storagePoolDefineXML(call.xml, _DEFINE_VALIDATE)
        except libvirt.libvirtError as error:
            if not unsupported_flags(error):
                raise
            pool = connection.storagePoolDefineXML(call.xml, 0)
        return read_pool(asked.session, pool)


@handles(BuildPool)
def build(asked: Asked, call: BuildPool) -> None:
    with asked.session.connections.of("job") as connection:
        find_pool(connection, call.pool).build(_BUILD_FLAGS[call.mode])


@handles(StartPool)
def start(asked: Asked, call: StartPool) -> PoolState:
    with asked.session.connections.of("job") as connection:
        pool = find_pool(connection, call.pool)
        pool.create(0)
        return read_pool(asked.session, pool)


@handles(StopPool)
def stop(asked: Asked, call: StopPool) -> PoolState | None:
    with asked.session.connections.of("job") as connection:
        pool = find_pool(connection, call.pool)
        pool.destroy()
        asked.session.volumes.forget(call.pool)
        try:
            return read_pool(asked.session, pool)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_POOL:
                return None
            raise


@handles(RefreshPool)
def refresh(asked: Asked, call: RefreshPool) -> PoolState:
    with asked.session.connections.of("job") as connection:
        pool = find_pool(connection, call.pool)
        pool.refresh(0)
        return read_pool(asked.session, pool)


@handles(SetPoolAutostart)
def set_autostart(asked: Asked, call: SetPoolAutostart) -> PoolState:
    with asked.session.connections.of("control") as connection:
        pool = find_pool(connection, call.pool)
        pool.setAutostart(int(call.on))
        return read_pool(asked.session, pool)


@handles(UndefinePool)
def undefine(asked: Asked, call: UndefinePool) -> None:
    with asked.session.connections.of("control") as connection:
        find_pool(connection, call.pool).undefine()


@handles(DeletePool)
def delete(asked: Asked, call: DeletePool) -> None:
    with asked.session.connections.of("job") as connection:
        find_pool(connection, call.pool).delete(libvirt.VIR_STORAGE_POOL_DELETE_NORMAL)
