"""What of a Compose file's text is to change, so that it says what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ws.formats.compose_nodes import Entry, alike, plain
from ws.formats.compose_text import entry, flow, item
from ws.formats.compose_values import dotted, is_set, item_of, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.formats.compose_nodes import Source
    from ws.formats.compose_record import Record
    from ws.formats.compose_values import Path

_SECTION = 2
"""How long the path of a service is, or of a volume."""
_WHOLE = ("image", "build", "extends", "<<")
"""What makes a service one that Compose takes."""
_BUILT = ("context", "dockerfile_inline", "<<")
"""What makes a table one from which Compose can build."""


class Change(NamedTuple):
    """What becomes of one leaf."""

    kind: Literal["added", "replaced", "removed", "kept", "left"]
    """`kept`: somebody else wrote it, and ws would write something else; `left`: what is left of a
    service that is wanted no more, since somebody added to it."""
    path: Path
    line: int
    """In the text before."""
    value: Any = None
    edited: bool = False
    """Whether somebody changed what ws wrote; else the workspace says something else now."""
    whole: Path = ()
    """What was missing as a whole, where that is more than this leaf."""


@dataclass(slots=True)
class Merge:
    """The edits of one file, gathered from its beginning to its end."""

    source: Source
    told: Record
    found: Mapping[Path, Any]
    """What the file says: its leaves."""
    changes: list[Change] = field(default_factory=list)
    filled: list[Path] = field(default_factory=list)
    """Tables and lists that were empty, and are no more."""
    _edits: list[tuple[int, int, str]] = field(default_factory=list)

    def root(self, node: Any, wanted: Mapping[str, Any]) -> None:  # noqa: ANN401
        """Decide on the whole file."""
        if node is None:
            text = self._lines(line for key in wanted for line in entry((key,), wanted[key], 0))
            end = len(self.source.text)
            self.replace(end, end, text)
            for key, value in wanted.items():
                self._note_added((key,), value, 1)
            return
        self._table(node, dict(wanted), (), 0, 1)

    def replace(self, start: int, end: int, text: str) -> None:
        """Note that this part of the text becomes another."""
        self._edits.append((start, end, text))

    def apply(self) -> str:
        """The text with all edits, in its own line ends."""
        text = self.source.text
        crlf = "\r\n" in text
        parts: list[str] = []
        at = 0
        for start, end, new in sorted(self._edits, key=lambda each: each[0]):
            parts.append(text[at : max(at, start)])
            if new and start == len(text) and start and not "".join(parts).endswith("\n"):
                new = "\n" + new  # noqa: PLW2901 - the last line had no end
            parts.append(new.replace("\n", "\r\n") if crlf else new)
            at = max(at, end)
        return "".join((*parts, text[at:]))

    def _table(self, node: Any, wanted: dict[str, Any], path: Path, start: int, line: int) -> None:  # noqa: ANN401
        """Decide on a table that stays; `start` is where its first line would begin."""
        there = {each.key: each for each in self.source.entries(node)}
        for key, each in there.items():
            if key in wanted:
                self._entry(each, wanted[key], (*path, key), flowing=bool(node.flow_style))
            elif key != "x-ws":
                self._unwanted(each, (*path, key), flowing=bool(node.flow_style))
        self._insert(there, node, wanted, path, start, line)

    def _unwanted(self, each: Entry, path: Path, *, flowing: bool) -> None:
        """Decide on a key that is there and not wanted."""
        before = len(self.changes)
        goes = self._gone(each, path, flowing=flowing)
        if goes:
            self._delete(each, spaced=len(path) == _SECTION)
        if len(path) != _SECTION:
            return
        gone = [one._replace(whole=path, line=each.line) for one in self.changes[before:]]
        left = not goes and self.told.knows(path) and not self._stands_alone(each, path)
        found = [Change("left", path, each.line, whole=path)] if left else []
        self.changes[before:] = [*found, *gone]

    def _stands_alone(self, each: Entry, path: Path) -> bool:
        """Whether people made a service of their own of what is left."""
        if type(each.value).__name__ != "MappingNode":
            return False
        return any(
            self._is_whole(below) and not self.told.has_below((*path, below.key))
            for below in self.source.entries(each.value)
        )

    def _is_whole(self, each: Entry) -> bool:
        """Whether a key makes a service one that Compose takes; `build` needs to say of what."""
        if each.key != "build" or type(each.value).__name__ != "MappingNode":
            return each.key in _WHOLE
        return any(below.key in _BUILT for below in self.source.entries(each.value))

    def _insert(
        self,
        there: dict[str, Entry],
        node: Any,  # noqa: ANN401
        wanted: dict[str, Any],
        path: Path,
        start: int,
        line: int,
    ) -> None:
        """Put the keys that are missing behind those before which they are wanted."""
        column = node.value[0][0].start_mark.column if node.value else 0
        at = start if path else self._top(there)
        previous: Entry | None = None
        for key, value in wanted.items():
            if key in there:
                previous = there[key]
                at = self.source.end_with_comments(previous)
                continue
            if node.flow_style:
                raise self._flowing(path, line)
            text = self._lines(entry((*path, key), value, column))
            if len(path) < _SECTION:
                text = f"\n{text}" if previous else f"{text}\n"
            self.replace(at, at, text)
            self._note_added((*path, key), value, previous.line if previous else line)

    def _entry(self, each: Entry, wanted: Any, path: Path, *, flowing: bool) -> None:  # noqa: ANN401
        """Decide on a key that is wanted and there."""
        table = isinstance(wanted, dict) and bool(wanted)
        value = each.value
        kind = type(value).__name__
        if table and kind == "MappingNode" and value.value and not each.is_alias:
            start = self.source.line_end(each.key_node.end_mark.index)
            return self._table(value, wanted, path, start, each.line)
        if is_set(path, wanted) and kind == "SequenceNode" and value.value and not each.is_alias:
            return self._set(each, wanted, path)
        if alike(wanted, value) or self._says(value, wanted, path):
            return None
        if (table or is_set(path, wanted)) and self._is_empty(each):
            return self._fill(each, wanted, path, flowing=flowing)
        if table and len(path) == 1:
            hint = "a Compose file has one service, or volume, a line below it"
            raise self.source.refuse(each.line, f"{dotted(path)} is no table", hint)
        if not self._is_ours(path):
            if self.told.has_below(path) and (table or is_set(path, wanted)):
                what = "a table" if table else "a list with one item a line"
                reason = f"{dotted(path)} is not {what} any more, as ws wrote it"
                raise self.source.refuse(each.line, reason, f"write it as {what} again")
            return self._keep(each, wanted, path, flowing=flowing)
        if flowing or each.is_alias:
            raise self._flowing(path, each.line)
        return self._overwrite(each, wanted, path)

    def _keep(self, each: Entry, wanted: Any, path: Path, *, flowing: bool) -> None:  # noqa: ANN401
        """Leave what people wrote where ws would write something else; what ws wrote there goes."""
        self._gone(each, path, flowing=flowing)
        if wanted not in ({}, []):
            self.changes.append(Change("kept", path, each.line, wanted))

    def _overwrite(self, each: Entry, wanted: Any, path: Path) -> None:  # noqa: ANN401
        """Give a key that ws wrote another value."""
        value = each.value
        start = each.key_node.end_mark.index
        start = self.source.text.index(":", start) + 1
        nested = not isinstance(value.value, str) and not value.flow_style
        column = each.key_node.start_mark.column
        lines = list(entry(path, wanted, column))
        if len(lines) > 1 or nested:
            end = self.source.end(each)
            text = self._lines(lines).lstrip(" ") + self._comments(each, end)
            self.replace(each.key_node.start_mark.index, end, text)
        else:
            end = max(start, self._value_end(each))
            self.replace(start, end, f" {flow(wanted)}")
        edited = not self.told.is_as_written(path, self.found)
        for below, said in leaves(wanted, path):
            self.changes.append(Change("replaced", below, each.line, said, edited))
        if len(lines) > 1 or nested:
            self.filled += [leaf for leaf in self.found if leaf[: len(path)] == path]

    def _set(self, each: Entry, wanted: list[Any], path: Path) -> None:
        """Decide on a list to which both ws and people add items."""
        nodes = {item_of(plain(node)): node for node in each.value.value}
        names = {item_of(value): value for value in wanted}
        for name, node in nodes.items():
            if name not in names and self.told.has((*path, name)):
                self._delete_item(each, node, (*path, name))
        first = each.value.value[0]
        at = self.source.line_start(first.start_mark.index)
        column = each.value.start_mark.column
        for name, value in names.items():
            if name in nodes:
                at = self.source.line_end(self._node_end(nodes[name]))
                continue
            if each.value.flow_style:
                raise self._flowing(path, each.line)
            self.replace(at, at, self._lines([item(value, column)]))
            edited = self.told.has((*path, name))
            self.changes.append(Change("added", (*path, name), each.line, value, edited))

    def _gone(self, each: Entry, path: Path, *, flowing: bool) -> bool:
        """Take away what ws wrote below a key that is wanted no more; say whether all of it goes.

        What people put there stays, and with it what holds it.
        """
        if not self.told.has_below(path) or each.is_alias:
            return False
        if self.told.has(path) and path in self.found:
            if flowing:
                raise self._flowing(path, each.line)
            self.changes.append(Change("removed", path, each.line))
            return True
        value = each.value
        if isinstance(value.value, str) or not value.value:
            return False
        if value.flow_style:
            raise self._flowing(path, each.line)
        return self._gone_items(each, path) if self._is_list(each) else self._gone_keys(each, path)

    def _gone_keys(self, each: Entry, path: Path) -> bool:
        going = [
            below
            for below in self.source.entries(each.value)
            if self._gone(below, (*path, below.key), flowing=False)
        ]
        for below in going:
            self._delete(below)
        return len(going) == len(each.value.value)

    def _gone_items(self, each: Entry, path: Path) -> bool:
        names = [(item_of(plain(node)), node) for node in each.value.value]
        going = [(name, node) for name, node in names if self.told.has((*path, name))]
        for name, node in going:
            self._delete_item(each, node, (*path, name))
        return len(going) == len(names)

    def _fill(self, each: Entry, wanted: Any, path: Path, *, flowing: bool) -> None:  # noqa: ANN401
        """Put what is wanted below a key that has nothing yet."""
        if flowing or each.is_alias:
            raise self._flowing(path, each.line)
        end = each.key_node.end_mark.index
        start = self.source.text.index(":", end) + 1
        if each.value.end_mark.index > start:
            self.replace(start, each.value.end_mark.index, "")
        column = each.key_node.start_mark.column
        lines = list(entry(path, wanted, column))[1:]
        at = self.source.end(each)
        self.replace(at, at, self._lines(lines))
        self.filled.append(path)
        self._note_added(path, wanted, each.line)

    def _delete(self, each: Entry, *, spaced: bool = False) -> None:
        """Take away the line of a key, with its value where that is on it; comments stay."""
        text = self.source.text
        start = self.source.line_start(each.key_node.start_mark.index)
        nested = not isinstance(each.value.value, str) and not each.value.flow_style
        end = self.source.line_end(each.key_node.end_mark.index) if nested else 0
        if spaced and start and not text[: start - 1].rpartition("\n")[2].strip():
            start = self.source.line_start(start - 1)
        self.replace(start, end or self.source.end(each), "")

    def _delete_item(self, each: Entry, node: Any, path: Path) -> None:  # noqa: ANN401
        line = node.start_mark.line + 1
        start = self.source.line_start(node.start_mark.index)
        if each.value.flow_style or self.source.text[start : node.start_mark.index].strip() != "-":
            raise self._flowing(path[:-1], line)
        self.replace(start, self.source.line_end(self._node_end(node)), "")
        self.changes.append(Change("removed", path, line))

    def _note_added(self, path: Path, value: Any, line: int) -> None:  # noqa: ANN401
        for below, said in leaves(value, path):
            edited = self.told.has(below)
            self.changes.append(Change("added", below, line, said, edited, path))

    def _comments(self, each: Entry, end: int) -> str:
        """The lines below a key that are comments, and stay whatever becomes of its value."""
        start = self.source.line_end(each.key_node.end_mark.index)
        lines = self.source.text[start:end].splitlines()
        return self._lines(line for line in lines if line.lstrip().startswith("#"))

    def _is_ours(self, path: Path) -> bool:
        """Whether ws wrote this leaf, or all that is below it now."""
        below = (leaf for leaf in self.found if leaf[: len(path)] == path)
        return all(map(self.told.has, below))

    def _says(self, node: Any, wanted: Any, path: Path) -> bool:  # noqa: ANN401
        """Whether a table or list behind an alias says all that is wanted."""
        if isinstance(node.value, str):
            return False
        there = dict(leaves(plain(node), path))
        return all(there.get(below, ...) == said for below, said in leaves(wanted, path))

    def _value_end(self, each: Entry) -> int:
        return self._node_end(each.value)

    def _node_end(self, node: Any) -> int:  # noqa: ANN401
        end = int(node.end_mark.index)
        while end > node.start_mark.index and self.source.text[end - 1] in " \r\n":
            end -= 1
        return end

    def _top(self, there: dict[str, Entry]) -> int:
        """Where the first line of the file's first key begins."""
        first = next(iter(there.values()), None)
        return self.source.line_start(first.key_node.start_mark.index) if first else 0

    def _is_empty(self, each: Entry) -> bool:
        return each.value.value in ("", "~", "null", []) and not each.is_alias

    def _is_list(self, each: Entry) -> bool:
        return type(each.value).__name__ == "SequenceNode"

    def _flowing(self, path: Path, line: int) -> Exception:
        reason = f"{dotted(path)} stands in brackets, or behind an alias, where ws makes no edit"
        return self.source.refuse(line, reason, "write it with one key, or one item, a line")

    def _lines(self, lines: Iterable[str]) -> str:
        return "".join(f"{line}\n" for line in lines)
