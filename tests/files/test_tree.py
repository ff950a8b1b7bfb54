from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ws.errors import WorkError
from ws.files.tree import read_tree
from ws.model.plan import NewFile

Write = Callable[[Mapping[str, str]], Path]


def test_all_files_of_a_folder_are_read_in_the_order_of_their_paths(write_files: Write) -> None:
    root = write_files({"a/src/a.py": "x = 1\r\n", "a/.dockerignore": "*\n", "b/b.py": ""})
    (root / "a" / "run").write_bytes(b"\xff")
    (root / "a" / "run").chmod(0o755)
    assert read_tree(root, "a") == (
        NewFile(".dockerignore", b"*\n"),
        NewFile("run", b"\xff", executable=True),
        NewFile("src/a.py", b"x = 1\r\n"),
    )


def test_what_is_made_by_tools_or_ignored_by_git_is_passed_over(write_files: Write) -> None:
    root = write_files(
        dict.fromkeys(
            [
                *("a/.venv/x", "a/env/pyvenv.cfg", "a/env/x", "a/node_modules/x"),
                *("a/__pycache__/x", "a/src/__pycache__/x", "a/.pytest_cache/x", "a/old.pyc"),
                *("a/dist/x", "a/build/x", "a/a.egg-info/x", "a/ignored/x", "a/src/x.secret"),
                *("a/poetry.lock", "a/inner/pyproject.toml"),
                "a/src/build/kept.py",
            ],
            "",
        )
        | {".gitignore": "ignored/\n*.secret\n"}
    )
    found = read_tree(root, "a", {"a/poetry.lock", "a/inner"})
    assert [file.path for file in found] == ["src/build/kept.py"]


def test_a_folder_that_does_not_exist_has_no_files(tmp_path: Path) -> None:
    assert read_tree(tmp_path, "templates/ws/worker") == ()


def test_links_to_files_are_read_and_links_to_folders_are_not_followed(write_files: Write) -> None:
    root = write_files({"a/real.py": "x", "b/deep/x": ""})
    (root / "a" / "link.py").symlink_to("real.py")
    (root / "a" / "round").symlink_to("..")
    assert read_tree(root, "a") == (NewFile("link.py", b"x"), NewFile("real.py", b"x"))


def test_a_dangling_link_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to("nowhere")
    with pytest.raises(WorkError, match="cannot read this: No such file") as raised:
        read_tree(tmp_path, "a")
    assert str(raised.value.where) == "a/link"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_folder_that_may_not_be_looked_into_is_a_fault(write_files: Write) -> None:
    root = write_files({"a/b/c": ""})
    (root / "a" / "b").chmod(0)
    with pytest.raises(WorkError, match="cannot read this: Permission denied"):
        read_tree(root, "a")
    (root / "a" / "b").chmod(0o755)
