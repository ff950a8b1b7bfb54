"""Changing a `pyproject.toml` so that every byte that was not asked for stays.

tomlkit finds out where a value stands; the new text is spliced in there. So quoting, spacing,
comments and line endings around it cannot change, and what comes out is parsed once more and
compared with what was asked for.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import ManifestError, Where

if TYPE_CHECKING:
    from collections.abc import Iterable

Keys = tuple[str | int, ...]

_MARK = "\ue000ws\ue000"
_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_PATH_KEY = re.compile(rf"""((?:{_PART}\s*\.\s*)*)(["']?)path\2(\s*=\s*)$""")


class Repoint(NamedTuple):
    """A path dependency that is to point to `path`, editable. `keys` lead to its table."""

    keys: Keys
    path: str


def repoint(text: str, edits: Iterable[Repoint], path: str = "pyproject.toml") -> str:
    """`text` with each dependency's `path` as given and `develop = true`; all else as it was.

    Every `keys` must lead to a table that holds `path`: inline, dotted or with a header of its
    own, or to such a table in a list. The given path is written as it is, with the quotes that
    stood there. `path` (relative to the workspace root) is for messages. Raises `ManifestError`
    for the few orders of tables that TOML allows and tomlkit does not.
    """
    from tomlkit.exceptions import ParseError  # costs start-up; only an edit needs it

    try:
        return _repointed(text, edits)
    except ParseError as error:
        raise ManifestError(
            f"the tables of this file stand in an order that cannot be edited: {error}",
            rule="manifest/order",
            where=Where(path),
            hint="put the tables of [tool.poetry] next to each other, shorter headers first",
        ) from error


def _repointed(text: str, edits: Iterable[Repoint]) -> str:
    expected = tomllib.loads(text)
    for edit in edits:
        table = _at(expected, edit.keys)
        text = _set_path(text, edit)
        text = _set_develop(text, edit.keys, present="develop" in table)
        table.update(path=edit.path, develop=True)
    if tomllib.loads(text) != expected:  # pragma: no cover - a bug here must not reach a file
        raise AssertionError("an edit of pyproject.toml changed more than it should")
    return text


def _set_path(text: str, edit: Repoint) -> str:
    start, end = _span(text, (*edit.keys, "path"))
    return text[:start] + _quoted(edit.path, like=text[start:end]) + text[end:]


def _set_develop(text: str, keys: Keys, *, present: bool) -> str:
    """The text with `develop = true`: after `path`, and with its dots, quotes and spacing."""
    if present:
        start, end = _span(text, (*keys, "develop"))
        return text[:start] + "true" + text[end:]
    start, end = _span(text, (*keys, "path"))
    begin = text.rfind("\n", 0, start) + 1
    path_key = _PATH_KEY.search(text[begin:start])
    assert path_key is not None
    develop = path_key.expand(r"\1\2develop\2\3") + "true"
    if _is_inline(text, keys):
        return f"{text[:end]}, {develop}{text[end:]}"
    indent = text[begin : begin + path_key.start()]
    line_end = text.find("\n", end)
    if line_end < 0:
        return text + _newline(text) + indent + develop
    return text[: line_end + 1] + indent + develop + _newline(text) + text[line_end + 1 :]


def _is_inline(text: str, keys: Keys) -> bool:
    """Whether the table, or one around it, is written in braces."""
    from tomlkit.items import InlineTable

    document = _document(text)
    around = (_at(document, keys[:depth]) for depth in range(1, len(keys) + 1))
    return any(isinstance(table, InlineTable) for table in around)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _quoted(value: str, like: str) -> str:
    """`value` as a TOML string in the quotes of `like`, where those can hold it."""
    plain = not re.search(r"""["'\\\x00-\x1f\x7f]""", value)
    if plain and like[:1] == "'":
        return f"'{value}'"
    return f'"{value}"' if plain else json.dumps(value, ensure_ascii=False)


def _span(text: str, keys: Keys) -> tuple[int, int]:
    """Where the value at `keys` begins and ends in `text`: put a mark in its place and look."""
    document = _document(text)
    parent: Any = _at(document, keys[:-1])
    parent[keys[-1]] = _MARK
    before, after = document.as_string().split(f'"{_MARK}"')
    if not text.startswith(before) or not text.endswith(after):  # pragma: no cover
        raise AssertionError("tomlkit did not keep the text around a value")
    return len(before), len(text) - len(after)


def _document(text: str) -> Any:  # noqa: ANN401 - tomlkit's types do not describe its containers
    import tomlkit  # costs start-up; only an edit needs it

    return tomlkit.parse(text)


def _at(document: Any, keys: Keys) -> Any:  # noqa: ANN401 - whatever stands there
    for key in keys:
        document = document[key]
    return document
