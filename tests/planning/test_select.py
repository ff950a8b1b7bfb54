from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.errors import UsageError, WsError, faults_of
from ws.model.workspace import Workspace
from ws.planning.select import select

Read = Callable[[Mapping[str, str]], Workspace]


@pytest.fixture
def workspace(read_workspace: Read) -> Workspace:
    shared = 'shared-python = {path = "x"}\n'
    return read_workspace(
        {
            "packages/shared-python": "",
            "packages/server": shared,
            "workers/general/chat-worker": 'server = {path = "x"}\n',
            "workers/graph-worker": shared,
            "workers/speech-worker": "",
        }
    )


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        ("", "server shared-python chat-worker graph-worker speech-worker"),
        ("server", "server"),
        ("Shared_Python", "shared-python"),
        ("*-worker", "chat-worker graph-worker speech-worker"),
        ("Shared_*", "shared-python"),
        ("?[hr]*-worker", "chat-worker graph-worker"),
        ("gr?ph-worker server", "server graph-worker"),
        ("./workers/graph-worker", "graph-worker"),
        ("workers/general", "chat-worker"),
        ("./workers/", "chat-worker graph-worker speech-worker"),
        ("workers/*-worker", "graph-worker speech-worker"),
        ("./workers/**", "chat-worker graph-worker speech-worker"),
        ("./workers/*", "graph-worker speech-worker"),
        (".", "server shared-python chat-worker graph-worker speech-worker"),
        ("server...", "server shared-python"),
        ("...server", "server chat-worker"),
        ("...server...", "server shared-python chat-worker"),
        ("...shared*", "server shared-python chat-worker graph-worker"),
        ("./packages/server...", "server shared-python"),
        ("!*-worker", "server shared-python"),
        ("*-worker !graph-worker", "chat-worker speech-worker"),
        ("!...server", "shared-python graph-worker speech-worker"),
    ],
)
def test_a_pattern_chooses(workspace: Workspace, patterns: str, names: str) -> None:
    chosen = select(workspace, patterns.split())
    assert " ".join(member.name for member in chosen) == names


@pytest.mark.parametrize(
    ("pattern", "folder", "names"),
    [
        (".", "workers/general", "chat-worker"),
        ("..", "workers/general", "chat-worker graph-worker speech-worker"),
        ("../graph-worker", "workers/general", "graph-worker"),
        ("...../server", "packages/shared-python", "server chat-worker"),
        ("./graph-worker", "workers", "graph-worker"),
        ("workers/graph-worker", "packages", "graph-worker"),
    ],
)
def test_a_folder_is_seen_from_where_one_stands(
    workspace: Workspace, pattern: str, folder: str, names: str
) -> None:
    chosen = select(workspace, [pattern], folder)
    assert " ".join(member.name for member in chosen) == names


def test_every_pattern_that_matches_nothing_is_a_fault_with_a_hint(workspace: Workspace) -> None:
    with pytest.raises(WsError) as raised:
        select(workspace, ["servr", "!nothing", "server", "./graph-worker", "[main]"])
    assert [(fault.reason, fault.hint) for fault in faults_of(raised.value)] == [
        ('--filter "servr" matches no member', 'did you mean "server"?'),
        ('--filter "nothing" matches no member', "see `ws list` for the members"),
        ('--filter "./graph-worker" matches no member', 'did you mean "graph-worker"?'),
        (
            "--filter [main]: changes since a git ref cannot be chosen in this version",
            "choose by name, glob or folder",
        ),
    ]


def test_filters_that_leave_nobody_over_are_a_fault(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="the filters server !server leave no member over"):
        select(workspace, ["server", "!server"])
