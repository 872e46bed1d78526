"""Guards on pools."""

from __future__ import annotations

import posixpath
from typing import ClassVar

from vstore_gui.actions.guards.base import Fresh, GuardValue
from vstore_gui.actions.guards.words import host_name, machines_text, pool_name, same_machine, some_names
from vstore_gui.actions.plan import Reason
from vstore_gui.entities.keys import HostId, PoolKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.pool_kinds import PoolOperation, VolumeOperation, pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Names, Size, text
from vstore_gui.store.store import Store

__all__ = [
    "KindCan",
    "NoUseByName",
    "PoolActive",
    "PoolEmpty",
    "PoolExists",
    "PoolHasSpace",
    "PoolInactive",
    "PoolNameFree",
    "PoolPathFree",
    "PoolPersistent",
    "PoolResponds",
    "PoolUnusedByRunning",
]


class PoolExists(GuardValue, frozen=True, tag=True):
    pool: PoolKey

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        if store.pool(self.pool) is not None:
            return ()
        return (Reason(text(QT_TRANSLATE_NOOP("vstore", "The pool is gone."))),)


class PoolResponds(GuardValue, frozen=True, tag=True):
    """No call on the pool hangs: a further one would only pin another worker of the daemon."""

    pool: PoolKey

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        host = store.host(self.pool.host)
        if host is None or self.pool.uuid not in host.silent_pools:
            return ()
        message = text(
            QT_TRANSLATE_NOOP(
                "vstore", "{pool} does not respond. VStore waits for its storage to come back."
            ),
            pool=pool_name(store, self.pool),
        )
        return (Reason(message, links=(self.pool,)),)


class PoolActive(GuardValue, frozen=True, tag=True):
    lasts: ClassVar[bool] = False
    pool: PoolKey

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        pool = store.pool(self.pool)
        if pool is None or pool.active:
            return ()
        message = text(QT_TRANSLATE_NOOP("vstore", "{pool} is not running. Start it first."), pool=pool.name)
        return (Reason(message, links=(self.pool,)),)


class PoolInactive(GuardValue, frozen=True, tag=True):
    lasts: ClassVar[bool] = False
    pool: PoolKey

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        pool = store.pool(self.pool)
        if pool is None or not pool.active:
            return ()
        message = text(QT_TRANSLATE_NOOP("vstore", "{pool} is running already."), pool=pool.name)
        return (Reason(message, links=(self.pool,)),)


class PoolPersistent(GuardValue, frozen=True, tag=True):
    lasts: ClassVar[bool] = False
    pool: PoolKey

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        pool = store.pool(self.pool)
        if pool is None or pool.persistent:
            return ()
        message = text(
            QT_TRANSLATE_NOOP(
                "vstore", "{pool} is transient: it has no stored definition and vanishes when it is stopped."
            ),
            pool=pool.name,
        )
        return (Reason(message, links=(self.pool,)),)


class PoolNameFree(GuardValue, frozen=True, tag=True):
    lasts: ClassVar[bool] = False
    host: HostId
    name: str
    uuid: str = ""  # of the pool that may have the name: ours

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        key = store.pool_named(self.host, self.name)
        if key is None or key.uuid == self.uuid:
            return ()
        message = text(
            QT_TRANSLATE_NOOP("vstore", "{host} has a pool of this name already."),
            host=host_name(store, self.host),
        )
        return (Reason(message, field="name", links=(key,)),)


class PoolPathFree(GuardValue, frozen=True, tag=True):
    """No other pool is over this directory. Inside another pool, or around one, it is allowed and told:
    volumes would show up in both. `real_path` is the path with symlinks resolved, where somebody could
    look.
    """

    lasts: ClassVar[bool] = False
    host: HostId
    path: str
    real_path: str | None = None
    uuid: str = ""

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        mine = _spellings(self.path, self.real_path)
        if not mine:
            return ()
        found: list[Reason] = []
        for host in same_machine(store, self.host):
            for pool in store.pools(host).values():
                if pool.uuid == self.uuid or not pool_kind(pool.kind).files:
                    continue
                message = _path_clash(mine, pool)
                if message is not None:
                    same = message is _SAME_PATH
                    found.append(
                        Reason(
                            text(message, pool=pool.name),
                            blocks=same and host == self.host,
                            field="target_path",
                            links=(PoolKey(host, pool.uuid),),
                        )
                    )
        return tuple(found)


_SAME_PATH = QT_TRANSLATE_NOOP("vstore", "This directory is the pool {pool} already.")
_INSIDE = QT_TRANSLATE_NOOP(
    "vstore", "This directory lies inside the pool {pool}, which will show it as well."
)
_AROUND = QT_TRANSLATE_NOOP("vstore", "The pool {pool} lies inside this directory.")


def _spellings(*paths: str | None) -> frozenset[str]:
    return frozenset(_normal(path) for path in paths if path and path.startswith("/"))


def _normal(path: str) -> str:
    # normpath keeps a leading '//', which POSIX leaves to the system and Linux reads as '/'.
    return posixpath.normpath("/" + path.lstrip("/"))


def _path_clash(mine: frozenset[str], pool: PoolState) -> str | None:
    theirs = _spellings(pool.target_path, pool.real_target_path)
    if mine & theirs:
        return _SAME_PATH
    if any(_is_below(path, other) for path in mine for other in theirs):
        return _INSIDE
    if any(_is_below(other, path) for path in mine for other in theirs):
        return _AROUND
    return None


def _is_below(path: str, directory: str) -> bool:
    return path.startswith(directory.rstrip("/") + "/") and path != directory


class PoolUnusedByRunning(GuardValue, frozen=True, tag=True):
    """No running machine has a disk in the pool. A pool that is unmounted or logged out when it stops
    takes the disks from under them: that blocks. A directory stays where it is: told only.
    """

    pool: PoolKey

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        pool = store.pool(self.pool)
        running = [use for use in store.usage.users_of_pool(self.pool) if use.running]
        if pool is None or not running:
            return ()
        blocks = pool_kind(pool.kind).can(PoolOperation.START_DOES_WORK)
        template = (
            QT_TRANSLATE_NOOP(
                "vstore", "Running machines have disks in {pool}: {machines}. Shut them down first."
            )
            if blocks
            else QT_TRANSLATE_NOOP(
                "vstore",
                "Running machines have disks in {pool}: {machines}. They keep running on their files.",
            )
        )
        names, links = machines_text(store, running)
        return (Reason(text(template, pool=pool.name, machines=names), blocks=blocks, links=links),)


class NoUseByName(GuardValue, frozen=True, tag=True):
    """Machines whose disks name the pool (`type='volume'`) cannot start without it: told, as it can come
    back.
    """

    pool: PoolKey

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        pool = store.pool(self.pool)
        if pool is None:
            return ()
        users = {use.domain for use in store.usage.users_of_pool(self.pool)}
        naming = sorted(
            (domain.name, key)
            for key in users
            if (domain := store.domain(key)) is not None
            and any(disk.source.pool == pool.name for disk in (*domain.disks, *(domain.next_disks or ())))
        )
        if not naming:
            return ()
        message = text(
            QT_TRANSLATE_NOOP(
                "vstore",
                "Disks of these machines name the pool; they cannot start while it is undefined: {machines}",
            ),
            machines=Names(tuple(name for name, _ in naming)),
        )
        return (Reason(message, blocks=False, links=tuple(key for _, key in naming)),)


class PoolEmpty(GuardValue, frozen=True, tag=True):
    lasts: ClassVar[bool] = False
    pool: PoolKey

    @property
    def fresh(self) -> Fresh:
        return Fresh(pools=frozenset({self.pool}))

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        volumes = store.volumes(self.pool)
        if not volumes:
            return ()
        message = text(
            QT_TRANSLATE_NOOP("vstore", "{pool} has volumes: {volumes}"),
            pool=pool_name(store, self.pool),
            volumes=some_names(tuple(volumes)),
        )
        return (Reason(message, links=(self.pool,)),)


class PoolHasSpace(GuardValue, frozen=True, tag=True):
    """The pool has room for what is taken at once. Where libvirt does not know the room, nothing is said."""

    lasts: ClassVar[bool] = False
    pool: PoolKey
    need_bytes: int
    field: str = ""

    @property
    def fresh(self) -> Fresh:
        return Fresh(pools=frozenset({self.pool}))

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        pool = store.pool(self.pool)
        if pool is None or pool.available_bytes is None or pool.available_bytes >= self.need_bytes:
            return ()
        message = text(
            QT_TRANSLATE_NOOP("vstore", "{pool} has {free} left; this takes {need} at once."),
            pool=pool.name,
            free=Size(pool.available_bytes),
            need=Size(self.need_bytes),
        )
        return (Reason(message, field=self.field, links=(self.pool,)),)


class KindCan(GuardValue, frozen=True, tag=True):
    """The pool's kind has the operation at all (the table of pool kinds)."""

    pool: PoolKey
    operation: str  # the value of a PoolOperation or VolumeOperation

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        pool = store.pool(self.pool)
        if pool is None:
            return ()
        kind = pool_kind(pool.kind)
        if any(
            operation.value == self.operation for operation in (*kind.operations, *kind.volume_operations)
        ):
            return ()
        template = _CANNOT.get(self.operation, _CANNOT_AT_ALL)
        return (Reason(text(template, kind=kind.label), links=(self.pool,)),)


_CANNOT_AT_ALL = QT_TRANSLATE_NOOP("vstore", "libvirt cannot do this in a pool of this kind ({kind}).")
_CANNOT = {
    VolumeOperation.CREATE.value: QT_TRANSLATE_NOOP(
        "vstore",
        "libvirt cannot create volumes in a pool of this kind ({kind}): they are made on the storage itself.",
    ),
    VolumeOperation.DELETE.value: QT_TRANSLATE_NOOP(
        "vstore",
        "libvirt cannot delete volumes in a pool of this kind ({kind}): it is done on the storage itself.",
    ),
    PoolOperation.DELETE.value: QT_TRANSLATE_NOOP(
        "vstore", "libvirt cannot delete the storage below a pool of this kind ({kind})."
    ),
}
