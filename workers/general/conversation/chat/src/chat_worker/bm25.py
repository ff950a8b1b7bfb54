"""Okapi BM25 over texts that are already cut into terms."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

K1 = 1.5
B = 0.75


class BM25:
    """Scores how well each of the texts fits some weighted terms."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(text) for text in texts]
        self._lengths = [len(text) for text in texts]
        self._mean = max(1.0, sum(self._lengths) / max(1, len(texts)))
        found_in = Counter(term for counts in self._counts for term in counts)
        self._weights = {
            term: math.log(1 + (len(texts) - number + 0.5) / (number + 0.5))
            for term, number in found_in.items()
        }

    def scores(self, terms: Mapping[str, float]) -> list[float]:
        """Return a score for each text, 0 where no term occurs."""
        return [
            sum(
                weight * self._weights[term] * self._saturated(counts[term], length)
                for term, weight in terms.items()
                if term in counts
            )
            for counts, length in zip(self._counts, self._lengths, strict=True)
        ]

    def _saturated(self, times: int, length: int) -> float:
        return times * (K1 + 1) / (times + K1 * (1 - B + B * length / self._mean))
