from __future__ import annotations

import pytest

from ws.planning.image_tests import test_paths as paths


@pytest.mark.parametrize(
    ("manifest", "entries", "found"),
    [
        ("", ["src", "tests", "pyproject.toml"], ("pyproject.toml", "tests")),
        ("", ["src", "pyproject.toml", "conftest.py"], ()),
        ("", ["test_chat.py", "chat.py", "chat_test.py"], ("chat_test.py", "test_chat.py")),
        ("tests/unit", ["tests", "test"], ("tests", "test")),
        ("./checks docs", ["checks", "conftest.py"], ("conftest.py", "checks")),
    ],
)
def test_tests_are_where_pytest_is_told_to_look_and_where_all_have_them(
    manifest: str, entries: list[str], found: tuple[str, ...]
) -> None:
    document = {"tool": {"pytest": {"ini_options": {"testpaths": manifest}}}} if manifest else {}
    assert paths(document, entries) == found


def test_testpaths_may_be_a_list() -> None:
    document = {"tool": {"pytest": {"ini_options": {"testpaths": ["checks"]}}}}
    assert paths(document, ["checks", "src"]) == ("checks",)
