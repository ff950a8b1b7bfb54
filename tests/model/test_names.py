from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from ws.model.names import did_you_mean, normalise


@pytest.mark.parametrize(
    "name", ["shared-python", "Shared_Python", "shared.python", "SHARED-_.python"]
)
def test_spellings_of_one_name_are_normalised_to_the_same(name: str) -> None:
    assert normalise(name) == "shared-python"


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", fullmatch=True))
def test_normalising_is_what_packaging_does(name: str) -> None:
    assert normalise(name) == canonicalize_name(name)


def test_a_name_that_is_nearly_right_gets_a_hint() -> None:
    assert did_you_mean("member", ["exclude", "members", "name"]) == 'did you mean "members"?'


def test_a_name_that_is_near_to_nothing_gets_no_hint() -> None:
    assert did_you_mean("catalog", ["exclude", "members", "name"]) == ""
