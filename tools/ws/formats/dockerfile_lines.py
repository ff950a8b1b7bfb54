"""The lines of a Dockerfile: its parser directives, and its logical lines with their places.

As BuildKit reads them (frontend/dockerfile/parser/parser.go and directives.go): lines end in line
feeds, an escape at the end of one continues it unless another escape stands before, and between
continued lines comments and empty lines are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from ws.formats.dockerfile_expansion import SPACES
from ws.model.docker import Problem, Span

BOM = "\ufeff"
_DIRECTIVE = re.compile(r"#[\t\n\f\r \v]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)\s*\Z")
_DIRECTIVES = ("syntax", "escape", "check")


class Directives(NamedTuple):
    """The comments at the top that speak to the parser."""

    values: dict[str, str]
    escape: str
    problems: tuple[Problem, ...]


class Piece(NamedTuple):
    """What one line of the file gave to a logical line."""

    begin: int
    """In the logical line."""
    start: int
    """In the file."""
    line: int


class LogicalLine(NamedTuple):
    """An instruction as the parser sees it, its continuation lines joined."""

    text: str
    pieces: tuple[Piece, ...]

    def place(self, begin: int, end: int) -> Span:
        """Where in the file a part of the text stands, which must not be empty."""
        if len(self.pieces) == 1:
            start = self.pieces[0].start
            return Span(begin + start, end + start)
        return Span(self._offset(begin), self._offset(end - 1) + 1)

    def line(self, begin: int) -> int:
        """On which line of the file a character of the text stands."""
        return self._piece(begin).line

    def _offset(self, begin: int) -> int:
        piece = self._piece(begin)
        return piece.start + begin - piece.begin

    def _piece(self, begin: int) -> Piece:
        if len(self.pieces) == 1:
            return self.pieces[0]
        return self.pieces[bisect_right(self.pieces, begin, key=lambda piece: piece.begin) - 1]


class Body(NamedTuple):
    """The lines of a here-document."""

    span: Span
    """Without the line that ends it."""
    end: int
    """In the file, the end of the line that ends it, else of the last one; 0 if there is none."""
    end_line: int
    """The number of that line."""
    terminated: bool


class Lines:
    """The lines of one file, taken one after the other."""

    def __init__(self, text: str, escape: str) -> None:
        self._lines = text.split("\n")
        if not self._lines[-1]:
            self._lines.pop()
        self._escape = escape
        self._next = 0
        self._offset = 0
        self._size = len(text)
        if self._lines and text.startswith(BOM):
            self._lines[0] = self._lines[0][1:]
            self._offset = 1

    def logical(self) -> LogicalLine | None:
        """The next line that is no comment and not blank, with those that continue it."""
        while self._next < len(self._lines):
            line = self._lines[self._next].rstrip("\r")
            stripped = line.lstrip(SPACES)
            start = self._offset + len(line) - len(stripped)
            self._advance()
            if stripped and stripped[0] != "#":
                text, goes_on = self._cut(stripped)
                piece = Piece(0, start, self._next)
                return self._continued(text, piece) if goes_on else LogicalLine(text, (piece,))
        return None

    def body(self, name: str, *, tabs: bool) -> Body:
        """The lines up to the one that is `name`; `tabs` may stand before it."""
        start = min(self._offset, self._size)
        end = end_line = 0
        while self._next < len(self._lines):
            begin = self._offset
            line = self._lines[self._next].rstrip("\r")
            self._advance()
            end, end_line = begin + len(line), self._next
            if (line.lstrip("\t") if tabs else line) == name:
                return Body(Span(start, begin), end, end_line, terminated=True)
        return Body(Span(start, self._size), end, end_line, terminated=False)

    def _continued(self, text: str, first: Piece) -> LogicalLine:
        parts, pieces, length, goes_on = [text], [first], len(text), True
        while goes_on and self._next < len(self._lines):
            line = self._lines[self._next].rstrip("\r")
            start = self._offset
            self._advance()
            stripped = line.lstrip(SPACES)
            if stripped and stripped[0] != "#":
                text, goes_on = self._cut(line)
                pieces.append(Piece(length, start, self._next))
                parts.append(text)
                length += len(text)
        return LogicalLine("".join(parts), tuple(pieces))

    def _cut(self, line: str) -> tuple[str, bool]:
        """A line without the escape that continues it, and whether there was one."""
        body = line.rstrip(" \t")
        if body.endswith(self._escape) and body[-2:-1] != self._escape:
            return body[:-1], True
        return line, False

    def _advance(self) -> None:
        self._offset += len(self._lines[self._next]) + 1
        self._next += 1


def read_directives(text: str) -> Directives:
    """The directives at the top of a Dockerfile: the first line that is none ends them."""
    values: dict[str, str] = {}
    escape, problems = "\\", []
    for number, line in enumerate(text.removeprefix(BOM).split("\n"), 1):
        found = _DIRECTIVE.match(line.strip(SPACES))
        name = found[1].lower() if found else ""
        if found is None or name not in _DIRECTIVES:
            break
        if name in values:
            problems.append(Problem(number, f"the directive {name} is given twice"))
            continue
        values[name] = found[2]
        if name == "escape" and found[2] in ("\\", "`"):
            escape = found[2]
        elif name == "escape":
            problems.append(Problem(number, f"the escape must be \\ or `, not {found[2]}"))
    return Directives(values, escape, tuple(problems))
