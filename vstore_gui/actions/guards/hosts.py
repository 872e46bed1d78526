"""Guards on connections."""

from __future__ import annotations

from vstore_gui.actions.guards.base import GuardValue
from vstore_gui.actions.guards.words import host_name
from vstore_gui.actions.plan import Reason
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import HostId
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.store.store import Store

__all__ = ["HostOnline"]


class HostOnline(GuardValue, frozen=True, tag=True):
    host: HostId

    def reasons(self, store: Store) -> tuple[Reason, ...]:
        state = store.host(self.host)
        if state is not None and state.link is HostLink.ONLINE:
            return ()
        message = text(
            QT_TRANSLATE_NOOP("vstore", "{host} is not connected."), host=host_name(store, self.host)
        )
        return (Reason(message, links=(self.host,)),)
