"""The least that must be done: the program's calls by ten threads, the same documents parsed by lxml.

`python -m tests.bench.plain URI POOL` prints JSON: seconds since the process's start, and since it was open.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import libvirt
from lxml import etree

from vstore_gui.milestones import since_process_start_s

THREADS = 10
# What is asked of all machines at once.
QUESTIONS = (
    libvirt.VIR_CONNECT_LIST_DOMAINS_SHUTOFF,
    libvirt.VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
    libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART,
    libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE,
    libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT,
)


def main(uri: str, pool_name: str) -> None:
    connection = libvirt.open(uri)
    opened = time.monotonic()
    opened_s = since_process_start_s()
    connection.getCapabilities()

    for pool in connection.listAllStoragePools():
        etree.fromstring(pool.XMLDesc())
        pool.info(), pool.isPersistent(), pool.autostart()
    domains = connection.listAllDomains()
    volumes = connection.storagePoolLookupByName(pool_name).listAllVolumes()
    names_s = since_process_start_s()

    def read_volume(volume: Any) -> None:
        etree.fromstring(volume.XMLDesc())

    def read_domain(domain: Any) -> None:
        etree.fromstring(domain.XMLDesc())

    for question in QUESTIONS:
        connection.listAllDomains(question)

    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(read_domain, domains):
            pass
        for _ in threads.map(read_volume, volumes):
            pass
    figures = {
        "open_s": opened_s,
        "names_s": names_s,
        "details_s": since_process_start_s(),
        "details_after_open_s": time.monotonic() - opened,
        "volumes": len(volumes),
        "domains": len(domains),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
