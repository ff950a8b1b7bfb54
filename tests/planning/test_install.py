from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.errors import WsError, faults_of
from ws.model.plan import Plan, RunTool
from ws.model.report import Finding, Outcome
from ws.model.workspace import Workspace
from ws.planning import install
from ws.planning.install import Groups

Read = Callable[[Mapping[str, str]], Workspace]

DEV = '\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
DOCS = '\n[tool.poetry.group.Docs_Site.dependencies]\nsphinx = "*"\n'
MEMBERS = {"a": DEV, "b": DEV + DOCS, "c": ""}


def lock(*versions: str) -> bytes:
    packages = (f'[[package]]\nname = "rich"\nversion = "{version}"\n' for version in versions)
    return "\n".join(packages).encode()


LOCKS = {"a": lock("1"), "b": lock("2"), "c": lock("3")}


def installing(name: str, *args: str, after: tuple[str, ...] = ()) -> RunTool:
    return RunTool(name, "poetry", args or ("install",), name, "asked for", after)


def planned(workspace: Workspace, groups: Groups) -> dict[str, tuple[str, ...]]:
    """The arguments for each member that is installed."""
    actions = install.plan(workspace.members, (), LOCKS, groups).actions
    return {action.member: action.args for action in actions if isinstance(action, RunTool)}


def test_every_member_is_installed(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    assert install.plan(workspace.members, (), LOCKS, Groups()) == Plan(
        "install", (installing("a"), installing("b"), installing("c"))
    )


def test_sync_removes_what_is_not_locked(read_workspace: Read) -> None:
    workspace = read_workspace({"a": ""})
    plan = install.plan(workspace.members, (), LOCKS, Groups(), sync=True)
    assert plan.actions == (installing("a", "sync"),)


def test_one_of_those_with_the_same_lock_goes_first_to_warm_the_cache(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    locks = {"a": lock("1", "2"), "b": lock("3"), "c": lock("2", "1")}
    assert install.plan(workspace.members, (), locks, Groups()).actions == (
        installing("a"),
        installing("b"),
        installing("c", after=("a",)),
    )


def test_who_goes_first_is_one_that_is_installed(read_workspace: Read) -> None:
    workspace = read_workspace({"a": "", "b": DEV, "c": DEV})
    plan = install.plan(
        workspace.members, (), dict.fromkeys("abc", lock("1")), Groups(only=("dev",))
    )
    assert plan.actions == (
        installing("b", "install", "--only", "dev"),
        installing("c", "install", "--only", "dev", after=("b",)),
    )


def test_a_lock_that_cannot_be_trusted_is_refused_with_the_reason(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    drift = [
        Finding("lock/missing", "error", "there is no poetry.lock", member="b", hint="ws lock")
    ]
    assert install.plan(workspace.members, drift, LOCKS, Groups()) == Plan(
        "install",
        (installing("a"), installing("c")),
        (Outcome("b", "install", "failed", "there is no poetry.lock; run: ws lock"),),
    )


def test_each_member_is_asked_only_for_groups_that_it_has(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    assert planned(workspace, Groups(with_=("dev", "docs.site"))) == {
        "a": ("install", "--with", "dev"),
        "b": ("install", "--with", "dev,docs.site"),
        "c": ("install",),
    }
    assert planned(workspace, Groups(without=("dev",), with_=("docs-site",))) == {
        "a": ("install", "--without", "dev"),
        "b": ("install", "--with", "docs-site", "--without", "dev"),
        "c": ("install",),
    }


def test_a_member_with_none_of_the_only_groups_is_skipped(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    plan = install.plan(workspace.members, (), LOCKS, Groups(only=("docs-site",)))
    assert plan.actions == (installing("b", "install", "--only", "docs-site"),)
    assert plan.settled == (
        Outcome("a", "install", "skipped", "has no group docs-site"),
        Outcome("c", "install", "skipped", "has no group docs-site"),
    )


def test_main_is_a_group_that_everybody_has(read_workspace: Read) -> None:
    workspace = read_workspace({"c": ""})
    assert planned(workspace, Groups(only=("main",))) == {"c": ("install", "--only", "main")}


def faults(workspace: Workspace, groups: Groups) -> list[tuple[str, str]]:
    with pytest.raises(WsError) as raised:
        install.plan(workspace.members, (), LOCKS, groups)
    return [(fault.reason, fault.hint) for fault in faults_of(raised.value)]


def test_every_group_that_nobody_has_is_a_fault_with_a_hint(read_workspace: Read) -> None:
    assert faults(read_workspace(MEMBERS), Groups(with_=("docs", "dev"), without=("x",))) == [
        ('no member has a dependency group "docs"', 'did you mean "docs-site"?'),
        ('no member has a dependency group "x"', "there are: dev, docs-site, main"),
    ]


def test_options_that_poetry_would_ignore_are_a_fault(read_workspace: Read) -> None:
    assert faults(read_workspace(MEMBERS), Groups(only=("dev",), without=("main",))) == [
        (
            "--only cannot be combined with --with or --without",
            "Poetry would ignore them: leave out one or the other",
        )
    ]
