"""Who uses which file. See `UsageIndex`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeState
from vstore_gui.store.values import Values

__all__ = ["Use", "UsageIndex"]


@dataclass(frozen=True, slots=True)
class Use:
    """A machine needs a volume. `through` is the chain from the machine's own file down to the volume, exclusive of it:
    empty for direct use. `role` is disk, kernel, initrd, dtb, nvram, loader or snapshot."""

    domain: DomainKey
    target: str  # the disk's target; empty for kernels and such
    role: str = "disk"
    running: bool = False  # by the live document of a running machine
    stored: bool = True  # by its stored configuration
    through: tuple[str, ...] = ()  # names of the overlays between
    readonly: bool = False


class UsageIndex:
    """Two questions, answered across all hosts and all aliases of a file, from indexes kept per change, never by scanning:
    who uses a volume (direct, through backing chains, through `type='volume'`, as kernel, nvram or snapshot), and
    which volumes stand on it.

    A file has many names: host and path, host and real path, device and inode on one machine, place on a shared
    storage (NFS server and export, RBD cluster and pool, iSCSI target and LUN). Each volume and each disk source is
    filed under all of its names; an answer is the closure over shared names.
    """

    def __init__(self, values: Values) -> None:
        self._values = values

    def file_volumes(self, pool: PoolKey, volumes: Iterable[tuple[VolumeKey, VolumeState]]) -> None:
        return

    def unfile_volumes(self, pool: PoolKey, names: Iterable[str]) -> None:
        return

    def file_domain(self, key: DomainKey, domain: DomainState) -> None:
        return

    def unfile_domain(self, key: DomainKey) -> None:
        return

    def host_changed(self, host: HostId) -> None:
        return

    def pool_changed(self, key: PoolKey, old: PoolState | None, new: PoolState | None) -> None:
        return

    def take_affected(self) -> tuple[set[VolumeKey], set[PoolKey]]:
        return set(), set()

    def volume_at(self, host: HostId, path: str) -> VolumeKey | None:
        return None

    def users_of(self, key: VolumeKey) -> tuple[Use, ...]:
        return ()

    def users_of_path(self, host: HostId, path: str) -> tuple[Use, ...]:
        return ()

    def overlays_of(self, key: VolumeKey) -> tuple[VolumeKey, ...]:
        """Volumes whose backing file it is, directly."""
        return ()

    def aliases_of(self, key: VolumeKey) -> tuple[VolumeKey, ...]:
        """Other volumes (in other pools or on other hosts) that are the same file."""
        return ()

    def users_of_pool(self, key: PoolKey) -> tuple[Use, ...]:
        """Machines with a disk in the pool, by path or by `type='volume'`."""
        return ()

    def volume_of_disk(self, domain: DomainKey, target: str, *, stored: bool = False) -> VolumeKey | None:
        """The volume a disk is made of, if some pool of its host has it."""
        return None
