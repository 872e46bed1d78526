"""A bridge for messages that remembers them, in place of the application's."""

from __future__ import annotations

from types import TracebackType

from vstore_gui.ui import messages as module
from vstore_gui.ui.messages import Message, Messages

__all__ = ["RecordingMessages"]


class RecordingMessages:
    """Within `with`, what is said goes here: `messages`, in order."""

    def __init__(self) -> None:
        self.bridge = Messages()
        self.messages: list[Message] = []
        self.bridge.said.connect(self.messages.append)
        self._before: Messages | None = None

    def __enter__(self) -> RecordingMessages:
        self._before = module.use_bridge(self.bridge)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        module.use_bridge(self._before)
