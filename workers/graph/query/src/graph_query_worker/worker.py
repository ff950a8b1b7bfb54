"""A graph and a question in, nodes out."""

from typing import Any

from pydantic import BaseModel, Field
from shared.worker import Worker

from graph_query_worker.questions import Central, Node, Question, load


class Query(BaseModel):
    """A graph as node-link JSON, and what to ask it: if nothing, its central nodes."""

    graph: dict[str, Any]
    question: Question = Field(default_factory=Central)


class Answer(BaseModel):
    """The nodes found, in the order that the question asks for."""

    nodes: list[Node]


class GraphQuery(Worker[Query, Answer]):
    """Asks a graph."""

    name = "graph-query"
    request = Query

    def handle(self, request: Query) -> Answer:
        """A graph and a question in; the nodes that answer it out."""
        return Answer(nodes=request.question.find(load(request.graph)))


main = GraphQuery.main
