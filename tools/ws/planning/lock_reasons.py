"""Why a member's lock has to be made anew, with the way through the graph that each cause takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.model.names import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.lock import LockedPackage
    from ws.model.report import Finding
    from ws.model.workspace import Member
    from ws.planning.lock_drift import Cause, Locks


class Reason(NamedTuple):
    """One cause, and how it reaches the member."""

    finding: Finding
    chain: tuple[str, ...]
    """From the member to the path dependency that changed; the member alone if it is its own."""


def reasons(member: Member, causes: Sequence[Cause], locks: Locks) -> tuple[Reason, ...]:
    """What is wrong with a member's lock (`lock_drift.causes`), nearest cause first."""
    facts = locks.facts[member.name]
    entries = facts.entries if facts else ()
    found = [Reason(cause.finding, chain(member, entries, cause.package)) for cause in causes]
    return tuple(sorted(found, key=lambda reason: len(reason.chain)))


def chain(member: Member, entries: Sequence[LockedPackage], name: str) -> tuple[str, ...]:
    """The shortest way from a member to one of the path dependencies in its lock."""
    required = {
        entry.name: [normalise(dependency) for dependency in entry.dependencies]
        for entry in entries
    }
    ways: dict[str, tuple[str, ...]] = {
        dependency.name: (member.name, dependency.name)
        for dependency in member.manifest.dependencies
    }
    todo = list(ways)
    for near in todo:  # which grows meanwhile
        for far in required.get(near, ()):
            if far not in ways:
                ways[far] = (*ways[near], far)
                todo.append(far)
    return ways.get(name, (member.name,))
