"""Details of thousands of volumes: several calls in flight, what is looked at first, in small batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import libvirt

from vstore_gui.entities.calls import ReadVolumes, VolumeBatch
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.hostd.errors import explain, fault
from vstore_gui.hostd.files import Files
from vstore_gui.hostd.foreign_bytes import volume_named
from vstore_gui.hostd.lanes import Run, Work
from vstore_gui.xml.document import XmlError
from vstore_gui.xml.volume import read_volume

if TYPE_CHECKING:
    from vstore_gui.hostd.registry import Asked

__all__ = ["VolumeReaders", "read_state", "state_of"]

T = TypeVar("T")

_BATCH: Final = 150
# A reader asks for so many documents, then reads them in one go. Reading each as it comes takes the lock of
# the interpreter from the others amid their calls: 10,000 volumes took 1.5 s so, and 1.0 s this way.
_FETCHED_AT_ONCE: Final = 32
_BATCH_S: Final = 0.05
_SLICE_S: Final = 0.05  # after which other calls of the lane get their turn


# Name, key and document of a volume; None: it is gone, '': it cannot be read.
_Fetched = tuple[str, str, str | None]


def read_state(volume: Any, files: Files) -> VolumeState:
    """virStorageVolGetXMLDesc (which looks at the file anew) as a value. Raises libvirtError, XmlError."""
    return state_of(volume.key(), volume.XMLDesc(0), files)


def state_of(key: str, document: str, files: Files) -> VolumeState:
    """A volume's document as a value. Raises XmlError."""
    if key.startswith("/"):  # file-backed kinds: the key is the path
        return read_volume(document, file_id=files.id(key))
    return files.volume(read_volume(document))


def _unreadable(name: str, key: str) -> VolumeState:
    return VolumeState(name=name, key=key, path=VolumeName(name, key).path, detailed=True)


class VolumeReaders:
    """The readings under way, and the volumes' handles from the last listing of each pool.

    A handle is only names in this process's memory; looking it up anew would double the calls.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handles: dict[str, dict[str, Any]] = {}
        self._readings: dict[str, list[_Reading]] = {}

    def remember(self, pool: str, handles: dict[str, Any]) -> None:
        with self._lock:
            self._handles[pool] = handles

    def forget(self, pool: str) -> None:
        with self._lock:
            self._handles.pop(pool, None)

    def forget_all(self) -> None:
        """The connection that the handles belong to is not to be used any more: readers look volumes up
        anew."""
        with self._lock:
            for handles in self._handles.values():
                handles.clear()
            self._handles.clear()

    def handles(self, pool: str) -> dict[str, Any]:
        with self._lock:
            return self._handles.get(pool, {})

    def prioritise(self, pool: str, names: Iterable[str]) -> None:
        with self._lock:
            readings = tuple(self._readings.get(pool, ()))
        for reading in readings:
            reading.prioritise(tuple(names))

    def read(self, asked: Asked, call: ReadVolumes) -> int:
        """Blocks until all are read or the reading failed. Raises HostError."""
        reading = _Reading(asked, call)
        with self._lock:
            self._readings.setdefault(call.pool, []).append(reading)
        try:
            return reading.run()
        finally:
            with self._lock:
                self._readings[call.pool].remove(reading)


class _Reading:
    """One ReadVolumes: as many readers as the pool's lane is wide take names from it until none is left.

    The batch is shared without a lock where one atomic step of a list will do: it is done 10,000 times.
    """

    def __init__(self, asked: Asked, call: ReadVolumes) -> None:
        self._asked = asked
        self._call = call
        self._handles = asked.session.volumes.handles(call.pool)
        self._lock = threading.Lock()
        # Reversed: the next name is popped from the end.
        self._pending = list(reversed(call.names))
        self._batch: list[VolumeState] = []
        self._missing: list[str] = []
        self._batch_since = time.monotonic()
        self._readers = 0
        self._error: HostError | None = None
        self._done = threading.Event()

    def prioritise(self, names: tuple[str, ...]) -> None:
        with self._lock:
            wanted = set(names).intersection(self._pending)
            first = [name for name in reversed(names) if name in wanted]
            self._pending[:] = [name for name in self._pending if name not in wanted] + first

    def _next_names(self) -> list[str]:
        """Neighbours in the order asked for, so that a batch fills rows that stand together."""
        with self._lock:
            names = self._pending[-_FETCHED_AT_ONCE:]
            del self._pending[-_FETCHED_AT_ONCE:]
        names.reverse()
        return names

    def run(self) -> int:
        """Blocks until all are read. Raises HostError."""
        width = min(self._asked.session.lanes.width(self._call.pool), len(self._call.names))
        self._readers = width
        for _ in range(width):
            self._submit()
        if width:
            self._done.wait()
        if self._error is not None:
            raise self._error
        self._flush()
        return len(self._call.names)

    def _submit(self) -> None:
        self._asked.session.lanes.submit(Work(self._call, self._read_slice, self._failed, patient=True))

    def _failed(self, error: HostError) -> None:
        """The pool went silent, or is gone: what is pending is given up, what was read has been sent."""
        self._error = self._error or error
        self._pending.clear()
        self._reader_ends()
        if error.kind is ErrorKind.NOT_RESPONDING:
            self._done.set()  # a reader hangs in its call and will not end

    def _reader_ends(self) -> None:
        with self._lock:
            self._readers -= 1
            last = self._readers == 0
        if last:
            self._done.set()

    def _read_slice(self, run: Run) -> None:
        """Read for a while in a thread of the lane, then go to the end of its queue."""
        now = time.monotonic()
        ends_at = now + _SLICE_S
        try:
            with self._asked.session.connections.of("bulk") as connection:
                while now < ends_at:
                    names = self._next_names()
                    if not names:
                        self._reader_ends()
                        return
                    fetched: list[_Fetched] = []
                    for name in names:
                        fetched.append(self._fetch(connection, name))
                        run.beat(time.monotonic())
                    self._take(fetched)
                    now = time.monotonic()
                    if len(self._batch) >= _BATCH or now - self._batch_since >= _BATCH_S:
                        self._flush()
        except libvirt.libvirtError as error:
            self._failed(HostError(explain(error, self._call.name)))
        except Exception as error:
            self._failed(fault(error, self._call.name))
        else:
            self._submit()

    def _fetch(self, connection: Any, name: str) -> _Fetched:
        """The document; None where the volume is gone, empty where its file may not be read."""
        volume = self._handles.get(name)
        key = ""
        try:
            if volume is None:
                pool = connection.storagePoolLookupByUUIDString(self._call.pool)
                volume = volume_named(pool, name)
            key = volume.key()
            return name, key, volume.XMLDesc(0)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_VOL:
                return name, key, None
            kind = explain(error).kind
            if kind is ErrorKind.MISSING_PATH:
                return name, key, None
            if kind in (ErrorKind.NOT_FOUND, ErrorKind.NOT_ACTIVE, ErrorKind.LOST):
                raise
            return name, key, ""

    def _take(self, fetched: list[_Fetched]) -> None:
        """Read documents into the batch. One that cannot be read is a row that says no more."""
        files = self._asked.session.files
        for name, key, document in fetched:
            if document is None:
                self._missing.append(name)
                continue
            try:
                state = state_of(key, document, files) if document else _unreadable(name, key)
            except XmlError:
                state = _unreadable(name, key)
            self._batch.append(state)

    def _flush(self) -> None:
        with self._lock:
            batch, missing = _take_all(self._batch), _take_all(self._missing)
            self._batch_since = time.monotonic()
        if batch or missing:
            self._asked.part(VolumeBatch(batch, missing))


def _take_all(items: list[T]) -> tuple[T, ...]:
    """Empty a list that others append to meanwhile: what comes too late stays in it."""
    taken = tuple(items)
    del items[: len(taken)]
    return taken
