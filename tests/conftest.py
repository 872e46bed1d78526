"""Ground rules of every test: nobody's settings are touched, nothing is left behind, coroutines just run.

- `async def test_…` runs on a fresh plain asyncio loop; with the fixture `qt_loop` on
  the application's Qt loop.
- A Qt message of level warning or worse fails the test (pytest-qt), as does a Python warning
  (filterwarnings).
- Leaked threads, child processes and asyncio tasks fail it, as do exceptions that no one retrieved.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.leaks import LoopWatch, Processes, run_watched, threads_left
from tests.support.libvirtd import PrivateLibvirtd

# Widgets are tested without a screen; tests of the real process bring their own (tests/support/screen.py).
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["LC_ALL"] = "C.UTF-8"

_HOME = tempfile.TemporaryDirectory(prefix="vstore-home-")
for _variable in ("CONFIG", "DATA", "STATE", "CACHE"):
    os.environ[f"XDG_{_variable}_HOME"] = str(Path(_HOME.name) / _variable.lower())
# libvirt looks for session daemons here: tests see none but their own.
os.environ["XDG_RUNTIME_DIR"] = str(Path(_HOME.name) / "run")
Path(_HOME.name, "run").mkdir(mode=0o700)


def pytest_unconfigure() -> None:
    _HOME.cleanup()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    test = pyfuncitem.obj(**arguments)
    qt_loop = pyfuncitem.funcargs.get("qt_loop")
    if not isinstance(qt_loop, asyncio.AbstractEventLoop):
        run_watched(test)
    else:
        watch = LoopWatch(qt_loop)
        qt_loop.run_until_complete(watch.around(test))
        watch.check()
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rings from the inside out: what is quick and near the cause fails first."""
    rings = ("real", "atspi")
    items.sort(
        key=lambda item: max(
            (1 + rings.index(m.name) for m in item.iter_markers() if m.name in rings), default=0
        )
    )


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    threads = set(threading.enumerate())
    processes = Processes()
    yield
    left: list[Any] = [f"thread {name}" for name in threads_left(threads)]
    left += [f"process {pid}: {command}" for pid, command in processes.left().items()]
    assert not left, "left behind: " + "; ".join(left)


@pytest.fixture
def qt_loop(qapp: object) -> Iterator[asyncio.AbstractEventLoop]:
    """The application's own loop (Qt and asyncio in one). A task that fails unseen fails the test."""
    from vstore_gui.aio import tasks
    from vstore_gui.aio.loop import make_loop

    failures: list[BaseException] = []
    tasks.on_failure(failures.append)
    loop = make_loop(qapp)  # type: ignore[arg-type]
    yield loop
    loop.run_until_complete(tasks.cancel_all())
    loop.close()
    asyncio.set_event_loop(None)
    tasks.on_failure(None)
    assert not failures, f"tasks failed: {failures!r}"


@pytest.fixture(scope="session")
def _one_libvirtd() -> Iterator[PrivateLibvirtd]:
    daemon = PrivateLibvirtd()
    yield daemon
    daemon.close()


@pytest.fixture
def libvirtd(_one_libvirtd: PrivateLibvirtd) -> Iterator[PrivateLibvirtd]:
    """A real libvirtd of the tests' own, empty at the start of each test, for tests marked `real`."""
    yield _one_libvirtd
    _one_libvirtd.revive()
    _one_libvirtd.clean()
