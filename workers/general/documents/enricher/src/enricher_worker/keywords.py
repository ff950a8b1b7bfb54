"""Keywords by RAKE: runs without stop words, scored by the company words keep."""

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

PIECE = re.compile(r"[^\W\d_][\w-]*|[^\w\s]")
LONGEST = 3


def keywords(text: str, stop_words: AbstractSet[str], most: int) -> list[tuple[str, float]]:
    """Return the phrases with the highest scores, the best first."""
    phrases = Counter(_phrases(text.lower(), stop_words))
    frequency: Counter[str] = Counter()
    degree: Counter[str] = Counter()
    for phrase, times in phrases.items():
        for word in phrase:
            frequency[word] += times
            degree[word] += times * len(phrase)
    scores = {
        " ".join(phrase): times * sum(degree[word] / frequency[word] for word in phrase)
        for phrase, times in phrases.items()
    }
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [(phrase, round(score, 2)) for phrase, score in best[:most]]


def _phrases(text: str, stop_words: AbstractSet[str]) -> Iterator[tuple[str, ...]]:
    phrase: tuple[str, ...] = ()
    for piece in [*PIECE.findall(text), "."]:
        if piece[0].isalpha() and piece not in stop_words and len(piece) > 1:
            phrase += (piece,)
            continue
        if 0 < len(phrase) <= LONGEST:
            yield phrase
        phrase = ()
