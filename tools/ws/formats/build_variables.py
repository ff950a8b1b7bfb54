"""The variables in a Compose file, and their values in the `.env` beside it.

As the Compose specification has it ("Interpolation"); what the shell of the person who calls has
set goes before both, and is known to nobody here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEGINNING = re.compile(r"\$(?:\$|(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*))")
_MODIFIER = re.compile(r":?[-+?]")
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)")
_QUOTED = re.compile(r"(['\"])((?:\\.|(?!\1).)*)\1")


def interpolated(text: str, values: Mapping[str, str]) -> str | None:
    """A text with its variables put in; `None` where one of them has no value and no default.

    Compose takes an unset variable for empty, with a warning: who writes one means it to be set.
    """
    parts: list[str] = []
    place = 0
    while found := _BEGINNING.search(text, place):
        parts.append(text[place : found.start()])
        place = found.end()
        name = found["plain"] or found["name"]
        value: str | None = values.get(name) if name else "$"
        if found["name"]:
            end = _closing(text, place)
            if end < 0:
                return None
            value = _modified(value, text[place:end], values)
            place = end + 1
        if value is None:
            return None
        parts.append(value)
    return "".join((*parts, text[place:]))


def _modified(value: str | None, modifier: str, values: Mapping[str, str]) -> str | None:
    """What `:-default` and its like make of a value."""
    found = _MODIFIER.match(modifier)
    if found is None:
        return None if modifier else value
    rest = interpolated(modifier[found.end() :], values)
    is_set = bool(value) if found[0].startswith(":") else value is not None
    if found[0].endswith("+"):
        return rest if is_set else None if value is None else ""
    return value if is_set else rest if found[0].endswith("-") else None


def _closing(text: str, place: int) -> int:
    """Where the brace closes that was opened before a place; -1 for nowhere."""
    depth = 1
    for index in range(place, len(text)):
        depth += text.startswith("${", index) - (text[index] == "}")
        if not depth:
            return index
    return -1


def dotenv(text: str) -> dict[str, str]:
    """The values of an `.env` file; those that are made of what it does not say are left out."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        found = None if line.lstrip().startswith("#") else _LINE.fullmatch(line.rstrip())
        if found is None:
            continue
        quoted = _QUOTED.match(found[2])
        written = quoted[2] if quoted else re.sub(r"(?:^|\s+)#.*", "", found[2])
        value = written if quoted and quoted[1] == "'" else interpolated(written, values)
        if value is not None:
            values[found[1]] = value
    return values
