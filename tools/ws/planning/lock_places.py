"""Whether a lock says of each package what follows from who needs it: groups, markers, optional.

Poetry works these out after the solve (2.5: `Solver._aggregate_solved_packages`), and writes what
it takes from the member's manifest besides: its extras, and its Python.
"""

from __future__ import annotations

import re
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from ws.planning import lock_graph, markers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ws.model.lock import Lock, LockedPackage
    from ws.planning.lock_graph import Edge
    from ws.planning.requirements import Own

    Key = tuple[str, str]
    Misplaced = Iterator[tuple[LockedPackage | None, str]]

_EXTRA = re.compile(r'extra == "([^"]+)"')


def misplaced(member: str, lock: Lock, edges: Sequence[Edge], own: Own) -> Misplaced:
    """Each package of which the lock says something else, and what; no package for its header.

    The lock must be one of Poetry 2, in which every requirement is met. Where a path dependency
    leads back to the member, below circles, and of a name that is locked at several versions, only
    the solver knows: nothing is said then.
    """
    yield from _header(lock, own)
    if any(edge.target == member for edge in edges):
        return
    counting = _counting(lock, edges, own.python)
    packages = lock_graph.by_name(lock)
    single = [package for package in lock.packages if len(packages[package.name]) == 1]
    groups = _groups(lock, counting)
    required = _reached(lock, counting, (edge for edge in counting if _is_required(edge)))
    for package in single:
        key = _key(package)
        yield from _differing(package, "groups", sorted(groups[key]), _group_names(package))
        optional = key not in required
        yield from _differing(package, "optional", optional, package.table.get("optional"))
    sure = _before_circles(counting)
    yield from _markers([p for p in single if p.name in sure], counting, own)


def _header(lock: Lock, own: Own) -> Misplaced:
    stated = {
        "extras": (own.extras, lock.document.get("extras", {})),
        "python-versions": (own.python, lock.document["metadata"].get("python-versions")),
    }
    yield from _twice(lock)
    for field, (wanted, held) in stated.items():
        if wanted != held:
            yield None, f"the {field} of the lock are not those of the manifest"
    names = [(package.name, package.table["name"]) for package in lock.packages]
    for (name, _), (following, written) in pairwise(names):
        if following < name:
            yield None, f"the packages of the lock are not in order: {written} comes too late"
            return


def _twice(lock: Lock) -> Misplaced:
    """Packages that stand there twice, where no marker parts them."""
    seen: dict[str, list[LockedPackage]] = {}
    for package in lock.packages:
        others = seen.setdefault(package.name, [])
        if any(_is_again(package, other) for other in others):
            yield package, f"{package.name} {package.version} stands in the lock a second time"
        others.append(package)


def _is_again(package: LockedPackage, other: LockedPackage) -> bool:
    same = package.version == other.version and package.source == other.source
    return same or not (package.table.get("markers") and other.table.get("markers"))


def _differing(package: LockedPackage, field: str, wanted: object, held: object) -> Misplaced:
    if wanted != held:
        yield package, f"{field} of {package.name} is {_say(held)} in the lock, not {_say(wanted)}"


def _say(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value).lower()


def _group_names(package: LockedPackage) -> list[str]:
    return sorted(package.table.get("groups", ()))


def _counting(lock: Lock, edges: Sequence[Edge], python: str) -> list[Edge]:
    """The edges without those that Poetry left out, since they count nowhere.

    Of the member's own it leaves out none, when it works out groups.
    """
    held = {package.name for package in lock.packages}
    return [
        edge
        for edge in edges
        if edge.target in held and (edge.source is None or not markers.is_void(edge, python))
    ]


def _groups(lock: Lock, edges: Sequence[Edge]) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {_key(package): set() for package in lock.packages}
    for group in dict.fromkeys(edge.group for edge in edges if edge.source is None):
        first = (edge for edge in edges if edge.source is None and edge.group == group)
        for key in _reached(lock, edges, first):
            found[key].add(group)
    return found


def _is_required(edge: Edge) -> bool:
    return edge.source is None and not edge.optional


def _reached(lock: Lock, edges: Sequence[Edge], first: Iterable[Edge]) -> set[Key]:
    """All packages to which some edges lead, near and far, with the extras that these ask for."""
    packages = lock_graph.by_name(lock)
    onward: dict[Key, list[Edge]] = {}
    for edge in edges:
        if edge.source is not None:
            onward.setdefault(_key(edge.source), []).append(edge)
    asked: dict[Key, set[str]] = {}
    todo = list(first)
    for edge in todo:  # which grows meanwhile
        for package in lock_graph.targets(edge, packages):
            key, extras = _key(package), lock_graph.expanded(package, edge.extras)
            if key not in asked or not extras <= asked[key]:
                asked.setdefault(key, set()).update(extras)
                todo += [
                    other
                    for other in onward.get(key, ())
                    if not other.in_extras or not asked[key].isdisjoint(other.in_extras)
                ]
    return set(asked)


def _markers(packages: Sequence[LockedPackage], edges: Sequence[Edge], own: Own) -> Misplaced:
    """What is needed nowhere, or elsewhere, than the lock says."""
    onto: dict[str, list[Edge]] = {}
    for edge in edges:
        onto.setdefault(edge.target, []).append(edge)
    for package in packages:
        above = onto.get(package.name, [])
        if _is_split(above) or any(_is_split(onto.get(source, [])) for source in _sources(above)):
            continue
        for group in _group_names(package):
            wanted = [_needed(edge, group) for edge in above if _is_of(edge, group)]
            held = markers.of(package, group)
            if not markers.same_everywhere(held, wanted, own.python) or _is_reordered(held, above):
                where = f'"{held}"' if held else "everywhere"
                yield package, f"{package.name} is needed elsewhere than {where}, as the lock says"
                break


def _is_split(above: Sequence[Edge]) -> bool:
    """Whether a package is asked for with other extras here than there.

    Poetry solves each set of extras as a package of its own, with a marker of its own.
    """
    return len({edge.extras for edge in above}) > 1


def _sources(above: Sequence[Edge]) -> list[str]:
    return [edge.source.name for edge in above if edge.source is not None]


def _before_circles(edges: Sequence[Edge]) -> set[str]:
    """The packages that are in no circle, nor needed by one: there, Poetry's markers are exact."""
    needed_by: dict[str, set[str]] = {edge.target: set() for edge in edges}
    for edge in edges:
        if edge.source is not None:
            needed_by[edge.target].add(edge.source.name)
    sorter = TopologicalSorter(needed_by)
    with suppress(CycleError):  # and all the same it gives what comes before the first circle
        sorter.prepare()
    found: set[str] = set()
    while ready := sorter.get_ready():
        found.update(ready)
        sorter.done(*ready)
    return found


def _is_of(edge: Edge, group: str) -> bool:
    if edge.source is None:
        return edge.group == group
    return group in edge.source.table.get("groups", ())


def _needed(edge: Edge, group: str) -> str:
    """Where an edge asks for its target, for the sake of a group."""
    if edge.source is not None:
        return markers.both(markers.of(edge.source, group), markers.without_extras(edge.marker))
    return markers.both(edge.marker, _of_extras(edge.in_extras))


def _of_extras(extras: Iterable[str]) -> str:
    return " or ".join(f'extra == "{extra}"' for extra in extras)


def _is_reordered(held: str, above: Sequence[Edge]) -> bool:
    """Whether extras stand in another order than the one edge says that brings the package.

    Poetry writes them in the order in which the manifest has them.
    """
    only = above[0] if len(above) == 1 else None
    if only is None or only.source is not None or not only.in_extras:
        return False
    return _EXTRA.findall(held) != list(only.in_extras)


def _key(package: LockedPackage) -> Key:
    return (package.name, package.version)
