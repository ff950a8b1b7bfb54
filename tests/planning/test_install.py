from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ws.errors import WsError, faults_of
from ws.model.environment import Inputs
from ws.model.plan import Install, Plan, RunTool
from ws.model.report import Finding, Outcome
from ws.model.workspace import Workspace
from ws.planning import install
from ws.planning.install import Asked, Groups, Task, Wishes
from ws.planning.needs import Need

Read = Callable[[Mapping[str, str]], Workspace]

DEV = '\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
DOCS = '\n[tool.poetry.group.Docs_Site.dependencies]\nsphinx = "*"\n'
EXTRAS = '\n[tool.poetry.extras]\nFast_Path = ["rich"]\n'
MEMBERS = {"a": DEV, "b": DEV + DOCS, "c": EXTRAS}


def lock(*versions: str) -> bytes:
    packages = (f'[[package]]\nname = "rich"\nversion = "{version}"\n' for version in versions)
    return "\n".join(packages).encode()


def made_from(folder: str, *args: str) -> Inputs:
    return Inputs("poetry/1", "/work", folder, args or ("install",), {}, {})


def installing(name: str, need: Need, after: tuple[str, ...] = ()) -> Install:
    run = RunTool(name, "poetry", ("install",), name, need.reason, after, f"{name}/.venv")
    return Install(run, made_from(name), need.anew, need.again)


def planned(workspace: Workspace, locks: Mapping[str, bytes], need: Need) -> Plan:
    tasks = [
        Task(Asked(member, ("install",)), made_from(name), need, text, workspace.venv(member))
        for name, text in locks.items()
        for member in [workspace.by_name[name]]
    ]
    return install.plan(tasks, ())


def asked(workspace: Workspace, wishes: Wishes) -> dict[str, tuple[str, ...] | None]:
    """What is asked for each member."""
    return {member.name: install.asked(member, wishes) for member in workspace.members}


def test_every_environment_gets_what_it_needs(read_workspace: Read) -> None:
    need = Need("alpha was removed by hand")
    locks = {"a": lock("1"), "b": lock("2"), "c": lock("3")}
    assert planned(read_workspace(MEMBERS), locks, need) == Plan(
        "install", (installing("a", need), installing("b", need), installing("c", need))
    )


def test_one_of_those_with_the_same_lock_goes_first_to_warm_the_cache(read_workspace: Read) -> None:
    locks = {"a": lock("1", "2"), "b": lock("3"), "c": lock("2", "1")}
    need = Need("there is no environment yet")
    assert planned(read_workspace(MEMBERS), locks, need).actions == (
        installing("a", need),
        installing("b", need),
        installing("c", need, after=("a",)),
    )


def test_nothing_is_taken_out_that_poetry_would_not_lay_down_again(read_workspace: Read) -> None:
    need = Need("its lock has changed", again=("pip", "rich"))
    (action,) = planned(read_workspace(MEMBERS), {"a": lock("1")}, need).actions
    assert isinstance(action, Install)
    assert action.again == ("rich",)


def test_what_a_check_tells_is_what_would_be_done_and_why(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    found = install.findings(planned(workspace, {"a": lock("1")}, Need("its lock has changed")))
    found += install.findings(planned(workspace, {"b": lock("1")}, Need("a kill", anew=True)))
    assert [(f.rule, f.severity, f.member, f.message, f.hint) for f in found] == [
        (
            "install/stale",
            "error",
            "a",
            "its environment would be brought up to date: its lock has changed",
            "ws install --filter a",
        ),
        (
            "install/stale",
            "error",
            "b",
            "its environment would be made anew: a kill",
            "ws install --filter b",
        ),
    ]


DRIFT = (
    Finding("lock/missing", "error", "there is no poetry.lock", member="a", hint="ws lock"),
    Finding("lock/path-dependency", "error", "b lags behind", member="b", hint="ws lock"),
    Finding("lock/cannot-tell", "warning", "who knows", member="c", hint="ws lock"),
)


def test_a_lock_that_cannot_be_trusted_is_refused_with_the_reason(read_workspace: Read) -> None:
    refused, others = install.judged(DRIFT)
    assert [finding.member for finding in others] == ["c"]
    assert install.refused(read_workspace(MEMBERS).members, refused, Wishes()) == (
        Outcome("a", "install", "failed", "there is no poetry.lock; run: ws lock"),
        Outcome(
            "b",
            "install",
            "failed",
            "b lags behind; run: ws lock, or install it as it is: --frozen",
        ),
    )


def test_frozen_goes_on_where_poetry_does(read_workspace: Read) -> None:
    refused, others = install.judged(DRIFT, frozen=True)
    assert [(finding.member, finding.severity) for finding in others] == [
        ("b", "warning"),
        ("c", "warning"),
    ]
    outcomes = install.refused(read_workspace(MEMBERS).members, refused, Wishes(frozen=True))
    assert [outcome.member for outcome in outcomes] == ["a"]


def test_each_member_is_asked_only_for_groups_that_it_has(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    assert asked(workspace, Wishes(Groups(with_=("dev", "docs.site")))) == {
        "a": ("install", "--with", "dev"),
        "b": ("install", "--with", "dev,docs.site"),
        "c": ("install",),
    }
    assert asked(workspace, Wishes(Groups(without=("dev",), with_=("docs-site",)))) == {
        "a": ("install", "--without", "dev"),
        "b": ("install", "--with", "docs-site", "--without", "dev"),
        "c": ("install",),
    }


def test_each_member_is_asked_only_for_extras_that_it_has(read_workspace: Read) -> None:
    project = '[project]\nname = "p"\nversion = "1"\n[project.optional-dependencies]\nweb = []\n'
    workspace = read_workspace({"a": "", "c": EXTRAS, "p": project})
    assert asked(workspace, Wishes(extras=("fast.path", "web"))) == {
        "a": ("install",),
        "c": ("install", "--extras", "fast.path"),
        "p": ("install", "--extras", "web"),
    }
    assert asked(workspace, Wishes(all_extras=True)) == {
        "a": ("install",),
        "c": ("install", "--all-extras"),
        "p": ("install", "--all-extras"),
    }


def test_poetrys_other_options_are_passed_on_to_all(read_workspace: Read) -> None:
    wishes = Wishes(root=False, compile=True, sync=True)
    assert asked(read_workspace({"a": ""}), wishes) == {"a": ("sync", "--no-root", "--compile")}


def test_a_member_with_none_of_the_only_groups_is_skipped(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    wishes = Wishes(Groups(only=("docs-site",)))
    assert asked(workspace, wishes)["b"] == ("install", "--only", "docs-site")
    assert install.refused(workspace.members, (), wishes) == (
        Outcome("a", "install", "skipped", "has no group docs-site"),
        Outcome("c", "install", "skipped", "has no group docs-site"),
    )


def test_main_is_a_group_that_everybody_has(read_workspace: Read) -> None:
    workspace = read_workspace({"c": ""})
    assert asked(workspace, Wishes(Groups(only=("main",)))) == {"c": ("install", "--only", "main")}


def faults(workspace: Workspace, wishes: Wishes) -> list[tuple[str, str]]:
    with pytest.raises(WsError) as raised:
        install.check_usage(workspace.members, wishes)
    return [(fault.reason, fault.hint) for fault in faults_of(raised.value)]


def test_every_group_and_extra_that_nobody_has_is_a_fault_with_a_hint(
    read_workspace: Read,
) -> None:
    groups = Groups(with_=("docs", "dev"), without=("x",))
    assert faults(read_workspace(MEMBERS), Wishes(groups, extras=("fast", "fast-path"))) == [
        ('no member has a dependency group "docs"', 'did you mean "docs-site"?'),
        ('no member has a dependency group "x"', "there are: dev, docs-site, main"),
        ('no member has an extra "fast"', 'did you mean "fast-path"?'),
    ]
    assert faults(read_workspace({"a": ""}), Wishes(extras=("web",))) == [
        ('no member has an extra "web"', "no member has any")
    ]


def test_options_that_poetry_would_ignore_are_a_fault(read_workspace: Read) -> None:
    workspace = read_workspace(MEMBERS)
    assert faults(workspace, Wishes(Groups(only=("dev",), without=("main",)))) == [
        (
            "--only cannot be combined with --with or --without",
            "Poetry would ignore them: leave out one or the other",
        )
    ]
    assert faults(workspace, Wishes(extras=("fast-path",), all_extras=True)) == [
        ("--extras and --all-extras exclude each other", "leave out one of them")
    ]
