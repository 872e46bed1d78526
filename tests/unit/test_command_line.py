from pathlib import Path

import pytest

from vstore_gui.command_line import Options, parse


def test_all_options_are_read() -> None:
    words = (
        "qemu:///system test:///default --select pool/images --screenshot a.png --size 1360x860 --scale 2 "
        "--theme dark --milestones m.json --exit-when-idle --demo"
    )
    assert parse(words.split()) == Options(
        uris=("qemu:///system", "test:///default"),
        demo=True,
        select="pool/images",
        screenshot=Path("a.png"),
        size=(1360, 860),
        scale=2.0,
        theme="dark",
        milestones=Path("m.json"),
        exit_when_idle=True,
    )


@pytest.mark.parametrize(
    "words",
    ["--size big", "--scale 0", "--scale nan", "--theme pink", "--select nope", "--select pool/", "--bogus"],
)
def test_a_bad_option_is_refused_with_a_sentence(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(words.split())
    assert "error:" in capsys.readouterr().err


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--version"])
    assert capsys.readouterr().out.startswith("VStore ")
