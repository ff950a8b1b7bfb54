"""One small edit of a Dockerfile that might mend it, and where new lines may go.

What stands between the markers `# ws:begin` and `# ws:end` is left alone: a new line beside
something in there goes before the one or after the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.docker_shell import UNKNOWN
from ws.formats.dockerfile_editor import Edit, insert_after, insert_before
from ws.model.docker import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.formats.dockerfile_editor import Block
    from ws.model.docker import Instruction
    from ws.planning.docker_stage import Install
    from ws.planning.docker_wants import View

_PROGRAM = r"(?:\w+=[\w./:-]*[ \t]+)*(?:python[\d.]*[ \t]+-m[ \t]+)?(?:[\w./${}~-]*/)?poetry"
_REST = r"""(?:[^&|;"'`#\\\r\n]|{line_end}|\\[^\r\n]|"[^"\r\n]*"|'[^'\r\n]*')*"""
_COMMANDS = {
    escape: re.compile(
        rf"(?<![\w./$}}-]){_PROGRAM}(?=[ \t\\`])"
        + _REST.replace("{line_end}", rf"{re.escape(escape)}[ \t]*\r?\n")
    )
    for escape in "\\`"
}
"""A call of Poetry up to what ends it in a shell, by the sign that continues lines of the file."""
_VERB = re.compile(r"(?<=\s)(install|sync|update)(?=\s|$)")
_MOVES = re.compile(r"(?:^|[\s(&;])(?:cd|pushd|export|source|eval|set|\.)\s|\bPATH=")


@dataclass(frozen=True, slots=True)
class Remedy:
    """An edit that might mend something, and why it is made."""

    rule: str
    line: int
    """Of the file before."""
    reason: str
    edits: tuple[Edit, ...] = ()
    ignore: tuple[str, ...] = ()
    """Lines to be appended to the ignore file."""
    member: str | None = None


class Command(NamedTuple):
    """The text of one call of Poetry in a `RUN`."""

    text: str
    span: Span
    flags: str
    """Those of the `RUN`, with a blank after them."""
    alone: bool
    """Whether nothing comes before it in the same `RUN`."""

    def end(self, words: str) -> Edit:
        """Add words to it."""
        return Edit(Span(self.span.end, self.span.end), words)


def command_of(view: View, install: Install) -> Command | None:
    """Where a call of Poetry stands in the text; `None` if it cannot be lifted out of its line.

    That is so if it is in JSON form or a here-document, or if what stands before it in the same
    `RUN` decides where it runs.
    """
    instruction = view.at_line(install.line)
    if instruction is None or instruction.kind != "RUN" or instruction.json:
        return None
    if instruction.heredocs or not instruction.words:
        return None
    text = view.dockerfile.text
    command = _COMMANDS[view.dockerfile.escape]
    start = instruction.words[0].span.start
    found = [
        match
        for match in command.finditer(text[: instruction.span.end], start)
        if _VERB.search(match[0])
    ]
    if len(found) != 1 or _MOVES.search(text[start : found[0].start()]):
        return None
    written = found[0][0].rstrip(f" \t\r\n{view.dockerfile.escape}")
    span = Span(found[0].start(), found[0].start() + len(written))
    flags = instruction.flags
    before = f"{text[flags[0].span.start : flags[-1].span.end]} " if flags else ""
    return Command(written, span, before.replace("\r\n", "\n"), found[0].start() == start)


def verb_of(command: Command) -> Span | None:
    """Where its verb stands in the text."""
    found = _VERB.search(command.text)
    return found and Span(command.span.start + found.start(1), command.span.start + found.end(1))


def before(view: View, instruction: Instruction, text: str) -> Edit:
    """New lines before an instruction, or before the block that it is in."""
    edit = insert_before(view.dockerfile, instruction, text)
    block = _around(view.blocks, instruction)
    if block is None:
        return edit
    start = view.dockerfile.text.rfind("\n", 0, block.span.start - 1) + 1
    return edit._replace(span=Span(start, start))


def after(view: View, instruction: Instruction, text: str) -> Edit:
    """New lines after an instruction, or after the block that it is in."""
    block = _around(view.blocks, instruction)
    if block is None:
        return insert_after(view.dockerfile, instruction, text)
    whole = view.dockerfile.text
    edit = insert_before(view.dockerfile, instruction, text)
    end = whole.find("\n", block.span.end) + 1
    if end:
        return edit._replace(span=Span(end, end))
    newline = "\r\n" if edit.text.endswith("\r\n") else "\n"
    at_end = Span(len(whole), len(whole))
    return edit._replace(span=at_end, text=newline + edit.text.removesuffix(newline))


def is_outside(view: View, edits: Iterable[Edit]) -> bool:
    """Whether no edit touches what is in a block of `ws`."""
    return not any(
        edit.span.start <= block.span.end and edit.span.end >= block.span.start
        for edit in edits
        for block in view.blocks
    )


def _around(blocks: Iterable[Block], instruction: Instruction) -> Block | None:
    at = instruction.span.start
    return next((one for one in blocks if one.span.start <= at < one.span.end), None)


def is_known(path: str) -> bool:
    """Whether all of a path in the image is known."""
    return UNKNOWN not in path
