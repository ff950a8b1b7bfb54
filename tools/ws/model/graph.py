"""The graph of members: edges, closures, cycles, and an order in which to work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Edge(NamedTuple):
    """A dependency of one member on another."""

    target: str
    main: bool
    """Whether a main dependency makes it; else only groups (development, tests) do."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Who depends on whom. Keys are all members, in listing order; values their direct edges."""

    edges: Mapping[str, tuple[Edge, ...]]

    def dependencies(self, name: str) -> tuple[str, ...]:
        """The members that `name` depends on directly, by name."""
        return tuple(edge.target for edge in self.edges[name])

    def dependents(self, name: str) -> tuple[str, ...]:
        """The members that depend directly on `name`, in listing order."""
        return tuple(source for source in self.edges if name in self.dependencies(source))

    def with_dependencies(self, names: Iterable[str]) -> set[str]:
        """`names` and all that they depend on, near and far."""
        return _closure(names, self.dependencies)

    def with_dependents(self, names: Iterable[str]) -> set[str]:
        """`names` and all that depend on them, near and far."""
        return _closure(names, self.dependents)

    def inverted(self) -> Graph:
        """The same members with every edge turned round."""
        turned: dict[str, list[Edge]] = {name: [] for name in self.edges}
        for source, edges in self.edges.items():
            for edge in edges:
                turned[edge.target].append(Edge(source, edge.main))
        return Graph({name: tuple(edges) for name, edges in turned.items()})

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """The cycles through main dependencies: one for each knot of members, its first one first.

        Poetry locks such members, so a cycle is worth a warning and no more. Cycles that need an
        edge of a group are no cycles here: they are broken at that edge.
        """
        main = {
            name: tuple(edge.target for edge in edges if edge.main)
            for name, edges in self.edges.items()
        }
        found: list[tuple[str, ...]] = []
        knotted: set[str] = set()
        for name in main:
            if name not in knotted and (cycle := _cycle_through(name, main)):
                found.append(cycle)
                knotted |= _knot(name, main)
        return tuple(found)

    def order(self) -> tuple[str, ...]:
        """All members, dependencies first.

        A cycle through a group is broken at that group's edge. Within a cycle of main
        dependencies no order is right, and listing order decides.
        """
        before = self.before()
        return tuple(sorted(self.edges, key=lambda name: len(before[name])))

    def before(self) -> dict[str, tuple[str, ...]]:
        """For each member all that come before it, near and far, in listing order; no cycles."""
        kept: dict[str, list[str]] = {name: [] for name in self.edges}
        ordered = [
            (source, edge.target)
            for main in (True, False)
            for source, edges in self.edges.items()
            for edge in edges
            if edge.main is main
        ]
        for source, target in ordered:
            if source not in _closure([target], kept.__getitem__):
                kept[source].append(target)
        closures = {name: _closure(targets, kept.__getitem__) for name, targets in kept.items()}
        return {name: tuple(n for n in self.edges if n in closures[name]) for name in self.edges}


def _closure(names: Iterable[str], step: Callable[[str], Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(step(name))
    return seen


def _cycle_through(start: str, targets: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The shortest way from `start` back to itself, without the repeated end; empty if none."""
    came_from: dict[str, str] = {}
    todo = [start]
    for name in todo:
        for target in targets[name]:
            if target == start:
                way = [name]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if target not in came_from:
                came_from[target] = name
                todo.append(target)
    return ()


def _knot(name: str, targets: Mapping[str, tuple[str, ...]]) -> set[str]:
    """All members that reach `name` and are reached from it."""
    reached = _closure([name], targets.__getitem__)
    return {other for other in reached if name in _closure([other], targets.__getitem__)}
