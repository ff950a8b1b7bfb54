"""Plain data to the text of a Compose file: each leaf on a line of its own."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import TYPE_CHECKING

from ws.formats.compose_values import Tag, is_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.formats.compose_values import Path

_PLAIN = re.compile(r"(?:[A-Za-z_/]|\.\.?(?=/|$)|\d+(?=[smh]$))[\w./@:+=-]*(?<!:)", re.ASCII)
"""What no reader of YAML takes for anything but these letters, inside of brackets, too."""
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def scalar(value: object) -> str:
    """One value that is no table and no list."""
    if isinstance(value, Tag):
        return f"{value.tag} {flow(value.value)}"
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, float):
        if not isfinite(value):
            return repr(value).replace("inf", ".inf").replace("nan", ".nan")
        digits, mark, exponent = repr(value).partition("e")
        return f"{digits}{'' if '.' in digits or not mark else '.0'}{mark}{exponent}"
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def flow(value: object) -> str:
    """Any value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple) and not isinstance(value, Tag):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def entry(path: Path, value: object, indent: int) -> Iterator[str]:
    """The lines, without their ends, of the last key of `path` and its value."""
    before = " " * indent + f"{scalar(path[-1])}:"
    if isinstance(value, dict) and value:
        yield before
        for key, below in value.items():
            yield from entry((*path, key), below, indent + 2)
    elif isinstance(value, list) and is_set(path, value):
        yield before
        for each in value:
            yield item(each, indent + 2)
    else:
        yield f"{before} {flow(value)}"


def item(value: object, indent: int) -> str:
    """The line of an item of a set."""
    return " " * indent + f"- {flow(value)}"
