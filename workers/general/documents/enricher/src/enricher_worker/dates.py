"""Finding dates in a text."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from dateutil import parser

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d\d-\d\d)(?!\d)|(?P<dots>\d{{1,2}}\.\d{{1,2}}\.\d{{4}})"
    rf"|{DAY} {MONTH},? \d{{4}}|{MONTH} {DAY},? \d{{4}})\b"
)
# Nothing is filled in from it: each form above has a day, a month and a year.
DEFAULT = datetime(2000, 1, 1, tzinfo=UTC)


def dates(text: str) -> Iterator[tuple[str, date]]:
    """Yield dates as written and as meant: ISO, 31.12.2024 and English forms."""
    for match in DATE.finditer(text):
        try:
            found = parser.parse(match[0], dayfirst=match["dots"] is not None, default=DEFAULT)
        except ValueError:  # such as 31 June
            continue
        yield match[0], found.date()
