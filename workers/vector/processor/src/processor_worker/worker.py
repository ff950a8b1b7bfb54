"""Texts in, vectors out."""

from pydantic import BaseModel, Field
from shared.worker import Worker

from processor_worker.hashing import embed


class Texts(BaseModel):
    """The texts, and the dimension of the vectors wanted."""

    texts: list[str] = Field(min_length=1)
    dimension: int = Field(default=256, ge=8, le=65_536)


class Vectors(BaseModel):
    """One vector of length 1 per text, in the same order."""

    vectors: list[list[float]]
    dimension: int


class Processor(Worker[Texts, Vectors]):
    """Makes vectors of texts by hashing."""

    name = "processor"
    request = Texts

    def handle(self, request: Texts) -> Vectors:
        """Texts in; their vectors out, to six digits."""
        vectors = embed(request.texts, request.dimension).round(6)
        return Vectors(vectors=vectors.tolist(), dimension=request.dimension)


main = Processor.main
