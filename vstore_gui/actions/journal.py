"""What was begun and what was done, on disk before each step. See `Journal`."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import IO, Any

import msgspec

from vstore_gui.actions.guards import AnyGuard
from vstore_gui.actions.plan import Danger, Inverse, Plan, Step
from vstore_gui.entities.calls import AnyCall
from vstore_gui.entities.keys import HostId
from vstore_gui.entities.text import Text

__all__ = ["Journal", "Unfinished"]


class _Step(msgspec.Struct, frozen=True, omit_defaults=True):
    sentence: Text
    host: HostId
    call: AnyCall
    danger: Danger = Danger.NONE
    clean_up: AnyCall | None = None
    clean_up_sentence: Text | None = None


class _Begun(msgspec.Struct, frozen=True, tag="begun", omit_defaults=True):
    job: str
    at_s: float
    title: Text
    steps: tuple[_Step, ...]
    guards: tuple[AnyGuard, ...] = ()
    inverse: Inverse | None = None
    undo_of: str | None = None


class _StepBegun(msgspec.Struct, frozen=True, tag="step"):
    """The call of `step` is about to be made: all steps before it are done."""

    job: str
    step: int


class _Ended(msgspec.Struct, frozen=True, tag="ended"):
    """Nothing is left in the middle: the plan ran to its end, or the user has dealt with what it left."""

    job: str


class _Stopped(msgspec.Struct, frozen=True, tag="stopped"):
    """It ended early, with `steps_done` steps standing; `in_doubt`: the next one may stand as well."""

    job: str
    steps_done: int
    in_doubt: bool


_Record = _Begun | _StepBegun | _Ended | _Stopped


class Unfinished(msgspec.Struct, frozen=True):
    """A plan that was left in the middle: `steps_done` are done, and with `in_doubt` the next may be."""

    job: str
    at_s: float
    plan: Plan
    steps_done: int
    in_doubt: bool


class Journal:
    """An append-only file of this process in `directory`, one JSON record a line, locked while the process
    lives.

    A file whose lock is free belongs to a process that is gone: what it left unfinished is taken over by
    `unfinished()`. Records hold what the user may see; calls with secrets must not be steps of a plan.

    Methods that write block until the disk has it (fdatasync): call them in a thread. They raise OSError.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._own: IO[bytes] | None = None
        self._adopted: dict[str, _File] = {}

    def close(self) -> None:
        """Give the files back: what is unfinished in them is found by the next process that looks."""
        if self._own is not None:
            path = Path(self._own.name)
            with self._own:
                if not _read(path):
                    path.unlink(missing_ok=True)
            self._own = None
        for file in set(self._adopted.values()):
            file.handle.close()
        self._adopted.clear()

    # ── writing; these block ──

    def begin(self, job: str, plan: Plan, *, undo_of: str | None = None) -> None:
        steps = tuple(
            _Step(step.sentence, step.host, step.call, step.danger, step.clean_up, step.clean_up_sentence)
            for step in plan.steps
        )
        self._write(_Begun(job, time.time(), plan.title, steps, plan.guards, plan.inverse, undo_of))

    def begin_step(self, job: str, step: int) -> None:
        self._write(_StepBegun(job, step))

    def end(self, job: str) -> None:
        """The plan is finished, or what it left has been dealt with."""
        file = self._adopted.pop(job, None)
        if file is None:
            self._write(_Ended(job))
            return
        _append(file.handle, _Ended(job))
        if file not in self._adopted.values():
            file.path.unlink(missing_ok=True)
            file.handle.close()

    def stopped(self, job: str, steps_done: int, *, in_doubt: bool) -> None:
        self._write(_Stopped(job, steps_done, in_doubt))

    def _write(self, record: _Record) -> None:
        if self._own is None:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = self._directory / f"{time.time_ns()}-{os.getpid()}.jsonl"
            handle = path.open("x+b", buffering=0)
            path.chmod(0o600)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._own = handle
        _append(self._own, record)

    # ── reading; this blocks ──

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Plans that processes which are gone left in the middle, oldest first. They are ours to settle
        from now on.

        Files with nothing unfinished are removed; those of living processes are left alone.
        """
        found: list[Unfinished] = []
        for path in sorted(self._directory.glob("*.jsonl")) if self._directory.is_dir() else ():
            if self._own is not None and path == Path(self._own.name):
                continue
            file = _adopt(path)
            if file is None:
                continue
            plans = _read(path)
            if not plans:
                path.unlink(missing_ok=True)
                file.handle.close()
                continue
            found.extend(plans)
            self._adopted.update({plan.job: file for plan in plans})
        return tuple(found)


class _File:
    """A journal of a process that is gone, locked by us."""

    def __init__(self, path: Path, handle: IO[bytes]) -> None:
        self.path = path
        self.handle = handle


def _adopt(path: Path) -> _File | None:
    """The file with its lock, or None when a living process has it."""
    handle = path.open("r+b", buffering=0)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return _File(path, handle)


_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_Record)


def _append(handle: IO[bytes], record: _Record) -> None:
    end = handle.seek(0, os.SEEK_END)
    line = msgspec.json.encode(record) + b"\n"
    if end and os.pread(handle.fileno(), 1, end - 1) != b"\n":
        line = b"\n" + line  # the line before was torn when its process died
    handle.write(line)
    os.fdatasync(handle.fileno())


def _read(path: Path) -> tuple[Unfinished, ...]:
    """Plans of the file that did not end. A torn or unknown line says nothing and is passed over."""
    begun: dict[str, _Begun] = {}
    done: dict[str, tuple[int, bool]] = {}
    for line in path.read_bytes().split(b"\n"):
        try:
            record = _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        match record:
            case _Begun():
                begun[record.job] = record
                done[record.job] = (0, False)
            case _StepBegun(job, step) if job in begun:
                done[job] = (step, True)
            case _Stopped(job, steps_done, in_doubt) if job in begun:
                done[job] = (steps_done, in_doubt)
            case _Ended(job):
                begun.pop(job, None)
    return tuple(
        Unfinished(job, record.at_s, _plan(record), *done[job])
        for job, record in begun.items()
        if done[job] != (0, False)
    )


def _plan(record: _Begun) -> Plan:
    steps = tuple(
        Step(
            step.sentence,
            step.host,
            step.call,
            xml_after=getattr(step.call, "xml", None),
            danger=step.danger,
            clean_up=step.clean_up,
            clean_up_sentence=step.clean_up_sentence,
        )
        for step in record.steps
    )
    return Plan(record.title, steps, guards=record.guards, inverse=record.inverse)
