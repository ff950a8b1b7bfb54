"""Bad input gets one clear message a fault: what, where, what to do next; all faults at once."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

COMMANDS = (
    ("list",),
    ("graph",),
    ("sync",),
    ("sync", "--check"),
    ("lock",),
    ("lock", "--check"),
    ("install",),
    ("check",),
)


def snapshot(root: Path) -> dict[str, bytes]:
    """All files, without what `ws` remembers."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".ws" not in path.relative_to(root).parts
    }


def test_broken_toml_is_shown_with_file_line_and_column(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": '[tool.poetry]\nname = "a"\nversion = 0.1.0\n'})
    assert ws("list") == (
        2,
        "",
        "a/pyproject.toml:3:14: error: this is not valid TOML: expected newline or end of document"
        " after a statement [manifest/syntax]\n    → mend the TOML there\n",
    )


def test_broken_workspace_toml_is_shown_with_file_line_and_column(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace({"workspace.toml": '[workspace\nmembers = ["*"]\n'})
    ran = ws("list")
    assert ran.code == 2
    assert ran.err.startswith("workspace.toml:1:11: error: this is not valid TOML: ")


def test_a_manifest_with_conflict_markers_is_named_as_such(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"a": "[tool.poetry]\n<<<<<<< ours\nname = 'a'\n=======\n>>>>>>> theirs\n"})
    assert "conflict markers of a git merge" in ws("list").err


def test_an_unknown_key_gets_did_you_mean(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"workspace.toml": '[workspace]\nmember = ["*"]\n', "a": ""})
    assert ws("list") == (
        2,
        "",
        'workspace.toml:2: error: unknown key "member" in [workspace] [manifest/unknown-key]\n'
        '    → did you mean "members"?\n'
        "workspace.toml:1: error: the workspace names no members [manifest/members]\n"
        '    → say where they are: members = ["packages/**", "services/*"] under [workspace]\n',
    )


def test_an_unknown_table_is_an_unknown_key(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"workspace.toml": '[workspace]\nmembers = ["a"]\n\n[instal]\n', "a": ""})
    assert 'workspace.toml:4: error: unknown key "instal" in the file' in ws("list").err


def test_two_members_of_one_name_are_both_shown(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"x/same": "", "y/same": ""})
    ran = ws("list")
    assert ran.code == 2
    assert 'two members have the name "same": x/same and y/same' in ran.err


def test_names_that_normalise_to_one_are_one_name(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"x/my_lib": "", "y/my-lib": ""})
    assert 'two members have the name "my-lib"' in ws("list").err


@pytest.mark.parametrize("pattern", ["../elsewhere", "..", "../*", "/tmp/*"])
def test_a_pattern_outside_the_root_is_a_fault(pattern: str, make_workspace: Make, ws: Ws) -> None:
    make_workspace({"workspace.toml": f'[workspace]\nmembers = ["{pattern}"]\n'})
    ran = ws("list")
    assert ran.code == 2
    assert "lies outside the workspace" in ran.err


@pytest.mark.parametrize("pattern", ["linked", "linked/*", "*", "**"])
def test_a_member_behind_a_link_that_leaves_the_root_is_a_fault(
    pattern: str, make_workspace: Make, ws: Ws, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "pyproject.toml").write_text('[tool.poetry]\nname = "out"\nversion = "1"\n')
    root = make_workspace({"workspace.toml": f'[workspace]\nmembers = ["{pattern}"]\n'})
    (root / "linked").symlink_to(outside)
    ran = ws("list")
    assert ran.code == 2
    assert "lies outside the workspace behind a link: linked" in ran.err


def test_a_manifest_that_is_a_link_out_of_the_root_is_a_fault(
    make_workspace: Make, ws: Ws, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "pyproject.toml"
    outside.write_text('[tool.poetry]\nname = "out"\nversion = "1"\n')
    root = make_workspace({"a": ""})
    (root / "b").mkdir()
    (root / "b" / "pyproject.toml").symlink_to(outside)
    ran = ws("list")
    assert ran.code == 2
    assert "lies outside the workspace behind a link: b" in ran.err


def test_a_pattern_that_matches_nothing_is_a_fault(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"workspace.toml": '[workspace]\nmembers = ["a", "services/*"]\n', "a": ""})
    assert ws("list") == (
        2,
        "",
        'workspace.toml:2: error: members: "services/*" matches no folder with a pyproject.toml'
        " [manifest/no-match]\n    → correct the pattern, or take it out\n",
    )


def test_all_faults_are_shown_in_one_run(make_workspace: Make, ws: Ws) -> None:
    make_workspace(
        {
            "workspace.toml": '[workspace]\nmembers = ["*", "nothing/*"]\n',
            "a": "[tool.poetry]\nname = 3\nversion = []\n",
            "b": "[tool.poetry\n",
            "c": '[project]\nname = "-bad-"\nversion = "1"\ndependencies = ["!"]\n',
        }
    )
    ran = ws("list", "--format", "json")
    assert ran.code == 2
    assert [(f["rule"], f["path"], f["line"]) for f in ran.json["findings"]] == [
        ("manifest/no-match", "workspace.toml", 2),
        ("manifest/type", "a/pyproject.toml", 2),
        ("manifest/type", "a/pyproject.toml", 3),
        ("manifest/syntax", "b/pyproject.toml", 1),
        ("manifest/name", "c/pyproject.toml", 2),
        ("manifest/dependency", "c/pyproject.toml", 4),
    ]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_stops_at_a_broken_manifest_and_writes_nothing(
    command: tuple[str, ...], make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace({"a": "[tool.poetry\n", "b": 'a = {path = "wrong"}\n'})
    before = snapshot(root)
    ran = ws(*command, "--format", "json")
    assert (ran.code, ran.json["ok"]) == (2, False)
    assert ran.json["findings"][0]["rule"] == "manifest/syntax"
    assert snapshot(root) == before


def test_outside_of_a_workspace_the_remedy_is_said(ws: Ws) -> None:
    ran = ws("list")
    assert ran.code == 2
    assert ran.err.startswith("error: there is no workspace.toml in this folder or above it")


def test_a_root_without_workspace_toml_is_a_fault(ws: Ws) -> None:
    ran = ws("list", "--root", "nowhere")
    assert ran.code == 2
    assert "--root nowhere: there is no workspace.toml in that folder" in ran.err


def test_a_cycle_through_main_dependencies_is_a_warning_with_the_cycle_printed(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace(
        {
            "a": 'b = {path = "../b", develop = true}\n',
            "b": 'c = {path = "../c", develop = true}\n',
            "c": 'a = {path = "../a", develop = true}\n',
        }
    )
    ran = ws("graph")
    assert ran.code == 0
    assert "warning: a: these members depend on each other: a → b → c → a" in ran.out


def test_a_cycle_through_a_group_is_no_finding(make_workspace: Make, ws: Ws) -> None:
    make_workspace(
        {
            "a": 'b = {path = "../b", develop = true}\n',
            "b": '\n[tool.poetry.group.dev.dependencies]\na = {path = "../a", develop = true}\n',
        }
    )
    assert ws("graph", "--format", "json").json["data"]["order"] == ["b", "a"]
    assert "cycle" not in ws("graph").out


@pytest.mark.parametrize("command", [("lock",), ("install",)], ids=" ".join)
def test_a_missing_poetry_is_a_fault_with_the_remedy(
    command: tuple[str, ...], make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace({"a": ""})
    lock_of(root, "a")
    monkeypatch.setattr(sys, "executable", str(root / "bin" / "python"))
    monkeypatch.setenv("PATH", str(root))
    ran = ws(*command, *(["--all"] if command == ("lock",) else []))
    assert ran.code == 2
    assert ran.err.startswith("error: Poetry was not found: not beside ws, and not on PATH")
    assert "pipx install poetry" in ran.err


def test_ws_poetry_that_names_nothing_is_a_fault(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_workspace({"a": ""})
    monkeypatch.setenv("WS_POETRY", "/nowhere/poetry")
    ran = ws("lock")
    assert ran.code == 2
    assert "WS_POETRY names /nowhere/poetry, which is no program" in ran.err


def test_a_poetry_that_is_too_old_is_a_fault(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace({"a": "", "old.sh": "#!/bin/sh\necho 'Poetry (version 1.8.5)'\n"})
    (root / "old.sh").chmod(0o755)
    monkeypatch.setenv("WS_POETRY", str(root / "old.sh"))
    ran = ws("lock")
    assert ran.code == 2
    assert f"Poetry 1.8.5 is too old ({root / 'old.sh'}): ws needs 2.0 or later" in ran.err
    assert not (root / "a" / "poetry.lock").exists()


def test_a_poetry_that_does_not_run_is_a_fault(
    make_workspace: Make, ws: Ws, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace({"a": "", "bad.sh": "#!/bin/sh\necho 'no python'; exit 1\n"})
    (root / "bad.sh").chmod(0o755)
    monkeypatch.setenv("WS_POETRY", str(root / "bad.sh"))
    ran = ws("lock")
    assert ran.code == 2
    assert "does not run as a Poetry: no python" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_manifest_is_a_fault(make_workspace: Make, ws: Ws) -> None:
    root = make_workspace({"a": ""})
    (root / "a" / "pyproject.toml").chmod(0)
    ran = ws("list")
    assert ran.code == 2
    assert "a/pyproject.toml: error: cannot read the file: Permission denied" in ran.err


def test_faults_of_the_workspace_file_do_not_hide_those_of_members(
    make_workspace: Make, ws: Ws
) -> None:
    make_workspace(
        {
            "workspace.toml": '[workspace]\nmembers = ["*", "nope/*"]\nxx = 1\n',
            "a": "[tool.poetry\n",
        }
    )
    ran = ws("list", "--format", "json")
    assert [finding["rule"] for finding in ran.json["findings"]] == [
        "manifest/unknown-key",
        "manifest/no-match",
        "manifest/syntax",
    ]


def test_all_locks_that_cannot_be_read_are_named_with_their_members(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace({"a": "", "b": ""})
    for name in ("a", "b"):
        (root / name / "poetry.lock").mkdir()
    ran = ws("lock", "--check", "--format", "json")
    assert ran.code == 1
    assert [(f["member"], f["path"]) for f in ran.json["findings"]] == [
        ("a", "a/poetry.lock"),
        ("b", "b/poetry.lock"),
    ]


def test_a_pattern_that_no_folder_can_have_matches_nothing(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"workspace.toml": '[workspace]\nmembers = ["a\\u0000b"]\n'})
    assert "matches no folder" in ws("list").err


def test_events_that_cannot_be_written_are_a_fault_before_anything_runs(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace({"a": ""})
    ran = ws("lock", "--events", "no/such/folder/events")
    assert ran.code == 2
    assert "--events no/such/folder/events: cannot write there: No such file" in ran.err
    assert not (root / "a/poetry.lock").exists()


def process(root: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `$WS` is `ws`."""
    return subprocess.run(
        ["sh", "-c", script],
        cwd=root,
        env=os.environ | {"WS": f"{sys.executable} -m ws"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_output_that_cannot_be_written_is_said(make_workspace: Make) -> None:
    ended = process(make_workspace({"a": ""}), "$WS list > /dev/full")
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: cannot write the output: No space left on device\n",
    )


@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&-"])
def test_streams_that_the_caller_closed_are_no_fault(closing: str, make_workspace: Make) -> None:
    assert process(make_workspace({"a": ""}), f"$WS list {closing}").returncode == 0


def test_help_into_a_closed_pipe_ends_quietly(make_workspace: Make) -> None:
    ended = process(make_workspace({"a": ""}), "{ $WS --help; echo $? >&2; } | true")
    assert ended.stderr == "0\n"


def test_a_folder_that_is_gone_is_a_fault(make_workspace: Make) -> None:
    root = make_workspace({"a": ""})
    (root / "gone").mkdir()
    ended = process(root, "cd gone && rmdir ../gone && $WS list")
    assert ended.returncode == 2
    assert "the current folder is gone" in ended.stderr


def test_wrong_usage_before_the_command_is_json_too(ws: Ws) -> None:
    ran = ws("--format", "json", "list")
    assert ran.code == 2
    assert ran.json["findings"][0]["rule"] == "usage/arguments"


def test_a_workspace_without_members_is_empty_and_no_fault(make_workspace: Make, ws: Ws) -> None:
    make_workspace({"workspace.toml": "[workspace]\nmembers = []\n"})
    assert ws("list", "--format", "json").json["data"]["members"] == []
    assert ws("check").code == 0


def lock_of(root: Path, name: str) -> None:
    """Write a lock that fits the manifest and holds no packages."""
    import tomllib

    from ws.formats.content_hash import content_hash

    document = tomllib.loads((root / name / "pyproject.toml").read_text())
    (root / name / "poetry.lock").write_text(
        "# This file is automatically @generated by Poetry 2.5.1 and should not be changed by"
        " hand.\npackage = []\n\n[metadata]\n"
        'lock-version = "2.1"\npython-versions = "^3.11"\n'
        f'content-hash = "{content_hash(document)}"\n'
    )
