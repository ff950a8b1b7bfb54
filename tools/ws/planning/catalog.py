"""Which constraints the members put on the packages they use, and which one most of them do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ws.planning import ranges
from ws.planning.sync_catalog import catalog_of, constraint_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.workspace import Catalog, Member, Workspace

_TWO = 2
"""How many members make a package worth a place in a catalog."""


class Entry(NamedTuple):
    """One package: the constraint chosen for it, and who has which."""

    name: str
    constraint: str
    members: tuple[str, ...]
    """Those that have this constraint, or one that means the same."""
    differing: Mapping[str, tuple[str, ...]]
    """Other constraints, and who has them."""


def adopted(workspace: Workspace, members: Sequence[Member]) -> tuple[Entry, ...]:
    """A catalog for the packages that two or more members use: the most common constraint of each.

    Where two are as common, the wider one, if it is a bound at all; else that of the first member.
    """
    found = _used(workspace, members)
    return tuple(
        _entry(name, _most_common(users), users)
        for name, users in sorted(found.items())
        if len(users) >= _TWO
    )


def current(workspace: Workspace, members: Sequence[Member]) -> tuple[Entry, ...]:
    """The catalog of the workspace, and who uses its packages how.

    Members that chose another catalog are not asked.
    """
    asked = [m for m in members if catalog_of(workspace, m) is workspace.settings.catalog]
    found = _used(workspace, asked)
    catalog: Catalog = workspace.settings.catalog
    return tuple(_entry(name, catalog[name], found.get(name, {})) for name in catalog)


def _used(workspace: Workspace, members: Sequence[Member]) -> dict[str, dict[str, str]]:
    """For each published package, who uses it with which constraint (its first one, if several)."""
    known = workspace.by_name
    found: dict[str, dict[str, str]] = {}
    for member in members:
        for dependency in member.manifest.dependencies:
            constraint = constraint_of(member, dependency)
            if constraint is not None and dependency.name not in known:
                found.setdefault(dependency.name, {}).setdefault(member.name, constraint)
    return found


def _most_common(users: Mapping[str, str]) -> str:
    counts: Counter[str] = Counter()
    for constraint in users.values():
        counts[next((one for one in counts if ranges.same(one, constraint)), constraint)] += 1
    most = max(counts.values())
    best, *others = sorted(
        (constraint for constraint, count in counts.items() if count == most), key="*".__eq__
    )
    for other in others:
        if other != "*" and ranges.covers(other, best):
            best = other
    return best


def _entry(name: str, constraint: str, users: Mapping[str, str]) -> Entry:
    differing: dict[str, tuple[str, ...]] = {}
    same = []
    for member, theirs in users.items():
        if ranges.same(theirs, constraint):
            same.append(member)
        else:
            differing[theirs] = (*differing.get(theirs, ()), member)
    return Entry(name, constraint, tuple(same), differing)
