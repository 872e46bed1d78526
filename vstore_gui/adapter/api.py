"""The Protocol of a host: all that the floors above know of one.

`adapter.host_client.HostClient` keeps it over a pipe to `vstore_gui.hostd`; `tests.fakes.host.FakeHost` keeps
it in memory. The same contract tests run on both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from vstore_gui.entities.calls import Call, Partial
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.reports import Report

__all__ = ["Host", "HostObserver"]

R = TypeVar("R")


class HostObserver(Protocol):
    """Told what a host reports and where its link stands; called in the loop's thread, in order.

    `Online` comes before the link is told to be ONLINE, and calls may be made from then on; `Ended` comes
    before RECONNECTING or FAILED. A connection that never came online is FAILED, with a pause before the next
    try where trying again by itself makes sense, and CONNECTING during each try.
    """

    def host_reported(self, host: Host, report: Report) -> None: ...

    def host_link_changed(self, host: Host, link: HostLink, retry_in_s: float | None) -> None: ...


class Host(Protocol):
    """One connection. It is opened again by itself after a loss, until closed."""

    @property
    def id(self) -> str:
        """The URI as the user gave it."""

    @property
    def link(self) -> HostLink: ...

    def open(self, observer: HostObserver) -> None:
        """Start connecting and return at once; the observer hears how it goes. Nothing when it is open."""

    def retry(self) -> None:
        """Try now instead of at the end of the backoff."""

    async def close(self) -> None:
        """End the child; calls under way fail with LOST."""

    async def call(
        self,
        call: Call[R],
        *,
        on_part: Callable[[Partial], Any] | None = None,
        deadline_s: float | None = None,
    ) -> R:
        """The host's answer. Raises HostError.

        A deadline ends the *waiting* (NOT_RESPONDING), not the call: a blocked libvirt call cannot be taken
        back. Cancelling the awaiting task asks the child to stop what can be stopped.
        """

    def answer_credentials(self, request_id: int, values: tuple[str, ...] | None) -> None:
        """Answer a CredentialsWanted report; None declines."""
