"""Process 1 of the private libvirtd's namespaces: mounts, starts, signals, reaps. Run by libvirtd.py.

Arguments: the test's folder, then for each entry of its `private` where it is to be seen (`name=/place`).
Reads a command a line from standard input and answers each with a line: `start` (libvirtd's pid in the
namespace), `signal NUMBER` (libvirtd is sent it; `ok`). At the end of its input it ends, and with it, because
it is process 1, everything that was started here: libvirtd, its QEMUs and theirs, and the test's folder. No
test run leaves any behind, killed or not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType


def mount_stand_ins(private: str, mounts: list[str]) -> None:
    subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
    for mount in mounts:
        name, _, place = mount.partition("=")
        if not Path(place).exists():
            Path(place).mkdir(parents=True)
        subprocess.run(["mount", "--bind", f"{private}/{name}", place], check=True)


def start(log: str) -> int:
    # Its usual pid file lies beside our folders, where another libvirtd holds it.
    arguments = ["libvirtd", "--pid-file", "/run/libvirt/libvirtd.pid"]
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    environment = os.environ | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    return os.posix_spawnp("libvirtd", arguments, environment, file_actions=actions)


def reap(signal_number: int, frame: FrameType | None) -> None:
    """QEMUs that libvirtd has detached come to process 1; libvirt waits until they are truly gone."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main() -> None:
    folder, *mounts = sys.argv[1:]
    mount_stand_ins(f"{folder}/private", mounts)
    signal.signal(signal.SIGCHLD, reap)
    pid = 0
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "start":
            pid = start(f"{folder}/private/libvirtd.out")
            print(pid, flush=True)
        elif command == "signal":
            os.kill(pid, int(arguments[0]))
            print("ok", flush=True)
    end(folder)


def end(folder: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
