"""A query and items in, the nearest items out."""

from typing import Self

import numpy as np
from pydantic import BaseModel, Field, FiniteFloat, model_validator
from shared.worker import Worker

from vector_query_worker.nearest import cosines, tf_idf


class Item(BaseModel):
    """One of the things to find: its id, with a vector, a text or both."""

    id: str
    vector: list[FiniteFloat] | None = Field(default=None, min_length=1)
    text: str | None = None


class Query(BaseModel):
    """A vector, compared with the items' vectors, or a text, with their texts."""

    vector: list[FiniteFloat] | None = Field(default=None, min_length=1)
    text: str | None = None
    items: list[Item] = Field(min_length=1)
    limit: int = Field(default=5, ge=1)
    at_least: float = Field(default=-1, ge=-1, le=1, description="the lowest cosine wanted")

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        if (self.vector is None) == (self.text is None):
            message = "give either vector or text to look for"
            raise ValueError(message)
        for item in self.items:
            if self.text is not None and item.text is None:
                message = f"item {item.id!r} has no text to compare"
                raise ValueError(message)
            if self.vector is not None and len(item.vector or ()) != len(self.vector):
                message = f"item {item.id!r} has no vector of dimension {len(self.vector)}"
                raise ValueError(message)
        return self


class Match(BaseModel):
    """An item found, and its cosine with the query."""

    id: str
    score: float
    text: str | None = None


class Matches(BaseModel):
    """The nearest items, nearest first; of equal ones, those given earlier first."""

    matches: list[Match]


class VectorQuery(Worker[Query, Matches]):
    """Finds the nearest items by cosine."""

    name = "vector-query"
    request = Query

    def handle(self, request: Query) -> Matches:
        """A query and items in; the nearest items out."""
        if request.text is not None:
            rows = tf_idf([request.text, *(item.text or "" for item in request.items)])
        else:
            rows = np.array([request.vector, *(item.vector for item in request.items)], float)
        scores = cosines(rows[0], rows[1:]).round(6)
        nearest = np.argsort(-scores, kind="stable")[: request.limit]
        return Matches(
            matches=[
                Match(
                    id=request.items[index].id,
                    score=scores[index],
                    text=request.items[index].text,
                )
                for index in nearest
                if scores[index] >= request.at_least
            ]
        )


main = VectorQuery.main
