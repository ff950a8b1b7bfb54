from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ws.files.ignored import Ignored

if TYPE_CHECKING:
    import pytest

Write = Callable[[Mapping[str, str]], Path]


def test_without_a_gitignore_nothing_is_ignored(tmp_path: Path) -> None:
    assert not Ignored(tmp_path).folder("build")


def test_a_deeper_file_decides_before_a_higher_one(write_files: Write) -> None:
    root = write_files({".gitignore": "build/\n", "a/.gitignore": "!build/\n"})
    ignored = Ignored(root)
    assert ignored.folder("build")
    assert ignored.folder("b/build")
    assert not ignored.folder("a/build")


def test_the_last_line_that_fits_decides(write_files: Write) -> None:
    root = write_files({".gitignore": "/*\n!/packages/\n!/workers/\n/workers/\n"})
    assert not Ignored(root).folder("packages")
    assert Ignored(root).folder("workers")


def test_ignoring_what_lies_in_a_folder_is_not_ignoring_the_folder(write_files: Write) -> None:
    ignored = Ignored(write_files({".gitignore": "data/**\n!data/keep/\n"}))
    assert not ignored.folder("data")
    assert ignored.folder("data/raw")
    assert not ignored.folder("data/keep")


def test_a_rule_above_the_root_counts_within_its_repository(write_files: Write) -> None:
    files = {".gitignore": "/repository/root/x\nb\n", "repository/.gitignore": "/root/a\n"}
    top = write_files({**files, "repository/.git/HEAD": "", "repository/root/c": ""})
    ignored = Ignored(top / "repository" / "root")
    assert ignored.folder("a")
    assert not ignored.folder("b")
    assert not ignored.folder("x")


def test_outside_of_git_the_rules_from_the_root_down_count(write_files: Write) -> None:
    root = write_files({".gitignore": "a\n", "root/.gitignore": "b\n"}) / "root"
    assert not Ignored(root).folder("a")
    assert Ignored(root).folder("b")


FOLDERS = [
    *("a", "a/b", "a/b/c", "a/build", "a/build/x", "b", "b/a", "b/a/b"),
    *("build", "build/a", "build/keep", "c d", "c d/b", "B"),
]
PATTERNS = st.sampled_from(
    [
        *("a", "/a", "a/", "b/a", "/b/a/", "a/*", "a/**", "**/b", "a/**/c", "*", "*/"),
        *("!a", "!b/", "!/a/b", "!*/", "!build/keep/", "build", "/build/*", "b*", "?", "[ab]"),
        *(
            "[!a]",
            "c d",
            "c\\ d",
            "c d   ",
            "# a",
            "\\#a",
            "\\!a",
            "",
            "**",
            "/",
            "a//b",
        ),
        *("a/**/", "/**", "**/build/**", "!**/x", "b\t", "[z-a]", "[", "*.py", "[^b]", "a\r"),
    ]
)
FILES = st.dictionaries(
    st.sampled_from([".", "a", "b", "build", "a/b"]), st.lists(PATTERNS, max_size=4), max_size=3
)


def ignored_by_git(root: Path, paths: Sequence[str] = FOLDERS) -> set[str]:
    asked = "".join(f"{path}\0" for path in paths).encode()
    command = ["git", "check-ignore", "-z", "--stdin"]
    done = subprocess.run(command, cwd=root, input=asked, capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return {path for path in done.stdout.decode().split("\0") if path}


@settings(max_examples=40)
@given(FILES)
def test_what_is_ignored_is_what_git_ignores(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, list[str]]
) -> None:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    for folder, lines in files.items():
        (root / folder / ".gitignore").write_text("\n".join(lines))
    ignored = Ignored(root)
    walked = {
        folder for folder in FOLDERS if not any(ignored.folder(above) for above in ancestry(folder))
    }
    assert set(FOLDERS) - walked == ignored_by_git(root)


def ancestry(folder: str) -> list[str]:
    """The folders on the way to a folder, and itself: a walk that stops at one never comes here."""
    parts = folder.split("/")
    return [os.path.join(*parts[:depth]) for depth in range(1, len(parts) + 1)]


INSIDE = [f"{folder}/{name}" for folder in FOLDERS for name in ("x.py", "bb", "keep")]


@settings(max_examples=40)
@given(FILES)
def test_files_that_are_ignored_are_those_that_git_ignores(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, list[str]]
) -> None:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    paths = [path for path in INSIDE if path not in FOLDERS]
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    for folder, lines in files.items():
        (root / folder / ".gitignore").write_text("\n".join(lines))
    ignored = Ignored(root)
    found = {
        path
        for path in paths
        if ignored.file(path) or any(map(ignored.folder, ancestry(os.path.dirname(path))))
    }
    assert found == ignored_by_git(root, paths)
