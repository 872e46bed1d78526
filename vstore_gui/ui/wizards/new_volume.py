"""The new-volume wizard: name, format, size, how it takes its space, what it stands on; the plan."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QWidget,
)

from vstore_gui.actions.jobs import JobState
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import PoolKey, VolumeKey
from vstore_gui.entities.pool_kinds import VolumeOperation, pool_kind
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.flows.new_volume import NewVolumeFlow
from vstore_gui.ui.messages import tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.wizards.frame import Wizard
from vstore_gui.ui.wizards.new_volume_page import VolumePage

__all__ = ["NewVolumeWizard"]


def pools_for_volumes(services: Services) -> list[PoolKey]:
    """Active pools of online hosts whose kind can make volumes."""
    return [
        PoolKey(host.id, pool.uuid)
        for host in services.store.hosts.values()
        if host.link is HostLink.ONLINE
        for pool in services.store.pools(host.id).values()
        if pool.active and pool_kind(pool.kind).can(VolumeOperation.CREATE)
    ]


class NewVolumeWizard(Wizard):
    """Makes a volume in a pool; without one, in a pool chosen on the page."""

    def __init__(
        self, services: Services, pool_key: PoolKey | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(services, tr(QT_TRANSLATE_NOOP("vstore", "New volume")), parent)
        self.setObjectName("NewVolumeWizard")
        pools = pools_for_volumes(services)
        first = pool_key or (pools[0] if pools else PoolKey("", ""))
        self._flow = NewVolumeFlow(services.store, services.sync, first, self.check_soon)
        self.add_closer(lambda: self._flow.close())
        self._page = VolumePage(services, self._flow, pools, fixed=pool_key is not None)
        self._page.pool_chosen.connect(self._choose_pool)
        self.add_closer(self._page.close_meter)
        self.add_pages(self._page)

    def problems(self, page: str) -> tuple[Reason, ...]:
        if not self._flow.pool.uuid:
            message = text(
                QT_TRANSLATE_NOOP(
                    "vstore", "No running pool here can make volumes. Start a pool or make one."
                )
            )
            return (Reason(message),)
        return self._flow.problems(page)  # type: ignore[arg-type]

    async def make_plan(self) -> Plan:
        return self._flow.plan()

    def succeeded(self, _job: JobState) -> None:
        key = _job.plan.new_volume or VolumeKey(*self._flow.pool, self._flow.draft.name)
        self.services.navigator.show_key(key)

    def check(self) -> bool:
        self._page.show_live()
        return super().check()

    def _choose_pool(self, pool: PoolKey) -> None:
        """The same draft in another pool."""
        old = self._flow
        old.close()
        self._flow = NewVolumeFlow(self.services.store, self.services.sync, pool, self.check_soon)
        self._flow.set_name(old.draft.name)
        if old.draft.format in self._flow.formats():
            self._flow.set_format(old.draft.format)
        self._flow.set_capacity_text(old.capacity_text)
        if old.draft.allocation in dict(self._flow.allocations()):
            self._flow.set_allocation(old.draft.allocation)
        self._page.set_flow(self._flow)
        self.check()
