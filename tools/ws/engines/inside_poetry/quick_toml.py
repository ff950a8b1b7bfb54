"""Writes the TOML of a lock as tomlkit does, in a hundredth of its time.

While Poetry puts a lock's data together, `plain` gives it the classes here in the place of
tomlkit's; `text` then writes them. Only what a lock is made of is known here: anything else raises
`UnusualError`, and tomlkit has to do it.
"""

import contextlib
import re
from collections.abc import Iterator
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_NAMED = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPES = str.maketrans({chr(code): f"\\u{code:04x}" for code in (*range(32), 127)} | _NAMED)


class UnusualError(Exception):
    """There is something in the data that no lock has held so far."""


class Array(list[Any]):
    """An array; with one item a line once `multiline` was asked for."""

    many = False

    def multiline(self, many: bool) -> "Array":  # noqa: FBT001 - tomlkit's own signature
        """Choose the form, as tomlkit's method of this name."""
        self.many = many
        return self


class InlineTable(dict[str, Any]):
    """A table in braces."""


class Document(dict[str, Any]):
    """A whole lock."""

    head = ""

    def add(self, comment: str) -> None:
        """Put a comment at the head."""
        self.head += comment


@contextlib.contextmanager
def plain(locker: Any) -> Iterator[None]:
    """Let Poetry's module `locker` make the plain classes of this module, until the end."""
    stand_ins = {
        "array": Array,
        "comment": lambda text: f"# {text}\n",
        "document": Document,
        "inline_table": InlineTable,
        "table": dict,
    }
    kept = {name: getattr(locker, name) for name in stand_ins}
    vars(locker).update(stand_ins)
    try:
        yield
    finally:
        vars(locker).update(kept)


def text(lock: Document) -> str:
    """The text of a lock that was made with the classes of this module."""
    blocks = [lock.head]
    for name, value in lock.items():
        if isinstance(value, list) and value:
            blocks += [f"\n[[{_key(name)}]]\n{_element(name, table)}" for table in value]
        elif isinstance(value, dict):
            blocks.append(f"\n[{_key(name)}]\n{_pairs(value)}")
        elif blocks == [lock.head]:  # an empty list of packages
            blocks.append(_pair(name, value))
        else:
            raise UnusualError(name)
    return "".join(blocks)


def _element(name: str, table: dict[str, Any]) -> str:
    """A table of a list of tables, in tomlkit's order: what is no table, then what is."""
    pairs = "".join(_pair(*pair) for pair in table.items() if not isinstance(pair[1], dict))
    tables: list[str] = []
    for key, value in table.items():
        if isinstance(value, InlineTable):
            if tables:
                raise UnusualError(key)
            pairs += _pair(key, value)
        elif isinstance(value, dict):
            tables.append(f"\n[{_key(name)}.{_key(key)}]\n{_pairs(value)}")
    return pairs + "".join(tables)


def _pairs(table: dict[str, Any]) -> str:
    return "".join(_pair(key, value) for key, value in table.items())


def _pair(key: str, value: Any) -> str:
    return f"{_key(key)} = {_value(value)}\n"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        items = [_value(item) for item in value]
        if isinstance(value, Array) and value.many and items:
            return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
        return f"[{', '.join(items)}]"
    if isinstance(value, InlineTable):
        return "{" + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + "}"
    raise UnusualError(type(value).__name__)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else f'"{name.translate(_ESCAPES)}"'
