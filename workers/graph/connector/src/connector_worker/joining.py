"""Graphs into one: nodes whose names are alike are merged."""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import networkx as nx  # type: ignore[import-untyped]
from rapidfuzz import fuzz, process, utils

# Attributes that are counts: they add up. Of the others, the first one found stays.
_COUNTS = frozenset({"mentions", "weight"})
_NUMBER = re.compile(r"\b(?:\d+|[ivx]+)\b")


@dataclass(frozen=True)
class Merge:
    """Node `id` of graph number `graph` went into node `into`: how alike (0 to 100)."""

    into: Hashable
    graph: int
    id: Hashable
    name: str
    score: float


class Joint:
    """The one graph, to which graphs are added in turn."""

    def __init__(self, threshold: float) -> None:
        self.graph = nx.Graph()
        self.merges: list[Merge] = []
        self._threshold = threshold
        self._names: dict[Hashable, str] = {}  # of each node, plain

    def add(self, number: int, graph: nx.Graph) -> None:
        """Add a graph: its nodes to those most alike, or as new; then its edges."""
        places = {
            node: self._add_node(number, node, attributes)
            for node, attributes in graph.nodes.data()
        }
        for one, other, attributes in graph.edges.data():
            ends = places[one], places[other]
            if ends[0] == ends[1]:  # its ends were merged
                continue
            if not self.graph.has_edge(*ends):
                self.graph.add_edge(*ends)
            _combine(self.graph.edges[ends], {"weight": 1, **attributes})

    def _add_node(self, number: int, node: Hashable, attributes: dict[str, object]) -> Hashable:
        name = str(attributes.get("name", node))
        plain = utils.default_process(name)
        found = self._most_alike(plain)
        if found is None:
            place = node
            while place in self.graph:  # an id of another graph, for another name
                place = f"{place}#{number}"
            self.graph.add_node(place)
            self._names[place] = plain
        else:
            place, score = found
            self.merges.append(Merge(place, number, node, name, round(score, 1)))
        _combine(self.graph.nodes[place], attributes)
        return place

    def _most_alike(self, plain: str) -> tuple[Hashable, float] | None:
        # "Apollo 11" is not "Apollo 12", nor is "Part I" "Part II", alike as they look.
        numbers = _numbers(plain)
        same_numbers = {
            place: name for place, name in self._names.items() if _numbers(name) == numbers
        }
        best = process.extractOne(
            plain,
            same_numbers,
            scorer=fuzz.token_sort_ratio,
            score_cutoff=self._threshold,
        )
        return (best[2], best[1]) if best and plain else None


def join(graphs: Iterable[nx.Graph], threshold: float) -> Joint:
    """Graphs in; one graph out, with a note of every merge.

    Names are compared whatever their case, punctuation and order of words. Each node
    goes to the one most alike of those there before, if `threshold` (0 to 100) is met.
    """
    joint = Joint(threshold)
    for number, graph in enumerate(graphs):
        joint.add(number, graph)
    return joint


def _numbers(plain: str) -> list[str]:
    return sorted(_NUMBER.findall(plain))


def _combine(kept: dict[str, object], added: dict[str, object]) -> None:
    for key, value in added.items():
        before = kept.setdefault(key, 0 if key in _COUNTS else value)
        if key in _COUNTS and isinstance(before, int | float) and isinstance(value, int | float):
            kept[key] = before + value
