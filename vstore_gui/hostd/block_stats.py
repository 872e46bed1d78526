"""Statistics of machines' disks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import libvirt

from vstore_gui.entities.calls import DomainBlockStats, ReadBlockStats
from vstore_gui.entities.domain import BlockStats
from vstore_gui.hostd.domains import find_domain
from vstore_gui.hostd.registry import Asked, handles
from vstore_gui.xml.domain import domain_state

L = libvirt


@handles(ReadBlockStats)
def read_block_stats(asked: Asked, call: ReadBlockStats) -> tuple[DomainBlockStats, ...]:
    """Machines that are gone are left out."""
    with asked.session.connections.of("control") as connection:
        domains = list(_found(connection, call.domains))
        running = [domain for domain in domains if domain.isActive()]
        stats = _of_running(connection, running)
        for domain in domains:
            uuid = domain.UUIDString()
            if uuid not in stats:
                asked.beat()
                stats[uuid] = tuple(_one_by_one(domain))
        return tuple(DomainBlockStats(uuid, disks) for uuid, disks in stats.items())


def _found(connection: Any, uuids: tuple[str, ...]) -> Iterator[Any]:
    for uuid in uuids:
        try:
            yield find_domain(connection, uuid)
        except libvirt.libvirtError as error:
            if error.get_error_code() != L.VIR_ERR_NO_DOMAIN:
                raise


def _of_running(connection: Any, domains: list[Any]) -> dict[str, tuple[BlockStats, ...]]:
    """One virDomainListGetStats for all; nothing from a driver that has none."""
    if not domains:
        return {}
    flags = L.VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING | L.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    try:
        records = connection.domainListGetStats(domains, L.VIR_DOMAIN_STATS_BLOCK, flags)
    except libvirt.libvirtError as error:
        if error.get_error_code() != L.VIR_ERR_NO_SUPPORT:
            raise
        return {}
    return {domain.UUIDString(): tuple(_blocks(record)) for domain, record in records}


def _blocks(record: Mapping[str, Any]) -> Iterator[BlockStats]:
    for at in range(record.get("block.count", 0)):
        one = f"block.{at}."
        if f"{one}backingIndex" in record and f"{one}rd.bytes" not in record:
            continue  # a file below the disk's own
        if f"{one}name" in record:
            yield BlockStats(
                record[f"{one}name"],
                record.get(f"{one}path"),
                record.get(f"{one}capacity"),
                record.get(f"{one}allocation"),
                record.get(f"{one}physical"),
                record.get(f"{one}rd.bytes"),
                record.get(f"{one}wr.bytes"),
            )


def _one_by_one(domain: Any) -> Iterator[BlockStats]:
    """virDomainGetBlockInfo of each disk; one whose file cannot be read tells only its name."""
    for disk in domain_state(domain.XMLDesc(0)).disks:
        if disk.empty:
            yield BlockStats(disk.target)
            continue
        try:
            capacity, allocation, physical = domain.blockInfo(disk.target)
        except libvirt.libvirtError:
            yield BlockStats(disk.target, disk.source.path)
        else:
            yield BlockStats(disk.target, disk.source.path, capacity, allocation, physical)
