"""Insert and eject: from a wish to a job, and the question when the guest holds the tray."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from vstore_gui.actions.disks import forced, plan_change_media, plan_eject, source_of_path, source_of_volume
from vstore_gui.actions.jobs import JobState, JobStatus
from vstore_gui.actions.plan import Plan, PlanRefused
from vstore_gui.entities.disk import DiskSource
from vstore_gui.entities.errors import ErrorKind, ErrorState, HostError
from vstore_gui.entities.keys import DiskKey, VolumeKey
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, text
from vstore_gui.flows.insert_media import InsertMediaFlow
from vstore_gui.ui.dialogs.recents import SettingsRecents
from vstore_gui.ui.dialogs.tray_locked import ask_to_force
from vstore_gui.ui.services import Services

__all__ = ["MediaChange", "eject", "insert_path", "insert_volume"]


class MediaChange(QObject):
    """A change of a medium that is under way. Lives until its job has ended or its parent goes.

    When the job fails because the guest has locked the tray, the user is asked, and may have it forced open.
    """

    def __init__(self, services: Services, plan: Plan, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._services = services
        self._plan = plan
        self._window = parent
        self._unsubscribe = services.jobs.subscribe(self._job_changed)
        self.destroyed.connect(self._unsubscribe)

    def run(self) -> JobState | None:
        """Run the plan through the window, which asks first where the plan is dangerous."""
        return self._services.navigator.run_plan(self._plan)

    def _job_changed(self, job: JobState) -> None:
        if job.plan != self._plan or job.status is JobStatus.RUNNING:
            return
        locked = (
            job.status is JobStatus.FAILED
            and job.error is not None
            and job.error.kind is ErrorKind.TRAY_LOCKED
        )
        self._unsubscribe()
        if locked:
            self._services.start(self, self._ask(job))
        else:
            self.deleteLater()

    async def _ask(self, job: JobState) -> None:
        if await ask_to_force(job.plan, self._window):
            self._services.navigator.run_plan(forced(job.plan))
        self.deleteLater()


async def insert_volume(services: Services, disk: DiskKey, volume: VolumeKey, window: QWidget | None) -> None:
    """Put a volume into the drive. Raises PlanRefused, HostError."""
    known = services.store.volume(volume)
    path = known.path if known else None
    await _insert(services, disk, source_of_volume(services.store, volume), path, window)


async def insert_path(services: Services, disk: DiskKey, path: str, window: QWidget | None) -> None:
    """Put a file of the host into the drive, as a volume where a pool has it.

    Raises PlanRefused, HostError.
    """
    volume = services.store.volume_at(disk.host, path)
    source = source_of_volume(services.store, volume) if volume is not None else source_of_path(path)
    await _insert(services, disk, source, path, window)


async def eject(services: Services, disk: DiskKey, window: QWidget | None) -> None:
    """Empty the drive. Raises PlanRefused, HostError."""
    host = services.sync.host(disk.host)
    if host is None:
        raise HostError(_closed())
    MediaChange(services, await plan_eject(services.store, host, disk), window).run()


async def _insert(
    services: Services, disk: DiskKey, source: DiskSource, path: str | None, window: QWidget | None
) -> None:
    host = services.sync.host(disk.host)
    if host is None:
        raise HostError(_closed())
    plan = await plan_change_media(services.store, host, disk, source)
    if path:
        SettingsRecents(services.settings).add(disk.host, path)
    MediaChange(services, plan, window).run()


def _closed() -> ErrorState:
    return ErrorState(
        ErrorKind.LOST,
        text(QT_TRANSLATE_NOOP("vstore", "The connection to the host is closed.")),
        text(QT_TRANSLATE_NOOP("vstore", "Connect again, then retry.")),
    )


async def drop_file(services: Services, disk: DiskKey, path: str, window: QWidget | None) -> None:
    """A file from the file manager: it is on this computer, so the drive's host must be this computer.

    Raises PlanRefused with the reason when it is not, or when the file is no disc; HostError.
    """
    flow = InsertMediaFlow(services.store, services.sync, disk, SettingsRecents(services.settings))
    try:
        reasons = flow.drop_local_file(path)
        if any(reason.blocks for reason in reasons):
            raise PlanRefused(*reasons)
        plan = await flow.plan()
        flow.accepted()
    finally:
        flow.close()
    MediaChange(services, plan, window).run()
