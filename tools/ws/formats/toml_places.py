"""Where things stand in a TOML text: the spans of keys and values, for messages and for edits.

Libraries tell what a text says (tomllib) or keep its style while objects change (tomlkit, which
refuses some valid orders of tables and re-spells what it changes). An edit that must keep every
other byte needs only places; so this finds them, in text that tomllib has already called valid.
"""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple

Keys = tuple[str | int, ...]

_GAP = re.compile(r"(?:[\s,]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]*[^,\]}#\s]")


class Place(NamedTuple):
    """One key with its value, one item of an array, or one table header."""

    keys: Keys
    """What leads to it from the top, as in parsed data: keys, and indexes of arrays."""
    start: int
    """Where its key begins, or its value for an item, or its bracket for a header."""
    value: int
    """Where its value begins; for a header, the same as `end`."""
    end: int
    """Where it ends, before a comma, a comment or the end of the line."""
    inline: bool
    """Whether it stands inside braces or brackets of a value."""
    header: bool = False

    def line(self, text: str) -> int:
        """The line, from 1, on which it begins."""
        return text.count("\n", 0, self.start) + 1


def places(text: str) -> list[Place]:
    """All keys, items and headers of a valid TOML text, in the order in which they stand."""
    return _Scanner(text).scan()


def line_of(text: str, *keys: str | int) -> int | None:
    """The line, from 1, on which what these keys lead to begins.

    Where it has no place of its own (`[a.b]` alone makes `a` too), that of the first thing in it;
    where it is not there at all, that of what should hold it; `None` if nothing of it is there.
    """
    found = places(text)
    for depth in range(len(keys), 0, -1):
        for place in found:
            if place.keys[:depth] == keys[:depth]:
                return place.line(text)
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Place] = []
        self.lengths: dict[Keys, int] = {}
        """How many tables each array of tables has so far, by its keys with indexes."""

    def scan(self) -> list[Place]:
        table: Keys = ()
        position = self._gap(0)
        while position < len(self.text):
            if self.text[position] == "[":
                table, position = self._header(position)
            else:
                position = self._pair(position, table, inline=False)
            position = self._gap(position)
        return self.found

    def _header(self, start: int) -> tuple[Keys, int]:
        double = self.text.startswith("[[", start)
        names, position = self._dotted(start + 1 + double)
        end = self.text.index("]", position) + 1 + double
        keys = self._with_indexes(names[:-1] if double else names)
        if double:
            array = (*keys, names[-1])
            index = self.lengths.get(array, 0)
            self.lengths[array] = index + 1
            keys = (*array, index)
        self.found.append(Place(keys, start, end, end, inline=False, header=True))
        return keys, end

    def _with_indexes(self, names: tuple[str, ...]) -> Keys:
        """The keys of a table, with the last index of each array of tables on the way."""
        keys: Keys = ()
        for name in names:
            keys = (*keys, name)
            if keys in self.lengths:
                keys = (*keys, self.lengths[keys] - 1)
        return keys

    def _pair(self, start: int, table: Keys, *, inline: bool) -> int:
        names, position = self._dotted(start)
        value = self._blank(position + 1)  # after the equals sign
        return self._value((*table, *names), start, value, inline=inline)

    def _value(self, keys: Keys, start: int, value: int, *, inline: bool) -> int:
        place = len(self.found)
        opening = self.text[value]
        if opening == "[":
            end = self._items(keys, value)
        elif opening == "{":
            end = self._pairs(keys, value)
        else:
            found = _STRING.match(self.text, value) or _PLAIN.match(self.text, value)
            assert found is not None
            end = found.end()
        self.found.insert(place, Place(keys, start, value, end, inline))
        return end

    def _items(self, keys: Keys, start: int) -> int:
        position = self._gap(start + 1)
        index = 0
        while self.text[position] != "]":
            position = self._gap(self._value((*keys, index), position, position, inline=True))
            index += 1
        return position + 1

    def _pairs(self, keys: Keys, start: int) -> int:
        position = self._gap(start + 1)
        while self.text[position] != "}":
            position = self._gap(self._pair(position, keys, inline=True))
        return position + 1

    def _dotted(self, position: int) -> tuple[tuple[str, ...], int]:
        """The parts of a dotted key, and where what follows it begins."""
        names = []
        while True:
            position = self._blank(position)
            found = _STRING.match(self.text, position) or _BARE.match(self.text, position)
            assert found is not None
            names.append(_name(found[0]))
            position = self._blank(found.end())
            if self.text[position] != ".":
                return tuple(names), position
            position += 1

    def _gap(self, position: int) -> int:
        found = _GAP.match(self.text, position)
        assert found is not None
        return found.end()

    def _blank(self, position: int) -> int:
        found = _BLANK.match(self.text, position)
        assert found is not None
        return found.end()


def _name(written: str) -> str:
    if written[0] == "'" or (written[0] == '"' and "\\" not in written):
        return written[1:-1]
    return written if written[0] != '"' else next(iter(tomllib.loads(f"{written} = 0")))
