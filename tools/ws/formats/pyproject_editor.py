"""Changing a `pyproject.toml` so that every byte that was not asked for stays.

New text is spliced in at the places of the old; so quoting, spacing, comments and line endings
around it cannot change. What comes out is parsed once more and compared with what was asked for.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.formats.toml_places import Keys, Place, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LAST_KEY = re.compile(r"""(["']?)path\1(\s*=\s*)$""")


class Repoint(NamedTuple):
    """A path dependency that is to point to `path`, editable. `keys` lead to its table."""

    keys: Keys
    path: str


class Splice(NamedTuple):
    """Text to stand in place of a part of the old one."""

    start: int
    end: int
    new: str


def repoint(text: str, edits: Iterable[Repoint]) -> str:
    """`text` with each dependency's `path` as given and `develop = true`; all else as it was.

    Every `keys` must lead to a table that holds `path`: inline, dotted or with a header of its
    own, or to such a table in a list. The given path is written as it is, with the quotes that
    stood there; `develop` comes after it, with its dots, quotes and spacing.
    """
    edits = list(edits)
    found = {place.keys: place for place in places(text) if not place.header}
    after = spliced(text, [splice for edit in edits for splice in _splices(text, found, edit)])
    expected = tomllib.loads(text)
    for edit in edits:
        _at(expected, edit.keys).update(path=edit.path, develop=True)
    if tomllib.loads(after) != expected:  # pragma: no cover - a bug here must not reach a file
        raise AssertionError("an edit of pyproject.toml changed more than it should")
    return after


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all splices made; they must not overlap."""
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _splices(text: str, found: dict[Keys, Place], edit: Repoint) -> Iterator[Splice]:
    path = found[(*edit.keys, "path")]
    yield Splice(path.value, path.end, _quoted(edit.path, like=text[path.value : path.end]))
    develop = found.get((*edit.keys, "develop"))
    if develop is not None:
        yield Splice(develop.value, develop.end, "true")
        return
    pair = _LAST_KEY.sub(r"\1develop\1\2", text[path.start : path.value]) + "true"
    if path.inline:
        yield Splice(path.end, path.end, f", {pair}")
    else:
        yield _line_after(text, path, pair)


def _line_after(text: str, place: Place, line: str) -> Splice:
    """A line of its own after the one on which `place` ends, indented as that begins."""
    begin = text.rfind("\n", 0, place.start) + 1
    line = text[begin : place.start] + line
    newline = "\r\n" if "\r\n" in text else "\n"
    end = text.find("\n", place.end) + 1
    return Splice(end, end, line + newline) if end else Splice(len(text), len(text), newline + line)


def _quoted(value: str, like: str) -> str:
    """`value` as a TOML string in the quotes of `like`, where those can hold it."""
    plain = not re.search(r"""["'\\\x00-\x1f\x7f]""", value)
    if plain and like[:1] == "'":
        return f"'{value}'"
    return f'"{value}"' if plain else json.dumps(value, ensure_ascii=False)


def _at(document: Any, keys: Keys) -> Any:  # noqa: ANN401 - whatever stands there
    for key in keys:
        document = document[key]
    return document
