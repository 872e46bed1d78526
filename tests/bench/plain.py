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
        domain.state(), domain.isPersistent(), domain.isActive(), domain.autostart()
        domain.hasManagedSaveImage(), domain.snapshotNum()
        etree.fromstring(domain.XMLDesc())

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
