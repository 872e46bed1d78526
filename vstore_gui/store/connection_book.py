"""The connections the user has: remembered, opened, closed. See `ConnectionBook`."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from vstore_gui.adapter.api import Host
from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.keys import HostId
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync

__all__ = ["Connection", "ConnectionBook"]


class Connection(msgspec.Struct, frozen=True):
    """One remembered connection. `label` is what the sidebar shows; empty: derived from the URI."""

    uri: str
    label: str = ""
    autoconnect: bool = True


class _Book(msgspec.Struct, frozen=True):
    version: int
    connections: tuple[Connection, ...]


class ConnectionBook:
    """Connections by URI, in the user's order, kept in a file without secrets (mode 0600).

    Each one stands in the store as a HostState from the start, open or not, so that the sidebar shows it.
    `make_host` turns a URI into a closed Host; the wiring gives it.
    """

    def __init__(self, store: Store, sync: Sync, make_host: Callable[[str], Host], file: Path | None) -> None:
        self._store = store
        self._sync = sync
        self._make_host = make_host
        self._file = file
        self._connections: dict[HostId, Connection] = {}
        self._fleeting: set[HostId] = set()  # named on the command line: shown, not remembered

    @property
    def connections(self) -> Mapping[HostId, Connection]:
        return self._connections

    def load(self) -> None:
        """Read the file; a missing or damaged one is an empty book (a damaged one is kept aside as
        '….broken').
        """
        if self._file is None:
            return
        try:
            book = msgspec.json.decode(self._file.read_bytes(), type=_Book)
        except FileNotFoundError:
            return
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._file.replace(self._file.with_name(self._file.name + ".broken"))
            return
        for connection in book.connections:
            self._take_in(connection)

    def open_autoconnecting(self) -> None:
        for connection in list(self._connections.values()):
            if connection.autoconnect:
                self.connect(connection.uri)

    def add(self, uri: str, *, label: str = "", autoconnect: bool = True, remember: bool = True) -> None:
        """Take the connection in (or change its label and autoconnect) and open it."""
        if not remember and uri not in self._connections:
            self._fleeting.add(uri)
        elif remember:
            self._fleeting.discard(uri)
        self._take_in(Connection(uri, label, autoconnect))
        self._save()
        self.connect(uri)

    def change(self, uri: HostId, *, label: str, autoconnect: bool) -> None:
        self._take_in(Connection(uri, label, autoconnect))
        self._save()

    async def remove(self, uri: HostId) -> None:
        """Close it and forget it."""
        self._connections.pop(uri, None)
        self._fleeting.discard(uri)
        self._save()
        await self._sync.remove(uri)
        self._store.drop_host(uri)

    def connect(self, uri: HostId) -> None:
        """Open a closed connection; try a failed or waiting one again now."""
        host = self._sync.host(uri)
        if host is None:
            self._sync.add(self._make_host(uri))
        else:
            host.retry()

    async def disconnect(self, uri: HostId) -> None:
        """Close it but keep it in the book."""
        await self._sync.remove(uri)
        connection = self._connections.get(uri)
        if connection is not None:
            self._store.drop_host(uri)
            self._store.put_host(self._closed(connection))

    def _take_in(self, connection: Connection) -> None:
        self._connections[connection.uri] = connection
        known = self._store.host(connection.uri)
        if known is None:
            self._store.put_host(self._closed(connection))
        else:
            self._store.put_host(msgspec.structs.replace(known, label=connection.label))

    @staticmethod
    def _closed(connection: Connection) -> HostState:
        return HostState(
            id=connection.uri, link=HostLink.OFFLINE, label=connection.label, since_s=time.time()
        )

    def _save(self) -> None:
        if self._file is None:
            return
        remembered = tuple(c for c in self._connections.values() if c.uri not in self._fleeting)
        data = msgspec.json.format(msgspec.json.encode(_Book(1, remembered)), indent=2)
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written beside and moved over: a full disk or a kill leaves the old book whole.
        handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=self._file.name)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(name).replace(self._file)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
