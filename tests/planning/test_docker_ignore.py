"""What an ignore file lacks, and how it is appended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats import dockerignore
from ws.formats.dockerfile_parser import read
from ws.planning.docker_ignore import additions, with_lines

MEMBERS = ["packages/shared", "workers/chat"]
ALL = ("**/.git", "**/.venv", "**/__pycache__", "**/.*_cache", "**/dist", "**/.env")


def lacking(text: str, copies: str = "COPY . .", context: str = ".") -> tuple[str, ...]:
    return additions(text, context, MEMBERS, [read(f"FROM x\n{copies}\n", "Dockerfile")])


def test_an_empty_file_lacks_everything() -> None:
    assert lacking("") == ALL


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(ALL),
        ".git\n**/.venv/\n**/__pycache__\n**/.*_cache\n**/dist\n**/.env*\n",
        "**\n!workers/chat/src\n!packages/shared/pyproject.toml\n**/__pycache__\n",
        ".git\n*/*/.venv\n.venv\n.env\n*/*/.env\n**/.*cache\n**/__pycache__\n**/dist\n",
    ],
)
def test_what_is_left_out_in_other_words_is_not_lacking(text: str) -> None:
    assert lacking(text) == ()


def test_a_plain_name_leaves_out_only_what_is_at_the_top() -> None:
    assert lacking(with_lines("", ALL).replace("**/.venv", ".venv")) == ("**/.venv",)


def test_what_is_copied_by_its_name_is_sent() -> None:
    assert "**/dist" not in lacking("", "COPY . .\nCOPY workers/chat/dist/*.whl /wheels/")
    assert "**/.env" not in lacking("", "COPY . .\nCOPY .env ./")


def test_where_no_folder_is_copied_nothing_comes_along() -> None:
    assert lacking("", "COPY pyproject.toml ./\nCOPY --from=builder / /") == ()


def test_lines_are_appended_as_the_author_writes_them() -> None:
    text = "# ours\r\nnode_modules/"
    added = with_lines(text, lacking(text)[:2])
    assert added == "# ours\r\nnode_modules/\r\n**/.git/\r\n**/.venv/\r\n"


PATTERNS = st.sampled_from([*ALL, ".venv", "!workers", "!**/.venv", "*", "workers/*", "# x", ""])


@given(st.lists(PATTERNS, max_size=6), st.booleans())
def test_after_the_additions_nothing_is_lacking(lines: list[str], ended: bool) -> None:  # noqa: FBT001
    text = "\n".join(lines) + "\n" * ended
    whole = with_lines(text, lacking(text))
    assert whole.startswith(text)
    assert lacking(whole) == ()
    assert dockerignore.read(whole).ignores("workers/chat/.venv")
