"""What a host can be asked, as frozen values.

A call is data: the wizard shows it, the plan keeps it, the journal writes it, the pipe carries it. `Call[R]`
names the type of its answer, `answer_type` reads it back for decoding. `hostd` has one handler for each.

`walks_all_pools`: libvirt takes every pool's lock for these, so one hung pool blocks them; they are not made
while a pool is silent. `lane`: calls of one pool queue behind each other's trouble, not behind other pools'.
"""

from __future__ import annotations

import typing
from typing import ClassVar, Generic, Literal, TypeVar

import msgspec

from vstore_gui.entities.domain import BlockStats, DomainState
from vstore_gui.entities.host import HostInfo
from vstore_gui.entities.job import Progress
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.volume import VolumeName, VolumeState

R = TypeVar("R")

Role = Literal["bulk", "control", "job"]


class Call(msgspec.Struct, Generic[R], frozen=True):
    """Asked of a host, answered with an R or a HostError. `partial` is the type of values sent before the
    answer.
    """

    role: ClassVar[Role] = "control"
    walks_all_pools: ClassVar[bool] = False

    @property
    def lane(self) -> str | None:
        """The uuid of the pool whose lane the call takes, if any."""
        return getattr(self, "pool", None)

    @property
    def name(self) -> str:
        return type(self).__name__


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────


class GetHostInfo(Call[HostInfo], frozen=True, tag=True):
    """Versions, capabilities and pool capabilities."""


class ListPools(Call[tuple[PoolState, ...]], frozen=True, tag=True):
    """virConnectListAllStoragePools and each pool's documents."""

    walks_all_pools: ClassVar[bool] = True
    role: ClassVar[Role] = "bulk"


class ReadPool(Call[PoolState], frozen=True, tag=True):
    pool: str


class ListDomains(Call[tuple[DomainState, ...]], frozen=True, tag=True):
    """virConnectListAllDomains and each domain's live and stored documents."""

    role: ClassVar[Role] = "bulk"


class ReadDomain(Call[DomainState], frozen=True, tag=True):
    domain: str


class ListVolumes(Call[tuple[VolumeName, ...]], frozen=True, tag=True):
    """virStoragePoolListAllVolumes: names and keys, no further calls."""

    pool: str
    role: ClassVar[Role] = "bulk"


class VolumeBatch(msgspec.Struct, frozen=True, tag=True):
    """A part of the answer to ReadVolumes; small enough to decode and apply within a frame."""

    volumes: tuple[VolumeState, ...]
    missing: tuple[str, ...] = ()  # gone since they were listed


class ReadVolumes(Call[int], frozen=True, tag=True):
    """Details of these volumes, in this order, several calls in flight; sent in VolumeBatch parts, answered
    with their number.
    """

    pool: str
    names: tuple[str, ...]
    role: ClassVar[Role] = "bulk"


class PrioritiseVolumes(Call[None], frozen=True, tag=True):
    """Read these first in the ReadVolumes that runs in the pool: what the user is looking at."""

    pool: str
    names: tuple[str, ...]


class ReadVolume(Call[VolumeState], frozen=True, tag=True):
    pool: str
    volume: str


class GetPoolDocument(Call[str], frozen=True, tag=True):
    """virStoragePoolGetXMLDesc; `inactive` asks for the stored definition."""

    pool: str
    inactive: bool = False


class GetVolumeDocument(Call[str], frozen=True, tag=True):
    pool: str
    volume: str


class GetDomainDocument(Call[str], frozen=True, tag=True):
    """virDomainGetXMLDesc; `inactive` asks for the stored configuration. Never with secrets."""

    domain: str
    inactive: bool = False


class DomainBlockStats(msgspec.Struct, frozen=True):
    domain: str
    disks: tuple[BlockStats, ...]


class ReadBlockStats(Call[tuple[DomainBlockStats, ...]], frozen=True, tag=True):
    """One virDomainListGetStats(BLOCK | BACKING, NOWAIT); for shut-off domains virDomainGetBlockInfo per
    disk.
    """

    domains: tuple[str, ...]


class PathFacts(msgspec.Struct, frozen=True):
    """What is at a path of the host; `known` False where hostd is not on the host and cannot look."""

    known: bool
    exists: bool = False
    is_directory: bool = False
    is_empty: bool = False
    real_path: str | None = None
    parent_exists: bool = False


class ProbePath(Call[PathFacts], frozen=True, tag=True):
    """Look at a path of the host itself; it changes nothing."""

    path: str


class ChildStats(msgspec.Struct, frozen=True):
    calls: dict[str, int]  # libvirt calls made, by the name of the C function's Python method
    events: dict[str, int]
    peak_rss_bytes: int
    in_flight: int


class GetChildStats(Call[ChildStats], frozen=True, tag=True):
    """What the child process has done so far; answered without asking libvirt."""


# ── pools ───────────────────────────────────────────────────────────────────────────────────────────────────


class RefreshPool(Call[PoolState], frozen=True, tag=True):
    pool: str
    role: ClassVar[Role] = "job"


class DefinePool(Call[PoolState], frozen=True, tag=True):
    """virStoragePoolDefineXML with VALIDATE where the host has it."""

    xml: str
    walks_all_pools: ClassVar[bool] = True


class BuildPool(Call[None], frozen=True, tag=True):
    pool: str
    mode: Literal["default", "overwrite", "no-overwrite"] = "default"
    role: ClassVar[Role] = "job"


class StartPool(Call[PoolState], frozen=True, tag=True):
    pool: str
    role: ClassVar[Role] = "job"


class StopPool(Call[PoolState | None], frozen=True, tag=True):
    """virStoragePoolDestroy: stops it, keeps all data. None when the pool was transient and is gone."""

    pool: str
    role: ClassVar[Role] = "job"


class SetPoolAutostart(Call[PoolState], frozen=True, tag=True):
    pool: str
    on: bool


class UndefinePool(Call[None], frozen=True, tag=True):
    pool: str


class DeletePool(Call[None], frozen=True, tag=True):
    """virStoragePoolDelete: removes the underlying storage (an inactive directory pool: the empty
    directory).
    """

    pool: str
    role: ClassVar[Role] = "job"


# ── volumes ─────────────────────────────────────────────────────────────────────────────────────────────────


class CreateVolume(Call[VolumeState], frozen=True, tag=True):
    pool: str
    xml: str
    preallocate_metadata: bool = False
    role: ClassVar[Role] = "job"


class DeleteVolume(Call[None], frozen=True, tag=True):
    pool: str
    volume: str
    role: ClassVar[Role] = "job"


# ── machines ────────────────────────────────────────────────────────────────────────────────────────────────


class UpdateDisk(Call[DomainState], frozen=True, tag=True):
    """virDomainUpdateDeviceFlags with one `<disk>`: changes a drive's medium. `force` opens a locked tray."""

    domain: str
    xml: str
    live: bool
    config: bool
    force: bool = False
    role: ClassVar[Role] = "job"


class DefineDomain(Call[DomainState], frozen=True, tag=True):
    """virDomainDefineXML over an existing domain: its stored configuration."""

    xml: str


AnyCall = (
    GetHostInfo
    | ListPools
    | ReadPool
    | ListDomains
    | ReadDomain
    | ListVolumes
    | ReadVolumes
    | PrioritiseVolumes
    | ReadVolume
    | GetPoolDocument
    | GetVolumeDocument
    | GetDomainDocument
    | ReadBlockStats
    | ProbePath
    | GetChildStats
    | RefreshPool
    | DefinePool
    | BuildPool
    | StartPool
    | StopPool
    | SetPoolAutostart
    | UndefinePool
    | DeletePool
    | CreateVolume
    | DeleteVolume
    | UpdateDisk
    | DefineDomain
)

Partial = VolumeBatch | Progress


def answer_type(call_type: type[Call[typing.Any]]) -> typing.Any:
    """The R of a call class, for decoding its answer."""
    (base,) = getattr(call_type, "__orig_bases__", (Call[None],))
    return typing.get_args(base)[0]
