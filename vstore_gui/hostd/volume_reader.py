"""Details of thousands of volumes: several calls in flight, what is looked at first, in small batches."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import libvirt

from vstore_gui.entities.calls import ReadVolumes, VolumeBatch
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.volume import VolumeName, VolumeState
from vstore_gui.hostd.errors import explain
from vstore_gui.hostd.files import Files
from vstore_gui.hostd.lanes import Run, Work
from vstore_gui.xml.volume import read_volume

if TYPE_CHECKING:
    from vstore_gui.hostd.registry import Asked

__all__ = ["VolumeReaders", "read_state"]

_BATCH: Final = 150
_BATCH_S: Final = 0.05
_SLICE_S: Final = 0.05  # after which other calls of the lane get their turn


def read_state(volume: Any, files: Files) -> VolumeState:
    """virStorageVolGetXMLDesc (which looks at the file anew) as a value. Raises libvirtError, XmlError."""
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
    """One ReadVolumes: as many readers as the pool's lane is wide take names from it until none is left."""

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
            pending = set(self._pending)
            first = [name for name in names if name in pending]
            wanted = set(first)
            self._pending = [name for name in self._pending if name not in wanted] + first[::-1]

    def run(self) -> int:
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
        """The pool went silent, or its pool is gone: what is pending is given up, what was read has been
        sent."""
        with self._lock:
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
        session, ends_at = self._asked.session, time.monotonic() + _SLICE_S
        try:
            with session.connections.of("bulk") as connection:
                while time.monotonic() < ends_at:
                    with self._lock:
                        if not self._pending:
                            name = None
                        else:
                            name = self._pending.pop()
                    if name is None:
                        self._reader_ends()
                        return
                    self._take(name, self._read_one(connection, name, session.files))
                    run.beat()
        except libvirt.libvirtError as error:
            self._failed(HostError(explain(error, self._call.name)))
        else:
            self._submit()

    def _read_one(self, connection: Any, name: str, files: Files) -> VolumeState | None:
        """None when it is gone. A volume that cannot be read (its file's permissions) is a row that says
        nothing more."""
        try:
            volume = self._handles.get(name)
            if volume is None:
                volume = connection.storagePoolLookupByUUIDString(self._call.pool).storageVolLookupByName(
                    name
                )
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

    def _take(self, name: str, state: VolumeState | None) -> None:
        """Collect; whoever fills a batch sends it."""
        now = time.monotonic()
        with self._lock:
            if state is None:
                self._missing.append(name)
            else:
                self._batch.append(state)
            full = len(self._batch) + len(self._missing) >= _BATCH or now - self._batch_since >= _BATCH_S
        if full:
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            if not self._batch and not self._missing:
                return
            batch = VolumeBatch(tuple(self._batch), tuple(self._missing))
            self._batch, self._missing = [], []
            self._batch_since = time.monotonic()
        self._asked.part(batch)
