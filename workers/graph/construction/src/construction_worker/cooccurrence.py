"""Which names come together, as a weighted graph."""

from collections.abc import Sequence
from itertools import combinations

import networkx as nx  # type: ignore[import-untyped]
from preprocessor_worker import Sentence


def cooccurrence(sentences: Sequence[Sentence], *, window: int, min_weight: int) -> nx.Graph:
    """Sentences in; a graph out whose edges join names that come together.

    A node has its `name` and its number of `mentions`; an edge's `weight` is the number
    of places (windows of so many sentences in a row) where both names are found. Edges
    lighter than `min_weight` are left out.
    """
    graph = nx.Graph()
    for sentence in sentences:
        for entity in sentence.entities:
            if entity.key not in graph:
                graph.add_node(entity.key, name=entity.name, mentions=0)
            graph.nodes[entity.key]["mentions"] += 1
    # At least one window, also when there are fewer sentences than it is wide.
    for start in range(max(1, len(sentences) - window + 1)):
        here = sentences[start : start + window]
        keys = {entity.key for sentence in here for entity in sentence.entities}
        for one, other in combinations(sorted(keys), 2):
            weight = graph.get_edge_data(one, other, {"weight": 0})["weight"]
            graph.add_edge(one, other, weight=weight + 1)
    light = [(u, v) for u, v, weight in graph.edges.data("weight") if weight < min_weight]
    graph.remove_edges_from(light)
    return graph
