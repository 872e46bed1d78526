"""What a domain lays claim to, and by which names. See `filings_of_domain`."""

from __future__ import annotations

from collections.abc import Iterator

from vstore_gui.entities.disk import DiskSource, DiskState, SourceKind
from vstore_gui.entities.domain import DomainState
from vstore_gui.entities.keys import DomainKey, HostId
from vstore_gui.store.file_graph import Filing, Names
from vstore_gui.store.file_names import network_names, parse_reference
from vstore_gui.store.places import Places

__all__ = ["filings_of_domain", "names_of_source"]


def names_of_source(source: DiskSource, host: HostId, machine: str, places: Places) -> Names:
    """All names of a disk's source; none for an empty drive and for what is no file, like a host's NVMe."""
    names: Names = ()
    if source.kind is SourceKind.VOLUME and source.pool and source.volume:
        names = (("volume", host, f"{source.pool}/{source.volume}"),)
    elif source.kind is SourceKind.NETWORK and source.protocol and source.name:
        names = network_names(source.protocol, source.name, source.hosts, machine)
    if source.path and source.path.startswith("/"):
        names += places.names(machine, source.path)
    if source.file_id:
        names = (*names, ("id", machine, source.file_id))
    return names


def filings_of_domain(
    key: DomainKey, domain: DomainState, machine: str, places: Places
) -> tuple[Filing, ...]:
    """Every file that the running machine or its stored configuration needs, chains of the running one
    included."""
    running = domain.active
    stored = not running or (domain.persistent and domain.next_disks is None)
    found: dict[Filing, None] = {}
    for disk in domain.disks:
        found.update(dict.fromkeys(_of_disk(key, disk, machine, places, running=running, stored=stored)))
    for disk in domain.next_disks or ():
        found.update(dict.fromkeys(_of_disk(key, disk, machine, places, running=False, stored=True)))
    for file in domain.files:
        if file.path.startswith("/"):
            names = places.names(machine, file.path)
            if file.file_id:
                names = (*names, ("id", machine, file.file_id))
            found[
                Filing(key, "", file.role, running, not running or domain.persistent, False, names, file.path)
            ] = None
    return tuple(found)


def _of_disk(
    key: DomainKey, disk: DiskState, machine: str, places: Places, *, running: bool, stored: bool
) -> Iterator[Filing]:
    source = disk.source
    own = names_of_source(source, key.host, machine, places)
    if not own:
        return
    own_path = source.path or source.volume or source.name or ""
    chain = _chain_names(disk, machine, places)
    below: list[Names] = [()]
    for _, names in reversed(chain):
        below.append((*names, *below[-1]))
    yield Filing(
        key, disk.target, "disk", running, stored, disk.readonly, own, own_path, (), below[len(chain)]
    )
    above: tuple[tuple[Names, str], ...] = ((own, own_path),)
    for depth, (path, names) in enumerate(chain):
        # The chain is the running machine's: the stored configuration names the top alone.
        yield Filing(
            key,
            disk.target,
            "disk",
            running,
            stored and not running,
            disk.readonly,
            names,
            path,
            above,
            below[len(chain) - depth - 1],
        )
        above = (*above, (names, path))


def _chain_names(disk: DiskState, machine: str, places: Places) -> list[tuple[str, Names]]:
    directory = (disk.source.path or "").rpartition("/")[0]
    chain: list[tuple[str, Names]] = []
    for place, reference in enumerate(disk.chain):
        names = places.names_of_target(machine, parse_reference(reference, directory, machine))
        if place < len(disk.chain_file_ids) and disk.chain_file_ids[place]:
            names = (*names, ("id", machine, disk.chain_file_ids[place]))
        if names:
            chain.append((reference, names))
    return chain
