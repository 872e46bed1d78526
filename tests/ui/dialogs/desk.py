"""What a test of a dialog sits at: services over a fake host, and a user's hands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from PySide6.QtCore import QObject, QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QRadioButton, QWidget
from shiboken6 import isValid

from tests.fakes.host import FAKE_INFO, FakeHost
from tests.support.waiting import eventually
from vstore_gui.actions.jobs import JobList, JobState
from vstore_gui.actions.journal import Journal
from vstore_gui.actions.plan import Plan
from vstore_gui.actions.runner import Runner
from vstore_gui.aio import tasks
from vstore_gui.aio.stall_meter import StallMeter
from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DiskKey, DomainKey, PoolKey, VolumeKey
from vstore_gui.store.connection_book import ConnectionBook
from vstore_gui.store.store import Store
from vstore_gui.store.sync import Sync
from vstore_gui.ui.services import Services

__all__ = ["HOST", "Desk", "FakeNavigator", "cdrom", "closed", "disk", "find", "named", "press", "type_into"]

HOST = "fake:///system"
W = TypeVar("W", bound=QWidget)


class FakeNavigator:
    """The window as pages see it: remembers what it was asked; runs plans at once."""

    def __init__(self) -> None:
        self.shown: list[Any] = []
        self.inserting: list[DiskKey] = []
        self.plans: list[Plan] = []
        self.runner: Runner | None = None

    def show_key(self, key: Any) -> None:
        self.shown.append(key)

    def new_pool(self, host: Any = None) -> None:
        raise AssertionError("nobody asks for this here")

    def new_volume(self, pool: Any = None) -> None:
        raise AssertionError("nobody asks for this here")

    def attach_iso(self, iso: Any = None) -> None:
        raise AssertionError("nobody asks for this here")

    def insert_media(self, disk: DiskKey) -> None:
        self.inserting.append(disk)

    def connect_host(self) -> None:
        raise AssertionError("nobody asks for this here")

    def run_plan(self, plan: Plan) -> JobState | None:
        self.plans.append(plan)
        assert self.runner is not None
        return self.runner.start(plan)


class Desk:
    """Keys of what is on the host stand as attributes."""

    def __init__(self, directory: Path, *, media_change_live: bool = True) -> None:
        self.host = FakeHost(HOST, msgspec.structs.replace(FAKE_INFO, media_change_live=media_change_live))
        self.store = Store()
        self.sync = Sync(self.store)
        self.jobs = JobList()
        self.navigator = FakeNavigator()
        self.owner = QObject()
        self.journal = Journal(directory / "journal")
        self.runner = Runner(
            self.store, self.sync, self.jobs, self.journal, lambda coro: tasks.start(self.owner, coro)
        )
        self.navigator.runner = self.runner
        self.book = ConnectionBook(self.store, self.sync, lambda uri: self.host, None)
        self.services = Services(
            store=self.store,
            sync=self.sync,
            runner=self.runner,
            jobs=self.jobs,
            connections=self.book,
            settings=QSettings(str(directory / "window.ini"), QSettings.Format.IniFormat),
            stall_meter=StallMeter(self.owner),
            navigator=self.navigator,
        )
        images = self.host.add_pool("images", target_path="/srv/images")
        iso = self.host.add_pool("iso library", target_path="/srv/iso")
        self.images = PoolKey(HOST, images.uuid)
        self.iso = PoolKey(HOST, iso.uuid)
        self.host.add_volume(iso.uuid, "debian-13.iso", format="iso", capacity_bytes=755 << 20)
        self.host.add_volume(iso.uuid, "fedora-43.iso", format="iso", capacity_bytes=2 << 30)
        self.host.add_volume(images.uuid, "web-base.qcow2", capacity_bytes=20 << 30, allocation_bytes=3 << 30)
        self.host.add_volume(
            images.uuid,
            "web01.qcow2",
            capacity_bytes=20 << 30,
            allocation_bytes=9 << 30,
            backing_path="/srv/images/web-base.qcow2",
            backing_format="qcow2",
        )
        web01 = self.host.add_domain(
            "web01",
            running=True,
            machine="q35",
            arch="x86_64",
            disks=(
                disk("vda", "virtio", "/srv/images/web01.qcow2", "qcow2"),
                cdrom("sda"),
            ),
        )
        db02 = self.host.add_domain(
            "db02", machine="q35", arch="x86_64", disks=(cdrom("sda", "/srv/iso/debian-13.iso"),)
        )
        self.web01 = DomainKey(HOST, web01.uuid)
        self.db02 = DomainKey(HOST, db02.uuid)

    async def open(self) -> None:
        self.book.add(HOST)
        await eventually(lambda: self._online() and self.sync.idle, "the host is online and read")
        await self.sync.complete()

    async def close(self) -> None:
        for widget in QApplication.topLevelWidgets():
            widget.close()
            widget.deleteLater()
        await self.sync.close()
        await tasks.cancel_all()
        self.journal.close()

    def drive(self, domain: DomainKey, target: str = "sda") -> DiskKey:
        return DiskKey(domain.host, domain.uuid, target)

    def volume(self, pool: PoolKey, name: str) -> VolumeKey:
        return VolumeKey(pool.host, pool.uuid, name)

    def disc_in(self, domain: DomainKey, target: str = "sda") -> str | None:
        """The name of what is in the drive, as the store knows it."""
        state = self.store.domain(domain)
        assert state is not None
        source = next(disk.source for disk in state.disks if disk.target == target)
        path = source.path or source.volume
        return None if source.kind is SourceKind.NONE or path is None else path.rsplit("/", 1)[-1]

    def _online(self) -> bool:
        state = self.store.host(HOST)
        return state is not None and state.link is HostLink.ONLINE and state.domains_loaded


def disk(target: str, bus: str, path: str, format_: str, **fields: Any) -> DiskState:
    source = DiskSource(SourceKind.FILE, path=path)
    return DiskState(target, bus=bus, source=source, format=format_, **fields)


def cdrom(target: str, path: str | None = None) -> DiskState:
    source = DiskSource() if path is None else DiskSource(SourceKind.FILE, path=path)
    return DiskState(target, bus="sata", device="cdrom", source=source, format="raw", readonly=True)


def find(parent: QWidget, kind: type[W], name: str) -> W:
    """The visible widget of this kind with this accessible name; AssertionError names those there are."""
    all_of_kind = [widget for widget in parent.findChildren(kind) if widget.isVisible()]
    found = [widget for widget in all_of_kind if widget.accessibleName() == name]
    names = sorted({widget.accessibleName() for widget in all_of_kind})
    assert len(found) == 1, f"{len(found)} widgets are named {name!r}; there are {names}"
    return found[0]


def closed(widget: QWidget) -> bool:
    """It is hidden, or gone altogether: dialogs delete themselves."""
    return not isValid(widget) or not widget.isVisible()


def named(kind: type[W], title: str) -> Callable[[], W | None]:
    """A condition: the visible top-level widget of this kind with this window title, or None."""

    def look() -> W | None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, kind) and widget.isVisible() and widget.windowTitle() == title:
                return widget
        return None

    return look


def press(widget: QWidget) -> None:
    assert widget.isEnabled(), f"{widget.accessibleName()!r} is disabled: {widget.toolTip()}"
    # A check box is hit on its box, however wide its layout makes it.
    at = QPoint(8, widget.height() // 2) if isinstance(widget, QCheckBox | QRadioButton) else QPoint()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)


def type_into(widget: QWidget, words: str) -> None:
    """Select all, type over it, as a person would."""
    widget.setFocus()
    QTest.keySequence(widget, "Ctrl+A")
    QTest.keyClicks(widget, words)
