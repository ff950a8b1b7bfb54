"""The words of one logical line of a Dockerfile: flags, words with quotes or without, JSON form.

As BuildKit cuts them (frontend/dockerfile/parser/split_command.go and line_parsers.go). Functions
take a text with the part of it that is meant, and give places in it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import NamedTuple, NoReturn

from ws.formats.dockerfile_expansion import SPACES

BLANKS = re.compile(r"[\t\v\f\r ]+")
"""What the builder splits at; rarer white space only ends a line or a flag."""
_WORD = re.compile(r"[^\t\v\f\r ]+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_FLAG = re.compile(
    rf"""(?:[^{SPACES}'"\\]|\\.|\\\Z|'(?:[^'\\]|\\.)*(?:'|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z))+""",
    re.DOTALL,
)
_PART = re.compile(
    r"""'(?P<single>(?:[^'\\]|\\.)*)\\?'?|"(?P<double>(?:[^"\\]|\\.)*)\\?"?|\\(?P<escaped>.?)|(?P<plain>[^'"\\]+)""",
    re.DOTALL,
)


class Part(NamedTuple):
    """A word and where it stands in the line."""

    begin: int
    end: int
    text: str


class NotStringsError(ValueError):
    """A JSON array that holds something else than strings."""


def skip_spaces(text: str, begin: int, end: int) -> int:
    """Where the first character after white space stands."""
    while begin < end and text[begin] in SPACES:
        begin += 1
    return begin


def flags(text: str, begin: int, end: int) -> tuple[list[Part], int]:
    """The words that begin with `--`, quotes off, and where the arguments begin."""
    found: list[Part] = []
    begin = skip_spaces(text, begin, end)
    while text.startswith("--", begin, end):
        match = _FLAG.match(text, begin, end)
        assert match is not None
        begin = skip_spaces(text, match.end(), end)
        if match[0] == "--":
            break
        found.append(Part(match.start(), match.end(), _unquoted(match[0])))
    return found, begin


def whole(text: str, begin: int, end: int) -> list[Part]:
    """All of it as one word."""
    return [Part(begin, end, text[begin:end])] if begin < end else []


def split(text: str, begin: int, end: int) -> list[Part]:
    """Words between blanks, whatever quotes there are."""
    return [Part(*match.span(), match[0]) for match in _WORD.finditer(text, begin, end)]


def quoted(text: str, begin: int, end: int, escape: str) -> list[Part]:
    """Words between blanks that are not quoted or escaped."""
    found = _quoting(escape).finditer(text, begin, end)
    return [Part(*match.span(), match[0]) for match in found if match[0] != escape]


def named(text: str, begin: int, end: int, escape: str) -> list[Part]:
    """Words of the form `name=value`, or of the old form `name text that may hold blanks`."""
    words = quoted(text, begin, end, escape)
    if not words or "=" in words[0].text:
        return words
    blank = BLANKS.search(text, begin, end)
    if blank is None:
        return whole(text, begin, end)
    return [*whole(text, begin, blank.start()), *whole(text, blank.end(), end)]


def json_strings(text: str, begin: int, end: int) -> list[Part] | None:
    """The strings of an array in JSON, each with its quotes in its place; `None` if it is no JSON.

    Raises `NotStringsError` for an array of something else, which a builder refuses.
    """
    if not text.startswith("[", begin, end):
        return None
    try:
        values = json.loads(text[begin:end], parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(value, str) for value in values):
        raise NotStringsError
    places = _STRING.finditer(text, begin, end)
    return [
        Part(*place.span(), value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        for place, value in zip(places, values, strict=True)
    ]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and the like: Python's JSON knows them, the builder's does not


def _unquoted(word: str) -> str:
    if "'" not in word and '"' not in word and "\\" not in word:
        return word
    return "".join(
        re.sub(r"\\(.)", r"\1", part[part.lastgroup or 0], flags=re.DOTALL)
        for part in _PART.finditer(word)
    )


@cache
def _quoting(escape: str) -> re.Pattern[str]:
    sign = re.escape(escape)
    single, double = r"'[^']*(?:'|\Z)", rf'"(?:[^"{sign}]|{sign}.)*(?:"|{sign}?\Z)'
    return re.compile(
        rf"""(?:[^{SPACES}'"{sign}]|{sign}.|{sign}\Z|{single}|{double})+""", re.DOTALL
    )
