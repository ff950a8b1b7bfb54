from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ws.formats.lock import read_lock
from ws.model.installed import Installed
from ws.model.workspace import Workspace
from ws.planning.needs import Need, together
from ws.planning.one_environment import (
    Share,
    conflicts,
    constraint_conflict,
    own,
    python_conflict,
    unneeded,
)

Read = Callable[[Mapping[str, str]], Workspace]
ROOT = Path("/work")
HEAD = '[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = "0"\n'
SHARED = '[package.source]\ntype = "directory"\nurl = "../shared"\n'


def share(workspace: Workspace, name: str, *packages: tuple[str, str, str]) -> Share:
    text = "".join(
        f'[[package]]\nname = "{package}"\nversion = "{version}"\n{rest}'
        for package, version, rest in packages
    )
    return Share(workspace.by_name[name], read_lock(f"{text}{HEAD}".encode()).packages)


def test_a_package_in_two_versions_is_told_with_who_wants_what(read_workspace: Read) -> None:
    workspace = read_workspace(dict.fromkeys(("a", "b", "c", "d", "e"), ""))
    shares = [
        share(workspace, "a", ("rich", "14.0", ""), ("alpha", "1", "")),
        share(workspace, "b", ("alpha", "1", ""), ("rich", "13.0", "")),
        *(share(workspace, name, ("rich", "13.0", "")) for name in ("c", "d", "e")),
    ]
    (found,) = conflicts(shares, ROOT)
    assert (found.rule, found.member, str(found.where), str(found.also)) == (
        "install/conflict",
        "a",
        "a/poetry.lock:1",
        "b/poetry.lock:4",
    )
    assert found.message == (
        "rich cannot be in one environment in two forms: 13.0 for b, c, d and 1 more; 14.0 for a"
    )


def test_a_folder_that_is_editable_for_one_alone_is_a_conflict(read_workspace: Read) -> None:
    workspace = read_workspace({"a": "", "b": ""})
    develop = f"develop = true\n{SHARED}"
    shares = [
        share(workspace, "a", ("shared", "1", SHARED)),
        share(workspace, "b", ("shared", "1", develop)),
    ]
    (found,) = conflicts(shares, ROOT)
    assert found.message == (
        "shared cannot be in one environment in two forms: 1 (from directory shared) for a;"
        " 1 (from directory shared, editable) for b"
    )


def test_the_same_folder_seen_from_two_depths_is_none(read_workspace: Read) -> None:
    workspace = read_workspace({"a": "", "deep/b": ""})
    deeper = SHARED.replace("../shared", "../../shared")
    shares = [
        share(workspace, "a", ("shared", "1", SHARED)),
        share(workspace, "b", ("shared", "1", deeper)),
    ]
    assert conflicts(shares, ROOT) == ()


def test_what_nobody_wants_goes_but_for_members_and_pip(read_workspace: Read) -> None:
    workspace = read_workspace({"a": "", "b": ""})
    there = [Installed(name, "1") for name in ("a", "b", "pip", "rich", "alpha")]
    shares = [share(workspace, "a", ("rich", "1", ""))]
    assert unneeded(there, shares, workspace.members) == ("alpha",)


def test_pythons_that_do_not_go_together_are_told(read_workspace: Read) -> None:
    workspace = read_workspace({"a": "", "b": ""})
    assert constraint_conflict(workspace.members).message == (
        "no Python is allowed by all members (a, b: ^3.11)"
    )
    assert python_conflict({"3.12": ["a"], "any": ["b"]}).message == (
        "members that share one environment ask for different Pythons (a: 3.12; b: any)"
    )


def test_an_environment_of_its_own_is_warned_about(read_workspace: Read) -> None:
    workspace = read_workspace({"a": ""})
    (found,) = own(workspace.members)
    assert (found.rule, found.severity, str(found.where), found.hint) == (
        "install/own-environment",
        "warning",
        "a/.venv",
        "delete a/.venv, and run programs from .venv/bin",
    )


def test_one_that_is_made_anew_is_filled_by_all_who_share_it() -> None:
    stale, lost = Need("its lock has changed"), Need("its Python is gone", anew=True)
    assert together({"a": stale}, ["a", "b"]) == {"a": stale}
    assert together({"b": lost}, ["a", "b"]) == {
        "a": lost,
        "b": Need("its Python is gone"),
    }
