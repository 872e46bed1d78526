"""The host that is measured: one directory pool of many qcow2 volumes, hundreds of defined machines."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import libvirt

from tests.support.libvirtd import PrivateLibvirtd

__all__ = ["POOL", "BigHost"]

POOL = "images"
_BLOCK = 4096


class BigHost:
    """A private libvirtd, as a context manager: `volumes` qcow2 files in the pool `images`, one in five an
    overlay of a template, and `machines` machines of three disks in it."""

    def __init__(self, volumes: int, machines: int) -> None:
        self.volumes = volumes
        self.machines = machines
        self._daemon = PrivateLibvirtd()
        try:
            folder = self._daemon.make_pool(POOL)
            self._names = self._make_volumes(folder)
            self._define_machines(folder)
            self._daemon.virsh("pool-refresh", POOL, limit_s=600)
        except BaseException:
            self._daemon.close()
            raise

    @property
    def uri(self) -> str:
        return self._daemon.uri

    def __enter__(self) -> BigHost:
        return self

    def __exit__(self, *_: object) -> None:
        self._daemon.close()

    def _make_volumes(self, folder: Path) -> list[str]:
        template = folder / "template.qcow2"
        _qemu_img("create", "-q", "-f", "qcow2", template, "20G")
        alone, over = folder / "alone.qcow2", folder / "over.qcow2"
        _qemu_img("create", "-q", "-f", "qcow2", alone, "20G")
        _qemu_img("create", "-q", "-f", "qcow2", "-b", template, "-F", "qcow2", over, "20G")
        moulds = [_Mould(over), _Mould(alone), _Mould(alone), _Mould(alone), _Mould(alone)]
        for mould in (alone, over):
            mould.unlink()
        names = [f"volume-{number:05}.qcow2" for number in range(self.volumes - 1)]
        for number, name in enumerate(names):
            moulds[number % len(moulds)].cast(folder / name)
        return names

    def _define_machines(self, folder: Path) -> None:
        connection = libvirt.open(self.uri)
        for number in range(self.machines):
            disks = "".join(
                f"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
                f"<source file='{folder / self._names[(number * 3 + index) % len(self._names)]}'/>"
                f"<target dev='vd{'abc'[index]}' bus='virtio'/></disk>"
                for index in range(3)
            )
            connection.defineXML(
                f"<domain type='qemu'><name>machine-{number:03}</name><memory unit='MiB'>64</memory>"
                f"<os><type arch='x86_64' machine='q35'>hvm</type></os><devices>{disks}</devices></domain>"
            )
        connection.close()


class _Mould:
    """A small image to be copied thousands of times: only its blocks that are not empty are written."""

    def __init__(self, image: Path) -> None:
        content = image.read_bytes()
        self._size = len(content)
        blocks = ((offset, content[offset : offset + _BLOCK]) for offset in range(0, self._size, _BLOCK))
        self._blocks = [(offset, block) for offset, block in blocks if block.strip(b"\0")]

    def cast(self, image: Path) -> None:
        descriptor = os.open(image, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            for offset, block in self._blocks:
                os.pwrite(descriptor, block, offset)
            os.ftruncate(descriptor, self._size)
        finally:
            os.close(descriptor)


def _qemu_img(*arguments: str | Path) -> None:
    subprocess.run(["qemu-img", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
