"""The chunker worker.

In:  {"text": "...", "max_tokens": 200, "overlap": 20}, the numbers optional.
Out: {"chunks": [{"text", "start", "end", "tokens"}]}, where text is text[start:end].
"""

from collections.abc import Iterator
from typing import Self

from pydantic import BaseModel, Field, model_validator
from shared.worker import Worker

from chunker_worker.sentences import Span, sentences, split


class Text(BaseModel):
    """A text, the budget of a chunk and how much of it the next one may repeat."""

    text: str
    max_tokens: int = Field(default=200, ge=1)
    overlap: int = Field(default=20, ge=0)

    @model_validator(mode="after")
    def overlap_is_smaller(self) -> Self:
        """Refuse an overlap that leaves no room for anything new."""
        if "overlap" not in self.model_fields_set:
            self.overlap = min(self.overlap, self.max_tokens // 2)
        if self.overlap >= self.max_tokens:
            message = "overlap must be smaller than max_tokens"
            raise ValueError(message)
        return self


class Chunk(BaseModel):
    """A piece of the text."""

    text: str
    start: int
    end: int
    tokens: int


class Chunks(BaseModel):
    """All chunks, in order."""

    chunks: list[Chunk]


class Chunker(Worker[Text, Chunks]):
    """Fills chunks with whole sentences; only one that is too long is cut."""

    name = "chunker"
    request = Text

    def handle(self, request: Text) -> Chunks:
        return Chunks(
            chunks=[
                Chunk(
                    text=request.text[spans[0].start : spans[-1].end],
                    start=spans[0].start,
                    end=spans[-1].end,
                    tokens=size(spans),
                )
                for spans in pack(request)
            ]
        )


def pack(request: Text) -> Iterator[list[Span]]:
    """Group sentences into chunks; each begins with the last few of the one before."""
    current: list[Span] = []
    for sentence in sentences(request.text):
        for piece in split(request.text, sentence, request.max_tokens):
            if size(current) + piece.tokens > request.max_tokens:
                yield current
                room = min(request.overlap, request.max_tokens - piece.tokens)
                current = tail(current, room)
            current.append(piece)
    if current:
        yield current


def tail(spans: list[Span], room: int) -> list[Span]:
    """Return as many of the last spans as fit."""
    first = len(spans)
    while first and size(spans[first - 1 :]) <= room:
        first -= 1
    return spans[first:]


def size(spans: list[Span]) -> int:
    """Count the tokens."""
    return sum(span.tokens for span in spans)


main = Chunker.main
