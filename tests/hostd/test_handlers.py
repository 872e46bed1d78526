"""Every call has a handler, and every failure of it a sentence."""

from __future__ import annotations

import typing

from vstore_gui.entities.calls import AnyCall
from vstore_gui.hostd.handlers import HANDLERS
from vstore_gui.hostd.lanes import PATIENCE
from vstore_gui.hostd.sentences import FAILED

CALLS = set(typing.get_args(AnyCall))


def test_every_call_has_exactly_one_handler() -> None:
    assert set(HANDLERS) == CALLS
    functions = [handler.function for handler in HANDLERS.values()]
    assert len(set(functions)) == len(functions)


def test_every_call_has_a_sentence_for_its_failure() -> None:
    assert set(FAILED) == {call.__name__ for call in CALLS} | {"Open"}


def test_patience_is_had_with_calls_that_exist() -> None:
    assert set(PATIENCE) <= CALLS
