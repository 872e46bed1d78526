"""Counts libvirt calls by method, for Diagnostics and benchmarks."""

from __future__ import annotations

import functools
import itertools
import types
from collections.abc import Callable, Iterator
from typing import Any

import libvirt

__all__ = ["counts", "install"]

_CLASSES = (
    "virConnect",
    "virStoragePool",
    "virStorageVol",
    "virDomain",
    "virDomainSnapshot",
    "virSecret",
    "virNodeDevice",
)
# Answered by the bindings from memory: no call is made.
_LOCAL = frozenset({"connect", "c_pointer", "dispatch"})
_counters: dict[str, Iterator[int]] = {}


def install() -> None:
    """Count every public method of libvirt's objects from now on. Called once, before the first connection.

    `next` of an itertools.count is one atomic step, so that threads need no lock.
    """
    for class_name in _CLASSES:
        cls = getattr(libvirt, class_name)
        for name, method in vars(cls).copy().items():
            if isinstance(method, types.FunctionType) and not name.startswith("_") and name not in _LOCAL:
                counter = itertools.count()
                _counters[f"{class_name}.{name}"] = counter
                setattr(cls, name, _counted(method, counter.__next__))


def _counted(method: Callable[..., Any], tick: Callable[[], int]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        tick()
        return method(*args, **kwargs)

    return call


def counts() -> dict[str, int]:
    """Calls made so far, those never made left out."""
    # A count tells its next number only in print: 'count(5)'.
    made = {name: int(repr(counter)[6:-1]) for name, counter in _counters.items()}
    return {name: number for name, number in made.items() if number}
