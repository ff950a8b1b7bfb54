"""Letting members agree on versions, each lock holding together all the while.

A package may pin another one to the very version (pydantic and pydantic-core), so none is decided
alone: each decision is made in locks that hold all the others, until nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ws.planning import lock_graph, ranges
from ws.planning.skew import newest_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ws.model.lock import LockedPackage
    from ws.planning.lock_graph import Edge
    from ws.planning.skew import Holding, Skew

_PASSES = 30
"""So often is each decision made anew in the light of the others; chains are never that long."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a member cannot have a version of a package."""

    version: str
    edge: Edge | None = None
    """The requirement that does not allow it."""
    reason: str = ""
    """In words, where it is no requirement on the package itself."""


class Negotiation:
    """The locks as they would be, from decision to decision.

    Every package in `found` must stand in each lock at one version.
    """

    def __init__(self, holdings: Sequence[Holding], found: Sequence[Skew] = ()) -> None:
        self._holdings = {holding.member.name: holding for holding in holdings}
        self._skews = {skew.name: skew for skew in found}
        self._donors = {skew.name: _donors(skew) for skew in found}
        self._now: dict[tuple[str, str], LockedPackage] = {}
        self._banned: dict[tuple[str, str, str], Obstacle] = {}
        self._names = {each.member.name: lock_graph.by_name(each.lock) for each in holdings}
        self._onto: dict[str, dict[str, list[Edge]]] = {}
        self._hard: dict[str, dict[str, list[Edge]]] = {}

    def decide(self) -> list[Holding]:
        """Decide everything, again and again until all decisions hold together.

        Gives the locks as they would be, with nothing solved.
        """
        self._start()
        self._hard = {member: self._unmovable(member) for member in self._holdings}
        while self._ban(self._settle()):
            self._start()
        return [self._moved(each) for each in self._holdings.values()]

    def target(self, name: str) -> LockedPackage | None:
        """The version to agree on; `None` for what all agree on."""
        return self._target(name) if name in self._skews else None

    def obstacle(self, member: str, name: str, package: LockedPackage) -> Obstacle | None:
        """What keeps a member from having a version, as things stand now; `None` for nothing."""
        banned = self._banned.get((member, name, package.version))
        if banned is not None:
            return banned
        for edge in self._onto[member].get(name, ()):
            if not _admits(edge, package):
                return Obstacle(package.version, edge)
        return self._python(member, package) or self._ahead(member, package)

    def _start(self) -> None:
        """Back to the locks as they are."""
        self._now = {(m, name): p for name in self._skews for m, p in self._held(name).items()}
        self._onto = {member: self._edges(member) for member in self._holdings}

    def _held(self, name: str) -> dict[str, LockedPackage]:
        return {member: packages[0] for member, packages in self._skews[name].held.items()}

    def _settle(self) -> list[tuple[str, str]]:
        """Let each decision follow from the others; give the members and packages still moving."""
        moving: list[tuple[str, str]] = []
        for _ in range(_PASSES):
            moving = [place for name in self._skews for place in self._choose(name)]
            for member in dict.fromkeys(member for member, _ in moving):
                self._onto[member] = self._edges(member)
            if not moving:
                break
        return moving

    def _choose(self, name: str) -> list[tuple[str, str]]:
        """Give a package the best version wherever it may be; say where that changed something."""
        target = self._target(name)
        moving = []
        for member, own in self._held(name).items():
            fitting = self.obstacle(member, name, target) is None
            wanted = target if fitting else own
            if self._now[member, name].version != wanted.version:
                self._now[member, name] = wanted
                moving.append((member, name))
        return moving

    def _target(self, name: str) -> LockedPackage:
        """The version that most of the holders can have, the newest of several."""
        donors = self._donors[name]
        held = self._held(name)

        def count(package: LockedPackage) -> int:
            return sum(self.obstacle(member, name, package) is None for member in held)

        return max(donors.values(), key=count)  # the first, which is the newest, of equals

    def _python(self, member: str, package: LockedPackage) -> Obstacle | None:
        wanted = str(self._holdings[member].lock.document["metadata"].get("python-versions", ""))
        offered = str(package.table.get("python-versions", ""))
        if not (wanted and offered) or ranges.covers(offered, wanted):
            return None
        if any("python" in edge.marker for edge in self._onto[member].get(package.name, ())):
            return None  # it need not be there for all of the member's Pythons
        return Obstacle(
            package.version, reason=f"it wants Python {offered}, and {member} allows {wanted}"
        )

    def _ahead(self, member: str, package: LockedPackage) -> Obstacle | None:
        """Whether a version asks for something that the member can have under no circumstances.

        What the member's lock lacks so far would come along with it: as it does where the version
        is locked already.
        """
        held = self._held(package.name)
        if held[member].version == package.version:
            return None
        donor = next(name for name in held if held[name].version == package.version)
        todo, seen = [package], {package.name}
        for source in todo:  # which grows meanwhile
            for edge in lock_graph.edges_of(source):
                if edge.target in self._names[member]:
                    if not self._can_have(member, edge):
                        return Obstacle(package.version, reason=_need(package, edge))
                elif edge.target not in seen:
                    seen.add(edge.target)
                    todo += self._names[donor].get(edge.target, ())
        return None

    def _can_have(self, member: str, edge: Edge) -> bool:
        """Whether any version that somebody has suits a new requirement, and those that stay."""
        hard = self._hard[member].get(edge.target, ())
        known = self._donors.get(edge.target, {}).values()
        return not known or any(_suits(edge, hard, package) for package in known)

    def _ban(self, unsettled: Iterable[tuple[str, str]]) -> bool:
        """Rule out what does not hold together; whether there was anything."""
        bans = {
            (member, name, self._now[member, name].version): Obstacle(
                self._now[member, name].version, reason="its requirements lead round in circles"
            )
            for member, name in unsettled
        }
        for member in self._holdings:
            bans |= self._violations(member)
        own = {(m, name, p.version) for name in self._skews for m, p in self._held(name).items()}
        new = {
            key: ban for key, ban in bans.items() if key not in self._banned | dict.fromkeys(own)
        }
        self._banned |= new
        return bool(new)

    def _violations(self, member: str) -> dict[tuple[str, str, str], Obstacle]:
        """The moves after which a member's lock would not hold together."""
        found = {}
        packages = lock_graph.by_name(self._moved(self._holdings[member]).lock)
        for edge in (edge for edges in self._onto[member].values() for edge in edges):
            if edge.target in packages and not any(_admits(edge, p) for p in packages[edge.target]):
                moved = edge.source if edge.source is not None else packages[edge.target][0]
                asked = f"it needs {edge.target} {edge.constraint}"
                obstacle = Obstacle(moved.version, reason=asked)
                if edge.source is None:
                    obstacle = Obstacle(moved.version, edge)
                found[member, moved.name, moved.version] = obstacle
        return found

    def _moved(self, holding: Holding) -> Holding:
        """A member with its lock as it would be."""
        packages = tuple(
            self._now.get((holding.member.name, package.name), package)
            for package in holding.lock.packages
        )
        return replace(holding, lock=replace(holding.lock, packages=packages))

    def _edges(self, member: str) -> dict[str, list[Edge]]:
        """The requirements that count in a member's lock as it would be, by target."""
        moved = self._moved(self._holdings[member])
        onto: dict[str, list[Edge]] = {}
        for edge in lock_graph.edges(moved.lock, moved.own):
            onto.setdefault(edge.target, []).append(edge)
        return onto

    def _unmovable(self, member: str) -> dict[str, list[Edge]]:
        """The requirements of the member itself, and of packages that are not skewed."""
        return {
            target: [
                edge
                for edge in edges
                if edge.source is None or (member, edge.source.name) not in self._now
            ]
            for target, edges in self._onto[member].items()
        }


def _donors(skew: Skew) -> dict[str, LockedPackage]:
    """Each version of a package as it is locked first, the newest version first."""
    first: dict[str, LockedPackage] = {}
    for packages in skew.held.values():
        first.setdefault(packages[0].version, packages[0])
    return {version: first[version] for version in newest_first(first)}


def _admits(edge: Edge, package: LockedPackage) -> bool:
    return bool(edge.origin) or ranges.admits(edge.constraint, package.version)


def _need(package: LockedPackage, edge: Edge) -> str:
    asked = f"{edge.target} {edge.constraint}"
    if edge.source is None or edge.source.name == package.name:
        return f"it needs {asked}"
    return f"it brings {edge.source.name}, which needs {asked}"


def _suits(edge: Edge, hard: Iterable[Edge], package: LockedPackage) -> bool:
    return all(_admits(each, package) for each in (edge, *hard))
