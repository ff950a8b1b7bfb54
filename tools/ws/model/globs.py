"""Globs over folders: one meaning, in `workspace.toml`, in `--filter` and in `.gitignore`."""

from __future__ import annotations

import re
from functools import cache

_PIECES = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|\[|[^*?\[]+")
_SPECIAL_IN_SET = re.compile(r"[\\\[\]^&~|]")


def matches(path: str, pattern: str) -> bool:
    """Whether a glob chooses a folder; both are relative to the same one, `.` is that one itself.

    `*`, `?` and `[…]` match within one folder name, `**` any number of folders, none included.
    """
    return _regex(pattern).fullmatch("" if path == "." else f"{path}/") is not None


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    """The glob as a regular expression over paths in which a slash follows every name."""
    parts = [] if pattern == "." else pattern.split("/")
    return re.compile("".join(r"(?:[^/]+/)*" if part == "**" else _name(part) for part in parts))


def _name(part: str) -> str:
    return "".join(map(_piece, _PIECES.findall(part))) + "/"


def _piece(piece: str) -> str:
    if piece[0] in "*?":
        return "[^/]*" if piece[0] == "*" else "[^/]"
    return _set(piece[1:-1]) if len(piece) > 1 and piece[0] == "[" else re.escape(piece)


def _set(characters: str) -> str:
    """A set as in a shell: `!` negates, nothing else is special; it never holds a slash."""
    inside = _SPECIAL_IN_SET.sub(r"\\\g<0>", characters.removeprefix("!"))
    regex = f"(?!/)[{'^' if characters.startswith('!') else ''}{inside}]"
    try:
        re.compile(regex)
    except re.error:  # a range that runs backwards
        return "(?!)"
    return regex
