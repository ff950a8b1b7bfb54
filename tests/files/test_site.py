from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ws.files.site import look
from ws.model.workspace import Settings
from ws.planning.placing import Site

Write = Callable[[Mapping[str, str]], Path]
EVERYWHERE = Settings(("**",))


def test_a_new_folder_and_an_empty_one_have_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert look(tmp_path, EVERYWHERE, tmp_path / "empty") == Site("empty")
    assert look(tmp_path, EVERYWHERE, tmp_path / "a/b/../c") == Site("a/c")


@pytest.mark.parametrize(
    ("folder", "obstacle"),
    [
        ("full", "there is something in it already"),
        ("full/file", "full/file is a file"),
        ("full/file/a/b", "full/file is a file"),
        (".", "there is something in it already"),
        ("..", "it lies outside the workspace"),
        ("../near", "it lies outside the workspace"),
        ("link/a", "it lies outside the workspace"),
    ],
)
def test_what_is_in_the_way_is_named(folder: str, obstacle: str, write_files: Write) -> None:
    root = write_files({"root/full/file": ""}) / "root"
    (root / "link").symlink_to("..")
    assert look(root, EVERYWHERE, root / folder).obstacle == obstacle


def test_a_link_inside_the_workspace_is_followed(write_files: Write) -> None:
    root = write_files({"real/file": ""})
    (root / "link").symlink_to("real")
    assert look(root, EVERYWHERE, root / "link/a") == Site("real/a")


def test_a_folder_that_the_search_for_members_passes_over_is_not_found(write_files: Write) -> None:
    root = write_files({".gitignore": "out/\n"})
    assert look(root, EVERYWHERE, root / "out/a") == Site("out/a", found=False)
    assert look(root, Settings(("out/a",)), root / "out/a") == Site("out/a")
