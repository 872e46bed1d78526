"""libvirt's own test documents and RELAX NG schemas, from Debian's source packages.

Fetched once by the machine's own apt into the user's cache directory, and left there. apt is given a
configuration directory of its own: source entries derived from the machine's, lists and cache beside them,
and none of its hooks; nothing in /etc/apt or /var is changed and no privilege is needed. What is fetched is
verified as always: the release file by the Debian archive's keys, everything else by the checksums that hang
on it. (A newer release needs no newer keyring: its release file carries a signature by the previous release's
key as well.)
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RELEASES = ("bookworm", "trixie")
"""libvirt 9.0, the oldest that we support, and 11.3."""

_WANTED = re.compile(r"[^/]+/(tests/.+\.xml|src/conf/schemas/[^/]+\.rng)")
_APT_CONFIG = """\
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{home}/sources.list.d";
Dir::State::lists "{home}/lists";
Dir::Cache "{home}/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Get::List-Cleanup "false";
APT::Sandbox::User "{user}";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


@dataclass(frozen=True)
class LibvirtSource:
    """The parts of an unpacked source package that tests need."""

    root: Path

    @property
    def schemas(self) -> Path:
        return self.root / "src/conf/schemas"

    def documents(self, directory: str) -> list[Path]:
        """The XML documents in a directory of libvirt's tests."""
        return sorted(path for path in (self.root / "tests" / directory).iterdir() if path.suffix == ".xml")

    def directories(self, *patterns: str) -> list[str]:
        """The directories of libvirt's tests whose names match one of the patterns and that hold
        documents."""
        found = {path.name for pattern in patterns for path in (self.root / "tests").glob(pattern)}
        return sorted(name for name in found if self.documents(name))


class NotFetchedError(Exception):
    """apt could not get it; the message says why."""


def libvirt_source(release: str) -> LibvirtSource:
    """libvirt's source package of a Debian release, fetched unless it is there. Processes that ask together
    wait."""
    home = cache_directory()
    root = home / release
    if not root.is_dir():
        with _lock(home):
            if not root.is_dir():
                _fetch(release, home, root)
    return LibvirtSource(root)


@functools.cache
def cache_directory() -> Path:
    """Kept from one run to the next; XDG_CACHE_HOME is not asked, because tests point it at a throw-away
    home."""
    base = os.environ.get("VSTORE_TEST_CACHE")
    home = (Path(base) if base else Path.home() / ".cache") / "vstore-gui" / "libvirt-source"
    home.mkdir(parents=True, exist_ok=True)
    return home


@contextlib.contextmanager
def _lock(home: Path) -> Iterator[None]:
    """Held by one process at a time; gone with it, however it ends."""
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(release: str, home: Path, root: Path) -> None:
    """Everything happens in a directory that is thrown away; the result appears in one rename."""
    with tempfile.TemporaryDirectory(prefix=f"{release}-", dir=home) as scratch:
        apt = Path(scratch)
        for name in ("sources.list.d", "lists/partial", "cache/archives/partial", "source", "unpacked"):
            (apt / name).mkdir(parents=True)
        (apt / "sources.list.d/derived.sources").write_text(_derived_sources(release))
        config = apt / "apt.conf"
        config.write_text(_APT_CONFIG.format(home=apt, user="root" if os.geteuid() == 0 else ""))
        _apt(config, "update")
        # Only what upstream released: the distribution's patches are of no use here.
        _apt(
            config, "source", "--download-only", "--tar-only", "--only-source", f"libvirt/{release}",
            cwd=apt / "source",
        )  # fmt: skip
        (archive,) = (apt / "source").glob("libvirt_*.orig.tar.*")
        _unpack(archive, apt / "unpacked")
        (unpacked,) = (apt / "unpacked").iterdir()
        shutil.rmtree(root, ignore_errors=True)
        unpacked.rename(root)


def _unpack(archive: Path, to: Path) -> None:
    """The wanted files, by hand: `extractall` has no filter yet in Debian 12's Python 3.11.2."""
    links: list[tuple[Path, str]] = []
    with tarfile.open(archive) as tar:
        for member in tar:
            if not _WANTED.fullmatch(member.name) or ".." in member.name.split("/"):
                continue
            path = to / member.name
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
            elif member.issym():
                links.append((path, os.path.normpath(path.parent / member.linkname)))
    for path, target in links:
        if target.startswith(f"{to}/") and Path(target).is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(target, path)


def _apt(config: Path, *arguments: str, cwd: Path | None = None) -> None:
    command = ["apt-get", "-q", f"-c={config}", *arguments]
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetchedError(f"{' '.join(command)}: {error}") from error
    if done.returncode:
        raise NotFetchedError(f"{' '.join(command)} failed: {done.stderr.strip() or done.stdout.strip()}")


# ── the machine's sources ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class AptSource:
    """One entry of the machine's apt sources; `options` are those that say how to get and verify it."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()


def _derived_sources(release: str) -> str:
    """The machine's own entry for Debian, but for the sources of another release."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    entries = [
        entry for entry in machine_sources() if codename in entry.suites and "main" in entry.components
    ]
    # Others publish under the same suite names; Debian's archive is what is called so by its last component.
    debian = [entry for entry in entries if any(uri.rstrip("/").endswith("/debian") for uri in entry.uris)]
    if not entries:
        raise NotFetchedError(
            f"the machine's apt sources name no suite '{codename}' to derive '{release}' from"
        )
    entry = (debian or entries)[0]
    lines = [
        "Types: deb-src",
        f"URIs: {' '.join(entry.uris)}",
        f"Suites: {release}",
        "Components: main",
        *(f"{name}: {value}" for name, value in entry.options),
    ]
    return "\n".join(lines) + "\n"


def machine_sources(etc: Path = Path("/etc/apt")) -> list[AptSource]:
    """What apt is told to use on this machine, in either of its two formats."""
    entries: list[AptSource] = []
    for path in (etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))):
        if path.suffix == ".list" and path.is_file():
            entries += _one_line_entries(path.read_text())
        elif path.suffix == ".sources" and path.is_file():
            entries += _deb822_entries(path.read_text())
    return entries


# Both formats' names of the options that matter here.
_OPTIONS = {"signed-by": "Signed-By", "trusted": "Trusted", "check-valid-until": "Check-Valid-Until"}


def _one_line_entries(text: str) -> Iterator[AptSource]:
    for line in text.splitlines():
        match = re.fullmatch(
            r"deb(?:-src)?\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+(.*)", line.partition("#")[0].strip()
        )
        if match is None:
            continue
        options = dict(option.partition("=")[::2] for option in (match[1] or "").split())
        yield AptSource(
            uris=(match[2],),
            suites=(match[3],),
            components=tuple(match[4].split()),
            options=tuple(
                (_OPTIONS[name.lower()], value) for name, value in options.items() if name.lower() in _OPTIONS
            ),
        )


def _deb822_entries(text: str) -> Iterator[AptSource]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n(?:[ \t]*\n)+", "\n".join(lines)):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in (" ", "\t"):  # continues the field above: a key that is written out
                fields[name] = f"{fields.get(name, '')}\n{line}"
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if not fields.get("uris") or fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        yield AptSource(
            uris=tuple(fields["uris"].split()),
            suites=tuple(fields.get("suites", "").split()),
            components=tuple(fields.get("components", "").split()),
            options=tuple((known, fields[option]) for option, known in _OPTIONS.items() if option in fields),
        )
