from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.model.workspace import Workspace
from ws.planning.held_paths import held, why_left_out

Read = Callable[[Mapping[str, str]], Workspace]

PROJECT = (
    '[project]\nname = "one"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = [{0}]\n'
    '\n[tool.poetry.dependencies]\nshared = {{path = "../shared"}}\n'
)


@pytest.mark.parametrize(
    ("dependencies", "names"),
    [
        ('shared = {path = "../shared"}\nrich = "*"\n', ("shared",)),
        ('Shared = {path = "../shared", optional = true}\n', ("shared",)),
        ('\n[tool.poetry.group.dev.dependencies]\nshared = {path = "../shared"}\n', ("shared",)),
        ('shared = {path = "../shared", python = "<3.13"}\n', ("shared",)),
        ('shared = {path = "../shared", python = "<3.9"}\n', ()),
        ('shared = {path = "../shared", markers = "python_version < \'3.9\'"}\n', ()),
        ('shared = {path = "../shared", markers = "sys_platform == \'win32\'"}\n', ("shared",)),
        ('shared = {path = "../shared", python = "no range"}\n', ()),
        ('shared = "^1.0"\n', ()),
        (PROJECT.format('"shared"'), ("shared",)),
        (PROJECT.format("\"shared ; python_version < '3.9'\""), ()),
    ],
)
def test_a_lock_must_hold_what_is_taken_from_a_path(
    dependencies: str, names: tuple[str, ...], read_workspace: Read
) -> None:
    workspace = read_workspace({"one": dependencies, "shared": ""})
    assert held(workspace.by_name["one"]) == names


@pytest.mark.parametrize(
    ("declared", "because"),
    [
        (
            '"rich"',
            "shared stands in [tool.poetry.dependencies] alone: with [project].dependencies,"
            " Poetry leaves it out of wheel and lock without a word",
        ),
        (
            '"shared>=2"',
            '"shared>=2" does not admit 0.1.0, the version of shared: Poetry drops the path'
            " dependency from the lock without a word",
        ),
        ('"shared"', "Poetry left it out without a word"),
    ],
)
def test_the_reason_for_a_refusal_says_what_to_do(
    declared: str, because: str, read_workspace: Read
) -> None:
    workspace = read_workspace({"one": PROJECT.format(declared), "shared": ""})
    assert why_left_out(workspace, workspace.by_name["one"], ("shared",)) == (
        "the new lock would lack shared, which one/pyproject.toml takes from a path, so nothing was"
        f" written: {because}; run `ws sync`, then `ws lock`"
    )
