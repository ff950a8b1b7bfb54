"""What `ws install` runs: `poetry install` for every member whose lock can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ws.errors import UsageError, WsError, raise_all
from ws.formats.lock import locked_versions
from ws.model.manifest import MAIN
from ws.model.names import did_you_mean, normalise
from ws.model.plan import Plan, RunTool
from ws.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.report import Finding
    from ws.model.workspace import Member


@dataclass(frozen=True, slots=True)
class Groups:
    """Which dependency groups to install, as Poetry's options of the same names."""

    only: tuple[str, ...] = ()
    with_: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


_REFUSED = ("lock/missing", "lock/unreadable", "lock/content-hash", "lock/path-missing")
"""What is wrong with a lock that Poetry does not install from either."""


def judged(drift: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings about locks that cannot be installed from, and the others, as warnings."""
    refused = tuple(finding for finding in drift if finding.rule in _REFUSED)
    others = (finding for finding in drift if finding.rule not in _REFUSED)
    return refused, tuple(replace(finding, severity="warning") for finding in others)


def plan(
    members: Sequence[Member],
    refused: Sequence[Finding],
    locks: Mapping[str, bytes | None],
    groups: Groups,
    *,
    sync: bool = False,
) -> Plan:
    """Poetry for each member, one per distinct lock first, so that these warm Poetry's cache.

    Each member is asked only for groups it has. Members that `refused` names are refused before
    anything is installed. Raises `UsageError` (or `Faults`) for groups that no member has.
    """
    _check_groups(members, groups)
    reasons = {finding.member: finding for finding in refused}
    options = {member.name: _options(member, groups) for member in members}
    run = [m for m in members if m.name not in reasons and options[m.name] is not None]
    leaders = _leaders(run, locks)
    actions = []
    settled = []
    for member in members:
        chosen = options[member.name]
        if member.name in reasons:
            finding = reasons[member.name]
            reason = f"{finding.message}; run: {finding.hint}"
            settled.append(Outcome(member.name, "install", "failed", reason))
        elif chosen is None:
            reason = f"has no group {' or '.join(groups.only)}"
            settled.append(Outcome(member.name, "install", "skipped", reason))
        else:
            leader = leaders[member.name]
            action = RunTool(
                member=member.name,
                tool="poetry",
                args=("sync" if sync else "install", *chosen),
                folder=member.path,
                reason="asked for",
                after=() if leader == member.name else (leader,),
            )
            actions.append(action)
    return Plan("install", tuple(actions), tuple(settled))


def _leaders(members: Sequence[Member], locks: Mapping[str, bytes | None]) -> dict[str, str]:
    """For each member the first one that has the same packages locked."""
    first: dict[frozenset[tuple[str, str]], str] = {}
    return {
        member.name: first.setdefault(locked_versions(locks[member.name] or b""), member.name)
        for member in members
    }


def _options(member: Member, groups: Groups) -> tuple[str, ...] | None:
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


def _check_groups(members: Sequence[Member], groups: Groups) -> None:
    known = {MAIN}.union(*(member.manifest.groups for member in members))
    if groups.only and (groups.with_ or groups.without):
        raise UsageError(
            "--only cannot be combined with --with or --without",
            rule="usage/groups",
            hint="Poetry would ignore them: leave out one or the other",
        )
    faults: list[WsError] = [
        UsageError(
            f'no member has a dependency group "{group}"',
            rule="usage/groups",
            hint=did_you_mean(group, known) or f"there are: {', '.join(sorted(known))}",
        )
        for group in (*groups.only, *groups.with_, *groups.without)
        if normalise(group) not in known
    ]
    raise_all(faults)
