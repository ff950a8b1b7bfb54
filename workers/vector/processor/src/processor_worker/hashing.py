"""Vectors without a model: words and their n-grams, each put where its hash says."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

# A word counts as much as all its n-grams together.
_NGRAMS = (3, 4)
_WORD = re.compile(r"\w+")


def embed(texts: Sequence[str], dimension: int) -> NDArray[np.float64]:
    """Texts in; one row of length 1 each out (of length 0 for a text with no word).

    The same text has the same vector in every process and on every machine.
    """
    vectors = np.zeros((len(texts), dimension))
    for row, text in zip(vectors, texts, strict=True):
        for word, count in Counter(words(text)).items():
            # The tenth time says less than the first.
            weight = 1 + np.log(count)
            add(row, f"w:{word}", weight)
            grams = list(ngrams(word))
            for gram in grams:
                add(row, f"g:{gram}", weight / np.sqrt(len(grams)))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, lengths, out=vectors, where=lengths > 0)
    return vectors


def words(text: str) -> list[str]:
    """Give the words of a text, whatever their case and Unicode form."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def ngrams(word: str) -> Iterator[str]:
    """Give the character n-grams of a word, whose ends are marked."""
    marked = f"<{word}>"
    for size in _NGRAMS:
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]


def add(row: NDArray[np.float64], feature: str, weight: float) -> None:
    """Add a feature where its hash says; the sign too, so that collisions even out."""
    number = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest(), "big")
    row[(number >> 1) % len(row)] += weight if number & 1 else -weight
