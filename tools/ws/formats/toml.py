"""TOML text to plain data, and the places of things in it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from ws.errors import ManifestError, Where

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"({_PART}(?:\s*\.\s*{_PART})*)"
_HEADER = re.compile(rf"\s*\[\[?\s*{_DOTTED}\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"\s*{_DOTTED}\s*=")


def parse(data: bytes, path: str) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file, line endings kept, and what it says.

    `path` (relative to the workspace root) is for messages. Raises `ManifestError` with line and
    column for what is no UTF-8 or no TOML 1.0.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ManifestError(
            "the file is not UTF-8, as TOML must be",
            rule="manifest/encoding",
            where=Where(path, line),
            hint="save it as UTF-8",
        ) from error
    try:
        return text, tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # the latter two for absurd numbers and nesting
        raise _syntax_error(str(error), text, path) from error


def line_of(text: str, *keys: str) -> int | None:
    """The line (from 1) on which the table or key with this path of keys begins.

    Finds headers, keys, dotted keys and keys inside an inline table (the line where that one
    begins). It is there to make messages helpful; `None` where the key stands in no plain way.
    """
    wanted = list(keys)
    table: list[str] = []
    best: int | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(line)
        if header:
            table = _keys(header[1])
            here = table
        elif key := _KEY.match(line):
            here = table + _keys(key[1])
        else:
            continue
        if here[: len(wanted)] == wanted:
            return number
        if not header and here == wanted[: len(here)]:
            best = number
    return best


def line_of_item(text: str, item: str, *keys: str) -> int:
    """The line (from 1) on which a string stands in the array at this path of keys.

    The line of the array where the string is not found as it is (escapes), 1 where that is not.
    """
    first = line_of(text, *keys) or 1
    for number, line in enumerate(text.split("\n")[first - 1 :], start=first):
        if f'"{item}"' in line or f"'{item}'" in line:
            return number
    return first


def _keys(dotted: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(_PART, dotted)]


def _syntax_error(message: str, text: str, path: str) -> ManifestError:
    place = _PLACE.search(message)
    line, column = text.count("\n") + 1, None
    if place and place[1]:
        line, column = int(place[1]), int(place[2])
    reason = _PLACE.sub("", message)
    reason = reason[:1].lower() + reason[1:]
    hint = "mend the TOML there"
    if text.startswith("\ufeff"):
        hint = "the file begins with a byte order mark: save it without"
    elif re.search(r"^(<{7}|={7}|>{7})", text, re.MULTILINE):
        hint = "there are conflict markers of a git merge in the file: resolve them"
    return ManifestError(
        f"this is not valid TOML: {reason}",
        rule="manifest/syntax",
        where=Where(path, line, column),
        hint=hint,
    )
