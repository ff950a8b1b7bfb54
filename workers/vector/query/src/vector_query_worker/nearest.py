"""Cosines between a query and items; and texts as vectors of their trigrams."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def cosines(query: Matrix, items: Matrix) -> Matrix:
    """Give the cosine of the query with each row; 0 if one of the two is all zeros."""
    lengths = np.linalg.norm(items, axis=1) * np.linalg.norm(query)
    products = items @ query
    result: Matrix = np.zeros_like(products)
    np.divide(products, lengths, out=result, where=lengths > 0)
    return result


def tf_idf(texts: Sequence[str]) -> Matrix:
    """Texts in; one row each out: their trigrams, of which rare ones weigh more."""
    counts = [Counter(trigrams(text)) for text in texts]
    columns = {gram: index for index, gram in enumerate(sorted(set().union(*counts)))}
    matrix = np.zeros((len(texts), len(columns)))
    for row, counter in zip(matrix, counts, strict=True):
        for gram, count in counter.items():
            row[columns[gram]] = 1 + np.log(count)
    found_in = np.count_nonzero(matrix, axis=0)
    weighted: Matrix = matrix * (1 + np.log((1 + len(texts)) / (1 + found_in)))
    return weighted


def trigrams(text: str) -> list[str]:
    """Give the character trigrams of each word, whose ends are marked."""
    marked = (f"<{word}>" for word in text.casefold().split())
    return [word[start : start + 3] for word in marked for start in range(len(word) - 2)]
