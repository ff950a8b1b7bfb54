"""Cutting text into sentences and terms."""

import re
from collections.abc import Callable

WORD = re.compile(r"[^\W_]+")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
# Words of which every question is made; they say nothing about its subject.
ASKING = frozenset(
    (
        "a about an and are at be by can could did do does for from had has have how i "
        "in is it its me my of on or please s tell that the their them they this to "
        "was we were what when where which who whom why will with would you your"
    ).split()
)


def sentences(text: str) -> list[str]:
    """Cut a text into sentences."""
    return [part.strip() for part in SENTENCE_END.split(text) if part.strip()]


def terms(text: str) -> list[str]:
    """Return what a text is about, as stems where the extra `stemming` is installed."""
    words = (word for word in WORD.findall(text.lower()) if word not in ASKING)
    return [stem(word) for word in words]


def _stemmer() -> Callable[[str], str]:
    try:
        import snowballstemmer  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        return str
    stem_word: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return stem_word


stem = _stemmer()
