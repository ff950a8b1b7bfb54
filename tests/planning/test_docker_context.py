from __future__ import annotations

from ws.errors import Where
from ws.formats.dockerfile_parser import read
from ws.model.docker_build import Build
from ws.planning.docker_context import Chosen, choose

FILES = {
    "packages", "packages/shared", "workers", "workers/chat", "workers/chat/pyproject.toml",
    "workers/chat/src", "pyproject.toml",
}  # fmt: skip
PATH = "workers/chat/Dockerfile"


def chosen(text: str, *builds: Build, configured: str = "") -> tuple[Chosen, ...]:
    return choose(read(text, PATH), builds, configured, FILES.__contains__)


def test_it_is_the_folder_under_which_all_that_is_copied_exists() -> None:
    of_root = "FROM a\nCOPY workers/chat/pyproject.toml ./\nCOPY packages/shared /shared\n"
    assert chosen(of_root) == (Chosen("."),)
    assert chosen("FROM a\nCOPY src pyproject.toml ./\n") == (Chosen("workers/chat"),)


def test_of_several_the_nearest_is_taken() -> None:
    assert chosen("FROM a\nCOPY . .\n") == (Chosen("workers/chat"),)
    assert chosen("FROM a\nCOPY pyproject.toml .\n") == (Chosen("workers/chat"),)


def test_what_comes_from_elsewhere_has_no_say() -> None:
    text = "FROM a\nCOPY --from=b /x /y\nADD https://a/b c\nCOPY $X ./\nCOPY src ./\n"
    assert chosen(text) == (Chosen("workers/chat"),)


def test_what_somebody_has_written_down_counts() -> None:
    where = Where("compose.yml", 3)
    build = Build(PATH, ".", where, {"A": "b"}, "dev")
    other = Build("other/Dockerfile", "other", where)
    assert chosen("FROM a\nCOPY src ./\n", other, build) == (Chosen(".", where, {"A": "b"}, "dev"),)


def test_settings_come_before_that() -> None:
    where = Where("compose.yml", 3)
    build = Build(PATH, ".", where)
    assert chosen("FROM a\n", build, configured="workers") == (
        Chosen("workers"),
        Chosen(".", where),
    )
