"""The questions: each finds its answer in a graph such as `load` gives."""

from collections.abc import Hashable
from typing import Annotated, Any, Literal

import networkx as nx  # type: ignore[import-untyped]
from pydantic import BaseModel, Field

NodeId = str | int


class Node(BaseModel):
    """A node found, its name (else its id), and a number that the question defines."""

    id: NodeId
    name: str
    score: float


class Neighbours(BaseModel):
    """Which nodes are near a node? Scored by their distance in edges, nearest first."""

    ask: Literal["neighbours"]
    node: NodeId
    depth: int = Field(default=1, ge=1)

    def find(self, graph: nx.Graph) -> list[Node]:
        """Give the nodes within `depth` edges."""
        start = locate(graph, self.node)
        near = nx.single_source_shortest_path_length(graph, start, cutoff=self.depth)
        return [_node(graph, node, distance) for node, distance in near.items() if node != start]


class Path(BaseModel):
    """How are two nodes tied? Scored by the length so far, along the closest ties."""

    ask: Literal["path"]
    start: NodeId
    end: NodeId

    def find(self, graph: nx.Graph) -> list[Node]:
        """Give the nodes of the shortest path, both ends too; none if there is none."""
        start, end = locate(graph, self.start), locate(graph, self.end)
        try:
            path = nx.shortest_path(graph, start, end, weight="length")
        except nx.NetworkXNoPath:
            return []
        return [
            _node(graph, node, nx.path_weight(graph, path[:count], "length"))
            for count, node in enumerate(path, start=1)
        ]


class Central(BaseModel):
    """Which nodes matter most? Scored by the measure, highest first."""

    ask: Literal["central"] = "central"
    measure: Literal["degree", "betweenness", "closeness", "pagerank"] = "degree"
    limit: int = Field(default=5, ge=1)

    def find(self, graph: nx.Graph) -> list[Node]:
        """Give the most central nodes; "degree" is the weight of all their edges."""
        scores = self._scores(graph)
        best = sorted(scores, key=lambda node: (-scores[node], str(node)))
        return [_node(graph, node, scores[node]) for node in best[: self.limit]]

    def _scores(self, graph: nx.Graph) -> dict[Hashable, float]:
        if self.measure == "degree":
            return dict(graph.degree(weight="weight"))
        if self.measure == "pagerank":
            try:
                return dict(nx.pagerank(graph, weight="weight"))
            except ImportError as error:
                message = "pagerank needs its extra: poetry install --extras pagerank"
                raise RuntimeError(message) from error
        if self.measure == "betweenness":
            return dict(nx.betweenness_centrality(graph, weight="length"))
        return dict(nx.closeness_centrality(graph, distance="length"))


Question = Annotated[Neighbours | Path | Central, Field(discriminator="ask")]


def load(data: dict[str, Any]) -> nx.Graph:
    """Node-link JSON in; the graph out, its edges with `length`: 1 / weight."""
    try:
        graph = nx.node_link_graph(data, edges="edges", multigraph=False)
        for _, _, edge in graph.edges.data():
            edge["length"] = 1 / edge.setdefault("weight", 1)
    except (KeyError, TypeError, ZeroDivisionError, nx.NetworkXError) as error:
        message = f"this is no node-link graph with weights: {error!r}"
        raise ValueError(message) from error
    if graph.is_multigraph() or any(edge["length"] < 0 for _, _, edge in graph.edges.data()):
        message = "between two nodes must be at most one edge, of a weight above 0"
        raise ValueError(message)
    return graph


def locate(graph: nx.Graph, wanted: NodeId) -> Hashable:
    """Find a node by its id or, whatever its case, by its name."""
    if wanted in graph:
        return wanted
    names = [
        node
        for node, name in graph.nodes.data("name")
        if str(name).casefold() == str(wanted).casefold()
    ]
    if len(names) != 1:
        message = f"{len(names) or 'no'} nodes have the id or name {wanted!r}"
        raise ValueError(message)
    found: Hashable = names[0]
    return found


def _node(graph: nx.Graph, node: Any, score: float) -> Node:
    return Node(id=node, name=str(graph.nodes[node].get("name", node)), score=round(score, 6))
