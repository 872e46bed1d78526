"""Which function answers which call. Handlers register themselves; a test checks that each call has exactly
one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from vstore_gui.entities.calls import Call, Partial

if TYPE_CHECKING:
    from vstore_gui.hostd.lanes import Run
    from vstore_gui.hostd.session import Session

__all__ = ["HANDLERS", "Asked", "Handler", "Place", "handles"]

C = TypeVar("C", bound=Call[Any])

# lane: in a thread of the call's lane. thread: in a thread of its own, because it only waits for work that it
# puts into a lane. now: in the reading thread, because it asks nobody and returns at once.
Place = Literal["lane", "thread", "now"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a handler is given beside the call. `run` is None outside lanes."""

    session: Session
    part: Callable[[Partial], None]
    run: Run | None = None

    def beat(self) -> None:
        """One libvirt call of several has come back: the deadline starts anew."""
        if self.run is not None:
            self.run.beat()


@dataclass(frozen=True, slots=True)
class Handler:
    function: Callable[[Asked, Any], Any]
    place: Place


HANDLERS: dict[type[Call[Any]], Handler] = {}


def handles(
    call_type: type[C], place: Place = "lane"
) -> Callable[[Callable[[Asked, C], Any]], Callable[[Asked, C], Any]]:
    """Register the decorated function as the one that answers this call."""

    def register(function: Callable[[Asked, C], Any]) -> Callable[[Asked, C], Any]:
        if call_type in HANDLERS:
            raise TypeError(f"{call_type.__name__} has two handlers")
        HANDLERS[call_type] = Handler(function, place)
        return function

    return register
