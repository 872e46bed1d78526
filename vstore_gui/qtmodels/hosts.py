"""Hosts in words: what a connection is called, and where its link stands."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from vstore_gui.entities.host import HostLink, HostState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP
from vstore_gui.qtmodels.formats import duration_text, tr

__all__ = ["host_title", "link_text", "link_word", "retry_text", "uri_title"]

_LINKS = {
    HostLink.OFFLINE: QT_TRANSLATE_NOOP("vstore", "not connected"),
    HostLink.CONNECTING: QT_TRANSLATE_NOOP("vstore", "connecting…"),
    HostLink.ONLINE: QT_TRANSLATE_NOOP("vstore", "live"),
    HostLink.RECONNECTING: QT_TRANSLATE_NOOP("vstore", "reconnecting…"),
    HostLink.FAILED: QT_TRANSLATE_NOOP("vstore", "failed"),
}

_LOCAL = {
    ("qemu", "/system"): QT_TRANSLATE_NOOP("vstore", "This computer"),
    ("qemu", "/session"): QT_TRANSLATE_NOOP("vstore", "My session"),
    ("test", "/default"): QT_TRANSLATE_NOOP("vstore", "Test host"),
}


def uri_title(uri: str) -> str:
    """What a connection is called when the user has given it no label."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return uri
    driver, _, transport = parts.scheme.partition("+")
    if host:
        return host
    local = _LOCAL.get((driver, parts.path))
    if local is not None and not transport:
        return tr(local)
    if driver == "test" and parts.path:
        return parts.path.rpartition("/")[2].removesuffix(".xml")
    return uri


def host_title(host: HostState) -> str:
    return host.label or uri_title(host.id)


def link_text(host: HostState) -> str:
    """Where the link stands, in a word or two."""
    if host.stale and host.link is HostLink.ONLINE:
        return tr(QT_TRANSLATE_NOOP("vstore", "old values"))
    return tr(_LINKS[host.link])


def retry_text(host: HostState, now_s: float) -> str:
    """'trying again in 12 s'; '' when no try is waited for."""
    if host.retry_at_s is None or host.link not in (HostLink.FAILED, HostLink.RECONNECTING):
        return ""
    left_s = max(1, math.ceil(host.retry_at_s - now_s))
    return tr(QT_TRANSLATE_NOOP("vstore", "trying again in {time}"), time=duration_text(left_s))


def link_word(host: HostState) -> str:
    """The same for icons and colours."""
    return "stale" if host.stale and host.link is HostLink.ONLINE else host.link.value
