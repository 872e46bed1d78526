"""What can be done from menus, toolbar, context menus and keys: one action each, however it is reached."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from vstore_gui.actions import pools as pool_plans
from vstore_gui.actions import volumes as volume_plans
from vstore_gui.actions.plan import Plan, Reason
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.host import HostLink
from vstore_gui.entities.keys import DomainKey, HostId, PoolKey, VolumeKey
from vstore_gui.entities.pool import PoolState
from vstore_gui.entities.pool_kinds import POOL_KINDS, VolumeOperation
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count
from vstore_gui.flows.insert_media import is_iso
from vstore_gui.store.changes import Changes, Key
from vstore_gui.ui.action_table import (
    DOMAIN_MENU,
    HOST_MENU,
    NOTHING_MENU,
    POOL_MENU,
    ROWS,
    VOLUMES_MENU,
)
from vstore_gui.ui.icons import beside_icon, keep_icon
from vstore_gui.ui.messages import render, report_failure, tr
from vstore_gui.ui.services import Services

__all__ = ["ActionWindow", "Actions"]

_MOST_GUARDED = 30
_SOON_MS = 120


class ActionWindow(Protocol):
    """What actions ask of the window beyond the Navigator."""

    def find_anything(self) -> None: ...
    def filter_page(self) -> None: ...
    def undo(self) -> None: ...
    def confirm_plan(self, plan: Plan) -> None:
        """Ask first, whatever the plan's danger."""

    def ask(self, title: str, words: str, verb: str, then: Callable[[], object]) -> None:
        """A question that is no plan, because nothing on a host changes."""

    def rename_connection(self, host: HostId) -> None: ...
    def close(self) -> bool: ...


class Actions(QObject):
    """The actions by name, enabled for what is selected (`set_target`); tooltips say why one is not."""

    def __init__(self, services: Services, window: QWidget, asked: ActionWindow) -> None:
        super().__init__(window)
        self._services = services
        self._asked = asked
        self._host: HostId | None = None
        self._pool: PoolKey | None = None
        self._domain: DomainKey | None = None
        self._volumes: tuple[VolumeKey, ...] = ()
        self._by_name: dict[str, QAction] = {}
        for name, row in ROWS.items():
            action = QAction(tr(row.word), self)
            action.setObjectName(name)
            action.setIconText(beside_icon(tr(row.short or row.word).replace("&", "")))
            action.setCheckable(row.checkable)
            if row.icon:
                keep_icon(action, row.icon, row.icon_role)
            if row.keys:
                action.setShortcuts([QKeySequence(key) for key in row.keys])
            action.triggered.connect(getattr(self, f"_{name}"))
            self._by_name[name] = action
            window.addAction(action)
        # Of the views with the focus, not of the window: a text field's own Delete and Ctrl+C stay its own.
        self["delete"].setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self["copy"].setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        for name in ("delete", "copy"):
            self[name].setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            window.removeAction(self[name])
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self.update)
        self._unsubscribe = services.store.subscribe(self._store_changed)
        self.destroyed.connect(lambda *_, end=self._unsubscribe: end())
        self.update()

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def items(self) -> Iterable[tuple[str, QAction]]:
        return self._by_name.items()

    # ── what they are about ─────────────────────────────────────────────────────────────────────────────────

    @property
    def pool(self) -> PoolKey | None:
        return self._pool

    @property
    def host(self) -> HostId | None:
        return self._host

    def set_target(self, key: Key | None, volumes: tuple[VolumeKey, ...] = ()) -> None:
        """The thing whose page is shown, and what is selected on it."""
        match key:
            case None:
                self._host = self._pool = self._domain = None
            case PoolKey():
                self._host, self._pool, self._domain = key.host, key, None
            case VolumeKey():
                self._host, self._pool, self._domain = key.host, key.pool_key, None
                volumes = volumes or (key,)
            case DomainKey():
                self._host, self._pool, self._domain = key.host, None, key
            case str():
                self._host, self._pool, self._domain = key, None, None
        self._volumes = volumes
        self.update()

    def menu(self, parent: QWidget, *, volumes: bool = False) -> QMenu:
        """The context menu of the target, or of the volumes selected on it."""
        if volumes and self._volumes:
            names: tuple[str, ...] = VOLUMES_MENU
        elif self._pool is not None:
            names = POOL_MENU
        elif self._domain is not None:
            names = DOMAIN_MENU
        elif self._host is not None:
            names = HOST_MENU
        else:
            names = NOTHING_MENU
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for name in names:
            if name == "attach_iso" and names is VOLUMES_MENU and self._disc() is None:
                continue  # of a volume that is no disc
            if name:
                menu.addAction(self[name])
            else:
                menu.addSeparator()
        return menu

    def _store_changed(self, changes: Changes) -> None:
        pool = self._pool
        if (
            bool(changes.hosts)
            or (pool is not None and any(change.key == pool for change in changes.pools))
            or (self._volumes and pool in changes.volumes)
            or bool(changes.domains and (self._volumes or pool))
        ):
            self._soon.start()

    # ── which are possible ──────────────────────────────────────────────────────────────────────────────────

    def update(self) -> None:
        """Enable what is possible now; every other tooltip says why it is not."""
        self._update_host()
        self._update_pool()
        self._update_volumes()
        self._allow("refresh", self._why_offline())
        self._allow("copy", () if self._host else self._nothing())
        self._allow("rename", (tr(QT_TRANSLATE_NOOP("vstore", "Volumes and pools cannot be renamed yet.")),))
        if self._pool is None and self._domain is None and self._host is not None:
            self._allow("rename", ())

    def _allow(self, name: str, why_not: tuple[str, ...]) -> None:
        action = self[name]
        row = ROWS[name]
        action.setEnabled(not why_not)
        tip = tr(row.tip) if row.tip else action.text().replace("&", "")
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        told = "\n".join(why_not) if why_not else f"{tip} ({keys})" if keys else tip
        action.setToolTip(told)
        action.setStatusTip(told)

    @staticmethod
    def _nothing() -> tuple[str, ...]:
        return (tr(QT_TRANSLATE_NOOP("vstore", "Nothing is selected.")),)

    def _why_offline(self) -> tuple[str, ...]:
        if self._host is None:
            return (tr(QT_TRANSLATE_NOOP("vstore", "Select a connection first.")),)
        state = self._services.store.host(self._host)
        if state is None or state.link is not HostLink.ONLINE:
            return (tr(QT_TRANSLATE_NOOP("vstore", "The host is not connected.")),)
        return ()

    def _why_none_online(self) -> tuple[str, ...]:
        """For what asks where: with no host online there is nothing to choose from."""
        if any(state.link is HostLink.ONLINE for state in self._services.store.hosts.values()):
            return ()
        return (tr(QT_TRANSLATE_NOOP("vstore", "Connect to a host first.")),)

    def _update_host(self) -> None:
        none_online = self._why_none_online()
        self._allow("new_pool", self._why_offline() if self._host else none_online)
        self._allow("attach_iso", none_online)
        state = self._services.store.host(self._host) if self._host else None
        selected = () if state else (tr(QT_TRANSLATE_NOOP("vstore", "Select a connection first.")),)
        open_now = state is not None and state.link in (HostLink.ONLINE, HostLink.CONNECTING)
        closed = state is not None and state.link is HostLink.OFFLINE
        self._allow(
            "host_reconnect",
            (tr(QT_TRANSLATE_NOOP("vstore", "It is connected.")),) if open_now else selected,
        )
        self._allow(
            "host_disconnect",
            (tr(QT_TRANSLATE_NOOP("vstore", "It is not connected.")),) if closed else selected,
        )
        known = self._host is not None and self._host in self._services.connections.connections
        unknown = () if known else (tr(QT_TRANSLATE_NOOP("vstore", "This connection is not remembered.")),)
        self._allow("host_autoconnect", selected or unknown)
        self._allow("host_remove", selected)
        if known and self._host is not None:
            connection = self._services.connections.connections[self._host]
            self["host_autoconnect"].setChecked(connection.autoconnect)

    def _update_pool(self) -> None:
        store, pool = self._services.store, self._pool
        state = store.pool(pool) if pool else None
        if pool is None or state is None:
            why = (tr(QT_TRANSLATE_NOOP("vstore", "Select a pool first.")),)
            for name in ("pool_start", "pool_stop", "pool_autostart", "pool_undefine", "pool_delete"):
                self._allow(name, why)
            self._allow("new_volume", self._why_none_online())  # the wizard asks for the pool
            return
        self["pool_autostart"].setChecked(state.autostart)
        self._allow("pool_start", _words(pool_plans.why_not_start_pool(store, pool)))
        self._allow("pool_stop", _words(pool_plans.why_not_stop_pool(store, pool)))
        self._allow("pool_autostart", _words(pool_plans.why_not_set_autostart(store, pool)))
        self._allow("pool_undefine", _words(pool_plans.why_not_undefine_pool(store, pool)))
        self._allow("pool_delete", _words(pool_plans.why_not_delete_pool_contents(store, pool)))
        self._allow("new_volume", _why_not_new_volume(state))

    def _update_volumes(self) -> None:
        volumes = self._volumes
        several = len(volumes) > 1
        self["delete"].setText(
            tr(QT_TRANSLATE_NOOP("vstore", "&Delete {n} volumes…"), n=Count(len(volumes)))
            if several
            else tr(ROWS["delete"].word)
        )
        if not volumes:
            self._allow("delete", (tr(QT_TRANSLATE_NOOP("vstore", "Select volumes first.")),))
            return
        # Of thousands selected the first are asked about here; the plan asks about all of them.
        asked = volumes[:_MOST_GUARDED]
        store = self._services.store
        there = _words(volume_plans.why_not_delete_there(store, asked))
        self._allow("delete", there)
        used = _words(volume_plans.why_not_delete_volumes(store, asked))
        if used and not there:  # pressed all the same, the dialog refuses with links to who needs them
            self["delete"].setToolTip("\n".join(used))
            self["delete"].setStatusTip("\n".join(used))

    # ── what they do ────────────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self._services.navigator.connect_host()

    def _new_pool(self) -> None:
        self._services.navigator.new_pool(self._host)

    def _new_volume(self) -> None:
        self._services.navigator.new_volume(self._pool)

    def _attach_iso(self) -> None:
        self._services.navigator.attach_iso(self._disc())

    def _disc(self) -> VolumeKey | None:
        """The selected volume, where it is one and a disc."""
        key = self._volumes[0] if len(self._volumes) == 1 else None
        volume = self._services.store.volume(key) if key is not None else None
        return key if volume is not None and is_iso(volume) else None

    def _undo(self) -> None:
        self._asked.undo()

    def _find(self) -> None:
        self._asked.find_anything()

    def _filter(self) -> None:
        self._asked.filter_page()

    def _quit(self) -> None:
        self._asked.close()

    def _refresh(self) -> None:
        store, sync = self._services.store, self._services.sync
        if self._pool is not None:
            if not pool_plans.why_not_refresh_pool(store, self._pool):
                self._run(pool_plans.plan_refresh_pool(store, self._pool))
            else:
                self._start(sync.reread_pool(self._pool))
        elif self._domain is not None:
            self._start(sync.reread_domain(self._domain))
        elif self._host is not None:
            self._start(self._refresh_host(self._host))

    async def _refresh_host(self, host: HostId) -> None:
        """Read again what libvirt knows; its storage is looked at pool by pool, by the pools' own Refresh."""
        sync = self._services.sync
        await sync.reread_domains((host,))
        # Side by side: one pool that hangs keeps no other waiting.
        await asyncio.gather(
            *[sync.reread_pool(PoolKey(host, uuid)) for uuid in self._services.store.pools(host)]
        )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._copied()))

    def _copied(self) -> list[str]:
        store = self._services.store
        if self._volumes:
            states = [(key, store.volume(key)) for key in self._volumes]
            return [(state and (state.path or state.key)) or key.name for key, state in states]
        if self._pool is not None:
            pool = store.pool(self._pool)
            return [(pool.target_path or pool.name) if pool else self._pool.uuid]
        if self._domain is not None:
            domain = store.domain(self._domain)
            return [domain.name if domain else self._domain.uuid]
        return [self._host] if self._host else []

    def _rename(self) -> None:
        if self._host is not None and self._pool is None and self._domain is None:
            self._asked.rename_connection(self._host)

    def _delete(self) -> None:
        if self._volumes:
            volumes = self._volumes
            # Backing chains on every connected host are read first: the guard must know all who need them.
            self._start(self._delete_volumes(volumes))

    async def _delete_volumes(self, volumes: tuple[VolumeKey, ...]) -> None:
        async def plan() -> Plan:
            await self._services.sync.complete()
            return volume_plans.plan_delete_volumes(self._services.store, volumes)

        await self._confirm(plan())

    def _pool_start(self) -> None:
        if self._pool:
            self._run(pool_plans.plan_start_pool(self._services.store, self._pool))

    def _pool_stop(self) -> None:
        if self._pool:
            self._run(pool_plans.plan_stop_pool(self._services.store, self._pool))

    def _pool_autostart(self, on: bool) -> None:
        if self._pool:
            # It shows what is, not what is wished: the store's next value checks it.
            self["pool_autostart"].setChecked(not on)
            self._run(pool_plans.plan_set_autostart(self._services.store, self._pool, on))

    def _pool_undefine(self) -> None:
        host = self._services.sync.host(self._pool.host) if self._pool else None
        if self._pool and host:
            plan = pool_plans.plan_undefine_pool(self._services.store, host, self._pool)
            self._start(self._confirm(plan))

    def _pool_delete(self) -> None:
        host = self._services.sync.host(self._pool.host) if self._pool else None
        if self._pool and host:
            plan = pool_plans.plan_delete_pool_contents(self._services.store, host, self._pool)
            self._start(self._confirm(plan))

    def _host_reconnect(self) -> None:
        if self._host:
            self._services.connections.connect(self._host)

    def _host_disconnect(self) -> None:
        if self._host:
            self._start(self._services.connections.disconnect(self._host))

    def _host_autoconnect(self, on: bool) -> None:
        connection = self._services.connections.connections.get(self._host or "")
        if connection is not None:
            self._services.connections.change(connection.uri, label=connection.label, autoconnect=on)

    def _host_remove(self) -> None:
        host = self._host
        if host is None:
            return
        self._asked.ask(
            tr(QT_TRANSLATE_NOOP("vstore", "Remove this connection?")),
            tr(
                QT_TRANSLATE_NOOP("vstore", "VStore forgets {host}. Nothing on the host itself changes."),
                host=host,
            ),
            tr(QT_TRANSLATE_NOOP("vstore", "Remove")),
            lambda: self._start(self._services.connections.remove(host)),
        )

    def _start(self, work: Awaitable[Any]) -> None:
        async def whole() -> None:
            await work

        self._services.start(self, whole())

    def _run(self, plan: Plan) -> None:
        self._services.navigator.run_plan(plan)

    async def _confirm(self, planning: Awaitable[Plan]) -> None:
        """Ask about the plan when it is made; say why when it is refused."""
        try:
            plan = await planning
        except HostError as failure:
            report_failure(failure)
        except Exception as failure:
            if not getattr(failure, "reasons", None):
                raise
            report_failure(failure)
        else:
            self._asked.confirm_plan(plan)


def _why_not_new_volume(pool: PoolState) -> tuple[str, ...]:
    kind = POOL_KINDS.get(pool.kind)
    if kind is None or not kind.can(VolumeOperation.CREATE):
        return (
            tr(
                QT_TRANSLATE_NOOP("vstore", "libvirt cannot make volumes in pools of this kind ({kind})."),
                kind=kind.label if kind else pool.kind,
            ),
        )
    if not pool.active:
        return (tr(QT_TRANSLATE_NOOP("vstore", "Start the pool first.")),)
    return ()


def _words(reasons: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(render(reason.message) for reason in reasons if reason.blocks)
