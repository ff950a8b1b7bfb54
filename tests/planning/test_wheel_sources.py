from __future__ import annotations

import pytest

from ws.formats import pyproject_reader
from ws.model.workspace import Member
from ws.planning.wheel_sources import needless

BACKEND = '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n'


def member(more: str = "", backend: str = BACKEND) -> Member:
    text = f'[project]\nname = "chat"\nversion = "1"\n{more}\n{backend}'
    manifest = pyproject_reader.read(text.encode(), "pyproject.toml", "chat")
    assert manifest is not None
    return Member("workers/chat", manifest, ("workers/chat/Dockerfile",))


def test_a_lock_dockerfiles_and_tests_are_in_no_wheel() -> None:
    assert needless(member(), tests=False) == (
        "workers/chat/poetry.lock",
        "workers/chat/Dockerfile",
        "workers/chat/tests",
        "workers/chat/test",
    )


def test_tests_stay_where_they_are_wanted() -> None:
    assert "workers/chat/tests" not in needless(member(), tests=True)


@pytest.mark.parametrize(
    "said",
    [
        '[tool.poetry]\npackages = [{include = "chat"}, {include = "tests"}]',
        '[tool.poetry]\npackages = [{include = "data", from = "tests"}]',
        '[tool.poetry]\ninclude = ["tests/data/*.json"]',
        '[tool.poetry]\ninclude = [{path = "*/data", format = "wheel"}]',
        '[tool.poetry]\nbuild = "build.py"',
    ],
)
def test_tests_stay_where_a_wheel_may_hold_them(said: str) -> None:
    assert "workers/chat/tests" not in needless(member(said), tests=False)


def test_of_another_backend_nobody_knows() -> None:
    other = '[build-system]\nbuild-backend = "setuptools.build_meta"\n'
    assert "workers/chat/tests" not in needless(member(backend=other), tests=False)
