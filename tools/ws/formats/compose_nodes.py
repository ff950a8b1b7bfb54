"""A Compose file as PyYAML reads it, with the places of all that it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import Where, WorkError
from ws.formats.compose_values import Tag, canonical
from ws.formats.conflicts import first_marker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.nodes import Node

_CORE = "tag:yaml.org,2002:"
_WORDS_OF_NOTHING = ("", "~", "null", "true", "false")
"""Plain scalars that are no text in any version of YAML."""
_SAME = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)
"""Numbers that Compose passes on as they are written."""
_NUMBER = re.compile(r"0o[0-7]+|[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
"""Those of YAML 1.2, as Compose reads it, of which PyYAML takes some for text: `1e3`, `089`."""


class Entry(NamedTuple):
    """A key of a table, and its value."""

    key: str
    key_node: Any
    value: Any

    @property
    def is_alias(self) -> bool:
        """Whether its value stands elsewhere, behind an anchor."""
        return bool(self.value.start_mark.index < self.key_node.end_mark.index)

    @property
    def line(self) -> int:
        """The line of its key."""
        return int(self.key_node.start_mark.line) + 1


class Source(NamedTuple):
    """A Compose file: its text, and where it lies."""

    text: str
    path: str

    def refuse(self, line: int | None, reason: str, hint: str) -> WorkError:
        """What to raise for a text that ws does not edit."""
        where = Where(self.path, line)
        return WorkError(reason, rule="compose/unreadable", where=where, hint=hint)

    def root(self) -> Any:  # noqa: ANN401 - PyYAML's nodes
        """The node of the whole file; `None` where it says nothing. Raises `WorkError`."""
        import yaml  # costs start-up; only Compose files need it

        if "\r" in self.text.replace("\r\n", ""):
            raise self.refuse(None, "it has a lone carriage return", "end its lines with \\n")
        try:
            node = yaml.compose(self.text, yaml.SafeLoader)
            if node is not None:
                self._sound(node)
        except (yaml.YAMLError, RecursionError) as error:
            raise self._broken(error) from error
        return node

    def _broken(self, error: Exception) -> WorkError:
        """What to raise for a text that is no YAML."""
        import yaml

        if line := first_marker(self.text.encode(errors="replace")):
            hint = "choose what stays; in x-ws: take the whole of it away, ws makes it anew"
            return self.refuse(line, "a merge was left to people here", hint)
        if isinstance(error, RecursionError):
            reason = "it is nested too deep, or an alias in it leads back to itself"
            return self.refuse(None, reason, "write out what stands there")
        if isinstance(error, yaml.MarkedYAMLError):
            mark = error.problem_mark or error.context_mark
            said = " ".join(filter(None, (error.problem or "", error.context or "")))
            line = mark.line + 1 if mark else None
            return self.refuse(line, f"it is no YAML: {said}", "mend it by hand")
        line = self.text.count("\n", 0, getattr(error, "position", 0)) + 1
        reason = f"it is no YAML: {str(error).partition(chr(10))[0]}"
        return self.refuse(line, reason, "mend it by hand")

    def entries(self, node: Node) -> Iterator[Entry]:
        """The keys of a table with their values."""
        for key, value in node.value:
            yield Entry(key.value, key, value)

    def line_start(self, index: int) -> int:
        """Where the line of a place begins."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Where the line of a place ends, its line break included."""
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def end(self, entry: Entry) -> int:
        """Where the last line of an entry ends, its line break included."""
        if entry.is_alias:
            return self.line_end(entry.key_node.end_mark.index)
        return self.line_end(max(self._last(entry.value), entry.key_node.end_mark.index))

    def end_with_comments(self, entry: Entry) -> int:
        """The same, with the comments behind it that are indented deeper than its key."""
        found = at = self.end(entry)
        column = entry.key_node.start_mark.column
        while at < len(self.text):
            line = self.text[at : self.line_end(at)]
            bare = line.strip()
            if bare and not (bare.startswith("#") and len(line) - len(line.lstrip(" ")) > column):
                break
            at += len(line)
            found = at if bare else found
        return found

    def _last(self, node: Node) -> int:
        """Where the last letter of a value is, or a place of its line before."""
        from yaml.nodes import CollectionNode

        if isinstance(node, CollectionNode) and node.value and not node.flow_style:
            last = node.value[-1]
            key, value = last if isinstance(last, tuple) else (None, last)
            if key is not None and value.start_mark.index < key.end_mark.index:  # an alias
                return int(key.end_mark.index)
            return max(self._last(value), key.end_mark.index if key else 0)
        end = int(node.end_mark.index)
        while end > node.start_mark.index and self.text[end - 1] in " \r\n":
            end -= 1
        return end

    def _sound(self, node: Node) -> None:
        """Raise for keys that are no words, or stand twice."""
        if isinstance(node.value, str):
            return
        seen: set[str] = set()
        for child in node.value:
            if not isinstance(child, tuple):
                self._sound(child)
                continue
            key, value = child
            line = key.start_mark.line + 1
            if not isinstance(key.value, str):
                raise self.refuse(line, "a key is a list or a table", "give it a plain key")
            if key.value in seen and key.value != "<<":
                hint = "keep one of the two"
                raise self.refuse(line, f'"{key.value}" stands twice in one table', hint)
            seen.add(key.value)
            self._sound(value)


def plain(node: Node) -> Any:  # noqa: ANN401 - what YAML can hold
    """What a node says, as plain data."""
    value: Any = node.value
    if isinstance(value, list):
        pairs = bool(value) and isinstance(value[0], tuple)
        table = node.tag == f"{_CORE}map" or pairs
        value = {k.value: plain(v) for k, v in value} if table else [plain(v) for v in value]
    elif node.tag.startswith(_CORE):
        return _constructed(node)
    if node.tag.startswith(_CORE):
        return value
    return Tag(node.tag, None if value in _WORDS_OF_NOTHING[:3] else value)


def alike(wanted: object, node: Node) -> bool:
    """Whether a node says what is wanted.

    Quotes make no difference for a number that Compose passes on as it is written: they do for
    `1.10`, of which it would make 1.1.
    """
    if isinstance(wanted, str):
        if not isinstance(node.value, str) or not node.tag.startswith(_CORE):
            return False
        text = node.tag == f"{_CORE}str" or node.value.lower() not in _WORDS_OF_NOTHING
        return text and str(node.value) == wanted and not _is_rewritten(node)
    if isinstance(wanted, Tag):
        return bool(plain(node) == wanted)
    return canonical(plain(node)) == canonical(wanted)


def _is_rewritten(node: Any) -> bool:  # noqa: ANN401 - a scalar of PyYAML
    """Whether Compose reads a number, or a date, and writes that in its own way."""
    text = str(node.value)
    if node.style is not None or _SAME.fullmatch(text):
        return False
    kind = node.tag.removeprefix(_CORE)
    sexagesimal = ":" in text  # text in YAML 1.2
    number = kind in ("int", "float") and not sexagesimal
    return number or kind == "timestamp" or bool(_NUMBER.fullmatch(text))


def _constructed(node: Node) -> Any:  # noqa: ANN401 - a scalar of any type
    from yaml.constructor import SafeConstructor

    kind = node.tag.removeprefix(_CORE)
    if kind not in ("int", "float", "bool", "null"):
        return node.value
    try:
        return getattr(SafeConstructor(), f"construct_yaml_{kind}")(node)
    except ValueError:
        return node.value
