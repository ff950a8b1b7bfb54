"""Exceptions in an ignore file: as few as help, and none that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.files.docker_foreseen import ForeseenContext
from ws.formats.dockerfile_parser import read
from ws.planning.docker_unhide import Building, hidden, unhidden

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ws.model.image import Context

FILES = ("a/pyproject.toml", "a/src/a.py", "a/docs/x", "b.txt")
DOCKERFILE = read("FROM x\nCOPY a/ a/\nCOPY b.txt ./\n", "Dockerfile")


def mended(root: Path, ignore: str, proof: Callable[[Context], tuple[str, ...]]) -> str:
    for path in FILES:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()

    def context(text: str) -> Context:
        return ForeseenContext(root, ".", "Dockerfile", text, ())

    def entries(folder: str) -> list[str]:
        return sorted(path.name for path in (root / folder).iterdir())

    building = Building(DOCKERFILE, ".", context, proof, entries)
    assert hidden(building, "") == ()
    return unhidden(building, ignore, ("a", "b.txt"), [])


def needs(*paths: str) -> Callable[[Context], tuple[str, ...]]:
    """A build that fails for each of these paths that it does not see."""
    return lambda context: tuple(path for path in paths if not context.exists(path))


def test_a_file_that_hides_nothing_stays(tmp_path: Path) -> None:
    assert mended(tmp_path, "a/docs\nc", needs("a/src", "b.txt")) == "a/docs\nc"


def test_what_is_copied_gets_an_exception_and_what_a_build_does_not_need_gets_none(
    tmp_path: Path,
) -> None:
    assert mended(tmp_path, "*.txt\na/*\n", needs("a/src", "b.txt")) == (
        "*.txt\na/*\n!b.txt\n!a/pyproject.toml\n!a/src\n"
    )


def test_an_exception_for_a_folder_keeps_out_what_belongs_into_no_image(tmp_path: Path) -> None:
    lines = mended(tmp_path, "a\n", needs("a/src")).splitlines()
    assert lines[:2] == ["a", "!a"]
    assert "**/.venv" in lines
