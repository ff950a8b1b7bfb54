from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from poetry.core.constraints.version import parse_constraint

from ws.planning import ranges

RELEASES = st.lists(st.integers(0, 3), min_size=1, max_size=4).map(
    lambda numbers: ".".join(map(str, numbers))
)
BOUNDS = st.tuples(st.sampled_from([">=", "<", ">= ", "<=", "==", "~="]), RELEASES).map("".join)
VERSIONS = st.one_of(
    RELEASES, st.sampled_from(["1.0a1", "1.0.dev1", "2!1.0", "1.0+x", "1.0.post1"])
)


@given(st.lists(BOUNDS, min_size=1, max_size=3).map(",".join), VERSIONS)
def test_a_range_admits_what_poetry_says_it_admits(constraint: str, version: str) -> None:
    try:
        expected = parse_constraint(constraint).allows_all(parse_constraint(version))
    except ValueError:  # such as `~=1`
        return
    assert ranges.admits(constraint, version) is expected


@given(RELEASES, RELEASES, RELEASES)
def test_a_widened_range_holds_the_old_one_and_the_version(
    low: str, high: str, version: str
) -> None:
    old = f">={low},<{high}"
    if parse_constraint(old).is_empty():
        return
    new = ranges.widened(old, version)
    assert ranges.admits(new, version)
    assert ranges.covers(new, old)


@pytest.mark.parametrize(
    ("version", "range_"),
    [
        ("0.1.0", ">=0.1.0,<0.2.0"),
        ("1.4", ">=1.4,<2.0"),
        ("0.0.3", ">=0.0.3,<0.0.4"),
        ("", ""),
        ("?", ""),
    ],
)
def test_what_is_published_is_the_caret_of_the_version(version: str, range_: str) -> None:
    assert ranges.published(version) == range_


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [("^8.0", ">=8.0,<9.0"), ("1.2", "==1.2"), ("*", ""), ("^1 || ^3", ""), ("~2.1", ">=2.1,<2.2")],
)
def test_a_constraint_is_said_as_a_specifier_where_one_says_the_same(
    constraint: str, specifier: str
) -> None:
    assert ranges.specifier(constraint) == specifier


def test_constraints_are_compared_by_what_they_allow() -> None:
    assert ranges.same("^8.0", ">=8,<9")
    assert ranges.covers("^2", ">=2.9,<2.10")
    assert not ranges.covers(">=2.9,<2.10", "^2")
    assert not ranges.same("nonsense ?", "^1")


def test_markers_are_compared_by_where_they_hold() -> None:
    assert ranges.markers_cover("", "os_name == 'nt'")
    assert ranges.markers_cover("python_version < '3.13'", "python_version < '3.12'")
    assert not ranges.markers_cover("python_version < '3.12'", "python_version < '3.13'")
    assert not ranges.markers_cover("os_name == 'nt'", "")
