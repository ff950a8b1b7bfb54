from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.planning.patterns import Choice, literal, patterns_for


@pytest.mark.parametrize(
    ("wanted", "others", "patterns", "exclude"),
    [
        # side by side
        ("packages/a packages/b", "", "packages/*", ""),
        ("packages/a", "", "packages/*", ""),
        ("packages/a packages/b", "docs tools/site .", "packages/*", ""),
        ("a b", "", "*", ""),
        ("backend", "", "backend", ""),
        ("backend services/a", "", "backend services/*", ""),
        # the root
        (".", "", ".", ""),
        (". a b", "", ". *", ""),
        (". packages/a", "docs", ". packages/*", ""),
        # at several depths
        ("services/a services/b/c", "", "services/**", ""),
        ("packages/a packages/a/plugins/x", "", "packages/**", ""),
        ("backend/services/a backend/services/b", "", "backend/services/*", ""),
        ("libs/a services/a/python services/b/python", "", "libs/* services/**", ""),
        # a name's beginning or end
        ("chat-worker query-worker", "shared server", "*-worker", ""),
        ("svc_chat svc_query", "shared server", "svc_*", ""),
        ("w/a-x w/b-x", "w/c w/d", "w/*-x", ""),
        # what no pattern fits
        ("packages/a packages/b", "packages/old", "packages/*", "packages/old"),
        ("packages/a", "packages/old packages/site", "packages/a", ""),
        ("s/a s/b/c s/d/e/f", "s/d/site s/d/x", "s/* s/b/* s/d/e/*", ""),
        ("s/a s/b/c s/d/e s/f/g", "s/x/1 s/x/2", "s/**", "s/x/**"),
        ("s/a s/b/c s/d/e", "s/a/tests/fixtures/x", "s/**", "s/a/tests/fixtures/x"),
        (
            "s/a s/b/c s/d/e s/f/g",
            "s/a/tests/x s/d/e/tests/fixtures/y",
            "s/**",
            "**/tests/**",
        ),
        ("s/a s/tests/c s/d/e s/f/g", "s/a/tests/x s/a/tests/y", "s/**", "s/a/tests/**"),
        # many places
        (" ".join(f"{x}/m" for x in "abcdefgh"), ".", " ".join(f"{x}/*" for x in "abcdefgh"), ""),
        (" ".join(f"{x}/m" for x in "abcdefghijk"), ".", "**", "."),
        # odd names
        ("[x]/a* [x]/b*", "[x]/a", "[[]x]/*", "[[]x]/a"),
        ("a\udcff/b", "a\udcff/c a\udcff/d", "a?/b", ""),  # as Python reads bytes that are no UTF-8
    ],
)
def test_the_patterns_for(wanted: str, others: str, patterns: str, exclude: str) -> None:
    choice = patterns_for(wanted.split(), others.split())
    assert choice == Choice(tuple(patterns.split()), tuple(exclude.split()))


def test_fewer_folders_than_asked_for_warrant_no_star() -> None:
    assert patterns_for(["a/x", "b/x", "b/y"], [], least=2).patterns == ("a/x", "b/*")


FOLDERS = st.lists(
    st.sampled_from(["a", "b", "a-x", "b-x", "tests", "x*", "[a]", "ü ö", "!", "?"]), max_size=4
).map(lambda names: "/".join(names) or ".")
SETS = st.sets(FOLDERS, max_size=14)


@given(SETS, SETS, st.integers(1, 3))
def test_exactly_what_is_wanted_is_chosen(wanted: set[str], others: set[str], least: int) -> None:
    choice = patterns_for(wanted, others - wanted, least=least)
    assert {path for path in wanted | others if path in choice} == wanted


@given(SETS, SETS)
def test_there_are_never_more_patterns_than_folders(wanted: set[str], others: set[str]) -> None:
    assert patterns_for(wanted, others - wanted).size <= len(wanted)


@given(SETS, SETS)
def test_every_pattern_chooses_something(wanted: set[str], others: set[str]) -> None:
    choice = patterns_for(wanted, others - wanted)
    for pattern in choice.patterns:
        assert any(path in Choice((pattern,), choice.exclude) for path in wanted)


@given(FOLDERS, FOLDERS)
def test_a_literal_matches_itself_alone(path: str, other: str) -> None:
    assert (other in Choice((literal(path),))) is (other == path)
