"""The connections of one host, by role. See `Connections`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import libvirt

from vstore_gui.entities.calls import Role
from vstore_gui.hostd.credentials import Credentials
from vstore_gui.hostd.ssh import SshHelper, needs_helper, with_command
from vstore_gui.hostd.uris import is_test

__all__ = ["Connections"]

_MAX_JOBS: Final = 4
_MAX_RETIRED: Final = 4
_KEEPALIVE_S: Final = 5
_KEEPALIVE_COUNT: Final = 3


class Connections:
    """bulk reads, control (events, keepalive, short calls) and up to four for jobs, opened when needed.

    A daemon answers five calls of one client at a time, so long calls get connections of their own. The order
    of opening matters: a connection opened before the event implementation is registered carries no event
    handles and reads two to three times faster. libvirt allows the registration once a process, so there is
    one `Connections` in a process.
    """

    def __init__(self, uri: str, credentials: Credentials) -> None:
        self.uri = uri
        self._credentials = credentials
        self._opening = threading.Lock()
        self._counting = threading.Lock()
        self._ssh = SshHelper(credentials.ssh_asks) if needs_helper(uri) else None
        self._real_uri = with_command(uri, self._ssh.command) if self._ssh else uri
        self._jobs: list[Any] = []
        self._load: list[int] = []
        self._retired: list[Any] = []
        self.bulk: Any = None
        self.control: Any = None

    @property
    def ssh_words(self) -> str:
        """What the ssh under the connections said, where there is one."""
        return self._ssh.words if self._ssh is not None else ""

    def open(self) -> None:
        """Blocks until bulk and control are open and events run. Raises libvirtError."""
        if is_test(self.uri):
            _start_event_loop()
            self.bulk = self.control = self._open()
            return
        self.bulk = self._open()
        _start_event_loop()
        self.control = self._open()
        self.control.setKeepAlive(_KEEPALIVE_S, _KEEPALIVE_COUNT)

    @contextmanager
    def of(self, role: Role) -> Iterator[Any]:
        """A connection for a call of this role. May block to open one."""
        if role == "bulk":
            yield self.bulk
        elif role == "control" or self.bulk is self.control:
            yield self.control
        else:
            at = self._take_job()
            try:
                yield self._jobs[at]
            finally:
                with self._counting:
                    self._load[at] -= 1

    def replace_bulk(self) -> None:
        """Read over a fresh connection from now on. Blocks; raises libvirtError, and the old one stays in
        use.

        A daemon answers five calls of one client at a time: calls that hang would hold up all other reading.
        The old connection stays as it is, because closing it would wait for them.
        """
        if self.bulk is self.control or len(self._retired) == _MAX_RETIRED:
            return
        fresh = self._open()
        self._retired.append(self.bulk)
        self.bulk = fresh

    def on_lost(self, lost: Callable[[int], None]) -> None:
        """Call it with libvirt's reason (VIR_CONNECT_CLOSE_REASON_…) when the control connection breaks."""
        try:
            self.control.registerCloseCallback(lambda _conn, reason, _opaque: lost(reason), None)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                raise

    def close(self) -> None:
        """Remove what is on disk. The connections themselves end with the process."""
        if self._ssh is not None:
            self._ssh.close()

    def _open(self) -> Any:
        with self._opening:
            self._credentials.opening()
            connection = libvirt.openAuth(self._real_uri, self._credentials.libvirt_auth, 0)
            self._credentials.opened()
            return connection

    def _take_job(self) -> int:
        with self._counting:
            free = next((at for at, load in enumerate(self._load) if load == 0), None)
            if free is None and len(self._jobs) >= _MAX_JOBS:
                free = self._load.index(min(self._load))
            if free is not None:
                self._load[free] += 1
                return free
        connection = self._open()
        with self._counting:
            self._jobs.append(connection)
            self._load.append(1)
            return len(self._jobs) - 1


def _start_event_loop() -> None:
    """libvirt's own event loop in a thread: callbacks run there, keepalive is answered there."""
    libvirt.virEventRegisterDefaultImpl()
    threading.Thread(target=_run_events, name="libvirt-events", daemon=True).start()


def _run_events() -> None:
    while True:
        libvirt.virEventRunDefaultImpl()
