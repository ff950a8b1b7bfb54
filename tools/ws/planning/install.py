"""What `ws install` runs: `poetry install` for every member whose environment needs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ws.errors import UsageError, WsError, raise_all
from ws.formats.lock import locked_versions
from ws.model.manifest import MAIN
from ws.model.names import did_you_mean, normalise
from ws.model.plan import Install, Plan, RunTool
from ws.model.report import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.environment import Inputs
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


@dataclass(frozen=True, slots=True)
class Task:
    """One member whose environment needs something."""

    member: Member
    inputs: Inputs
    need: Need
    lock: bytes | None
    tool: str = "poetry"
    """The engine."""
    because: str = ""
    """Why it is not the one that was asked for."""


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


def fresh(members: Sequence[Member]) -> tuple[Outcome, ...]:
    """The members about which there is nothing to do."""
    return tuple(Outcome(member.name, "install", "skipped", "up to date") for member in members)


def plan(tasks: Sequence[Task], settled: Sequence[Outcome]) -> Plan:
    """Poetry for each member, one per distinct lock first, so that these warm Poetry's cache.

    Nothing is taken out of an environment that Poetry would not lay down again.
    """
    leaders = _leaders([task for task in tasks if task.tool == "poetry"])
    actions = []
    for task in tasks:
        member, leader = task.member, leaders.get(task.member.name, task.member.name)
        run = RunTool(
            member=member.name,
            tool=task.tool,
            args=task.inputs.asked,
            folder=member.path,
            reason="; ".join(filter(None, (task.need.reason, task.because))),
            after=() if leader == member.name else (leader,),
        )
        locked = {normalise(name) for name, _ in locked_versions(task.lock or b"")}
        again = tuple(name for name in task.need.again if name in locked)
        actions.append(Install(run, task.inputs, task.need.anew, again))
    return Plan("install", tuple(actions), tuple(settled))


def findings(plan: Plan) -> tuple[Finding, ...]:
    """What `--check` tells: what would be done to which member and why."""
    found = []
    for action in plan.actions:
        assert isinstance(action, Install)
        what = "made anew" if action.anew else "brought up to date"
        found.append(
            Finding(
                "install/stale",
                "error",
                f"its environment would be {what}: {action.reason}",
                member=action.member,
                hint=f"ws install --filter {action.member}",
            )
        )
    return tuple(found)


def check_usage(members: Sequence[Member], wishes: Wishes) -> None:
    """Raise `UsageError` (or `Faults`) for groups and extras that no member has, and the like."""
    faults = [*_wrong_groups(members, wishes.groups), *_wrong_extras(members, wishes)]
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
