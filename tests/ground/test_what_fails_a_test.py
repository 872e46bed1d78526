"""The ground rules hold: each kind of carelessness fails the test that was careless."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CARELESS = {
    "leaves_a_thread": "threading.Thread(target=threading.Event().wait, args=(60,), daemon=True).start()",
    "leaves_a_process": "kept.append(subprocess.Popen(['sleep', '60']))",
    "leaves_a_task": "kept.append(asyncio.create_task(asyncio.sleep(60)))",
    "lets_a_task_fail_unseen": "asyncio.create_task(fail()); await asyncio.sleep(0.01)",
    "forgets_to_await": "asyncio.sleep(0)",
    "makes_qt_complain": "from PySide6.QtCore import qWarning; qWarning('this is wrong')",
    "is_warned_by_python": "warnings.warn('old', DeprecationWarning)",
    "asserts_what_is_false": "assert (await asyncio.sleep(0, 1)) == 2",
}
CAREFUL = {
    "awaits_its_task": "await asyncio.create_task(asyncio.sleep(0.01))",
    "joins_its_thread": "await asyncio.to_thread(int)",
    "reaps_its_process": "assert (await (await asyncio.create_subprocess_exec('true')).wait()) == 0",
}
ON_QT = {
    "runs_on_the_qt_loop": "assert type(asyncio.get_running_loop()).__module__.startswith('qasync')",
    "fails_unseen_in_qt": "from vstore_gui.aio.tasks import start; start(None, fail())",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name of each test above to what pytest says of it; they run together, in a process of their own."""
    lines = ["import asyncio, subprocess, threading, warnings", "kept = []"]
    lines += ["async def fail():", "    raise ValueError('nobody looks')"]
    for fixture, tests in (("", CARELESS | CAREFUL), ("qt_loop", ON_QT)):
        for name, body in tests.items():
            lines += [f"async def test_{name}({fixture}):", f"    {body}"]
    file = tmp_path_factory.mktemp("careless") / "test_examples.py"
    file.write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
    command += ["-c", str(ROOT / "pyproject.toml"), "-p", "tests.conftest", str(file)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["TEST_GRACE_S"] = "0.3"
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    found: dict[str, str] = {}
    for outcome, name in re.findall(r"^(PASSED|FAILED|ERROR) \S*::test_(\w+)", run.stdout, re.MULTILINE):
        if found.get(name) in (None, "PASSED"):
            found[name] = outcome
    assert found, run.stdout + run.stderr
    return found


@pytest.mark.parametrize("name", [*CARELESS, "fails_unseen_in_qt"])
def test_carelessness_fails(name: str, outcomes: dict[str, str]) -> None:
    assert outcomes[name] in ("FAILED", "ERROR")


@pytest.mark.parametrize("name", [*CAREFUL, "runs_on_the_qt_loop"])
def test_care_passes(name: str, outcomes: dict[str, str]) -> None:
    assert outcomes[name] == "PASSED"
