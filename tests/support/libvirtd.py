"""A real libvirtd with QEMU (TCG) of the tests' own. See `PrivateLibvirtd`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lxml.builder import E
from lxml.etree import tostring

from tests.support.waiting import wait_until

__all__ = ["Disk", "PrivateLibvirtd", "VirshError"]

# What libvirtd would use of the machine: inside, each is a folder below our own.
_STAND_INS = {
    "etc": "/etc/libvirt",
    "run": "/run/libvirt",
    "lib": "/var/lib/libvirt",
    "log": "/var/log/libvirt",
    "cache": "/var/cache/libvirt",
}
# Debian's QEMU driver does not start without this user, which libvirt-daemon-system would make.
_USERS = {
    "passwd": "libvirt-qemu:x:64055:64055:Libvirt QEMU:/var/lib/libvirt:/usr/sbin/nologin\n",
    "group": "libvirt-qemu:x:64055:\n",
}
_LIBVIRTD_CONF = """\
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_rw_perms = "0700"
"""
_QEMU_CONF = """\
user = "root"
group = "root"
security_driver = "none"
stdio_handler = "file"
cgroup_controllers = []
namespaces = []
"""


class VirshError(Exception):
    """virsh failed; the text is what it said."""


class Disk:
    """One `<disk>` for `define_machine`, in the words of libvirt; source None is an empty drive."""

    def __init__(
        self,
        target: str,
        source: Path | None,
        *,
        bus: str = "virtio",
        device: str = "disk",
        kind: str = "raw",
    ) -> None:
        self.element = E.disk(E.driver(name="qemu", type=kind), type="file", device=device)
        if source is not None:
            self.element.append(E.source(file=str(source)))
        self.element.append(E.target(dev=target, bus=bus))
        if device == "cdrom":
            self.element.append(E.readonly())


class PrivateLibvirtd:
    """libvirtd in mount and pid namespaces of its own: a libvirtd of the machine is neither seen nor touched.

    Files below `tmp` have the same path inside and outside, so pools and images belong there. Everything ends
    with `close`, and with this process however it ends. Not as root it runs in a user namespace.
    """

    def __init__(self) -> None:
        self.tmp = Path(tempfile.mkdtemp(prefix="vstore-libvirtd-", dir="/var/tmp"))
        self.tmp.chmod(0o755)
        base = self.tmp / "private"
        for name in _STAND_INS:
            (base / name).mkdir(parents=True)
        (base / "etc" / "libvirtd.conf").write_text(_LIBVIRTD_CONF)
        (base / "etc" / "qemu.conf").write_text(_QEMU_CONF)
        mounts = dict(_STAND_INS)
        for name, line in _USERS.items():
            known = Path("/etc", name).read_text()
            if "\nlibvirt-qemu:" not in known:
                (base / name).write_text(known + line)
                mounts[name] = f"/etc/{name}"
        self.socket = base / "run" / "libvirt-sock"
        self.log = base / "libvirtd.out"
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        if os.geteuid() != 0:
            command += ["--user", "--map-root-user"]
        command += [sys.executable, "-I", str(Path(__file__).with_name("libvirtd_init.py")), str(self.tmp)]
        command += [f"{name}={place}" for name, place in mounts.items()]
        self._init = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._init.stdin is not None
        assert self._init.stdout is not None
        self._to_init, self._from_init = self._init.stdin, self._init.stdout
        try:
            self._expect("ready")
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def uri(self) -> str:
        return f"qemu+unix:///system?socket={self.socket}"

    # the daemon
    def start(self) -> None:
        """Start it and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        self._ask("start")
        wait_until(self._answers, "libvirtd to answer")
        self.virsh("version")

    def kill(self) -> None:
        """SIGKILL: no goodbye to clients. Machines run on."""
        self._ask(f"signal {signal.SIGKILL.value}")
        wait_until(lambda: not self._answers(), "libvirtd to be gone")

    def restart(self) -> None:
        self.kill()
        self.start()

    def stop(self) -> None:
        """SIGSTOP: it hears everything and answers nothing."""
        self._ask(f"signal {signal.SIGSTOP.value}")

    def cont(self) -> None:
        self._ask(f"signal {signal.SIGCONT.value}")

    def close(self) -> None:
        """End everything; the files go as well."""
        self._to_init.close()
        try:
            self._init.wait(10)
        except subprocess.TimeoutExpired:
            self._init.kill()  # takes process 1 of the namespace with it
            self._init.wait()
        self._from_init.close()
        shutil.rmtree(self.tmp, ignore_errors=True)  # process 1 has done so, unless it was killed

    def revive(self) -> None:
        """Running and answering, whatever a test has done to it."""
        if self._answers():
            self.cont()
        else:
            self.start()

    # what an admin elsewhere does
    def virsh(self, *arguments: str | Path, limit_s: float = 60) -> str:
        """Run virsh and return what it printed, stripped. Raises VirshError."""
        run = subprocess.run(
            ["virsh", "-q", "-c", self.uri, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=limit_s,
            stdin=subprocess.DEVNULL,
        )
        if run.returncode:
            raise VirshError(
                f"virsh {' '.join(map(str, arguments))}: {run.stderr.strip()}\n{self.last_words()}"
            )
        return run.stdout.strip()

    def make_pool(self, name: str, directory: Path | None = None) -> Path:
        """Define and start a directory pool, by default in `tmp`; returns its folder."""
        directory = directory or self.tmp / name
        directory.mkdir(parents=True, exist_ok=True)
        self.virsh("pool-define-as", name, "dir", "--target", directory)
        self.virsh("pool-start", name)
        return directory

    def define_machine(self, name: str, *disks: Disk, machine: str = "q35", memory_mib: int = 32) -> None:
        """Define a machine that, started, sits in its firmware: changing a disc needs no system."""
        extra = [E.controller(type="scsi", model="virtio-scsi")]
        if machine == "q35":
            extra.append(E.controller(type="pci", index="0", model="pcie-root"))
            extra += [E.controller(type="pci", index=str(i), model="pcie-root-port") for i in range(1, 9)]
        domain = E.domain(
            E.name(name),
            E.memory(str(memory_mib), unit="MiB"),
            E.vcpu("1"),
            E.os(E.type("hvm", arch="x86_64", machine=machine)),
            E.features(E.acpi()),
            E.on_poweroff("destroy"),
            E.devices(*extra, *(disk.element for disk in disks), E.memballoon(model="none")),
            type="qemu",
        )
        self.define(domain)

    def define(self, document: object, command: str = "define") -> None:
        """virsh define (or pool-define) of an lxml element."""
        with tempfile.NamedTemporaryFile(suffix=".xml", dir=self.tmp) as file:
            file.write(tostring(document))  # type: ignore[call-overload]
            file.flush()
            self.virsh(command, file.name)

    def clean(self) -> None:
        """Back to an empty host: no machine, no pool; their files are removed."""
        for name in self._names("list", "--name", "--state-running", "--state-paused"):
            self.virsh("destroy", name)
        for name in self._names("list", "--name", "--all"):
            self.virsh("undefine", name, "--managed-save", "--snapshots-metadata", "--nvram")
        for name in self._names("pool-list", "--name"):
            self.virsh("pool-destroy", name)
        for name in self._names("pool-list", "--name", "--all"):
            self.virsh("pool-undefine", name)
        for entry in self.tmp.iterdir():
            if entry.name != "private":
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def _names(self, *arguments: str) -> Iterable[str]:
        return [line.strip() for line in self.virsh(*arguments).splitlines() if line.strip()]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def _ask(self, command: str) -> str:
        self._to_init.write(command + "\n")
        self._to_init.flush()
        return self._expect()

    def _expect(self, answer: str | None = None) -> str:
        line = self._from_init.readline().strip()
        if not line or (answer and line != answer):
            raise RuntimeError(f"the private libvirtd's namespace failed: {line!r}\n{self.last_words()}")
        return line

    def last_words(self) -> str:
        """The end of libvirtd's own messages, for a failure's report."""
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
