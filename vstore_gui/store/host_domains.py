"""Reading one host's machines. See `HostDomains`."""

from __future__ import annotations

import asyncio
from typing import Final

from vstore_gui.entities.calls import ListDomains, ReadBlockStats, ReadDomain
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.errors import ErrorKind, HostError
from vstore_gui.entities.keys import DomainKey
from vstore_gui.store.host_context import HostContext, Unheard
from vstore_gui.store.reads import Turn

__all__ = ["HostDomains"]

# So many machines are applied in one turn of the loop; they cost more than volumes do.
_SLICE: Final = 40


class HostDomains:
    """Lists the machines of a host, and reads one again when something happened to it."""

    def __init__(self, context: HostContext) -> None:
        self._context = context
        self._unheard = Unheard()

    def forget(self) -> None:
        """The link is lost."""
        self._unheard = Unheard()

    def want_all(self, *, join: bool = False) -> asyncio.Future[None]:
        return self._context.reads.want(("domains", ""), self._list, join=join)

    def want(self, uuid: str, *, join: bool = False) -> asyncio.Future[None]:
        self._unheard.note(uuid)

        async def read(turn: Turn) -> None:
            await self._read(uuid, turn)

        return self._context.reads.want(("domain", uuid), read, join=join)

    def put(self, domain: DomainState) -> None:
        """What a call of ours answered; a reading under way may be older."""
        self._unheard.note(domain.uuid)
        self._context.reads.spoil(("domain", domain.uuid))
        self._context.store.put_domain(self._context.id, domain)

    def drop(self, uuid: str) -> None:
        """It is gone; a reading under way is not believed."""
        self._unheard.note(uuid)
        self._context.reads.spoil(("domain", uuid))
        self._context.store.drop_domain(DomainKey(self._context.id, uuid))

    async def read_block_stats(self, uuid: str) -> None:
        context = self._context
        try:
            answers = await context.host.call(ReadBlockStats((uuid,)))
        except HostError as error:
            context.note(error)
            return
        for answer in answers:
            context.store.put_block_stats(DomainKey(context.id, answer.domain), answer.disks)

    async def _list(self, _turn: Turn) -> None:
        context = self._context
        self._unheard.begin()
        try:
            domains = await context.host.call(ListDomains())
            if len(domains) > _SLICE:
                for start in range(0, len(domains), _SLICE):
                    await context.told.slices.next()
                    context.store.put_some_domains(context.id, domains[start : start + _SLICE])
                await context.told.slices.next()
            context.store.put_domains(context.id, domains)
        except HostError as error:
            context.note(error)
            return
        finally:
            unheard = self._unheard.end()
        context.listed("domains", len(domains))
        for uuid in unheard:
            self.want(uuid)

    async def _read(self, uuid: str, turn: Turn) -> None:
        context = self._context
        try:
            domain = await context.host.call(ReadDomain(uuid))
        except HostError as error:
            context.note(error)
            if error.kind is ErrorKind.NOT_FOUND and not turn.spoiled:
                context.store.drop_domain(DomainKey(context.id, uuid))
            return
        if not turn.spoiled:
            context.store.put_domain(context.id, domain)
