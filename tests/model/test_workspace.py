from __future__ import annotations

from collections.abc import Callable, Mapping

from ws.model.graph import Edge
from ws.model.workspace import Workspace

Read = Callable[[Mapping[str, str]], Workspace]


def test_a_members_file_is_named_from_the_root(read_workspace: Read) -> None:
    root, chat = read_workspace({".": "", "workers/chat": ""}).members
    assert root.file("poetry.lock") == "poetry.lock"
    assert chat.file("poetry.lock") == "workers/chat/poetry.lock"


def test_an_edge_is_main_if_any_main_dependency_makes_it(read_workspace: Read) -> None:
    text = (
        'shared = {path = "../shared"}\n'
        "[tool.poetry.group.dev.dependencies]\n"
        'shared = {path = "../shared"}\n'
        'testing = {path = "../testing"}\n'
    )
    workspace = read_workspace({"chat": text, "shared": "", "testing": ""})
    assert workspace.graph.edges["chat"] == (Edge("shared", main=True), Edge("testing", main=False))


def test_a_dependency_on_a_member_by_version_is_an_edge_too(read_workspace: Read) -> None:
    workspace = read_workspace({"chat": 'Shared = "^0.1"\nrich = "^13"\n', "shared": ""})
    assert workspace.graph.edges == {"chat": (Edge("shared", main=True),), "shared": ()}


def test_a_member_is_no_dependency_of_itself(read_workspace: Read) -> None:
    workspace = read_workspace({"chat": 'chat = {path = ".", extras = ["all"]}\n'})
    assert workspace.graph.edges == {"chat": ()}
