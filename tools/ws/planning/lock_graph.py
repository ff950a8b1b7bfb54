"""Which package of a lock asks for which: what the lock itself says, and the member's manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ws.formats import requirement
from ws.model.names import normalise
from ws.planning import ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ws.model.lock import Lock, LockedPackage
    from ws.planning.requirements import Direct

_ORIGINS = {"path": "path", "file": "path", "git": "git", "url": "url"}


@dataclass(frozen=True, slots=True)
class Edge:
    """One requirement that counts: of the member itself, or of a package in its lock."""

    source: LockedPackage | None = field(hash=False)
    """Who requires; `None` is the member itself."""
    target: str
    """The normalised name of what is required. The lock need not hold it."""
    constraint: str
    """As stored: in Poetry's words, `*` for any version."""
    extras: tuple[str, ...] = ()
    """The extras of the target that are asked for, normalised and sorted."""
    marker: str = ""
    """Where it is needed, as PEP 508 has it; empty for everywhere."""
    group: str = ""
    """Of the member's own requirements the group."""
    in_extras: tuple[str, ...] = ()
    """The extras of the source that bring it; none if it is always there."""
    origin: str = ""
    """`path`, `git` or `url` for what is not from an index. The constraint says nothing then."""
    optional: bool = False
    """Of the member's own requirements whether it is installed only where it is asked for."""


def edges(lock: Lock, own: Sequence[Direct]) -> tuple[Edge, ...]:
    """All requirements that count in a lock, nearest to the member first.

    `own` is what the member itself asks for (`requirements.direct`). What a package stores as
    optional counts only if somebody who counts asks for the extra that brings it; extras may ask
    for other extras of the same package. Packages to which no edge leads are not looked at.
    Source: Poetry `Provider.complete_package`.
    """
    packages = by_name(lock)
    found: dict[Edge, None] = dict.fromkeys(map(_own, own))
    todo = list(found)
    asked: dict[str, set[str]] = {}
    drawn: dict[tuple[str, str], int] = {}
    for edge in todo:  # which grows meanwhile
        extras = asked.setdefault(edge.target, set())
        extras.update(edge.extras)
        for package in targets(edge, packages) or packages.get(edge.target, ()):
            key = (package.name, package.version)
            if drawn.get(key) != len(extras):
                drawn[key] = len(extras)
                new = [other for other in _of(package, extras) if other not in found]
                found.update(dict.fromkeys(new))
                todo += new
    return tuple(found)


def edges_of(package: LockedPackage, extras: Iterable[str] = ()) -> tuple[Edge, ...]:
    """The requirements of one package that count where these of its extras are asked for."""
    return tuple(_of(package, set(extras)))


def by_name(lock: Lock) -> dict[str, tuple[LockedPackage, ...]]:
    """The packages of a lock by normalised name; several where markers part versions."""
    found: dict[str, tuple[LockedPackage, ...]] = {}
    for package in lock.packages:
        found[package.name] = (*found.get(package.name, ()), package)
    return found


def targets(
    edge: Edge, packages: Mapping[str, tuple[LockedPackage, ...]]
) -> tuple[LockedPackage, ...]:
    """The locked packages that an edge can mean, given those of `by_name`; none in a bad lock."""
    return tuple(
        package
        for package in packages.get(edge.target, ())
        if edge.origin or ranges.admits(edge.constraint, package.version)
    )


def _own(direct: Direct) -> Edge:
    return Edge(
        source=None,
        target=direct.name,
        constraint=direct.constraint,
        extras=direct.extras,
        marker=direct.marker,
        group=direct.group,
        in_extras=direct.in_extras,
        origin=direct.origin,
        optional=direct.optional,
    )


def _of(package: LockedPackage, asked: set[str]) -> Iterator[Edge]:
    """The requirements of a package that count where these extras of it are asked for."""
    brought = _brought(package, asked)
    for name, value in package.dependencies.items():
        target = normalise(name)
        for constraint in value if isinstance(value, list) else [value]:
            edge = _edge(package, target, constraint, brought.get(target, ()))
            if edge is not None:
                yield edge


def _edge(
    package: LockedPackage,
    target: str,
    stored: str | Mapping[str, Any],
    brought: tuple[str, ...],
) -> Edge | None:
    """One stored requirement; `None` for an optional one that no extra in `brought` brings."""
    table = {"version": stored} if isinstance(stored, str) else stored
    if table.get("optional") and not brought:
        return None
    return Edge(
        source=package,
        target=target,
        constraint=str(table.get("version", "*")),
        extras=tuple(sorted(map(normalise, table.get("extras", ())))),
        marker=str(table.get("markers", "")),
        in_extras=brought if table.get("optional") else (),
        origin=next((_ORIGINS[key] for key in _ORIGINS if key in table), ""),
    )


def expanded(package: LockedPackage, asked: Iterable[str]) -> set[str]:
    """Extras of a package with those that they name in turn."""
    extras = {normalise(extra): texts for extra, texts in package.extras.items()}
    todo = list(asked)
    for extra in todo:  # which grows meanwhile
        for found in filter(None, map(requirement.parse, extras.get(extra, ()))):
            if normalise(found.name) == package.name:
                todo += [name for name in map(normalise, found.extra_names) if name not in todo]
    return set(todo)


def _brought(package: LockedPackage, asked: set[str]) -> dict[str, tuple[str, ...]]:
    """What the extras asked for bring, by normalised name: the extras that bring it."""
    extras = {normalise(extra): texts for extra, texts in package.extras.items()}
    brought: dict[str, tuple[str, ...]] = {}
    todo = sorted(asked)
    for extra in todo:  # which grows meanwhile
        for found in filter(None, map(requirement.parse, extras.get(extra, ()))):
            name = normalise(found.name)
            if name == package.name:
                others = sorted(map(normalise, found.extra_names))
                todo += [other for other in others if other not in todo]
            else:
                brought[name] = (*brought.get(name, ()), extra)
    return brought
