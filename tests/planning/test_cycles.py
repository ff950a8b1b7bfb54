from __future__ import annotations

from collections.abc import Callable, Mapping

from ws.errors import Where
from ws.model.report import Finding
from ws.model.workspace import Workspace
from ws.planning import cycles

Read = Callable[[Mapping[str, str]], Workspace]


def test_a_cycle_is_a_warning_that_prints_it(read_workspace: Read) -> None:
    workspace = read_workspace(
        {
            "a": 'b = {path = "../b"}\n',
            "b": 'c = {path = "../c"}\n',
            "c": 'a = {path = "../a"}\n',
        }
    )
    assert cycles.findings(workspace) == (
        Finding(
            rule="graph/cycle",
            severity="warning",
            message="these members depend on each other: a → b → c → a",
            where=Where("a/pyproject.toml"),
            member="a",
            hint="move what they share into a member of its own, or one edge into a group",
        ),
    )


def test_a_cycle_through_a_group_is_none(read_workspace: Read) -> None:
    group = '\n[tool.poetry.group.dev.dependencies]\na = {path = "../a"}\n'
    workspace = read_workspace({"a": 'b = {path = "../b"}\n', "b": group})
    assert cycles.findings(workspace) == ()
