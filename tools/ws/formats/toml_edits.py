"""Edits of a TOML text that keep every byte which is not part of them: text in, text out.

Each takes valid TOML and keys that lead to something in it (a `KeyError` says that they do not).
New text takes the style of its neighbours: quotes, blanks inside braces, indentation, line ends.
"""

from __future__ import annotations

import json
import re
from itertools import takewhile

from ws.formats.toml_places import Keys, Place, places

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LAST_NAME = re.compile(r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')\s*$""")


def replace_value(text: str, keys: Keys, value: str) -> str:
    """Put other TOML in the place of the value at `keys`."""
    place = _at(text, keys)
    return text[: place.value] + value + text[place.end :]


def replace_pair(text: str, keys: Keys, name: str, value: str) -> str:
    """Give the pair at `keys` another last name and value, dots and spacing kept."""
    place = _at(text, keys)
    pair = _named(text, place, name) + value
    return text[: place.start] + pair + text[place.end :]


def insert_pair(text: str, keys: Keys, name: str, value: str) -> str:
    """Put a pair after the one at `keys`, in the same table, with its dots and spacing."""
    place = _at(text, keys)
    pair = _named(text, place, name) + value
    if place.inline:
        return f"{text[: place.end]}, {pair}{text[place.end :]}"
    return _with_line(text, place, pair)


def append_pair(text: str, table: Keys, name: str, value: str, *, beside: str = "") -> str:
    """Put a pair at the end of a table that has, or gets, a header of its own.

    A new one goes after the table whose name has most in common with it, the first key not
    counted, else after the last one whose name begins with `beside`, else to the end.
    """
    pair = f"{bare_or_quoted(name)} = {value}"
    found = places(text)
    for place in found:
        if place.keys == table and not place.header and text[place.value] == "{":
            return _with_inline_pair(text, place, found, pair)
    header = next((p for p in found if p.header and p.keys == table), None)
    dotted = [p for p in found if p.keys[:-1] == table and not p.inline and not p.header]
    if header is None and dotted:
        return _with_line(text, dotted[-1], _named(text, dotted[-1], name) + value)
    if header is None:
        return _with_table(text, found, table, pair, beside)
    inside = _statements(found, header)
    return _with_line(text, inside[-1] if inside else header, pair)


def append_item(text: str, array: Keys, item: str) -> str:
    """Put an item at the end of an array: on a line of its own where the last one has that."""
    place = _at(text, array)
    found = places(text)
    items = [inside for inside in found if _container(inside, found) == place]
    if not items:
        return text[: place.value] + f"[{item}]" + text[place.end :]
    last = items[-1]
    if "\n" not in text[place.value : last.start]:
        return f"{text[: last.end]}, {item}{text[last.end :]}"
    comma = _comma_after(text, last.end)
    if comma < 0:
        text, comma = f"{text[: last.end]},{text[last.end :]}", last.end
    return _with_line(text, last._replace(end=comma + 1), f"{item},")


def remove(text: str, keys: Keys) -> str:
    """Take out a pair, an item, or a whole table, with the comment on its line."""
    found = places(text)
    below = [place for place in found if place.keys[: len(keys)] == keys]
    own = [place for place in below if _container(place, below) is None]
    if not own:
        raise KeyError(keys)
    for place in reversed(own):
        without = _without_inline if place.inline else _without_lines
        text = without(text, place)
    return text


def bare_or_quoted(name: str) -> str:
    """A key as it is written: bare where TOML allows that."""
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def quoted(value: str, like: str = '"') -> str:
    """A TOML string in the quotes with which `like` begins, where those can hold it."""
    plain = not re.search(r"""["'\\\x00-\x1f\x7f]""", value)
    if plain and like[:1] == "'":
        return f"'{value}'"
    return f'"{value}"' if plain else json.dumps(value, ensure_ascii=False)


def inline_table(text: str, pairs: dict[str, str]) -> str:
    """A table in braces, with blanks inside them if most others in the text have those."""
    opening = [
        text[p.value : p.value + 2] for p in places(text) if text[p.value : p.value + 1] == "{"
    ]
    spaced = sum(begin == "{ " for begin in opening) * 2 > len(opening)
    inside = ", ".join(f"{bare_or_quoted(name)} = {value}" for name, value in pairs.items())
    return f"{{ {inside} }}" if spaced else f"{{{inside}}}"


def _at(text: str, keys: Keys) -> Place:
    for place in places(text):
        if place.keys == keys and not place.header:
            return place
    raise KeyError(keys)


def _named(text: str, place: Place, name: str) -> str:
    """What stands before the value of a pair, with another last name in its key."""
    key, equals, blank = text[place.start : place.value].rpartition("=")
    old = _LAST_NAME.search(key)
    assert old is not None
    trailing = old[0][len(old[0].rstrip()) :]
    quote = old[0][0] if old[0][0] in "\"'" else ""
    written = f"{quote}{name}{quote}" if _BARE.fullmatch(name) else bare_or_quoted(name)
    return f"{key[: old.start()]}{written}{trailing}{equals}{blank}"


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _with_line(text: str, place: Place, line: str) -> str:
    """A line of its own after the one on which `place` ends, indented as that begins."""
    begin = text.rfind("\n", 0, place.start) + 1
    indent = text[begin : place.start]
    indent = indent[: len(indent) - len(indent.lstrip())]
    end = text.find("\n", place.end) + 1
    if not end:
        return f"{text}{_newline(text)}{indent}{line}"
    newline = "\r\n" if text[:end].endswith("\r\n") else "\n"
    return f"{text[:end]}{indent}{line}{newline}{text[end:]}"


def _with_inline_pair(text: str, table: Place, found: list[Place], pair: str) -> str:
    """A pair at the end of a table in braces."""
    inside = [place for place in found if _container(place, found) == table]
    if not inside:
        return f"{text[: table.value]}{{{pair}}}{text[table.end :]}"
    return f"{text[: inside[-1].end]}, {pair}{text[inside[-1].end :]}"


def _with_table(text: str, found: list[Place], table: Keys, pair: str, beside: str) -> str:
    newline = _newline(text)
    dotted = ".".join(bare_or_quoted(str(key)) for key in table)
    block = f"[{dotted}]{newline}{pair}{newline}"
    headers = [place for place in found if place.header]
    if not headers:
        ended = text if not text or text.endswith("\n") else text + newline
        return f"{ended}{newline if ended else ''}{block}"
    near = max(headers, key=lambda place: (_nearness(place.keys, table, beside), place.start))
    last = ([near, *_statements(found, near)])[-1]
    end = text.find("\n", last.end) + 1
    if not end:
        return f"{text}{newline}{newline}{block}"
    gap = newline if text[end:].lstrip(" \t").startswith("[") else ""
    return f"{text[:end]}{newline}{block}{gap}{text[end:]}"


def _nearness(keys: Keys, table: Keys, beside: str) -> int:
    pairs = zip(keys, table, strict=False)
    common = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return common if common > 1 else int(keys[0] == beside)


def _statements(found: list[Place], header: Place) -> list[Place]:
    """The pairs that stand under a header, each with its whole value."""
    following = (p.start for p in found if p.header and p.start > header.start)
    end = next(following, None)
    return [
        place
        for place in found
        if not place.header and not place.inline and place.start > header.start
        if end is None or place.start < end
    ]


def _container(place: Place, found: list[Place]) -> Place | None:
    """The pair or item whose value holds this place directly, among those found."""
    around = (p for p in found if not p.header and p.value <= place.start and place.end <= p.end)
    return max((p for p in around if p != place), key=lambda p: p.start, default=None)


def _without_lines(text: str, place: Place) -> str:
    """Without the lines of a pair or header; of two blank lines around a table one stays."""
    begin = text.rfind("\n", 0, place.start) + 1
    end = text.find("\n", place.end) + 1 or len(text)
    if place.header and text[:begin].endswith(("\n\n", "\n\r\n")):
        begin = len(text[:begin].rstrip()) + len(_newline(text))
    return text[:begin] + text[end:]


def _without_inline(text: str, place: Place) -> str:
    """Without a pair in braces or an item in brackets, its comma, and a line that only it has."""
    comma = _comma_after(text, place.end)
    begin = text.rfind("\n", 0, place.start) + 1
    end = text.find("\n", max(place.end, comma))
    after = text[max(place.end, comma + 1) : end if end >= 0 else len(text)]
    if end >= 0 and not text[begin : place.start].strip() and re.fullmatch(r"\s*(#.*)?", after):
        return text[:begin] + text[end + 1 :]
    found = places(text)
    siblings = [p for p in found if _container(p, found) == _container(place, found)]
    previous = [p for p in siblings if p.start < place.start]
    following = [p for p in siblings if p.start > place.start]
    if following:
        return text[: place.start] + text[following[0].start :]
    if previous:
        return text[: previous[-1].end] + text[place.end :]
    return text[: place.start] + text[comma + 1 if comma >= 0 else place.end :]


def _comma_after(text: str, position: int) -> int:
    """Where the comma after an item stands, past blanks, line breaks and comments; -1 for none."""
    found = re.compile(r"(?:\s|#[^\n]*)*,").match(text, position)
    return found.end() - 1 if found else -1
