from __future__ import annotations

from collections.abc import Callable, Mapping

from ws.model.plan import Plan, RunTool
from ws.model.report import Finding, Outcome
from ws.model.workspace import Workspace
from ws.planning import lock

Read = Callable[[Mapping[str, str]], Workspace]

MEMBERS = {
    "chat": 'shared = {path = "../shared"}\n',
    "server": 'chat = {path = "../chat"}\n',
    "shared": "",
}


def stale(name: str) -> Finding:
    return Finding("lock/content-hash", "error", "the lock is stale", member=name)


def locking(name: str, reason: str, *after: str) -> RunTool:
    return RunTool(name, "poetry", ("lock",), name, reason, after, restores=f"{name}/poetry.lock")


def test_only_what_drifted_is_locked_and_the_rest_is_skipped(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    assert lock.plan(workspace, workspace.members, [stale("chat")]) == Plan(
        "lock",
        (locking("chat", "lock/content-hash", "shared"),),
        (
            Outcome("server", "lock", "skipped", "up to date"),
            Outcome("shared", "lock", "skipped", "up to date"),
        ),
    )


def test_when_all_are_locked_each_waits_for_what_it_depends_on(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    plan = lock.plan(workspace, workspace.members, [stale("chat")], every=True)
    assert plan == Plan(
        "lock",
        (
            locking("chat", "lock/content-hash", "shared"),
            locking("server", "asked for", "chat", "shared"),
            locking("shared", "asked for"),
        ),
    )


def test_nothing_drifted_is_an_empty_plan(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    assert lock.plan(workspace, workspace.members, []).is_empty


def test_a_cycle_keeps_nobody_waiting_for_ever(read_workspace: Read) -> None:
    workspace = read_workspace({"a": 'b = {path = "../b"}\n', "b": 'a = {path = "../a"}\n'})
    plan = lock.plan(workspace, workspace.members, [], every=True)
    assert plan.actions == (locking("a", "asked for", "b"), locking("b", "asked for"))
