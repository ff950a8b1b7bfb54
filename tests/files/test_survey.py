from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.conftest import member

from ws.errors import UsageError, WsError, faults_of
from ws.files.survey import find_top, survey

Write = Callable[[Mapping[str, str]], Path]

PROJECT = '[project]\nname = "x"\nversion = "1"\n'
CORE = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def found(root: Path, *exclude: str) -> tuple[list[str], list[str]]:
    """The folders of the members, and the others."""
    members, others = survey(root, exclude)
    return [one.path for one in members], list(others)


@pytest.mark.parametrize(
    "text",
    [
        member("x"),
        "[tool.poetry]\npackage-mode = false\n",
        PROJECT + CORE,
        PROJECT + "[tool.poetry]\npackages = []\n" + HATCH,
        PROJECT + CORE.replace("poetry.core.masonry.api", "poetry.masonry.api"),
        PROJECT + CORE.replace("poetry.core.masonry.api", "poetry_dynamic_versioning.backend"),
    ],
)
def test_poetry_manages_what_has_its_table_or_builds_with_it(text: str, write_files: Write) -> None:
    assert found(write_files({"a/pyproject.toml": text})) == (["a"], [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[tool.ruff]\n",
        CORE,
        PROJECT,
        PROJECT + HATCH,
        PROJECT + "[tool.poet]\nx = 1\n",
        "tool = 1\nbuild-system = []\n",
        '[project]\nname = "{{ name }}"\ndependencies = [1]\n' + HATCH,
    ],
)
def test_what_another_tool_manages_is_no_member_and_no_fault(text: str, write_files: Write) -> None:
    assert found(write_files({"a/pyproject.toml": text})) == ([], ["a"])


def test_a_lock_of_poetrys_tells_where_no_build_backend_does(write_files: Write) -> None:
    files = {"a/pyproject.toml": PROJECT, "b/pyproject.toml": PROJECT + HATCH}
    locks = {"a/poetry.lock": "", "b/poetry.lock": ""}
    assert found(write_files(files | locks)) == (["a"], ["b"])


def test_the_root_and_members_inside_members_are_found_sorted(write_files: Write) -> None:
    folders = (".", "b", "a", "a/plugins/x", "deep/er/still")
    files = {f"{folder}/pyproject.toml": member(f"m{i}") for i, folder in enumerate(folders)}
    assert found(write_files(files)) == ([".", "a", "a/plugins/x", "b", "deep/er/still"], [])


def test_a_member_without_a_name_has_that_of_its_folder(write_files: Write) -> None:
    root = write_files({"Tools/pyproject.toml": "[tool.poetry]\npackage-mode = false\n"})
    assert [one.name for one in survey(root).members] == ["tools"]


def test_dockerfiles_are_seen_where_they_lie_beside_the_manifest(write_files: Write) -> None:
    root = write_files({"a/pyproject.toml": member("a"), "a/Dockerfile": "", "Dockerfile": ""})
    assert survey(root).members[0].dockerfiles == ("a/Dockerfile",)


def test_what_is_nobodys_source_is_not_entered(write_files: Write) -> None:
    folders = (
        ".venv/lib/python3.11/site-packages/x",
        "a/environment/share/x",
        "a/node_modules/gyp",
        "a/build/lib/a",
        "a/.cache/x",
        "a/__pycache__",
    )
    ignored = {".gitignore": "build/\n", "a/environment/pyvenv.cfg": ""}
    files = {f"{folder}/pyproject.toml": member("x") for folder in folders}
    root = write_files(files | ignored | {"a/pyproject.toml": member("a")})
    assert found(root) == (["a"], [])


def test_what_is_excluded_is_neither_member_nor_other_and_not_read(write_files: Write) -> None:
    files = {
        "a/pyproject.toml": member("a"),
        "examples/a/pyproject.toml": member("a"),
        "examples/b/pyproject.toml": "[tool.poetry",
        "c/pyproject.toml": "",
    }
    assert found(write_files(files), "examples/**", "c") == (["a"], [])


def test_what_lies_outside_behind_a_link_is_another(
    write_files: Write, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "pyproject.toml").write_text(member("x"))
    root = write_files({"p/a/pyproject.toml": member("a"), "p/b/README.md": ""})
    (root / "p" / "out").symlink_to(outside)
    (root / "p" / "b" / "pyproject.toml").symlink_to(outside / "pyproject.toml")
    assert found(root) == (["p/a"], ["p/b", "p/out"])


def test_all_faults_are_raised_at_once_with_the_way_out(write_files: Write) -> None:
    root = write_files(
        {
            "a/pyproject.toml": member("same"),
            "b/pyproject.toml": member("Same"),
            "c/pyproject.toml": "[tool.poetry\n",
            "d/pyproject.toml": "[tool.poetry]\nname = 3\nversion = '1'\n",
        }
    )
    with pytest.raises(WsError) as raised:
        survey(root)
    assert [(str(fault.where), fault.rule, fault.hint) for fault in faults_of(raised.value)] == [
        (
            "c/pyproject.toml:1:13",
            "manifest/syntax",
            "mend the TOML there, or leave the folder out: ws init --exclude 'c'",
        ),
        (
            "d/pyproject.toml:2",
            "manifest/type",
            "leave the folder out: ws init --exclude 'd'",
        ),
        (
            "b/pyproject.toml",
            "manifest/duplicate-name",
            "rename one of them, or leave the folder out: ws init --exclude 'b'",
        ),
    ]


def test_the_root_is_the_top_of_the_repository(write_files: Write) -> None:
    root = write_files({"repo/.git/HEAD": "", "repo/a/b/x.py": "", "alone/x.py": ""})
    assert find_top(None, root / "repo/a/b", {}) == root / "repo"
    assert find_top(None, root / "alone", {}) == root / "alone"


def test_a_workspace_below_the_top_is_the_root_in_it(write_files: Write) -> None:
    root = write_files({".git/HEAD": "", "a/workspace.toml": "", "a/b/x.py": "", "c/x.py": ""})
    assert find_top(None, root / "a/b", {}) == root / "a"
    assert find_top(None, root / "c", {}) == root


def test_a_root_can_be_chosen(write_files: Write) -> None:
    root = write_files({".git/HEAD": "", "a/x.py": "", "b/x.py": ""})
    assert find_top("a", root, {"WS_ROOT": "b"}) == root / "a"
    assert find_top(None, root, {"WS_ROOT": "b"}) == root / "b"


def test_a_root_that_is_no_folder_is_refused(write_files: Write) -> None:
    root = write_files({"a": ""})
    with pytest.raises(UsageError, match="--root a: there is no such folder"):
        find_top("a", root, {})
