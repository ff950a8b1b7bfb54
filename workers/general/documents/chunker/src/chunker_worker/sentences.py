"""Finding tokens and sentences, as spans of the text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(r"\w+|[^\w\s]")
END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|\n\s*\n")
SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|cf|No|Nr|bzw|z\.B|d\.h)|\b[A-Z])\.$"
)


class Span(NamedTuple):
    """A piece of the text and how many tokens it holds."""

    start: int
    end: int
    tokens: int


def sentences(text: str) -> Iterator[Span]:
    """Yield the sentences; "Dr.", "e.g." and initials do not end one."""
    start = 0
    for match in END.finditer(text):
        if not SHORT.search(text, start, match.end()):
            yield from _trimmed(text, start, match.end())
            start = match.end()
    yield from _trimmed(text, start, len(text))


def split(text: str, span: Span, most: int) -> Iterator[Span]:
    """Cut a sentence that has too many tokens between its tokens."""
    tokens = [match.span() for match in TOKEN.finditer(text, span.start, span.end)]
    for first in range(0, len(tokens), most):
        part = tokens[first : first + most]
        yield Span(part[0][0], part[-1][1], len(part))


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    tokens = [match.span() for match in TOKEN.finditer(text, start, end)]
    if tokens:
        yield Span(tokens[0][0], tokens[-1][1], len(tokens))
