from __future__ import annotations

import glob
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.files.discovery import Found, discover, would_find
from ws.model.workspace import Settings

Write = Callable[[Mapping[str, str]], Path]


def write_members(root: Path, *folders: str) -> Path:
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "pyproject.toml").touch()
    return root


def paths(root: Path, *members: str, exclude: tuple[str, ...] = ()) -> list[str]:
    """What is found, where nothing is wrong."""
    found, faults = discover(root, Settings(members, exclude=exclude))
    assert faults == []
    return [place.path for place in found]


def faults(root: Path, *members: str, exclude: tuple[str, ...] = ()) -> list[str]:
    """Each fault as `place: reason`."""
    items = ",\n".join(json.dumps(member) for member in members)
    text = f"workspace.members = [{items}]"  # the first on line 1, the second on line 2
    _, found = discover(root, Settings(members, text=text, exclude=exclude))
    return [f"{fault.where}: {fault.reason}" for fault in found]


def test_stars_choose_folders_with_a_manifest_sorted_and_once(tmp_path: Path) -> None:
    write_members(tmp_path, "workers/b", "workers/a", "workers/a/deep", "packages/x")
    (tmp_path / "workers" / "empty").mkdir()
    assert paths(tmp_path, "workers/*", "**/a") == ["workers/a", "workers/b"]
    assert paths(tmp_path, "workers/**") == ["workers/a", "workers/a/deep", "workers/b"]


def test_the_root_itself_is_a_member_only_where_it_is_meant(tmp_path: Path) -> None:
    write_members(tmp_path, ".", "a")
    assert paths(tmp_path, "**") == [".", "a"]
    assert paths(tmp_path, ".") == ["."]
    assert paths(tmp_path, "*") == ["a"]


def test_a_pattern_may_be_written_in_many_ways(tmp_path: Path) -> None:
    root = write_members(tmp_path / "root", "packages/a")
    for pattern in ("./packages/*", "packages/*/", "packages//*", "../root/packages/*"):
        assert paths(root, pattern) == ["packages/a"]
    assert paths(root, f"{root}/packages/*") == ["packages/a"]


@pytest.mark.parametrize(
    "folder",
    ["a/node_modules/x", "a/__pycache__", "a/lib/site-packages/x", "a/.hidden", ".tox/x", "venv/x"],
)
def test_what_is_nobodys_source_is_passed_over(folder: str, tmp_path: Path) -> None:
    write_members(tmp_path, "a", folder)
    (tmp_path / "venv").mkdir(exist_ok=True)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    assert paths(tmp_path, "**") == ["a"]


def test_a_pattern_that_names_a_folder_in_full_finds_it_wherever_it_lies(tmp_path: Path) -> None:
    write_members(tmp_path, ".hidden/x", "build/y")
    (tmp_path / ".gitignore").write_text("build/\n")
    found, faults = discover(tmp_path, Settings((".hidden/x", "build/y")))
    assert faults == []
    assert found == [Found(".hidden/x", (), explicit=True), Found("build/y", (), explicit=True)]


def test_a_folder_that_is_named_and_matched_is_named(tmp_path: Path) -> None:
    write_members(tmp_path, "a", "b")
    found, _ = discover(tmp_path, Settings(("a", "*", "b")))
    assert found == [Found("a", (), explicit=True), Found("b", (), explicit=True)]


def test_what_git_ignores_is_passed_over(tmp_path: Path) -> None:
    write_members(tmp_path, "packages/a", "packages/build/x", "packages/build-tool")
    (tmp_path / "packages" / ".gitignore").write_text("build/\n")
    assert paths(tmp_path, "packages/**") == ["packages/a", "packages/build-tool"]


def test_what_is_excluded_is_passed_over_but_not_what_lies_below(tmp_path: Path) -> None:
    write_members(tmp_path, "a", "a/b", "c", "c/d")
    assert paths(tmp_path, "**", exclude=("a", "./c/**")) == ["a/b"]


def test_the_dockerfiles_of_a_folder_are_listed(write_files: Write) -> None:
    root = write_files(
        {
            "a/pyproject.toml": "",
            "a/Dockerfile": "",
            "a/Dockerfile.gpu": "",
            "a/cpu.Dockerfile": "",
            "a/Dockerfile.dockerignore": "",
            "a/docs/Dockerfile": "",
            "a/Dockerfiles/x": "",
        }
    )
    found, _ = discover(root, Settings(("a",)))
    dockerfiles = ("a/Dockerfile", "a/Dockerfile.gpu", "a/cpu.Dockerfile")
    assert found == [Found("a", dockerfiles, explicit=True)]


def test_every_pattern_that_matches_nothing_is_a_fault(tmp_path: Path) -> None:
    write_members(tmp_path, "a")
    assert faults(tmp_path, "a", "b/*", "c", "a/b") == [
        'workspace.toml:2: members: "b/*" matches no folder with a pyproject.toml',
        'workspace.toml:3: members: "c" matches no folder with a pyproject.toml',
        'workspace.toml:4: members: "a/b" matches no folder with a pyproject.toml',
    ]


def test_a_pattern_out_of_the_root_is_a_fault(tmp_path: Path) -> None:
    root = write_members(tmp_path / "root", "a")
    write_members(tmp_path, "other/b")
    assert faults(root, "../other/*", "a") == [
        'workspace.toml:1: members: "../other/*" lies outside the workspace: ../other'
    ]


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A root with a member, a link to it, and a link to a folder outside of the root."""
    root = write_members(tmp_path / "root", "packages/a")
    write_members(tmp_path, "outside", "outside/deep")
    (root / "packages" / "inside").symlink_to("a")
    (root / "packages" / "out").symlink_to(tmp_path / "outside")
    return root


def test_a_link_within_the_root_is_not_followed(linked: Path) -> None:
    (linked / "packages" / "out").unlink()
    (linked / "packages" / "loop").symlink_to("..")
    assert paths(linked, "**") == ["packages/a"]


def test_a_member_behind_a_link_out_of_the_root_is_a_fault(linked: Path) -> None:
    outside = "packages/out: a member lies outside the workspace behind a link: packages/out"
    assert faults(linked, "**") == [outside]
    assert faults(linked, "packages/*") == [outside]


def test_a_pattern_that_leads_through_a_link_out_of_the_root_is_a_fault(linked: Path) -> None:
    assert faults(linked, "packages/out/*") == [
        'workspace.toml:1: members: "packages/out/*" lies outside the workspace'
        " behind a link: packages/out"
    ]


def test_a_link_out_of_the_root_that_is_no_member_is_no_fault(linked: Path) -> None:
    assert paths(linked, "packages/a*") == ["packages/a"]
    assert paths(linked, "**", exclude=("packages/out",)) == ["packages/a"]
    (linked / ".gitignore").write_text("out\n")
    assert paths(linked, "**") == ["packages/a"]


@pytest.mark.parametrize("folder", [".", "packages/b"])
@pytest.mark.parametrize("pattern", ["**", "NAMED"])
def test_a_manifest_that_is_a_link_out_of_the_root_is_a_fault(
    folder: str, pattern: str, linked: Path
) -> None:
    (linked / "packages" / "out").unlink()
    (linked / folder).mkdir(exist_ok=True)
    (linked / folder / "pyproject.toml").symlink_to(linked.parent / "outside" / "pyproject.toml")
    assert faults(linked, pattern.replace("NAMED", folder)) == [
        f"{folder}: a member lies outside the workspace behind a link: {folder}"
    ]


NAMES = ["a", "ab", "b-c", "api", ".hidden", "node_modules", "venv"]
GLOBS = [*NAMES, "*", "**", "a*", "?", "??", "[ab]*", "[!a]*", "*-*", "**a", "[", "[z-a]"]
FOLDERS = st.lists(st.sampled_from(NAMES), max_size=3).map(lambda names: "/".join(names) or ".")
PATTERNS = st.lists(st.sampled_from(GLOBS), min_size=1, max_size=3).map("/".join)
WILD = "*?["


def globbed(root: Path, pattern: str) -> set[str]:
    """The folders that the standard library's own glob finds, the root for `**` included."""
    found = glob.glob(pattern, root_dir=root, recursive=True, include_hidden=True)
    folders = {os.path.normpath(path) for path in found if (root / path).is_dir()}
    return folders | ({"."} if set(pattern.split("/")) == {"**"} else set())


def is_walked(root: Path, path: str, pattern: str) -> bool:
    """Whether a walk from the part of the pattern without wildcards comes to the folder."""
    parts = pattern.split("/")
    wild = [index for index, part in enumerate(parts) if any(char in part for char in WILD)]
    if not wild:
        return True
    names = [] if path == "." else path.split("/")
    walked = [root.joinpath(*names[:depth]) for depth in range(wild[0], len(names) + 1)]
    never = {".hidden", "node_modules"}
    return not (
        never.intersection(names[wild[0] :])
        or any((folder / "pyvenv.cfg").exists() for folder in walked)
    )


@given(
    st.lists(FOLDERS, max_size=8),
    st.lists(PATTERNS, unique=True, min_size=1, max_size=3),
    st.lists(PATTERNS, max_size=1),
)
def test_globs_mean_what_the_standard_librarys_mean(
    folders: list[str], members: list[str], exclude: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write_members(Path(folder), *folders)
        for environment in root.rglob("venv"):
            (environment / "pyvenv.cfg").touch()
        found, faults = discover(root, Settings(tuple(members), exclude=tuple(exclude)))
        excluded = set().union(*(globbed(root, pattern) for pattern in exclude))
        expected = {
            pattern: {
                path
                for path in globbed(root, pattern) - excluded
                if (root / path / "pyproject.toml").exists() and is_walked(root, path, pattern)
            }
            for pattern in members
        }
    assert [place.path for place in found] == sorted(set().union(*expected.values()))
    assert [fault.reason for fault in faults] == [
        f'members: "{pattern}" matches no folder with a pyproject.toml'
        for pattern, paths in expected.items()
        if not paths
    ]


PLACES = st.sampled_from(
    [".", "a", "a/b", "a/b/c", "a/.h", "a/.h/b", "node_modules/a", "env/a", "env", "out/a", "b/out"]
)
CHOOSING = st.sampled_from(
    ["**", "*", "a/*", "a/**", "**/b", "./a/b/", "a/.h/b", "a/.h/**", ".", "env/**", "out/*", "z/*"]
)


@given(PLACES, st.lists(CHOOSING, min_size=1, max_size=3), st.lists(CHOOSING, max_size=1))
def test_where_a_member_would_be_found_it_is_found(
    place: str, members: list[str], exclude: list[str]
) -> None:
    """Before the folder exists, one can say what will come of it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".gitignore").write_text("out/\n")
        (root / "env").mkdir()
        (root / "env" / "pyvenv.cfg").touch()
        chosen = Settings(tuple(members), exclude=tuple(exclude))
        expected = would_find(root, chosen, place)
        write_members(root, place)
        found, _ = discover(root, chosen)
        assert (place in [each.path for each in found]) is expected
