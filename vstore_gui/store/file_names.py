"""The names that a file goes by, across machines and storages.

A `FileName` is (scheme, authority, path): 'path' is a path on a machine, 'id' a device and inode (or device
number) on a machine, 'volume' a pool's and volume's name on a connection, 'print' a fingerprint; the others
are places on a shared storage. Two things that share a name are one file. A name is never more than a claim,
so a wrong one costs a guard that refuses too much, not one that refuses too little.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from vstore_gui.entities.pool import PoolState, SourceHost

__all__ = [
    "FileName",
    "Target",
    "iscsi_name_of_device",
    "network_names",
    "normal_path",
    "parse_reference",
    "server_name",
    "storages_of_pool",
    "volume_place",
]

FileName = tuple[str, str, str]
Target = str | tuple[FileName, ...]
"""What a reference leads to: a path on the machine that holds it, or names that hold everywhere."""

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_BY_PATH: Final = re.compile(r"/dev/disk/by-path/ip-(.+):\d+-iscsi-(.+)-lun-(\d+)$")
_PROTOCOL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+._-]*):")


def normal_path(path: str) -> str:
    """The path without doubled slashes, dots and a trailing slash."""
    if "//" in path or "/." in path or path.endswith("/"):
        path = posixpath.normpath(path)
        return path[1:] if path.startswith("//") else path
    return path


def server_name(name: str, machine: str) -> str:
    """A server's name as it is compared; 'localhost' means another one on each machine."""
    name = name.strip("[]").rstrip(".").lower()
    return f"@{machine}" if not name or name in _LOCAL else name


def _servers(hosts: Iterable[SourceHost], machine: str) -> tuple[str, ...]:
    """One name for each host: clients of one cluster need not list the same of its monitors. Ports are left
    out."""
    return tuple(dict.fromkeys(server_name(host.name, machine) for host in hosts)) or (f"@{machine}",)


def storages_of_pool(pool: PoolState, machine: str) -> tuple[FileName, ...]:
    """The shared place that is the pool's directory, under each of its names; none for storage of its own
    machine."""
    source = pool.source
    directory = normal_path("/" + (source.directory or ""))
    match pool.kind:
        case "netfs":
            scheme = {"glusterfs": "gluster", "cifs": "cifs"}.get(source.format or "", "nfs")
            base = directory
        case "rbd":
            scheme, base = "rbd", f"/{source.name or ''}"
        case "gluster":
            scheme, base = "gluster", normal_path(f"/{source.name or ''}{directory}")
        case "iscsi" | "iscsi-direct":
            scheme, base = "iscsi", f"/{source.devices[0] if source.devices else ''}"
        case _:
            return ()
    return tuple((scheme, server, base) for server in _servers(source.hosts, machine))


def volume_place(pool_kind: str, volume: str) -> str | None:
    """What the volume is called below its pool's shared place; None where its path says that already."""
    match pool_kind:
        case "rbd" | "gluster":
            return volume
        case "iscsi" | "iscsi-direct":
            # libvirt calls LUNs 'unit:0:0:3'.
            lun = volume.rpartition(":")[2]
            return lun if lun.isdigit() else None
        case _:
            return None


def iscsi_name_of_device(path: str, machine: str) -> FileName | None:
    """The target and LUN that a udev by-path link spells out."""
    match = _BY_PATH.fullmatch(path)
    if match is None:
        return None
    portal, iqn, lun = match.groups()
    return ("iscsi", server_name(portal, machine), f"/{iqn}/{lun}")


def network_names(
    protocol: str, name: str, hosts: Iterable[SourceHost], machine: str
) -> tuple[FileName, ...]:
    """Names of a network source (`<source protocol= name=>` and its hosts)."""
    place = name.strip("/")
    if protocol == "rbd":
        place = place.partition("@")[0]  # a snapshot belongs to its image
    elif protocol == "iscsi" and "/" not in place:
        place += "/0"
    path = normal_path(f"/{place}")
    return tuple((protocol, server, path) for server in _servers(hosts, machine))


# ── references inside images ────────────────────────────────────────────────────────────────────────────────


def parse_reference(reference: str, directory: str, machine: str) -> Target | None:
    """Where an image's backing reference leads: QEMU's file names, protocol prefixes, URIs and json:
    documents.

    A relative one starts from the image's own `directory`. None where it names no file that others could
    share.
    """
    if reference.startswith("json:"):
        return _parse_json(reference[5:], directory, machine)
    protocol = _PROTOCOL.match(reference)
    if protocol is None or reference.startswith("/"):
        return normal_path(posixpath.join(directory, reference)) if reference else None
    scheme = protocol.group(1).lower().partition("+")[0]
    rest = reference[protocol.end() :]
    if scheme == "file":
        path = unquote(urlsplit(reference).path) if rest.startswith("//") else rest
        return normal_path(posixpath.join(directory, path))
    if scheme == "rbd" and not rest.startswith("//"):
        return _parse_rbd(rest, machine)
    if scheme in ("host_device", "host_cdrom"):
        return normal_path(rest)
    if scheme == "nbd" and not rest.startswith("//"):
        return _parse_plain_nbd(rest, machine)
    if rest.startswith("//"):
        return _parse_uri(scheme, reference, machine)
    return None


def _parse_uri(scheme: str, uri: str, machine: str) -> Target | None:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return None
    return network_names(scheme, unquote(parts.path), (SourceHost(host),) if host else (), machine)


def _parse_rbd(rest: str, machine: str) -> Target:
    """rbd:pool/image@snapshot:option=value:mon_host=a\\:6789\\;b"""
    image, *options = re.split(r"(?<!\\):", rest)
    hosts: tuple[SourceHost, ...] = ()
    for option in options:
        key, _, value = option.partition("=")
        if key == "mon_host":
            monitors = re.split(r"[;,]", value.replace("\\", ""))
            hosts = tuple(SourceHost(re.sub(r":\d+$", "", monitor)) for monitor in monitors if monitor)
    return network_names("rbd", image.replace("\\", ""), hosts, machine)


def _parse_plain_nbd(rest: str, machine: str) -> Target:
    """nbd:host:port:exportname=name, nbd:unix:/socket:exportname=name"""
    address, _, export = rest.partition(":exportname=")
    host = "" if address.startswith("unix:") else address.partition(":")[0]
    return network_names("nbd", export, (SourceHost(host),), machine)


def _parse_json(document: str, directory: str, machine: str) -> Target | None:
    try:
        options = json.loads(document)
    except (ValueError, RecursionError):
        return None
    if not isinstance(options, dict):
        return None
    return _parse_options(_nested(options), directory, machine)


def _nested(options: Mapping[str, Any]) -> dict[str, Any]:
    """QEMU takes {'file.driver': …} for {'file': {'driver': …}}."""
    nested: dict[str, Any] = {}
    for key, value in options.items():
        place = nested
        *outer, last = key.split(".")
        for part in outer:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            place = inner
        place[last] = value
    return nested


def _parse_options(options: Mapping[str, Any], directory: str, machine: str) -> Target | None:
    inner = options.get("file")
    if isinstance(inner, dict):
        return _parse_options(_nested(inner), directory, machine)

    def word(key: str) -> str:
        value = options.get(key, "")
        return value if isinstance(value, str) else str(value)

    def servers(value: Any) -> tuple[SourceHost, ...]:
        found = list(value.values()) if isinstance(value, dict) and "host" not in value else value
        found = found if isinstance(found, list) else [found]
        return tuple(SourceHost(str(one["host"])) for one in found if isinstance(one, dict) and "host" in one)

    if name := word("filename"):
        return parse_reference(name, directory, machine)
    match word("driver"):
        case "rbd":
            image = f"{word('pool')}/{word('image')}"
            return network_names("rbd", image, servers(options.get("server", [])), machine)
        case "gluster":
            place = f"{word('volume')}/{word('path')}"
            return network_names("gluster", place, servers(options.get("server", [])), machine)
        case "nfs":
            return network_names("nfs", word("path"), servers(options.get("server", [])), machine)
        case "nbd":
            hosts = servers(options.get("server", [])) or (
                (SourceHost(word("host")),) if word("host") else ()
            )
            return network_names("nbd", word("export"), hosts, machine)
        case "iscsi":
            portal = re.sub(r":\d+$", "", word("portal"))
            place = f"{word('target')}/{word('lun') or '0'}"
            return network_names("iscsi", place, (SourceHost(portal),), machine)
        case _:
            return None
