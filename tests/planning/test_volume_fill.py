"""What is to be done with a volume."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.model.product import Service
from ws.model.volumes import UPDATES, Update, Volume
from ws.planning.volume_fill import Marker, decide, differing, file_name, read, write

if TYPE_CHECKING:
    from ws.planning.volume_fill import Do

FILLED = Volume("models", "/models", source="models")
CACHE = Volume("cache", "/cache")
WHOLE, HALF, OTHER = Marker("a", whole=True), Marker("a", whole=False), Marker("b", whole=True)


@pytest.mark.parametrize(
    ("update", "marker", "do"),
    [
        ("missing", None, "fill"),
        ("missing", HALF, "anew"),
        ("missing", WHOLE, "nothing"),
        ("missing", OTHER, "nothing"),
        ("changed", None, "fill"),
        ("changed", WHOLE, "nothing"),
        ("changed", OTHER, "anew"),
        ("never", None, "nothing"),
        ("never", OTHER, "nothing"),
    ],
)
def test_a_volume_is_filled_as_it_says(update: Update, marker: Marker | None, do: Do) -> None:
    assert decide(replace(FILLED, update=update), marker, "a") == do


@pytest.mark.parametrize("update", UPDATES)
def test_a_cache_is_made_once(update: Update) -> None:
    cache = replace(CACHE, update=update)
    assert decide(cache, None, "") == "fill"
    assert decide(cache, Marker("", whole=True), "") == "nothing"


@given(st.text(), st.booleans())
def test_a_marker_is_read_as_it_was_written(digest: str, whole: bool) -> None:  # noqa: FBT001
    assert read(write(Marker(digest, whole))) == Marker(digest, whole)


@given(st.text() | st.none())
def test_what_is_no_marker_is_none_and_harms_nobody(text: str | None) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://a.example/x/model.bin?token=1", "model.bin"),
        ("https://a.example/", "file"),
        ("data/words.txt", "words.txt"),
    ],
)
def test_a_file_keeps_its_name(source: str, name: str) -> None:
    assert file_name(source) == name


def test_who_shares_a_volume_must_want_the_same_in_it() -> None:
    one, two = Service("one", "one", "", "one"), Service("two", "two", "", "two")
    ours, theirs = replace(FILLED, source="../m"), replace(FILLED, source="../m")
    assert not differing([(one, ours), (two, theirs)])
    assert not differing([(one, ours), (two, CACHE)])
    assert differing([(one, FILLED), (two, FILLED)])
