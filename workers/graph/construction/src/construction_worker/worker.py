"""A text or sentences with names in, a graph out."""

from typing import Any, Self

import networkx as nx  # type: ignore[import-untyped]
from preprocessor_worker import Entity, Sentence, normalise, prepare
from pydantic import BaseModel, Field, field_validator, model_validator
from shared.worker import Worker

from construction_worker.cooccurrence import cooccurrence


class NamedSentence(Sentence):
    """A sentence whose names may also be given as mere strings."""

    @field_validator("entities", mode="before")
    @classmethod
    def _names(cls, entities: object) -> object:
        if not isinstance(entities, list):
            return entities
        return [
            Entity(text=entity, name=entity, key=normalise(entity) or entity)
            if isinstance(entity, str)
            else entity
            for entity in entities
        ]


class Source(BaseModel):
    """Sentences, such as preprocessor-worker gives, or a text to find them in."""

    text: str | None = None
    sentences: list[NamedSentence] | None = None
    window: int = Field(default=1, ge=1, description="how many sentences in a row are together")
    min_weight: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.text is None) == (self.sentences is None):
            message = "give either text or sentences"
            raise ValueError(message)
        return self


class Built(BaseModel):
    """The graph as node-link JSON."""

    graph: dict[str, Any]


class Construction(Worker[Source, Built]):
    """Builds a graph of the names that come together."""

    name = "construction"
    request = Source

    def handle(self, request: Source) -> Built:
        """Text or sentences in; their graph out."""
        sentences = prepare(request.text or "") if request.sentences is None else request.sentences
        graph = cooccurrence(sentences, window=request.window, min_weight=request.min_weight)
        return Built(graph=nx.node_link_data(graph, edges="edges"))


main = Construction.main
