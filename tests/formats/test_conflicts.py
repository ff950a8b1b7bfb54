from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ws.formats.conflicts import ConflictError, Sides, first_marker, split

if TYPE_CHECKING:
    from pathlib import Path

CONFLICT = b"""\
a
<<<<<<< HEAD
ours
=======
theirs
>>>>>>> topic
b
"""
WITH_BASE = CONFLICT.replace(b"=======", b"||||||| 1a2b3c\nbase\n=======")


@pytest.mark.parametrize("text", [CONFLICT, WITH_BASE], ids=["merge", "diff3"])
def test_each_side_is_the_text_had_it_won(text: bytes) -> None:
    assert split(text) == Sides(b"a\nours\nb\n", b"a\ntheirs\nb\n")
    assert first_marker(text) == 2


def test_line_ends_are_kept_and_markers_may_have_them_too() -> None:
    assert split(CONFLICT.replace(b"\n", b"\r\n")).ours == b"a\r\nours\r\nb\r\n"


def test_a_text_without_conflict_is_both_sides() -> None:
    text = b"======== a heading\n<<<<<< six\n"
    assert split(text) == Sides(text, text)
    assert first_marker(text) is None


def test_a_side_may_have_nothing() -> None:
    assert split(b"<<<<<<< a\n=======\nx\n>>>>>>> b\n") == Sides(b"", b"x\n")


def test_conflicts_of_the_bases_are_longer_and_left_with_the_base() -> None:
    inner = b"<<<<<<<<< one\nx\n=========\ny\n>>>>>>>>> two\n"
    assert split(WITH_BASE.replace(b"base\n", inner)) == split(CONFLICT)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        (b"<<<<<<< a\n<<<<<<< b\n", "a conflict begins inside the one that begins in line 1", 2),
        (b"<<<<<<< a\nx\n", "the conflict that begins in line 1 has no end", 2),
        (b"x\n=======\n", "======= stands outside a conflict", 2),
        (b">>>>>>> b\n", ">>>>>>> stands outside a conflict", 1),
        (
            b"<<<<<<< a\n>>>>>>> b\n",
            ">>>>>>> stands where the conflict of line 1 cannot have it",
            2,
        ),
        (
            b"<<<<<<< a\n=======\n=======\n",
            "======= stands where the conflict of line 1 cannot have it",
            3,
        ),
    ],
)
def test_markers_that_make_no_conflict_are_told(text: bytes, reason: str, line: int) -> None:
    with pytest.raises(ConflictError) as caught:
        split(text)
    assert (str(caught.value), caught.value.line) == (reason, line)


LINES = st.lists(st.sampled_from([b"a", b"b", b"", b"[x]", b"\rc", b"===="]), max_size=8)
STYLES = st.sampled_from([(), ("--diff3",), ("--zdiff3",)])


@given(LINES, LINES, LINES, STYLES, st.sampled_from([b"\n", b"\r\n"]))
@example([], [b"a"], [b"b"], ("--diff3",), b"\n")
def test_both_sides_are_what_git_makes_of_them_when_told_to_take_one(
    tmp_path: Path,
    base: list[bytes],
    ours: list[bytes],
    theirs: list[bytes],
    style: tuple[str, ...],
    newline: bytes,
) -> None:
    for name, lines in (("base", base), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_bytes(b"".join(line + newline for line in lines))

    def merge(*options: str) -> bytes:
        command = ["git", "merge-file", "-p", *options, "ours", "base", "theirs"]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert ended.stderr == b""
        return ended.stdout

    merged = merge(*style)
    assert split(merged) == Sides(merge(*style, "--ours"), merge(*style, "--theirs"))
    assert (first_marker(merged) is None) == (merged in split(merged))
