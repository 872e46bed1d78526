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
from vstore_gui.hostd.lanes import Run, Work
from vstore_gui.xml.document import XmlError
from vstore_gui.xml.volume import read_volume

if TYPE_CHECKING:
    from vstore_gui.hostd.registry import Asked

__all__ = ["VolumeReaders", "read_state"]

T = TypeVar("T")

_BATCH: Final = 150
_BATCH_S: Final = 0.05
_SLICE_S: Final = 0.05  # after which other calls of the lane get their turn


def read_state(volume: Any, files: Files) -> VolumeState:
    """virStorageVolGetXMLDesc (which looks at the file anew) as a value. Raises libvirtError, XmlError."""
    key = volume.key()
    if key.startswith("/"):  # file-backed kinds: the key is the path
        return read_volume(volume.XMLDesc(0), file_id=files.id(key))
    return files.volume(read_volume(volume.XMLDesc(0)))


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

    The lists are shared without a lock where one atomic step of a list will do: it is done 10,000 times.
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
        """What a reader takes meanwhile may be read twice, never missed."""
        pending = tuple(self._pending)
        wanted = set(names).intersection(pending)
        first = [name for name in reversed(names) if name in wanted]
        self._pending[:] = [name for name in pending if name not in wanted] + first

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
        files, pending = self._asked.session.files, self._pending
        now = time.monotonic()
        ends_at = now + _SLICE_S
        try:
            with self._asked.session.connections.of("bulk") as connection:
                while now < ends_at:
                    try:
                        name = pending.pop()
                    except IndexError:
                        self._reader_ends()
                        return
                    state = self._read_one(connection, name, files)
                    if state is None:
                        self._missing.append(name)
                    else:
                        self._batch.append(state)
                    now = time.monotonic()
                    run.beat(now)
                    if len(self._batch) >= _BATCH or now - self._batch_since >= _BATCH_S:
                        self._flush()
        except libvirt.libvirtError as error:
            self._failed(HostError(explain(error, self._call.name)))
        except Exception as error:
            self._failed(fault(error, self._call.name))
        else:
            self._submit()

    def _read_one(self, connection: Any, name: str, files: Files) -> VolumeState | None:
        """None when it is gone. One that cannot be read (its file's permissions) is a row that says no
        more."""
        volume = self._handles.get(name)
        try:
            if volume is None:
                pool = connection.storagePoolLookupByUUIDString(self._call.pool)
                volume = pool.storageVolLookupByName(name)
            return read_state(volume, files)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_STORAGE_VOL:
                return None
            kind = explain(error).kind
            if kind is ErrorKind.MISSING_PATH:
                return None
            if kind in (ErrorKind.NOT_FOUND, ErrorKind.NOT_ACTIVE, ErrorKind.LOST):
                raise
            key = volume.key() if volume is not None else ""
            return VolumeState(name=name, key=key, path=VolumeName(name, key).path, detailed=True)
        except XmlError:
            return VolumeState(name=name, detailed=True)

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
