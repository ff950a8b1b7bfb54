from __future__ import annotations

import pytest

from ws.model.environment import Environment
from ws.planning.pythons import fits, is_version, version_matches


def environment(config: str) -> Environment:
    return Environment(config, ("/usr/bin/python3.12", 1, 1), frozenset(), frozenset(), {}, {})


@pytest.mark.parametrize(
    ("asked", "is_one"),
    [("3", True), ("3.12", True), ("3.12.4", True), ("python3.12", False), ("/a/3.12", False)],
)
def test_a_version_is_numbers_and_dots(asked: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_version(asked) == is_one


def test_a_version_is_matched_number_by_number() -> None:
    assert version_matches("3.12", "3.12.4")
    assert version_matches("3.12.4", "3.12.4")
    assert not version_matches("3.1", "3.12.4")


@pytest.mark.parametrize("key", ["version", "version_info"])
def test_the_version_of_an_environment_stands_in_its_config(key: str) -> None:
    there = environment(f"home = /usr/bin\n{key} = 3.12.4\n")
    assert fits("3.12", None, there)
    assert not fits("3.11", None, there)


def test_an_environment_that_does_not_tell_its_version_is_not_the_one_asked_for() -> None:
    assert not fits("3.12", None, environment("home = /usr/bin\n"))


def test_of_a_program_the_real_path_counts() -> None:
    assert fits("python3", "/usr/bin/python3.12", environment(""))
    assert not fits("python3", "/usr/bin/python3.11", environment(""))


def test_where_nothing_is_asked_for_any_python_fits() -> None:
    assert fits("", None, environment(""))
