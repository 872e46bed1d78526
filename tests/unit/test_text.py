import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vstore_gui.entities.errors import ErrorKind, ErrorState
from vstore_gui.entities.text import QT_TRANSLATE_NOOP, Count, Names, Seconds, Size, Text, plain, text


def test_text_renders_each_kind_of_argument_in_english() -> None:
    told = text(
        QT_TRANSLATE_NOOP("vstore", "{who} need {size}, {n} times, after {pause}: {inner}"),
        who=Names(("web01", "db02")),
        size=Size(3 * 2**30),
        n=Count(4),
        pause=Seconds(2.0),
        inner=text("done with {x}", x="vda"),
    )
    assert str(told) == "web01, db02 need 3.0 GiB, 4 times, after 2 s: done with vda"


@given(st.text())
def test_braces_and_markup_in_a_name_are_left_as_they_are(name: str) -> None:
    assert plain(text("Delete {name}", name=name)) == f"Delete {name}"


def test_texts_travel_inside_errors() -> None:
    error = ErrorState(
        ErrorKind.EXISTS, text("{name} is taken", name="images"), advice=text("Choose another")
    )
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(error), type=ErrorState) == error
    assert isinstance(error.message, Text)
