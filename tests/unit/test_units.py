import pytest
from hypothesis import given
from hypothesis import strategies as st

from vstore_gui.entities.units import BINARY_UNITS, GIB, KIB, MIB, TIB, UnitError, parse_size, scale_bytes


@pytest.mark.parametrize(
    ("typed", "n_bytes"),
    [
        ("20", 20 * GIB),
        ("20 GiB", 20 * GIB),
        ("20g", 20 * GIB),
        ("1.5T", 3 * TIB // 2),
        ("1,5 TiB", 3 * TIB // 2),
        ("700 M", 700 * MIB),
        ("700 MB", 700_000_000),
        ("4096 bytes", 4096),
        ("4096B", 4096),
        ("  3k ", 3 * KIB),
        ("0", 0),
        ("0.5 KiB", 512),
    ],
)
def test_size_is_read_as_libvirt_reads_it(typed: str, n_bytes: int) -> None:
    assert parse_size(typed) == n_bytes


@pytest.mark.parametrize(
    "typed", ["", "GiB", "-1", "1 Gib b", "1e3", "1 ell", "٣ GiB", "1.2.3", "0x10", "1\n2"]
)
def test_what_is_no_size_is_refused(typed: str) -> None:
    with pytest.raises(UnitError):
        parse_size(typed)


def test_a_fraction_is_exact() -> None:
    assert parse_size("0.1 GiB") == GIB // 10
    assert parse_size("8191.9999999999 PiB") == 81919999999999 * 1024**5 // 10**10


@given(st.integers(0, 2**63))
def test_scaled_bytes_name_the_largest_fitting_unit(n_bytes: int) -> None:
    value, unit = scale_bytes(n_bytes)
    assert value * 1024 ** BINARY_UNITS.index(unit) == pytest.approx(n_bytes)
    assert value < 1024 or unit == BINARY_UNITS[-1]
    assert value >= 1 or unit == "B"


@given(st.integers(0, 2**50), st.sampled_from(["B", "KiB", "MiB", "GiB", "TiB"]))
def test_a_typed_whole_number_comes_back(number: int, unit: str) -> None:
    assert parse_size(f"{number} {unit}") == number * 1024 ** BINARY_UNITS.index(unit)
