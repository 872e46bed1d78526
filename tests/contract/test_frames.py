"""The pipe: whole messages out of any pieces, and every call the same on both sides."""

from __future__ import annotations

import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vstore_gui.entities import calls
from vstore_gui.entities.errors import ErrorState
from vstore_gui.entities.job import Progress
from vstore_gui.entities.reports import Ended, Report
from vstore_gui.entities.volume import VolumeState
from vstore_gui.wire.frames import MAX_FRAME_BYTES, FrameError, FrameReader, frame
from vstore_gui.wire.messages import Failed, Part, Request, ToChild, Told, ToWindow

CALLS = typing.get_args(calls.AnyCall)
ARGUMENTS = {"names": ("a", "b"), "domains": ("u",), "on": True, "live": True, "config": False}


@given(st.lists(st.binary(max_size=300)), st.data())
def test_messages_come_whole_whatever_the_pieces(messages: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(frame(message) for message in messages)
    reader, found = FrameReader(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        reader.feed(stream[:size])
        stream = stream[size:]
        found += list(reader)
    assert found == messages
    assert reader.next() is None


@given(st.binary(min_size=4))
def test_a_length_beyond_reason_ends_the_trust(tail: bytes) -> None:
    reader = FrameReader()
    reader.feed((MAX_FRAME_BYTES + 1).to_bytes(4, "little") + tail)
    with pytest.raises(FrameError):
        reader.next()


@pytest.mark.parametrize("call_type", CALLS)
def test_every_call_crosses_the_pipe(call_type: type[calls.Call[typing.Any]]) -> None:
    fields = msgspec.structs.fields(call_type)
    call = call_type(**{field.name: ARGUMENTS.get(field.name, "x") for field in fields if field.required})
    message = Request(7, call)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=ToChild) == message
    msgspec.msgpack.Decoder(calls.answer_type(call_type))  # a type that can be decoded


@pytest.mark.parametrize("report_type", typing.get_args(Report))
def test_every_report_has_a_name_of_its_own(report_type: type[msgspec.Struct]) -> None:
    assert report_type.__struct_config__.tag == report_type.__name__


def test_what_a_host_sends_crosses_the_pipe() -> None:
    error = ErrorState.internal("broken", "ReadPool")
    for message in (
        Told(Ended(error, retry=True)),
        Failed(3, error),
        Part(3, calls.VolumeBatch((VolumeState("a", capacity_bytes=2**63 - 1),), ("b",))),
        Part(3, Progress(1, 2)),
    ):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=ToWindow) == message
