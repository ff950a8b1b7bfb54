"""Graphs in, one graph out."""

from typing import Any

import networkx as nx  # type: ignore[import-untyped]
from pydantic import BaseModel, Field
from shared.worker import Worker

from connector_worker.joining import join


class Graphs(BaseModel):
    """Undirected graphs as node-link JSON; how alike names must be to be merged."""

    graphs: list[dict[str, Any]] = Field(min_length=1)
    threshold: float = Field(default=90, gt=0, le=100)


class Merged(BaseModel):
    """A node that was merged: its graph (from 0), id and name, and into which node."""

    into: Any
    graph: int
    id: Any
    name: str
    score: float


class Joined(BaseModel):
    """The one graph as node-link JSON, and every node that was merged into another."""

    graph: dict[str, Any]
    merged: list[Merged]


class Connector(Worker[Graphs, Joined]):
    """Joins graphs."""

    name = "connector"
    request = Graphs

    def handle(self, request: Graphs) -> Joined:
        """Graphs in; one graph out, and what was merged."""
        graphs = [read(number, data) for number, data in enumerate(request.graphs)]
        joint = join(graphs, request.threshold)
        return Joined(
            graph=nx.node_link_data(joint.graph, edges="edges"),
            merged=[Merged(**vars(merge)) for merge in joint.merges],
        )


def read(number: int, data: dict[str, Any]) -> nx.Graph:
    """Node-link JSON in (its edges as "edges" or, of old, "links"); the graph out."""
    edges = "links" if "links" in data and "edges" not in data else "edges"
    try:
        graph = nx.node_link_graph(data, edges=edges)
    except (KeyError, TypeError, nx.NetworkXError) as error:
        message = f"graph {number} is no node-link JSON: {error!r}"
        raise ValueError(message) from error
    if graph.is_directed():
        message = f"graph {number} is directed; only undirected graphs can be joined"
        raise ValueError(message)
    return graph


main = Connector.main
