"""Edits of a Dockerfile that keep every byte which is not part of them.

Each function gives an `Edit` of the text that was read; `apply` makes any number of them together.
New lines come in the style of the file: the case of its instructions, the indentation and line
ends of their neighbours.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import Where, WsError
from ws.formats.dockerfile_lines import BOM
from ws.formats.dockerfile_parser import read_instructions
from ws.model.docker import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ws.model.docker import Dockerfile, Flag, Instruction, Word

_MARKER = re.compile(r"[ \t]*#[ \t]*ws:(begin|end)(?:[ \t]+(.*?))?[ \t\r]*", re.DOTALL)
_COMMENT = re.compile(r"[ \t]*#")


class Edit(NamedTuple):
    """Other text in the place of a part of the old one."""

    span: Span
    text: str


class Block(NamedTuple):
    """What stands between two marker comments, which belongs to `ws`."""

    name: str
    """What follows `# ws:begin`; empty where nothing does."""
    text: str
    span: Span
    """The whole lines between the markers."""
    line: int
    """Of the marker that begins it."""


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; those that insert at one place stand in the order given.

    Raises `ValueError` where one edit changes what another one changes too.
    """
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < position:
            raise ValueError(f"edits overlap at character {edit.span.start}")
        parts += (text[position : edit.span.start], edit.text)
        position = edit.span.end
    return "".join((*parts, text[position:]))


def replace_word(instruction: Instruction, word: Word | Flag, text: str) -> Edit:
    """Another text for an argument or a flag: quoted where the arguments are in JSON form."""
    in_json = instruction.json and word in instruction.words and word != _kind_of_check(instruction)
    return Edit(word.span, json.dumps(text, ensure_ascii=False) if in_json else text)


def insert_before(file: Dockerfile, instruction: Instruction, text: str) -> Edit:
    """New lines before an instruction and the comments that stand right above it."""
    at = _above_comments(file, _line_start(file.text, instruction.span.start))
    newline = _newline(file.text, instruction.span.end)
    return Edit(Span(at, at), _styled(file, instruction, text, newline) + newline)


def insert_after(file: Dockerfile, instruction: Instruction, text: str) -> Edit:
    """New lines after an instruction, its here-documents included."""
    newline = _newline(file.text, instruction.span.end)
    styled = _styled(file, instruction, text, newline)
    end, rest = _end(file, instruction)
    if end > instruction.span.end and file.text[end - 1] == "\n" and not rest:
        return Edit(Span(end, end), styled + newline)
    if not rest and not _dangles(file, instruction):
        return Edit(Span(end, end), newline + styled)
    return Edit(Span(instruction.span.end, end), f"{newline}{styled}{newline}{rest}")


def remove(file: Dockerfile, instruction: Instruction) -> Edit:
    """An instruction taken out with its line end; comments above it stay."""
    end, rest = _end(file, instruction)
    return Edit(Span(_line_start(file.text, instruction.span.start), end), rest)


def replace(file: Dockerfile, first: Instruction, last: Instruction, text: str) -> Edit:
    """Other lines in the place of a run of instructions, with the comments between them."""
    newline = _newline(file.text, last.span.end)
    styled = _styled(file, first, text, newline)
    start = _line_start(file.text, first.span.start)
    end, rest = _end(file, last)
    ends = newline if end > last.span.end and file.text[end - 1] == "\n" else ""
    return Edit(Span(start, end), styled + ends + rest)


def blocks(file: Dockerfile) -> tuple[Block, ...]:
    """The blocks between `# ws:begin` and `# ws:end` comments, in order.

    Raises `WsError` for a marker without its other half.
    """
    found: list[Block] = []
    begun: tuple[Span, int, str] | None = None
    for span, number, kind, name in _markers(file):
        if (kind == "begin") != (begun is None):
            raise _unpaired(file, number if begun is None else begun[1])
        if begun is None:
            begun = span, number, name
        else:
            inside = Span(begun[0].end, span.start)
            found.append(Block(begun[2], file.text[slice(*inside)], inside, begun[1]))
            begun = None
    if begun is not None:
        raise _unpaired(file, begun[1])
    return tuple(found)


def replace_block(file: Dockerfile, block: Block, text: str) -> Edit:
    """Other lines between the markers of a block; none where the text is empty."""
    newline = _newline(file.text, block.span.start - 1)
    if not text:
        return Edit(block.span, "")
    indent = _indent(file.text, _line_start(file.text, block.span.start - 1))
    return Edit(block.span, _with_style(file, text, indent, newline) + newline)


def marked(text: str, name: str = "") -> str:
    """Lines with the markers of a block around them, to be inserted."""
    begin = f"# ws:begin {name}".rstrip()
    return "\n".join((begin, *([text.removesuffix("\n")] if text else []), "# ws:end"))


def _kind_of_check(instruction: Instruction) -> Word | None:
    """The `CMD` of a `HEALTHCHECK`, which is not in JSON form when its command is."""
    return instruction.words[0] if instruction.kind == "HEALTHCHECK" else None


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1 or int(text.startswith(BOM))


def _line_end(text: str, position: int) -> int:
    return text.find("\n", position) + 1 or len(text)


def _end(file: Dockerfile, instruction: Instruction) -> tuple[int, str]:
    """Where an instruction's last line ends, its line end included, and what to keep before that.

    At the end of a file an escape may continue nothing: then that is the file's end, and the
    comments up to there are kept.
    """
    end = _line_end(file.text, instruction.span.end)
    if not _dangles(file, instruction):
        return end, ""
    lines = file.text[end:].splitlines(keepends=True)
    return len(file.text), "".join(line for line in lines if _COMMENT.match(line))


def _dangles(file: Dockerfile, instruction: Instruction) -> bool:
    end = instruction.span.end
    return bool(file.text[end : _line_end(file.text, end)].strip())


def _newline(text: str, position: int) -> str:
    """The line end that follows a place, else the first one of the file."""
    end = text.find("\n", position)
    end = text.find("\n") if end < 0 else end
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def _indent(text: str, start: int) -> str:
    line = text[start : _line_end(text, start)]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _styled(file: Dockerfile, instruction: Instruction, text: str, newline: str) -> str:
    indent = _indent(file.text, _line_start(file.text, instruction.span.start))
    return _with_style(file, text, indent, newline)


def _with_style(file: Dockerfile, text: str, indent: str, newline: str) -> str:
    """New lines as the file would have them, without the last line end.

    The lines of here-documents, whose blanks count, are not indented.
    """
    text = _cased(file, text.removesuffix("\n"))
    kept = _lines_of_heredocs(file, text)
    lines = (
        line if number in kept or not line else indent + line
        for number, line in enumerate(text.split("\n"), 1)
    )
    return newline.join(lines)


def _cased(file: Dockerfile, text: str) -> str:
    """Instructions in small letters where most of the file's are."""
    keywords = [_keyword(file.text, instruction) for instruction in file.instructions]
    if sum(word.islower() for word in keywords) * 2 <= len(keywords):
        return text
    edits = []
    for instruction in read_instructions(text, file.escape):
        word = _keyword(text, instruction)
        start = instruction.span.start
        edits.append(Edit(Span(start, start + len(word)), word.lower()))
    return apply(text, edits)


def _keyword(text: str, instruction: Instruction) -> str:
    start = instruction.span.start
    return text[start : start + len(instruction.kind)]


def _lines_of_heredocs(file: Dockerfile, text: str) -> set[int]:
    lines: set[int] = set()
    for instruction in read_instructions(text, file.escape):
        if instruction.heredocs:
            first = text.count("\n", 0, instruction.heredocs[0].span.start) + 1
            lines.update(range(first, instruction.end_line + 1))
    return lines


def _above_comments(file: Dockerfile, start: int) -> int:
    """The start of the comments right above a line, markers and parser directives left alone."""
    directives = len(file.directives)
    while start > 0:
        above = _line_start(file.text, start - 1)
        line = file.text[above:start]
        in_directives = file.text.count("\n", 0, above) < directives
        if above == start or in_directives or not _COMMENT.match(line) or _MARKER.match(line):
            break
        if any(inside.span.start <= above < inside.span.end for inside in file.instructions):
            break
        start = above
    return start


def _markers(file: Dockerfile) -> Iterator[tuple[Span, int, str, str]]:
    """The marker comments outside instructions: span of the line, its number, kind and name."""
    taken = {
        line
        for instruction in file.instructions
        for line in range(instruction.line, instruction.end_line + 1)
    }
    position = len(BOM) if file.text.startswith(BOM) else 0
    for number, line in enumerate(file.text[position:].split("\n"), 1):
        span = Span(position, min(position + len(line) + 1, len(file.text)))
        position = span.end
        found = _MARKER.fullmatch(line)
        if found and number not in taken:
            yield span, number, found[1], found[2] or ""


def _unpaired(file: Dockerfile, line: int) -> WsError:
    return WsError(
        "a marker without its other half",
        rule="docker/markers",
        where=Where(file.path, line),
        hint="a block begins with # ws:begin and ends with # ws:end, each on a line of its own",
    )
