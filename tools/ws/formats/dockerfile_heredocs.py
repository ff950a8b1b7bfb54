"""The here-documents that a line of a Dockerfile announces: `<<EOF`, `<<-EOF`, `<<"EOF"`.

As BuildKit finds them (`heredocsFromLine` in frontend/dockerfile/parser/parser.go): by a shell's
words, so that `"<<EOF"` and `a<<EOF` are none.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ws.formats.dockerfile_expansion import shell_words

KINDS = ("ADD", "COPY", "RUN")
"""The instructions that can have any."""
_MARK = re.compile(r"\d*<<(-?)[\t\n\f\r ]*([^<]*)", re.DOTALL)
_TABS = re.compile(r"^\t+", re.MULTILINE)


class Mark(NamedTuple):
    """What announces a here-document."""

    name: str
    """The line that ends it."""
    tabs: bool
    """Whether tabs at the beginning of its lines are left out: `<<-`."""
    expand: bool
    """Whether no part of the name is quoted."""


def marks(line: str) -> list[Mark]:
    """The here-documents that a line announces, in order."""
    if "<<" not in line:
        return []
    found = (mark(word) for word in shell_words(line, raw_quotes=True, raw_escapes=True) or ())
    return [announced for announced in found if announced is not None]


def mark(word: str) -> Mark | None:
    """The here-document that one word announces, if it does."""
    match = _MARK.fullmatch(word)
    if match is None or not match[2]:
        return None
    # An escaped quote counts in both readings, one that quotes in the second only.
    plain, raw = shell_words(match[2]), shell_words(match[2], raw_quotes=True)
    if plain is None or raw is None or len(plain) != 1 or len(raw) != 1:
        return None
    return Mark(plain[0], bool(match[1]), _quotes(plain[0]) == _quotes(raw[0]))


def without_tabs(text: str) -> str:
    """The lines of a here-document as `<<-` gives them."""
    return _TABS.sub("", text)


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')
