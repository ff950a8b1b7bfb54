from __future__ import annotations

from ws.errors import Where
from ws.formats.dockerfile_parser import read
from ws.model.docker_build import Build
from ws.planning.docker_context import Chosen, choose
from ws.planning.docker_contexts import guessed

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
        Chosen("workers", configured=True),
        Chosen(".", where),
    )


def test_of_several_one_is_taken_in_which_it_works() -> None:
    file = read("FROM a\nCOPY . /ws\nWORKDIR /ws/workers/chat\nRUN poetry install\n", PATH)
    faults = {"workers/chat": 3, "workers": 2, ".": 0}
    assert choose(file, (), "", FILES.__contains__, faults.__getitem__) == (Chosen("."),)


def test_where_it_works_in_none_the_least_bad_is_taken_and_the_others_are_told() -> None:
    file = read("FROM a\nCOPY . .\n", PATH)
    faults = {"workers/chat": 3, "workers": 2, ".": 2}
    (one,) = choose(file, (), "", FILES.__contains__, faults.__getitem__)
    assert one == Chosen("workers", others=("workers/chat", "."))
    assert guessed(file, one, broken=False) == ()
    (finding,) = guessed(file, one, broken=True)
    assert finding.message == (
        "nothing says in which context it is built: all that it copies is in workers, which is"
        " taken here, and in workers/chat, . too. It works in none of them"
    )


def test_nothing_is_proved_where_one_folder_alone_has_all() -> None:
    def never(folder: str) -> int:
        raise AssertionError(folder)

    file = read("FROM a\nCOPY src ./\n", PATH)
    assert choose(file, (), "", FILES.__contains__, never) == (Chosen("workers/chat"),)


def test_the_source_of_a_bind_mount_counts_as_what_is_copied() -> None:
    mount = "FROM a\nRUN --mount=type=bind,{},target=/x --mount=type=cache,target=/c true\n"
    assert chosen(mount.format("source=packages/shared")) == (Chosen("."),)
    assert chosen(mount.format("src=src")) == (Chosen("workers/chat"),)
    assert chosen(mount.format("from=b,source=packages")) == (Chosen("workers/chat"),)
