"""Help ▸ Diagnostics: what a bug report needs, in one text, without secrets."""

from __future__ import annotations

import platform
import re
import time
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, QTimer, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vstore_gui import __version__
from vstore_gui.entities.calls import ChildStats, GetChildStats
from vstore_gui.entities.errors import HostError
from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.keys import HostId
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, plain
from vstore_gui.ui.icons import keep_icon
from vstore_gui.ui.messages import recent_errors, tr
from vstore_gui.ui.services import Services
from vstore_gui.ui.theme import monospace

__all__ = ["DiagnosticsDialog", "clean", "clean_uri", "report"]

_REFRESH_MS = 1000
_ASK_EVERY = 5
_SECRET_FIELD = re.compile(
    r"(?i)\b(pass(?:word|wd|phrase)?|secret|token|key(?!file)|auth)\b(\s*[=:]\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s&;,<>]+)"
)
_URI = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_HIDDEN = "…"


def clean_uri(uri: str) -> str:
    """The URI without user, password and parameter values that may be secret."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return uri.partition("://")[0] + "://" + _HIDDEN
    if ":" in host:
        host = f"[{host}]"
    user = _HIDDEN + "@" if "@" in parts.netloc else ""
    query = "&".join(
        f"{name}={value if name in ('no_verify', 'no_tty', 'mode', 'proxy', 'sshauth') else _HIDDEN}"
        for name, _, value in (item.partition("=") for item in parts.query.split("&") if item)
    )
    # urlunsplit would take the empty authority out of 'qemu:///system'.
    return f"{parts.scheme}://{user}{host}{port}{parts.path}" + (f"?{query}" if query else "")


def clean(words: str) -> str:
    """A text without what looks like a secret: URIs' credentials and values of password-like fields."""
    words = _URI.sub(lambda match: clean_uri(match[0]), words)
    return _SECRET_FIELD.sub(lambda match: match[1] + match[2] + _HIDDEN, words)


def report(services: Services, stats: dict[HostId, ChildStats]) -> str:
    """All of it, in English whatever the locale: it is for those who mend."""
    lines = ["VStore diagnostics", ""]
    lines += _versions()
    lines += ["", "Connections"]
    for host in services.store.hosts.values():
        lines += _connection(services, host, stats.get(host.id))
    lines += ["", *_stalls(services), "", "Recent errors"]
    errors = recent_errors()
    for when_s, message in errors[-20:]:
        moment = time.strftime("%H:%M:%S", time.localtime(when_s))
        lines.append(f"  {moment} {plain(message.text)}")
        lines += [f"      {line}" for line in message.details.splitlines()]
    if not errors:
        lines.append("  none")
    return clean("\n".join(lines)) + "\n"


def _versions() -> list[str]:
    return [
        f"  VStore   {__version__}",
        f"  Python   {platform.python_version()}",
        f"  Qt       {qVersion()} ({QApplication.platformName()})",
        f"  PySide6  {_distribution('PySide6-Essentials', 'PySide6')}",
        f"  libvirt-python {_distribution('libvirt-python')}",
        f"  System   {platform.system()} {platform.release()} {platform.machine()}",
    ]


def _distribution(*names: str) -> str:
    from importlib import metadata

    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return "not installed"


def _connection(services: Services, host: HostState, stats: ChildStats | None) -> list[str]:
    version = ".".join(str(part) for part in host.info.libvirt_version)
    hypervisor = ".".join(str(part) for part in host.info.hypervisor_version)
    lines = [
        f"  {clean_uri(host.id)}",
        f"    {host.link.value} for {max(0.0, time.time() - host.since_s):.0f} s"
        + (", values are old" if host.stale else ""),
        f"    {host.info.driver or 'driver unknown'}, libvirt {version}, hypervisor {hypervisor}",
        (
            f"    {len(services.store.pools(host.id))} pools, "
            f"{len(services.store.domains(host.id))} machines, "
            f"{len(host.silent_pools)} pools not responding"
        ),
    ]
    if host.error is not None:
        lines.append(
            f"    error: {plain(host.error.message)} [{host.error.kind.value}] {host.error.original}"
        )
    if stats is not None:
        lines.append(
            f"    child: peak memory {stats.peak_rss_bytes / 2**20:.1f} MiB, {stats.in_flight} in flight"
        )
        lines.append("    calls:  " + _counts(stats.calls))
        lines.append("    events: " + _counts(stats.events))
    return lines


def _counts(counts: dict[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {number}" for name, number in ordered) or "none"


def _stalls(services: Services) -> list[str]:
    stalls = services.stall_meter.stalls()
    lines = [
        "Lateness of the window's heartbeat (5 ms)",
        f"  beats {stalls.beats}, longest {stalls.max_ms} ms, 99.9 % under {stalls.p999_ms} ms",
        f"  over 16 ms: {stalls.over_16_ms}, over 50 ms: {stalls.over_50_ms}",
    ]
    for when_s, late_ms in services.stall_meter.worst[-5:]:
        lines.append(f"  {time.strftime('%H:%M:%S', time.localtime(when_s))} {late_ms:.0f} ms")
    return lines


class DiagnosticsDialog(QDialog):
    """Follows itself while it is open; 'Copy' takes all of it."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._stats: dict[HostId, ChildStats] = {}
        self._ticks = 0
        title = tr(QT_TRANSLATE_NOOP("vstore", "Diagnostics"))
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 560)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(monospace())
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Diagnostics text")))
        copy = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Copy")))
        copy.setAccessibleName(tr(QT_TRANSLATE_NOOP("vstore", "Copy the diagnostics")))
        keep_icon(copy, "copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        close = QPushButton(tr(QT_TRANSLATE_NOOP("vstore", "Close")))
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.text, 1)
        column.addLayout(row)
        self._timer = QTimer(self, interval=_REFRESH_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._tick()

    def _tick(self) -> None:
        if self._ticks % _ASK_EVERY == 0:
            for host in self._services.store.hosts.values():
                if host.link is HostLink.ONLINE:
                    self._services.start(self, self._ask(host.id))
        self._ticks += 1
        self._show()

    async def _ask(self, host_id: HostId) -> None:
        host = self._services.sync.host(host_id)
        if host is None:
            return
        try:
            self._stats[host_id] = await host.call(GetChildStats(), deadline_s=5)
        except HostError:
            self._stats.pop(host_id, None)  # it is away: its line says so
        self._show()

    def _show(self) -> None:
        words = report(self._services, self._stats)
        if words == self.text.toPlainText() or self.text.textCursor().hasSelection():
            return
        bar = self.text.verticalScrollBar()
        place = bar.value()
        self.text.setPlainText(words)
        bar.setValue(place)
