"""What an ignore file gets: lines for what comes along, and nothing that a build needs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.planning.dockerfiles import CHAT, SHARED, Place
from tests.planning.mending import HEAD, IGNORE, hiding

from ws.formats import dockerignore
from ws.formats.dockerfile_parser import read
from ws.planning.docker_fix_ignore import Use, is_harmless, lacking
from ws.planning.docker_ignore import with_lines
from ws.planning.docker_wants import Way

REFUSE = (f"{SHARED}/.venv", f"{CHAT}/.env", f"{CHAT}/.venv", f"{CHAT}/src/__pycache__")
GOOD = (
    f"{HEAD}WORKDIR /app\nCOPY {CHAT}/pyproject.toml {CHAT}/poetry.lock ./\n"
    "RUN poetry install --no-root --no-directory\n"
    f"COPY {SHARED} /packages/shared/python\nRUN poetry install --no-root\nCOPY {CHAT} ./\n"
)


def use(text: str = GOOD, *, asked: bool = True) -> Use:
    files = [*Place().files, *(f"{path}/x" for path in REFUSE)]
    return Use(read(text, f"{CHAT}/Dockerfile"), Way(lambda text: hiding(files, ".", text)), asked)


def added(ignore: str, *uses: Use, refuse: tuple[str, ...] = REFUSE) -> tuple[str, ...]:
    return lacking(IGNORE, {IGNORE: ignore}, uses or (use(),), refuse, Place().known)


def test_there_is_a_line_for_each_name_that_comes_along() -> None:
    assert added("") == ("**/.venv", "**/.env", "**/__pycache__")


@pytest.mark.parametrize("kept", ["!**/.env\n", "*\n!workers\n!packages\n!workers/**/.env\n"])
def test_what_an_exception_names_is_wanted(kept: str) -> None:
    assert "**/.env" not in added(f".env\n{kept}", refuse=(f"{CHAT}/.env",))


def test_what_is_not_copied_comes_along_with_nothing() -> None:
    text = GOOD.replace(f"COPY {CHAT} ./\n", f"COPY {CHAT}/src src\n")
    assert added("", use(text)) == ("**/.venv", "**/__pycache__")
    assert added("", use(text), refuse=(f"{CHAT}/.env", f"{CHAT}/.venv")) == ()


def test_a_dockerfile_that_shares_the_file_keeps_what_it_copies_by_name() -> None:
    other = use("FROM x\nCOPY .env /run/\n", asked=False)
    assert added("", use(), other) == ("**/.venv", "**/__pycache__")


def test_a_name_that_may_be_anything_is_left_out_by_its_path() -> None:
    assert added("", refuse=(f"{CHAT}/env [1]",)) == (f"{CHAT}/env \\[1]",)


def test_what_a_build_needs_stays() -> None:
    assert added("", refuse=(f"{SHARED}/src",)) == ()


PATTERNS = st.lists(
    st.sampled_from(
        (
            *("**/.venv", ".venv", "!workers", "!packages", "!**/.env", "*", "workers/*/*", "# x"),
            *("**/*.md", "packages/*/python/src", "!packages/shared", "**/__pycache__/", "!**", ""),
        )
    ),
    max_size=7,
).map("\n".join)


@given(PATTERNS)
def test_nothing_that_is_needed_is_taken_and_twice_is_once(ignore: str) -> None:
    lines = added(ignore)
    longer = with_lines(ignore, lines)
    assert longer.startswith(ignore)
    assert added(longer) == ()
    assert is_harmless(use(), {IGNORE: ignore}, {IGNORE: longer}, Place().known)
    before, after = dockerignore.read(ignore), dockerignore.read(longer)
    files = [path for path in Place().files if before.ignores(path) != after.ignores(path)]
    assert files == []
