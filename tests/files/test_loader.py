from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ws.errors import UsageError, WsError, faults_of
from ws.files.loader import find_root, load
from ws.model.workspace import Settings, Workspace

Make = Callable[[Mapping[str, str]], Path]
Load = Callable[[Mapping[str, str]], Workspace]


def faults(root: Path) -> list[str]:
    """Each fault as `place: reason`."""
    with pytest.raises(WsError) as raised:
        load(root)
    return [f"{fault.where}: {fault.reason}" for fault in faults_of(raised.value)]


def test_the_whole_workspace_is_read(make_workspace: Make) -> None:
    root = make_workspace(
        {"workers/chat": "", "packages/shared": "", "workers/chat/Dockerfile": ""}
    )
    workspace = load(root)
    assert workspace.root == root
    assert workspace.settings == Settings(("**",))
    assert [(member.path, member.name, member.dockerfiles) for member in workspace.members] == [
        ("packages/shared", "shared", ()),
        ("workers/chat", "chat", ("workers/chat/Dockerfile",)),
    ]


def test_a_manifest_that_a_glob_finds_may_hold_only_tool_settings(make_loaded: Load) -> None:
    workspace = make_loaded({".": "[tool.ruff]\n", "a": ""})
    assert [member.path for member in workspace.members] == ["a"]


def test_a_manifest_that_is_named_in_full_must_describe_a_package(make_workspace: Make) -> None:
    root = make_workspace({"workspace.toml": 'workspace.members = ["a"]\n', "a": "[tool.ruff]\n"})
    assert faults(root) == [
        "a/pyproject.toml: this describes no package: it has neither [project] nor [tool.poetry]"
    ]


def test_a_member_without_a_name_is_named_after_its_folder(make_loaded: Load) -> None:
    workspace = make_loaded({"deep/Chat_Worker": "[tool.poetry]\npackage-mode = false\n"})
    assert list(workspace.by_name) == ["chat-worker"]


def test_the_root_without_a_name_is_named_after_its_folder(tmp_path: Path) -> None:
    root = tmp_path / "insight"
    (root / "below").mkdir(parents=True)
    (root / "workspace.toml").write_text('workspace.members = ["."]\n')
    (root / "pyproject.toml").write_text("[tool.poetry]\npackage-mode = false\n")
    assert list(load(find_root("..", root / "below", {})).by_name) == ["insight"]


def test_all_faults_of_all_files_are_found_at_once(make_workspace: Make) -> None:
    root = make_workspace(
        {
            "workspace.toml": '[workspace]\nmembers = ["*", "nothing/*"]\n',
            "a": "[project\n",
            "b": '[project]\nname = "b"\nversion = 1\ndependencies = ["!"]\n',
            "c": '[project]\nname = "same"\n',
            "d": '[project]\nname = "Same"\n',
        }
    )
    assert faults(root) == [
        'workspace.toml:2: members: "nothing/*" matches no folder with a pyproject.toml',
        "a/pyproject.toml:1:9: this is not valid TOML: expected ']' at the end of a table"
        " declaration",
        'b/pyproject.toml:3: "project.version" must be a string',
        "b/pyproject.toml:4: '!' is not a requirement",
        'd/pyproject.toml: two members have the name "same": c and d',
    ]


def test_what_cannot_be_read_is_a_fault(make_workspace: Make) -> None:
    root = make_workspace({"a": ""})
    (root / "b" / "pyproject.toml").mkdir(parents=True)
    assert faults(root) == ["b/pyproject.toml: cannot read the file: Is a directory"]


def test_a_link_to_nowhere_is_a_fault(make_workspace: Make) -> None:
    root = make_workspace({"a": ""})
    (root / "b").mkdir()
    (root / "b" / "pyproject.toml").symlink_to("nowhere")
    assert faults(root) == ["b/pyproject.toml: cannot read the file: No such file or directory"]


def test_the_root_is_the_nearest_folder_upwards(make_workspace: Make) -> None:
    root = make_workspace({"inner/workspace.toml": "", "inner/deep/x.txt": "", "other/x.txt": ""})
    assert find_root(None, root / "inner" / "deep", {}) == root / "inner"
    assert find_root(None, root / "other", {}) == root
    assert find_root(None, root, {}) == root


def test_the_option_comes_before_the_variable_and_that_before_the_search(
    make_workspace: Make,
) -> None:
    root = make_workspace({"a/workspace.toml": "", "b/workspace.toml": ""})
    assert find_root("a", root, {"WS_ROOT": "b"}) == root / "a"
    assert find_root(None, root, {"WS_ROOT": str(root / "b")}) == root / "b"


@pytest.mark.parametrize(
    ("option", "environ", "reason", "hint"),
    [
        (
            "no",
            {},
            "--root no: there is no workspace.toml in that folder",
            "name the folder that holds workspace.toml",
        ),
        (
            None,
            {"WS_ROOT": "no"},
            "WS_ROOT no: there is no workspace.toml in that folder",
            "name the folder that holds workspace.toml",
        ),
        (
            None,
            {},
            "there is no workspace.toml in this folder or above it",
            "go into a workspace, or make one of this repository: ws init",
        ),
    ],
)
def test_without_a_root_the_remedy_is_said(
    option: str | None, environ: dict[str, str], reason: str, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as raised:
        find_root(option, tmp_path, environ)
    assert (raised.value.reason, raised.value.hint) == (reason, hint)
