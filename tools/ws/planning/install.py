"""What `ws install` runs: `poetry install` for every member whose environment needs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import UsageError, WsError, raise_all
from ws.formats.lock import locked_versions
from ws.model.manifest import MAIN
from ws.model.names import did_you_mean, normalise
from ws.model.plan import INDEXES, VERIFY, Action, Install, Plan, RunTool
from ws.model.report import Finding, Outcome
from ws.model.workspace import VENV

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.environment import Inputs
    from ws.model.plan import Supply
    from ws.model.workspace import Member
    from ws.planning.needs import Need


@dataclass(frozen=True, slots=True)
class Groups:
    """Which dependency groups to install, as Poetry's options of the same names."""

    only: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of `ws install`, as Poetry's options of the same names, and its own."""

    groups: Groups = Groups()
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    root: bool = True
    """Whether the member itself is installed (`--no-root`)."""
    compile: bool = False
    sync: bool = False
    reinstall: bool = False
    """Whether environments are made anew, needed or not."""
    frozen: bool = False
    """Whether locks that lag behind a path dependency are installed all the same."""
    engine: str = ""
    """Who makes environments, `poetry` or `uv`; empty for what `workspace.toml` says."""
    supply: Supply = INDEXES
    """Where packages come from. It has no say in what the environment is."""
    python: str = ""
    """Which Python they are of; empty for what the members and `workspace.toml` say."""
    verify: bool = False
    """Whether Poetry is asked afterwards if it had anything to do."""


def said(wishes: Wishes) -> tuple[str, ...]:
    """The options of the command line that ask for this, but for those that do not last."""
    groups = wishes.groups
    lists = (("--only", groups.only), ("--with", groups.with_), ("--without", groups.without))
    return (
        *(word for option, names in lists if names for word in (option, ",".join(names))),
        *(word for extra in wishes.extras for word in ("--extras", extra)),
        *(["--all-extras"] if wishes.all_extras else []),
        *([] if wishes.root else ["--no-root"]),
        *(["--compile"] if wishes.compile else []),
        *(["--sync"] if wishes.sync else []),
        *(["--reinstall"] if wishes.reinstall else []),
        *(["--engine", wishes.engine] if wishes.engine else []),
        *(["--python", wishes.python] if wishes.python else []),
        *(["--frozen"] if wishes.frozen else []),
    )


class Asked(NamedTuple):
    """What is asked of one member's environment."""

    member: Member
    options: tuple[str, ...]
    """The arguments of Poetry."""
    python: str = ""
    """The Python that it is of; empty for any that the member allows."""

    @property
    def recorded(self) -> tuple[str, ...]:
        """What its stamp keeps of that."""
        return (*self.options, *(("--python", self.python) if self.python else ()))


def from_recorded(member: Member, recorded: Sequence[str]) -> Asked:
    """What was asked, from what a stamp keeps of it."""
    if recorded[-2:-1] == ("--python",):
        return Asked(member, tuple(recorded[:-2]), recorded[-1])
    return Asked(member, tuple(recorded))


@dataclass(frozen=True, slots=True)
class Task:
    """One member whose environment needs something."""

    asked: Asked
    inputs: Inputs
    need: Need
    lock: bytes | None
    venv: str
    """The environment, relative to the workspace root."""
    tool: str = "poetry"
    """The engine."""
    because: str = ""
    """Why it is not the one that was asked for."""
    python: str = ""
    """The program of the Python for it, where it must be a certain one."""
    unneeded: tuple[str, ...] = ()
    """What is in it that nobody who shares it needs, by normalised name."""
    sharing: tuple[str, ...] = ()
    """The folders of all who share it."""
    verify: bool = False

    @property
    def member(self) -> Member:
        """Whose environment it is."""
        return self.asked.member


NEVER = ("lock/missing", "lock/unreadable", "lock/content-hash", "lock/path-missing")
"""What is wrong with a lock that Poetry does not install from either."""


def judged(
    drift: Sequence[Finding], *, frozen: bool = False
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings about locks that are not installed from, and the others, as warnings."""

    def refuses(finding: Finding) -> bool:
        return finding.rule in NEVER or (finding.severity == "error" and not frozen)

    others = (finding for finding in drift if not refuses(finding))
    return (
        tuple(finding for finding in drift if refuses(finding)),
        tuple(replace(finding, severity="warning") for finding in others),
    )


def asked(member: Member, wishes: Wishes) -> tuple[str, ...] | None:
    """What Poetry is asked for; `None` if the member has nothing of what `--only` asks for.

    Each member is asked only for groups and extras that it has.
    """
    groups = _groups(member, wishes.groups)
    if groups is None:
        return None
    has = extras_of(member)
    extras = [extra for extra in wishes.extras if normalise(extra) in has]
    return (
        "sync" if wishes.sync else "install",
        *groups,
        *(word for extra in extras for word in ("--extras", extra)),
        *(["--all-extras"] if wishes.all_extras and has else []),
        *([] if wishes.root else ["--no-root"]),
        *(["--compile"] if wishes.compile else []),
    )


def extras_of(member: Member) -> frozenset[str]:
    """The normalised names of a member's extras, in either form of manifest."""
    document = member.manifest.document
    modern = document.get("project", {}).get("optional-dependencies", {})
    older = document.get("tool", {}).get("poetry", {}).get("extras", {})
    return frozenset(map(normalise, (*modern, *older)))


def refused(
    members: Sequence[Member], findings: Sequence[Finding], wishes: Wishes
) -> tuple[Outcome, ...]:
    """The members that are not installed, with the reason.

    Their lock is not to be trusted, or they have nothing of what is asked for.
    """
    first = {finding.member: finding for finding in reversed(findings)}
    settled = []
    for member in members:
        finding = first.get(member.name)
        if finding is not None:
            go_on = "" if finding.rule in NEVER else ", or install it as it is: --frozen"
            reason = f"{finding.message}; run: {finding.hint}{go_on}"
            settled.append(Outcome(member.name, "install", "failed", reason))
        elif asked(member, wishes) is None:
            reason = f"has no group {' or '.join(wishes.groups.only)}"
            settled.append(Outcome(member.name, "install", "skipped", reason))
    return tuple(settled)


def in_conflict(members: Sequence[Member]) -> tuple[Outcome, ...]:
    """The members that are not installed because they cannot share an environment."""
    reason = "the locks do not fit into one environment"
    return tuple(Outcome(member.name, "install", "failed", reason) for member in members)


def impossible(failed: Sequence[Outcome]) -> tuple[Finding, ...]:
    """What `--check` tells of members about whose environment nothing can be done."""
    return tuple(
        Finding("install/stale", "error", outcome.reason, member=outcome.member)
        for outcome in failed
    )


def fresh(members: Sequence[Member]) -> tuple[Outcome, ...]:
    """The members about which there is nothing to do."""
    return tuple(Outcome(member.name, "install", "skipped", "up to date") for member in members)


def plan(tasks: Sequence[Task], settled: Sequence[Outcome], checks: Sequence[Action] = ()) -> Plan:
    """An engine for each member that needs something, and `checks` for others.

    Of Poetry's, one per distinct lock goes first, so that these warm its cache. Members that share
    an environment come one after the other.
    """
    leaders = _leaders([task for task in tasks if task.tool == "poetry"])
    last: dict[str, str] = {}
    actions: list[Action] = []
    for task in tasks:
        name = task.member.name
        before = {last.get(task.venv, name), leaders.get(name, name)} - {name}
        last[task.venv] = name
        actions.append(_action(task, tuple(sorted(before))))
    return Plan("install", (*actions, *checks), tuple(settled))


def _action(task: Task, after: tuple[str, ...]) -> Install:
    """Nothing is taken out of an environment that the engine would not lay down again."""
    member = task.member
    run = RunTool(
        member=member.name,
        tool=task.tool,
        args=arguments(task.asked, task.venv),
        folder=member.path,
        reason="; ".join(filter(None, (task.need.reason, task.because))),
        after=after,
        venv=task.venv,
        python=task.python,
    )
    locked = {normalise(name) for name, _ in locked_versions(task.lock or b"")}
    again = tuple(name for name in task.need.again if name in locked)
    return Install(
        run, task.inputs, task.need.anew, again, task.unneeded, task.sharing, task.verify
    )


def arguments(asked: Asked, venv: str) -> tuple[str, ...]:
    """What the engine is asked for: `sync` would take from others what they share it for."""
    own = venv == asked.member.file(VENV)
    return asked.options if own else ("install", *asked.options[1:])


def verification(asked: Asked, venv: str) -> RunTool:
    """Poetry, asked if it has anything to do about an environment that is up to date."""
    member = asked.member
    options = arguments(asked, venv)
    return RunTool(member.name, VERIFY, options, member.path, "asked for (--verify)", venv=venv)


def findings(plan: Plan, options: Sequence[str] = ()) -> tuple[Finding, ...]:
    """What `--check` tells: what would be done to which member and why.

    `options` are those that it was called with, as `said` has them.
    """
    found = []
    for action in plan.actions:
        if not isinstance(action, Install):  # a verification changes nothing
            continue
        what = "made anew" if action.anew else "brought up to date"
        found.append(
            Finding(
                "install/stale",
                "error",
                f"its environment would be {what}: {action.reason}",
                member=action.member,
                hint=" ".join(("ws install", *_only(action), *options)),
            )
        )
    return tuple(found)


def _only(action: Install) -> tuple[str, ...]:
    """The filter for one member; those that share an environment are installed together."""
    return () if action.sharing else ("--filter", action.member)


def check_usage(members: Sequence[Member], wishes: Wishes, *, some_of_one: bool = False) -> None:
    """Raise `UsageError` (or `Faults`) for groups and extras that no member has, and the like.

    `some_of_one` says that `members` are not all of those that share one environment.
    """
    faults = [*_wrong_groups(members, wishes.groups), *_wrong_extras(members, wishes)]
    if some_of_one and wishes.sync:
        fault = UsageError(
            "--sync with --filter would take from the shared environment what other members need",
            rule="usage/sync",
            hint="ws install --sync, for all members",
        )
        faults.append(fault)
    raise_all(faults)


def _leaders(tasks: Sequence[Task]) -> dict[str, str]:
    """For each member the first one that has the same packages locked."""
    first: dict[frozenset[tuple[str, str]], str] = {}
    return {
        task.member.name: first.setdefault(locked_versions(task.lock or b""), task.member.name)
        for task in tasks
    }


def _groups(member: Member, groups: Groups) -> tuple[str, ...] | None:
    """The group options for this member; `None` when it has nothing of what `--only` asks for."""
    has = {MAIN, *member.manifest.groups}
    chosen = {
        "--only": [group for group in groups.only if normalise(group) in has],
        "--with": [group for group in groups.with_ if normalise(group) in has],
        "--without": [group for group in groups.without if normalise(group) in has],
    }
    if groups.only and not chosen["--only"]:
        return None
    return tuple(
        word for option, names in chosen.items() if names for word in (option, ",".join(names))
    )


def _wrong_groups(members: Sequence[Member], groups: Groups) -> list[WsError]:
    known = {MAIN}.union(*(member.manifest.groups for member in members))
    if groups.only and (groups.with_ or groups.without):
        raise UsageError(
            "--only cannot be combined with --with or --without",
            rule="usage/groups",
            hint="Poetry would ignore them: leave out one or the other",
        )
    return [
        UsageError(
            f'no member has a dependency group "{group}"',
            rule="usage/groups",
            hint=did_you_mean(group, known) or f"there are: {', '.join(sorted(known))}",
        )
        for group in (*groups.only, *groups.with_, *groups.without)
        if normalise(group) not in known
    ]


def _wrong_extras(members: Sequence[Member], wishes: Wishes) -> list[WsError]:
    if wishes.extras and wishes.all_extras:
        raise UsageError(
            "--extras and --all-extras exclude each other",
            rule="usage/extras",
            hint="leave out one of them",
        )
    known = frozenset[str]().union(*map(extras_of, members))
    there_are = f"there are: {', '.join(sorted(known))}" if known else "no member has any"
    return [
        UsageError(
            f'no member has an extra "{extra}"',
            rule="usage/extras",
            hint=did_you_mean(extra, known) or there_are,
        )
        for extra in wishes.extras
        if normalise(extra) not in known
    ]
