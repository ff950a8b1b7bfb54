"""`${NAME}` in values of Compose files.

https://docs.docker.com/reference/compose-file/interpolation/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_INSIDE = r"\$\{(?:\$\{[^{}]*\}|[^{}])*\}"
"""A variable in the default of another, and one in its."""
_FOUND = re.compile(
    r"\$\$|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    rf"(?:(?P<how>:?[-?+])(?P<word>(?:{_INSIDE}|[^{{}}])*))?\}}|\$"
)


def escaped(text: str) -> str:
    """A value for a Compose file, in which `${NAME}` and its like are variables.

    Any other dollar is one, and is doubled, as Compose wants it.
    """

    def kept(found: re.Match[str]) -> str:
        if not found["word"]:
            return found[0] if len(found[0]) > 1 else "$$"
        return f"${{{found['name']}{found['how']}{escaped(found['word'])}}}"

    return _FOUND.sub(kept, text)


def required(text: str) -> str:
    """The same value where each variable must be set: none has a default."""

    def demand(found: re.Match[str]) -> str:
        name, how = found["name"], found["how"] or ""
        if not name or "+" in how:
            return found[0]
        return found[0] if "?" in how else f"${{{name}:?{name} is not set}}"

    return _FOUND.sub(demand, text)


def filled(text: str, environ: Mapping[str, str]) -> str:
    """What Compose makes of such a value.

    Raises `KeyError`, with what is to be said, for a variable that must be set and is not.
    """

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        if not name:
            return "$"
        how, word = found["how"] or "-", found["word"] or ""
        there = environ.get(name)
        is_set = there is not None and (bool(there) or ":" not in how)
        if "+" in how:
            return filled(word, environ) if is_set else ""
        if is_set and there is not None:
            return there
        word = filled(word, environ)
        if "?" in how:
            raise KeyError(f"{name} is not set" + (f": {word}" if word else ""))
        return word

    return _FOUND.sub(value, text)
