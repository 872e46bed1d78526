"""One host's life in this process: opened, asked, ended. See `Session`."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable

import libvirt
import msgspec

from vstore_gui.entities.calls import Partial
from vstore_gui.entities.errors import ErrorState, HostError
from vstore_gui.entities.host import HostInfo
from vstore_gui.entities.reports import Ended, LaneSilent, Online, Report
from vstore_gui.hostd import events, host
from vstore_gui.hostd.connections import Connections
from vstore_gui.hostd.credentials import Credentials
from vstore_gui.hostd.errors import RETRIED, auth_cancelled, explain, fault, link_lost, lost_storage_daemon
from vstore_gui.hostd.files import Files
from vstore_gui.hostd.lanes import DEADLINE_S, Lanes, Run, Work
from vstore_gui.hostd.registry import HANDLERS, Asked
from vstore_gui.hostd.uris import is_local
from vstore_gui.hostd.volume_reader import VolumeReaders
from vstore_gui.wire.messages import Failed, Open, Part, Reply, Request, Told, ToWindow

__all__ = ["DEADLINE_VARIABLE", "Session"]

DEADLINE_VARIABLE = "VSTORE_LANE_DEADLINE_S"
"""Environment variable with another deadline than 10 s, for tests and for slow storage."""


class Session:
    """Opens the host, hands each request to the handler in its lane, and ends when the link is lost.

    `send` may be called from any thread. `leave` ends the process.
    """

    def __init__(self, opened: Open, send: Callable[[ToWindow], None], leave: Callable[[], None]) -> None:
        self._send = send
        self._leave = leave
        self._ending = threading.Lock()
        self._encoder = msgspec.msgpack.Encoder()
        self.event_counts: Counter[str] = Counter()
        self.credentials = Credentials(self.tell, may_ask=opened.askpass)
        self.uri = opened.uri
        self.connections: Connections
        self.files = Files(local=is_local(opened.uri))
        self.lanes = Lanes(self._lane_told, float(os.environ.get(DEADLINE_VARIABLE, DEADLINE_S)))
        self.volumes = VolumeReaders()
        self.info = HostInfo()
        self.transient: set[str] = set()  # machines that are gone when they stop
        threading.Thread(target=self._open, name="open", daemon=True).start()

    def tell(self, report: Report) -> None:
        self._send(Told(report))

    def ask(self, request: Request) -> None:
        """Start answering; never blocks for longer than a handler that answers 'now'."""
        call, handler = request.call, HANDLERS[type(request.call)]

        def fail(error: HostError) -> None:
            self._fail(request.id, error)

        def body(run: Run | None) -> None:
            try:
                answer = handler.function(Asked(self, lambda value: self._part(request.id, value), run), call)
                self._send(Reply(request.id, msgspec.Raw(self._encoder.encode(answer))))
            except Exception as error:
                fail(fault(error, call.name))

        if handler.place == "now":
            body(None)
        elif handler.place == "thread":
            threading.Thread(target=body, args=(None,), name=call.name, daemon=True).start()
        else:
            self.lanes.submit(Work(call, body, fail))

    def end(self, error: ErrorState, *, retry: bool) -> None:
        """Say why and leave, whatever is still under way. Only the first reason is told."""
        if self._ending.acquire(blocking=False):
            self.tell(Ended(error, retry))
            self.close()

    def close(self) -> None:
        """Leave at once: connections end with the process, and none of their calls is waited for."""
        connections = getattr(self, "connections", None)
        if connections is not None:
            connections.close()
        self._leave()

    # ── inside ──

    def _open(self) -> None:
        try:
            self.connections = Connections(self.uri, self.credentials)
            self.connections.open()
            self.connections.on_lost(self._lost)
            events.register(self)
            self.info = host.read_info(self)
        except libvirt.libvirtError as error:
            state = (
                auth_cancelled(error)
                if self.credentials.declined
                else explain(error, "Open", self.connections.ssh_words)
            )
            self.end(state, retry=state.kind in RETRIED)
        except Exception as error:
            self.end(fault(error, "Open").state, retry=False)
        else:
            self.tell(Online(self.info))

    def _lane_told(self, report: Report) -> None:
        self.tell(report)
        if isinstance(report, LaneSilent) and report.pool is not None:
            threading.Thread(target=self._leave_the_hung_alone, name="new-bulk", daemon=True).start()

    def _leave_the_hung_alone(self) -> None:
        """What hangs may be on the connection that all reading uses."""
        try:
            self.connections.replace_bulk()
        except libvirt.libvirtError:
            return  # the daemon takes no more clients, or is going: reading goes on as well as it can
        self.volumes.forget_all()

    def _lost(self, reason: int) -> None:
        words = {
            libvirt.VIR_CONNECT_CLOSE_REASON_ERROR: "the connection failed",
            libvirt.VIR_CONNECT_CLOSE_REASON_EOF: "the daemon closed the connection",
            libvirt.VIR_CONNECT_CLOSE_REASON_KEEPALIVE: "the daemon did not answer keepalive messages",
        }.get(reason, f"closed (reason {reason})")
        self.end(link_lost(words), retry=True)

    def _part(self, request: int, value: Partial) -> None:
        self._send(Part(request, value))

    def _fail(self, request: int, error: HostError) -> None:
        self._send(Failed(request, error.state))
        if lost_storage_daemon(error.state):
            self.end(error.state, retry=True)
