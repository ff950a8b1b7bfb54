from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.errors import UsageError
from ws.model.plan import Plan, Relock
from ws.model.report import Finding, Outcome
from ws.model.workspace import Workspace
from ws.planning import lock
from ws.planning.lock import Wishes
from ws.planning.seeds import seeds

Read = Callable[[Mapping[str, str]], Workspace]

MEMBERS = {
    "chat": 'shared = {path = "../shared"}\n',
    "server": 'chat = {path = "../chat"}\n',
    "shared": "",
}
LOCKS = {
    "chat": b'[[package]]\nname = "A_b"\nversion = "1.0"\n',
    "server": None,
    "shared": b"",
}
PATHS = {"chat": ("shared",), "server": ("chat",), "shared": ()}
FRESH = Wishes(seed=False)


def stale(name: str, rule: str = "lock/content-hash") -> Finding:
    return Finding(rule, "error", "the lock is stale", member=name, hint="mend it")


def locking(name: str, reason: str, *after: str) -> Relock:
    text = LOCKS[name]
    return Relock(name, name, reason, text, text, paths=PATHS[name], after=after)


def plan(workspace: Workspace, *drift: Finding, wishes: Wishes = FRESH) -> Plan:
    return lock.plan(workspace, workspace.members, drift, LOCKS, wishes)


def test_only_what_drifted_is_locked_and_the_rest_is_skipped(read_workspace: Read) -> None:
    assert plan(read_workspace(MEMBERS), stale("chat"), stale("chat", "lock/orphan")) == Plan(
        "lock",
        (locking("chat", "lock/content-hash", "shared"),),
        (
            Outcome("server", "lock", "skipped", "up to date"),
            Outcome("shared", "lock", "skipped", "up to date"),
        ),
    )


def test_when_all_are_locked_each_waits_for_what_it_depends_on(read_workspace: Read) -> None:
    wishes = Wishes(every=True, seed=False)
    assert plan(read_workspace(MEMBERS), stale("chat"), wishes=wishes).actions == (
        locking("chat", "lock/content-hash", "shared"),
        locking("server", "asked for", "chat", "shared"),
        locking("shared", "asked for"),
    )


def test_others_seed_a_lock_unless_all_is_to_be_new(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    seeded = plan(workspace, stale("chat"), wishes=Wishes()).actions[0]
    assert isinstance(seeded, Relock)
    assert seeded.seeds == seeds(workspace, workspace.by_name["chat"])
    upgraded = plan(workspace, stale("chat"), wishes=Wishes(upgrade=())).actions
    assert [(each.start, each.seeds) for each in upgraded if isinstance(each, Relock)] == [
        (None, None)
    ] * 3


def test_an_upgrade_of_one_package_locks_those_that_have_it(read_workspace: Read) -> None:
    found = plan(read_workspace(MEMBERS), wishes=Wishes(upgrade=("a.B",))).actions
    assert [
        (each.member, each.reason, each.latest) for each in found if isinstance(each, Relock)
    ] == [("chat", "upgrade of a-b", ("a-b",))]
    with pytest.raises(UsageError) as fault:
        plan(read_workspace(MEMBERS), wishes=Wishes(upgrade=("a-bb",)))
    assert fault.value.hint == 'did you mean "a-b"?'


def test_a_lock_that_cannot_be_read_is_left_to_a_person(read_workspace: Read) -> None:
    found = plan(read_workspace(MEMBERS), stale("chat", "lock/unreadable"), stale("shared"))
    assert found.actions == (locking("shared", "lock/content-hash"),)
    assert found.settled[0] == Outcome("chat", "lock", "failed", "the lock is stale; mend it")


def test_nothing_drifted_is_an_empty_plan(read_workspace: Read) -> None:
    assert plan(read_workspace(MEMBERS)).is_empty


def test_a_cycle_keeps_nobody_waiting_for_ever(read_workspace: Read) -> None:
    workspace = read_workspace({"a": 'b = {path = "../b"}\n', "b": 'a = {path = "../a"}\n'})
    locks = {"a": None, "b": None}
    found = lock.plan(workspace, workspace.members, [], locks, Wishes(every=True)).actions
    assert [each.after for each in found if isinstance(each, Relock)] == [("b",), ()]
