"""Why a package is in a lock: the chains of requirements that lead to it from the member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.planning.lock_graph import by_name, edges, targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.model.lock import Lock, LockedPackage
    from ws.planning.lock_graph import Edge
    from ws.planning.requirements import Direct

Key = tuple[str, str]
"""Name and version of a locked package."""


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain."""

    edge: Edge
    package: LockedPackage
    """What the edge leads to."""


Chain = tuple[Link, ...]
"""From a requirement of the member itself to the package that is asked about."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a package is in a lock."""

    packages: tuple[LockedPackage, ...]
    """What the lock holds of that name; nothing if it is not in there."""
    chains: tuple[Chain, ...] = ()
    """For each requirement of the member that leads there the shortest chains, shortest first."""
    more: int = 0
    """How many such chains there are besides."""
    others: tuple[Edge, ...] = ()
    """Requirements on it that end none of these chains."""


def why(lock: Lock, own: Sequence[Direct], name: str, limit: int | None = None) -> Why:
    """The chains that lead to the package with this normalised name, at most `limit` of them.

    `own` is what the member itself asks for (`requirements.direct`).
    """
    found = edges(lock, own)
    walk = _Walk(lock, found)
    distances = walk.distances(name)
    entries = [link for edge in found if edge.source is None for link in walk.links(edge)]
    reaching = [link for link in entries if _key(link.package) in distances]
    reaching.sort(key=lambda link: distances[_key(link.package)])
    counts = walk.counts(distances)
    total = sum(counts[_key(link.package)] for link in reaching)
    chains: list[Chain] = []
    for entry in reaching:
        for chain in walk.chains(entry, distances):
            if limit is not None and len(chains) == limit:
                break
            chains.append(chain)
    ends = {chain[-1].edge for chain in chains}
    others = tuple(edge for edge in found if edge.target == name and edge not in ends)
    return Why(by_name(lock).get(name, ()), tuple(chains), total - len(chains), others)


class _Walk:
    """The edges of one lock, ready to be walked along."""

    def __init__(self, lock: Lock, found: Sequence[Edge]) -> None:
        self._packages = by_name(lock)
        self._from: dict[Key, list[Link]] = {_key(package): [] for package in lock.packages}
        self._onto: dict[Key, list[LockedPackage]] = {key: [] for key in self._from}
        for edge in found:
            if edge.source is not None:
                for link in self.links(edge):
                    self._from[_key(edge.source)].append(link)
                    self._onto[_key(link.package)].append(edge.source)

    def links(self, edge: Edge) -> list[Link]:
        """The steps that an edge can mean; a lock that is out of date may hold no fitting one."""
        packages = self._packages
        fitting = targets(edge, packages) or packages.get(edge.target, ())
        return [Link(edge, package) for package in fitting]

    def distances(self, name: str) -> dict[Key, int]:
        """How many steps lead from each package to one of that name, for those that lead there."""
        found = {_key(package): 0 for package in self._packages.get(name, ())}
        todo = list(found)
        for key in todo:  # which grows meanwhile
            for source in self._onto[key]:
                if _key(source) not in found:
                    found[_key(source)] = found[key] + 1
                    todo.append(_key(source))
        return found

    def counts(self, distances: dict[Key, int]) -> dict[Key, int]:
        """How many shortest chains there are from each package."""
        counts: dict[Key, int] = {}
        for key in sorted(distances, key=distances.__getitem__):
            steps = self._nearer(key, distances)
            counts[key] = sum(counts[_key(link.package)] for link in steps) if steps else 1
        return counts

    def chains(self, entry: Link, distances: dict[Key, int]) -> Iterator[Chain]:
        """The shortest chains that begin with this step."""
        steps = self._nearer(_key(entry.package), distances)
        if not steps:
            yield (entry,)
        for link in steps:
            for rest in self.chains(link, distances):
                yield (entry, *rest)

    def _nearer(self, key: Key, distances: dict[Key, int]) -> list[Link]:
        wanted = distances[key] - 1
        return [link for link in self._from[key] if distances.get(_key(link.package)) == wanted]


def _key(package: LockedPackage) -> Key:
    return package.name, package.version
