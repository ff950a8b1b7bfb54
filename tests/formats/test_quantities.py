from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.quantities import read_size, read_time


@pytest.mark.parametrize(
    ("text", "size"),
    [("400 MB", 400_000_000), ("1.5GiB", 1_610_612_736), ("7 kB", 7000), (" 9 B ", 9)],
)
def test_a_size_has_units_of_1000_or_says_that_they_are_of_1024(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize(("text", "time"), [("2 s", 2.0), ("250ms", 0.25), ("1.5 min", 90.0)])
def test_a_time_is_in_milliseconds_seconds_or_minutes(text: str, time: float) -> None:
    assert read_time(text) == time


@pytest.mark.parametrize("text", ["", "400", "MB", "400 mb", "-1 MB", "0 MB", "1e3 MB", "2 s"])
def test_what_is_no_size_is_none(text: str) -> None:
    assert read_size(text) is None


@pytest.mark.parametrize("text", ["", "2", "s", "2 h", "0 s", "1,5 s", "400 MB"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_time(text) is None


@given(st.integers(1, 10**6))
def test_every_whole_number_is_read_as_it_is_written(number: int) -> None:
    assert read_size(f"{number} MB") == number * 10**6
    assert read_time(f"{number} s") == number
