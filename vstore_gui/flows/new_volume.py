"""The new-volume wizard without widgets. See `NewVolumeFlow`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, Literal

from vstore_gui.actions.guards import PoolHasSpace, VolumeExists, VolumeNameFree, check
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.actions.volumes import Allocation, NewVolumeDraft, plan_new_volume, why_not_new_volume
from vstore_gui.entities.calls import ReadVolume
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool_kinds import pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Names, Size, Text, text
from vstore_gui.entities.units import GIB, UnitError, parse_size
from vstore_gui.entities.volume import VolumeState
from vstore_gui.flows.names import volume_name_problems
from vstore_gui.flows.space import SpaceMeter
from vstore_gui.store.changes import Changes
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

__all__ = ["BackingChoice", "NewVolumeDraft", "NewVolumeFlow", "NewVolumePage"]

NewVolumePage = Literal["volume", "plan"]
BackingChoice = tuple[VolumeKey, VolumeState, Text | None]
"""A volume with the reason why it cannot be a backing volume (None: it can)."""

_OFFERED: Final = ("qcow2", "raw")
_EXTENSIONS: Final = {"qcow2": ".qcow2", "raw": ".img"}
_ANY_EXTENSION: Final = (".qcow2", ".img", ".raw")
_MAX_BYTES: Final = 2**63 - 1  # off_t; libvirt counts in unsigned 64 bits, files do not
_DEFAULT_BYTES: Final = 20 * GIB

_RAW_THIN: Final = text(
    QT_TRANSLATE_NOOP("vstore", "Sparse: takes space as it is written. More can be promised than there is.")
)
_RAW_FULL: Final = text(QT_TRANSLATE_NOOP("vstore", "Preallocated: takes all its space now, and is faster."))
_QCOW2_THIN: Final = text(QT_TRANSLATE_NOOP("vstore", "Thin: takes space as it is written."))
_QCOW2_METADATA: Final = text(
    QT_TRANSLATE_NOOP("vstore", "Tables now, data later: nearly as small as thin, faster when first written.")
)
_QCOW2_FULL: Final = text(QT_TRANSLATE_NOOP("vstore", "All now: takes all its space now, and is fastest."))

_Offer = tuple[tuple[Allocation, Text], ...]

# What each kind can allocate, recommended first. LVM makes an old-style snapshot of anything smaller than
# the whole.
_FILES: Final[dict[str, _Offer]] = {
    "raw": (("thin", _RAW_THIN), ("full", _RAW_FULL)),
    "qcow2": (("thin", _QCOW2_THIN), ("metadata", _QCOW2_METADATA), ("full", _QCOW2_FULL)),
}
_ALLOCATIONS: Final[dict[str, dict[str, _Offer]]] = {
    "logical": {"raw": (("full", _RAW_FULL),)},
    "rbd": {"raw": (("thin", _RAW_THIN),)},
    "zfs": {"raw": (("full", _RAW_FULL), ("thin", _RAW_THIN))},
}

_NOT_YET: Final = {
    "disk": text(
        QT_TRANSLATE_NOOP(
            "vstore",
            "The wizard cannot make partitions yet: libvirt names them itself. Use virsh vol-create-as.",
        )
    )
}


class NewVolumeFlow:
    """draft, its checks, its plan for one pool. `capacity_text` is what the user typed;
    draft.capacity_bytes follows.

    `problems(page)` are Reasons whose `field` is a NewVolumeDraft field name, or "" for the page.
    """

    def __init__(
        self, store: Store, sync: Sync, pool: PoolKey, on_changed: Callable[[], None] | None = None
    ) -> None:
        self.pool = pool
        self.draft = NewVolumeDraft()
        self.capacity_text = f"{_DEFAULT_BYTES // GIB} GiB"
        self.draft.capacity_bytes = _DEFAULT_BYTES
        self._store = store
        self._sync = sync
        self._on_changed = on_changed
        self._backing_error: Text | None = None
        self._space = SpaceMeter(store, pool)
        if formats := self.formats():
            self.draft.format = formats[0]
        self._correct_allocation()
        self._end = store.subscribe(self._store_changed)

    @property
    def pages(self) -> tuple[NewVolumePage, ...]:
        return ("volume", "plan")

    def close(self) -> None:
        """Stop listening to the store."""
        self._end()
        self._space.close()

    # ── choices ──

    @property
    def _kind(self) -> str:
        pool = self._store.pool(self.pool)
        return pool.kind if pool is not None else ""

    @property
    def _files(self) -> bool:
        return pool_kind(self._kind).files

    def formats(self) -> tuple[str, ...]:
        """Formats the pool's kind can make and the wizard offers, the recommended first."""
        if self._files:
            made = pool_kind(self._kind).volume_formats
            return tuple(name for name in _OFFERED if name in made)
        return tuple(_ALLOCATIONS.get(self._kind, {"raw": ()}))

    def allocations(self) -> tuple[tuple[Allocation, Text], ...]:
        """(allocation, one-line explanation) for the chosen format, the recommended first."""
        offers = _FILES if self._files else _ALLOCATIONS.get(self._kind, {})
        offer = offers.get(self.draft.format, ())
        # qemu-img of old refuses to preallocate an overlay, and libvirt does so still.
        return tuple(row for row in offer if row[0] == "thin") if self.draft.backing is not None else offer

    @property
    def extension(self) -> str:
        """What names of this format end with, by habit; empty where volumes are no files."""
        return _EXTENSIONS.get(self.draft.format, "") if self._files else ""

    def suggested_name(self) -> str:
        """The name with its format's extension, where it has none."""
        name = self.draft.name
        if not name or not self.extension or name.lower().endswith(_ANY_EXTENSION):
            return name
        return name + self.extension

    def backing_choices(self, filter_text: str = "", limit: int | None = None) -> tuple[BackingChoice, ...]:
        """Volumes of the host's active pools, this pool's first, whose name has the text in it."""
        return tuple(islice(self._backing_candidates(filter_text.casefold()), limit))

    def _backing_candidates(self, wanted: str) -> Iterator[BackingChoice]:
        pools = sorted(
            self._store.pools(self.pool.host).values(),
            key=lambda pool: (pool.uuid != self.pool.uuid, pool.name),
        )
        for pool in pools:
            if not pool.active or not pool_kind(pool.kind).files:
                continue
            key = PoolKey(self.pool.host, pool.uuid)
            for name, volume in self._store.volumes(key).items():
                if wanted in name.casefold():
                    yield VolumeKey(key.host, key.uuid, name), volume, _why_no_backing(volume)

    # ── editing the draft ──

    def set_name(self, name: str) -> None:
        self.draft.name = name

    def set_format(self, format_: str) -> None:
        """Changes the name's extension along, when it is the one of the old format; drops what raw cannot
        have.
        """
        old = self.extension
        self.draft.format = format_
        if old and self.draft.name.endswith(old):
            self.draft.name = self.draft.name.removesuffix(old) + self.extension
        if format_ != "qcow2":
            self._drop_backing()
        self._correct_allocation()

    def set_capacity_text(self, typed: str) -> None:
        self.capacity_text = typed
        try:
            self.draft.capacity_bytes = parse_size(typed)
        except UnitError:
            self.draft.capacity_bytes = 0

    def set_allocation(self, allocation: Allocation) -> None:
        self.draft.allocation = allocation

    async def set_backing(self, key: VolumeKey | None) -> None:
        """Reads the volume's details anew; its format is taken from them. The capacity becomes at least
        its own.
        """
        self._drop_backing()
        if key is None:
            self._correct_allocation()
            return
        self.draft.backing = key
        self._correct_allocation()
        volume = await self._read(key)
        if self.draft.backing != key:  # another was chosen meanwhile
            return
        if volume is not None:
            self.draft.backing_format = (
                volume.format if volume.format not in (None, "unknown", "auto") else None
            )
            capacity = volume.capacity_bytes or 0
            if self.draft.capacity_bytes < capacity:
                self.draft.capacity_bytes = capacity
                self.capacity_text = _exact_size(capacity)
        self._tell()

    async def _read(self, key: VolumeKey) -> VolumeState | None:
        host = self._sync.host(key.host)
        call = ReadVolume(key.pool, key.name)
        try:
            if host is not None:
                self._sync.applied(key.host, call, await host.call(call))
        except HostError as error:
            self._backing_error = error.state.message
            return None
        return self._store.volume(key)

    def _drop_backing(self) -> None:
        self.draft.backing = None
        self.draft.backing_format = None
        self._backing_error = None

    def _correct_allocation(self) -> None:
        """An allocation that the format does not have becomes its recommended one."""
        offered = [allocation for allocation, _ in self.allocations()]
        if offered and self.draft.allocation not in offered:
            self.draft.allocation = offered[0]

    # ── checks ──

    def problems(self, page: NewVolumePage = "volume") -> tuple[Reason, ...]:
        found = (
            *self._pool_problems(),
            *self._name_problems(),
            *self._capacity_problems(),
            *self._backing_problems(),
        )
        if page == "volume" or any(problem.blocks for problem in found):
            return found
        return check(self.plan(), self._store)

    def complete(self, page: NewVolumePage = "volume") -> bool:
        """No blocking problem."""
        return not any(problem.blocks for problem in self.problems(page))

    def _pool_problems(self) -> tuple[Reason, ...]:
        not_yet = _NOT_YET.get(self._kind)
        return (
            *why_not_new_volume(self._store, self.pool),
            *((Reason(not_yet),) if not_yet is not None else ()),
        )

    def _name_problems(self) -> tuple[Reason, ...]:
        name = self.draft.name
        problems = volume_name_problems(name, file=self._files)
        if any(problem.blocks for problem in problems):
            return problems
        taken = VolumeNameFree(VolumeKey(self.pool.host, self.pool.uuid, name)).reasons(self._store)
        return (*problems, *taken, *self._extension_problems(name))

    def _extension_problems(self, name: str) -> tuple[Reason, ...]:
        other = next((format_ for format_, end in _EXTENSIONS.items() if name.lower().endswith(end)), None)
        if not self._files or other in (None, self.draft.format) or other == "raw":
            return ()
        message = text(
            QT_TRANSLATE_NOOP("vstore", "The name ends like a {other} file; this is {format}."),
            other=other,
            format=self.draft.format,
        )
        return (Reason(message, blocks=False, field="name"),)

    def _capacity_problems(self) -> tuple[Reason, ...]:
        template = None
        try:
            capacity = parse_size(self.capacity_text)
        except UnitError:
            template = QT_TRANSLATE_NOOP("vstore", "Give a size, like 20 GiB or 512 MiB.")
        else:
            if capacity == 0:
                template = QT_TRANSLATE_NOOP("vstore", "The size must be more than nothing.")
            elif capacity > _MAX_BYTES:
                template = QT_TRANSLATE_NOOP("vstore", "No volume can be this large.")
        if template is not None:
            return (Reason(text(template), field="capacity_bytes"),)
        return self._space_problems()

    def _space_problems(self) -> tuple[Reason, ...]:
        need = self.draft.capacity_bytes
        if self.draft.allocation == "full":
            return PoolHasSpace(self.pool, need, field="capacity_bytes").reasons(self._store)
        space = self._space.value
        if space.free_bytes is None or need + space.promised_bytes <= space.free_bytes:
            return ()
        template = QT_TRANSLATE_NOOP(
            "vstore",
            "Thin volumes may then grow by {promised}, and there are {free} left: keep an eye on it.",
        )
        message = text(template, promised=Size(need + space.promised_bytes), free=Size(space.free_bytes))
        return (Reason(message, blocks=False, field="capacity_bytes"),)

    def _backing_problems(self) -> tuple[Reason, ...]:
        key = self.draft.backing
        if key is None:
            return ()
        gone = VolumeExists(key, field="backing").reasons(self._store)
        volume = self._store.volume(key)
        if gone or volume is None:
            return gone
        if self._backing_error is not None:
            return (Reason(self._backing_error, field="backing"),)
        why_not = _why_no_backing(volume)
        if why_not is None and volume.path is None:
            why_not = text(
                QT_TRANSLATE_NOOP("vstore", "It has no path on the host: it cannot be a backing file.")
            )
        if why_not is None and self.draft.backing_format is None:
            why_not = text(
                QT_TRANSLATE_NOOP(
                    "vstore", "Its format is not known, and must not be guessed: choose another."
                )
            )
        if why_not is not None:
            return (Reason(why_not, field="backing", links=(key,)),)
        return (*self._too_small(volume), *self._written_by(key), *self._not_everywhere(key))

    def _too_small(self, backing: VolumeState) -> tuple[Reason, ...]:
        if backing.capacity_bytes is None or self.draft.capacity_bytes >= backing.capacity_bytes:
            return ()
        template = QT_TRANSLATE_NOOP(
            "vstore", "Smaller than its backing volume ({size}): what lies beyond would be cut off."
        )
        return (Reason(text(template, size=Size(backing.capacity_bytes)), field="capacity_bytes"),)

    def _written_by(self, key: VolumeKey) -> tuple[Reason, ...]:
        writers = [use for use in self._store.usage.users_of(key) if not use.through and not use.readonly]
        domains = dict.fromkeys(use.domain for use in writers)
        if not domains:
            return ()
        names = Names(
            tuple(domain.name for user in domains if (domain := self._store.domain(user)) is not None)
        )
        running = any(use.running for use in writers)
        template = (
            QT_TRANSLATE_NOOP("vstore", "{machines} writes to it now: a backing volume must not change.")
            if running
            else QT_TRANSLATE_NOOP(
                "vstore", "{machines} has it as a disk: started again, it would spoil the new volume."
            )
        )
        return (
            Reason(text(template, machines=names), blocks=running, field="backing", links=tuple(domains)),
        )

    def _not_everywhere(self, key: VolumeKey) -> tuple[Reason, ...]:
        """A shared pool's volume over one that only this host has is good for nothing elsewhere."""
        pool = self._store.pool(key.pool_key)
        if pool is None or pool_kind(self._kind).shared != "yes" or pool_kind(pool.kind).shared == "yes":
            return ()
        template = QT_TRANSLATE_NOOP(
            "vstore", "Other hosts see the new volume, but perhaps not {backing}, which they need as well."
        )
        return (Reason(text(template, backing=key.name), blocks=False, field="backing"),)

    # ── the plan ──

    def plan(self) -> Plan:
        """The plan of the draft. Raises PlanRefused and XmlError for what `problems` refuses."""
        return plan_new_volume(self._store, self.pool, self.draft)

    # ── the host changes ──

    def _store_changed(self, changes: Changes) -> None:
        backing = self.draft.backing
        watched = {self.pool, *((backing.pool_key,) if backing is not None else ())}
        pools = {change.key for change in changes.pools}
        hosts = {change.key for change in changes.hosts}
        if watched & pools or self.pool.host in hosts or watched & changes.volumes.keys():
            self._tell()

    def _tell(self) -> None:
        if self._on_changed is not None:
            self._on_changed()


def _why_no_backing(volume: VolumeState) -> Text | None:
    if volume.encryption is not None:
        return text(QT_TRANSLATE_NOOP("vstore", "It is encrypted: the wizard cannot build on it yet."))
    if volume.format in ("dir", "iso") or volume.kind in ("dir", "netdir"):
        return text(QT_TRANSLATE_NOOP("vstore", "It is no disk image."))
    return None


def _exact_size(n_bytes: int) -> str:
    """Bytes as a user would type them, exactly."""
    for power, unit in ((4, "TiB"), (3, "GiB"), (2, "MiB"), (1, "KiB")):
        if n_bytes % 1024**power == 0:
            return f"{n_bytes // 1024**power} {unit}"
    return f"{n_bytes} B"
