"""What every guard has. See the package."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from vstore_gui.entities.keys import DomainKey, PoolKey

__all__ = ["Fresh", "GuardValue"]


class Fresh(msgspec.Struct, frozen=True):
    """What a guard must see as it is now: these pools with the names of their volumes, these machines, and
    with `everywhere` the machines and all backing chains of every connected host.
    """

    pools: frozenset[PoolKey] = frozenset()
    domains: frozenset[DomainKey] = frozenset()
    everywhere: bool = False

    def __or__(self, other: Fresh) -> Fresh:
        return Fresh(
            self.pools | other.pools, self.domains | other.domains, self.everywhere or other.everywhere
        )


class GuardValue(msgspec.Struct, frozen=True):
    lasts: ClassVar[bool] = True

    @property
    def fresh(self) -> Fresh:
        return Fresh()
