"""Shown while nothing is selected: what could be here, and the first step."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.store.changes import Key
from vstore_gui.ui.messages import tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.widgets.empty_state import EmptyState

__all__ = ["StartPage"]


class StartPage(QWidget):
    """An empty state that knows whether there are connections."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._empty = EmptyState()
        column.addWidget(self._empty)
        self._end = services.store.subscribe(lambda changes: self._show() if changes.hosts else None)
        self.destroyed.connect(lambda *_, end=self._end: end())
        self._show()

    def show_key(self, _key: Key | None) -> None:
        self._show()

    def page_hidden(self) -> None:
        """Nothing of it is polled."""

    def _show(self) -> None:
        if self._services.store.hosts:
            self._empty.show_state(
                "pool",
                tr(QT_TRANSLATE_NOOP("vstore", "Select a pool or a machine")),
                tr(
                    QT_TRANSLATE_NOOP(
                        "vstore",
                        "Pools show where the space is and who uses it; machines show their disks and "
                        "CD-ROM drives. Ctrl+K finds anything by name or path.",
                    )
                ),
                ((tr(QT_TRANSLATE_NOOP("vstore", "Find…")), self._find),),
            )
            return
        self._empty.show_state(
            "host",
            tr(QT_TRANSLATE_NOOP("vstore", "Connect to a host")),
            tr(
                QT_TRANSLATE_NOOP(
                    "vstore",
                    "This computer, or any other with libvirt: its storage pools, volumes and machines "
                    "appear here and stay live. The demo host lets you look around with nothing installed.",
                )
            ),
            (
                (tr(QT_TRANSLATE_NOOP("vstore", "Connect…")), self._connect),
                (tr(QT_TRANSLATE_NOOP("vstore", "Open the demo host")), self._demo),
            ),
        )

    def _find(self) -> None:
        self._services.navigator.find_anything()  # type: ignore[attr-defined]

    def _connect(self) -> None:
        self._services.navigator.connect_host()

    def _demo(self) -> None:
        uri = self._services.demo_uri
        self._services.connections.add(
            uri, label=tr(QT_TRANSLATE_NOOP("vstore", "Demo host")), remember=False
        )
        self._services.navigator.show_key(uri)
