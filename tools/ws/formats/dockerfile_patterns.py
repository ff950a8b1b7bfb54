"""The patterns in `${a#pattern}`, `${a%pattern}` and `${a/pattern/text}`: `*`, `?`, and escapes.

As BuildKit has them (`convertShellPatternToRegex` in frontend/dockerfile/shell/lex.go): a backslash
escapes whatever the file's own escape is, and there are no bracket expressions.
"""

from __future__ import annotations

import re

_PART = re.compile(r"\*+|\?|\\(.?)|[^*?\\]+", re.DOTALL)


class MalformedPatternError(ValueError):
    """A pattern that the builder refuses, with its reason."""


def replaced(value: str, pattern: str, text: str, *, everywhere: bool) -> str:
    """A value with `text` for what matches, once or everywhere."""
    found = re.compile(_regex(pattern, greedy=True))
    return found.sub(lambda _: text, value, 0 if everywhere else 1)


def trimmed(value: str, pattern: str, operator: str) -> str:
    """A value without what matches at its start (`#`) or end (`%`): the least, doubled the most."""
    greedy = pattern.startswith(operator)
    pattern = pattern[1:] if greedy else pattern
    if operator == "#":
        found = re.match(_regex(pattern, greedy=greedy), value)
        return value[found.end() :] if found else value
    # Backwards, since an expression finds the leftmost match, not the shortest before the end.
    backwards = "".join(reversed([part[0] for part in re.finditer(r"\\.|.", pattern, re.DOTALL)]))
    found = re.match(_regex(backwards, greedy=greedy), value[::-1])
    return value[: len(value) - found.end()] if found else value


def _regex(pattern: str, *, greedy: bool) -> str:
    """A pattern with `*`, `?` and escapes as a regular expression."""
    chunks = [""]
    for part in _PART.finditer(pattern):
        if part[0].startswith("*"):
            chunks.append("")
        elif part[0] == "?":
            chunks[-1] += "."
        elif part[0].startswith("\\"):
            chunks[-1] += re.escape(_unescaped(part[1]))
        else:
            chunks[-1] += re.escape(part[0])
    # Between two stars the first that fits will do: to try others costs exponential time.
    first, *inner = chunks
    between = "".join(f"(?>.*?{chunk})" for chunk in inner[:-1])
    return first + between + "".join(f"{'.*' if greedy else '.*?'}{one}" for one in inner[-1:])


def _unescaped(character: str) -> str:
    if character and character in "*?\\}/":
        return character
    raise MalformedPatternError(f"\\{character} is no escape in a pattern")
