"""'Find anything': what fits the words typed, best first. See `FindModel`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt, QTimer, Signal

from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.qtmodels.find_search import Found, FoundKey, Kind, Results, search
from vstore_gui.qtmodels.hosts import host_title, link_word, uri_title
from vstore_gui.qtmodels.ordered_rows import OrderedRows
from vstore_gui.qtmodels.roles import Index, Role
from vstore_gui.qtmodels.signals import NO_INDEX, ModelSignals, follow
from vstore_gui.qtmodels.slices import Slices
from vstore_gui.store.changes import Change, Changes, What
from vstore_gui.store.store import Store

__all__ = ["FindModel"]

SHOWN = 100
AGAIN_MS = 300
"""How soon what has changed on the hosts is searched again."""

_SEARCHED_FIELDS = frozenset({"name", "path", "target_path", "title", "label", "disks"})


class FindModel(QAbstractListModel):
    """Pools, volumes, machines, disks by path and hosts that fit `set_text`; live while there is a text.

    The search goes in slices; the rows are what has been found so far. DisplayRole is the name, Role.NOTE
    where it is, Role.KEY what to go to. `progressed()` is emitted when `total` or `busy` may have changed.
    """

    progressed = Signal()

    def __init__(self, store: Store, parent: QObject | None = None, *, shown: int = SHOWN) -> None:
        super().__init__(parent)
        self._store = store
        self._shown = shown
        self._text = ""
        self._rows: OrderedRows[Found] = OrderedRows(ModelSignals(self))
        self._results = Results(shown)
        self._total = 0
        self._refining = False  # an earlier answer stands until this search has ended
        self._slices = Slices(self, self._slice_done)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._search_again)
        follow(store.subscribe, self, self._store_changed)

    @property
    def text(self) -> str:
        return self._text

    @property
    def total(self) -> int:
        """How many things fit; only the best hundred are rows."""
        return self._total

    @property
    def busy(self) -> bool:
        return self._slices.busy or self._again.isActive()

    def set_text(self, text: str) -> None:
        """Find this. An empty text finds nothing."""
        text = text.strip()
        if text == self._text:
            return
        self._text = text
        self._again.stop()
        self._start(refining=False)
        if not text:
            self._slices.stop()
            self._publish()
        self.progressed.emit()

    def key_at(self, row: int) -> FoundKey:
        return self._rows.key_at(row).key

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        found = self._rows.key_at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._title(found)
            case Qt.ItemDataRole.ToolTipRole:
                return self._path(found) or self._title(found)
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join([text for text in (self._title(found), self._where(found)) if text])
            case Role.KEY:
                return found.key
            case Role.KIND:
                return Kind.WORDS[found.kind]
            case Role.NOTE:
                return self._where(found)
            case Role.STATE:
                return self._state(found)
            case Role.VALUE:
                return self._value(found)
        return None

    # ── words, from the store as it is now ──────────────────────────────────────────────────────────────────

    def _value(self, found: Found) -> Any:
        match found.key:
            case str() as host:
                return self._store.host(host)
            case VolumeKey() as key:
                return self._store.volume(key)
            case PoolKey() as key:
                return self._store.pool(key)
            case DomainKey() as key:
                return self._store.domain(key)
            case DiskKey(host, uuid, target):
                domain = self._store.domain(DomainKey(host, uuid))
                disks = domain.disks if domain is not None else ()
                return next((disk for disk in disks if disk.target == target), None)

    def _title(self, found: Found) -> str:
        value = self._value(found)
        if value is None:
            return ""
        match found.key:
            case str():
                return host_title(value)
            case DiskKey():
                path = value.source.path or value.source.name or ""
                return str(path.rpartition("/")[2] or path)
        return str(value.name)

    def _path(self, found: Found) -> str:
        value = self._value(found)
        if value is None:
            return ""
        match found.key:
            case str() as host:
                return host
            case VolumeKey():
                return value.path or ""
            case PoolKey():
                return value.target_path or ""
            case DiskKey():
                return value.source.path or value.source.name or ""
        return value.title or ""

    def _where(self, found: Found) -> str:
        """'This computer ▸ images', and the disk's machine."""
        key = found.key
        if isinstance(key, str):
            return key
        state = self._store.host(key.host)
        parts = [uri_title(key.host) if state is None else host_title(state)]
        if isinstance(key, VolumeKey):
            pool = self._store.pool(key.pool_key)
            parts += [] if pool is None else [pool.name]
        elif isinstance(key, DiskKey):
            domain = self._store.domain(key.domain_key)
            parts += [key.target] if domain is None else [domain.name, key.target]
        return " ▸ ".join(parts)

    def _state(self, found: Found) -> str:
        value = self._value(found)
        if value is None:
            return ""
        match found.key:
            case str():
                return link_word(value)
            case PoolKey() | DomainKey():
                return str(value.lifecycle.value)
        return ""

    # ── searching ───────────────────────────────────────────────────────────────────────────────────────────

    def _start(self, *, refining: bool) -> None:
        self._refining = refining
        self._results = Results(self._shown)
        self._slices.start(self._search())

    def _search(self) -> Iterator[None]:
        return search(self._store, self._text, self._results, host_title)

    def _slice_done(self, done: bool) -> None:
        if done or not self._refining:
            self._publish()
        self.progressed.emit()

    def _publish(self) -> None:
        self._total = self._results.total
        self._rows.arrange([entry for entry in self._results.entries() if self._value(entry[-1]) is not None])

    def _search_again(self) -> None:
        if self._slices.busy:
            self._again.start()  # first let this one end, or changes without pause would leave no answer
        elif self._text:
            self._start(refining=True)

    # ── the store ───────────────────────────────────────────────────────────────────────────────────────────

    def _store_changed(self, changes: Changes) -> None:
        if not self._text:
            return
        gone = [found for found in self._rows if self._value(found) is None]
        if gone:
            self._rows.place(dict.fromkeys(gone))
        nouns = (changes.hosts, changes.pools, changes.domains)
        if any(nouns) and len(self._rows):
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))
        if not self._again.isActive() and (
            any(_matters(group) for group in nouns)
            or any(_matters(group) for group in changes.volumes.values())
        ):
            self._again.start()
            self.progressed.emit()


def _matters(group: tuple[Change, ...]) -> bool:
    """Whether anything came, went or is called otherwise."""
    return any(
        change.what is not What.CHANGED or not change.fields.isdisjoint(_SEARCHED_FIELDS) for change in group
    )
