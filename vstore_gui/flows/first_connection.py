"""Which host to open when the user has named none: what this computer has, else the demo host."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import HostId
from vstore_gui.store.changes import Changes
from vstore_gui.store.connection_book import ConnectionBook
from vstore_gui.store.store import Store

__all__ = ["LOCAL_URIS", "first_connection"]

LOCAL_URIS = ("qemu:///system", "qemu:///session")

_SETTLED = (HostLink.ONLINE, HostLink.FAILED, HostLink.OFFLINE)


async def first_connection(
    store: Store, book: ConnectionBook, candidates: Sequence[HostId] = LOCAL_URIS
) -> tuple[HostId | None, dict[HostId, ErrorState]]:
    """Open the first candidate that can be reached and remember it; the others leave no trace.

    Returns it, or None when there is none, and why each one that was tried could not be opened.
    """
    refusals: dict[HostId, ErrorState] = {}
    for uri in candidates:
        book.add(uri, remember=False)
        link = await _settled(store, uri)
        if link is HostLink.ONLINE:
            book.add(uri)
            return uri, refusals
        state = store.host(uri)
        if state is not None and state.error is not None:
            refusals[uri] = state.error
        await book.remove(uri)
    return None, refusals


async def _settled(store: Store, uri: HostId) -> HostLink:
    """Wait until the connection is open or has failed."""
    done: asyncio.Future[HostLink] = asyncio.get_running_loop().create_future()

    def look(_changes: Changes) -> None:
        state = store.host(uri)
        link = HostLink.OFFLINE if state is None else state.link
        if link in _SETTLED and not done.done():
            done.set_result(link)

    unsubscribe = store.subscribe(look)
    try:
        state = store.host(uri)
        if state is not None and state.link in (HostLink.ONLINE, HostLink.FAILED):
            return state.link
        return await done
    finally:
        unsubscribe()
