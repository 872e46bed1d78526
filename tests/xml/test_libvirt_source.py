"""How libvirt's test documents are got: sources derived from the machine's own, one fetch for all who ask."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support import libvirt_source as source
from tests.support.libvirt_source import AptSource, NotFetchedError, machine_sources

DEB822 = """\
# a comment
Types: deb
# another
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://other.example/apt
Suites: bookworm
Components: main
Enabled: no

Types: deb
URIs: http://third.example/apt
Suites: bookworm
Components: stable
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
"""

ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # here
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/flat ./
"""


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_both_formats_of_apts_sources_are_read(etc: Path) -> None:
    (etc / "sources.list").write_text(ONE_LINE)
    (etc / "sources.list.d/debian.sources").write_text(DEB822)
    (etc / "sources.list.d/ignored.save").write_text(ONE_LINE)
    assert machine_sources(etc) == [
        AptSource(
            ("http://mirror.example/debian",), ("bookworm",), ("main", "contrib"), (("Signed-By", "/k.gpg"),)
        ),
        AptSource(("http://mirror.example/debian",), ("bookworm",), ("main",)),
        AptSource(
            ("http://mirror.example/debian/",),
            ("bookworm", "bookworm-updates"),
            ("main", "contrib"),
            (("Signed-By", "/usr/share/keyrings/debian-archive-keyring.gpg"),),
        ),
        AptSource(
            ("http://third.example/apt",),
            ("bookworm",),
            ("stable",),
            (("Signed-By", "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc"),),
        ),
    ]


def test_another_release_comes_from_where_this_machine_gets_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        AptSource(("http://third.example/apt",), ("bookworm",), ("main",)),
        AptSource(("http://mirror.example/debian",), ("bookworm",), ("main",), (("Signed-By", "/k.gpg"),)),
    ]
    monkeypatch.setattr(source, "machine_sources", lambda: entries)
    monkeypatch.setattr(source.platform, "freedesktop_os_release", lambda: {"VERSION_CODENAME": "bookworm"})
    assert source._derived_sources("trixie").splitlines() == [
        "Types: deb-src",
        "URIs: http://mirror.example/debian",
        "Suites: trixie",
        "Components: main",
        "Signed-By: /k.gpg",
    ]
    entries.clear()
    with pytest.raises(NotFetchedError, match="'trixie'"):
        source._derived_sources("trixie")


def _archive(config: Path, *arguments: str, cwd: Path | None = None) -> None:
    """Stands in for apt: the archive, with what must not come out of it."""
    if arguments[0] != "source":
        return
    assert cwd is not None
    (cwd / "libvirt-1.0/tests/some").mkdir(parents=True)
    (cwd / "libvirt-1.0/src").mkdir()
    (cwd / "libvirt-1.0/tests/some/a.xml").write_text("<a/>")
    (cwd / "libvirt-1.0/src/main.c").write_text("int main")
    with tarfile.open(cwd / "libvirt_1.0.orig.tar.xz", "w:xz") as tar:
        tar.add(cwd / "libvirt-1.0", "libvirt-1.0")
    with (cwd.parent.parent / "fetches").open("a") as fetches:
        fetches.write("x")


_ASK = """
import sys
from pathlib import Path
from tests.support import libvirt_source as source
from tests.xml.test_libvirt_source import _archive
source._apt = _archive
source._derived_sources = str
source.cache_directory = lambda: Path(sys.argv[1])
source.libvirt_source("trixie")
"""


def test_those_who_ask_together_fetch_once(tmp_path: Path) -> None:
    askers = [
        subprocess.Popen([sys.executable, "-c", _ASK, str(tmp_path)], cwd=Path(__file__).parents[2])
        for _ in range(3)
    ]
    assert [asker.wait(60) for asker in askers] == [0, 0, 0]
    assert (tmp_path / "fetches").read_text() == "x"
    assert {path.name for path in tmp_path.iterdir()} == {"fetches", "lock", "trixie"}
    files = [path.relative_to(tmp_path) for path in (tmp_path / "trixie").rglob("*") if path.is_file()]
    assert files == [Path("trixie/tests/some/a.xml")]


def test_a_fetch_that_fails_leaves_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "cache_directory", lambda: tmp_path)
    monkeypatch.setattr(source, "_derived_sources", lambda release: "Types: nonsense\n")
    with pytest.raises(NotFetchedError, match=r"apt-get .* failed"):
        source.libvirt_source("trixie")
    assert {path.name for path in tmp_path.iterdir()} == {"lock"}
