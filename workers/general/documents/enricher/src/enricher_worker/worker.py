"""The enricher worker.

In:  {"text": "...", "keywords": 10}, the number optional.
Out: {"language": "en", "words": 12, "reading_seconds": 3,
      "keywords": [{"phrase", "score"}], "dates": [{"text", "date"}]}
"""

import datetime as dt
import math
import re

from pydantic import BaseModel, Field
from shared.worker import Worker

from enricher_worker.dates import dates
from enricher_worker.keywords import keywords
from enricher_worker.languages import STOP_WORDS, guess

WORD = re.compile(r"[^\W_]+")
WORDS_A_MINUTE = 230


class Text(BaseModel):
    """A text and how many keywords are wanted."""

    text: str
    keywords: int = Field(default=10, ge=0, le=100)


class Keyword(BaseModel):
    """A phrase and its RAKE score."""

    phrase: str
    score: float


class FoundDate(BaseModel):
    """A date as it is written and as it is meant."""

    text: str
    date: dt.date


class Enriched(BaseModel):
    """What the text tells about itself; no language where none is likely."""

    language: str | None
    words: int
    reading_seconds: int
    keywords: list[Keyword]
    dates: list[FoundDate]


class Enricher(Worker[Text, Enriched]):
    """Reads off a text what needs no model."""

    name = "enricher"
    request = Text

    def handle(self, request: Text) -> Enriched:
        words = WORD.findall(request.text.lower())
        language = guess(words)
        stop_words = STOP_WORDS[language or "en"]
        days = list(dates(request.text))
        rest = request.text
        for written, _ in days:  # "1 May 2024" is no reason for the keyword "may"
            rest = rest.replace(written, ".")
        found = keywords(rest, stop_words, request.keywords)
        return Enriched(
            language=language,
            words=len(words),
            reading_seconds=math.ceil(len(words) / WORDS_A_MINUTE * 60),
            keywords=[Keyword(phrase=phrase, score=score) for phrase, score in found],
            dates=[FoundDate(text=text, date=day) for text, day in days],
        )


main = Enricher.main
