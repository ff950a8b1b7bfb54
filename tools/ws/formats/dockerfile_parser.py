"""A Dockerfile: text to data, whatever the text is; what a builder would refuse is noted.

The syntax is that of BuildKit's own parser (github.com/moby/buildkit, frontend/dockerfile/parser
and instructions): lines, words, here-documents and rules have a module each beside this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.formats import dockerfile_words as cut
from ws.formats.dockerfile_expansion import SPACES, expand
from ws.formats.dockerfile_heredocs import KINDS as WITH_HEREDOCS
from ws.formats.dockerfile_heredocs import marks, without_tabs
from ws.formats.dockerfile_lines import Lines, LogicalLine, read_directives
from ws.formats.dockerfile_rules import RULES, refusals
from ws.formats.dockerignore import is_pattern
from ws.model.docker import (
    Dockerfile,
    Flag,
    Heredoc,
    Instruction,
    Problem,
    Span,
    Stage,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ws.formats.dockerfile_words import Part

_COMMANDS = ("RUN", "CMD", "ENTRYPOINT", "SHELL")
_LISTS = ("ADD", "COPY", "VOLUME")
_SPLIT = ("FROM", "EXPOSE")
_QUOTED = {"ARG": cut.quoted, "ENV": cut.named, "LABEL": cut.named}
_WITH_NAME = 3
_REPLACED = "\ufffd"
"""What stands for bytes that are no UTF-8."""


def read(text: str, path: str) -> Dockerfile:
    """What a Dockerfile says. `path` is relative to the workspace root. Raises nothing."""
    directives = read_directives(text)
    reader = _Reader(text, directives.escape)
    instructions = reader.instructions()
    arguments, orphans, stages = _staged(instructions)
    problems = [*directives.problems, *reader.problems]
    problems += _problems_of_stages(stages, orphans, last_line=max(1, text.count("\n")))
    if binary := _no_text(instructions):
        orphans = tuple(instructions)
        return Dockerfile(path, text, directives.escape, problems=(binary,), orphans=orphans)
    problems = [Problem(line, _printable(message)) for line, message in problems]
    return Dockerfile(
        path=path,
        text=text,
        escape=directives.escape,
        directives=directives.values,
        arguments=arguments,
        stages=stages,
        problems=tuple(sorted(problems)),
        orphans=orphans,
    )


def _no_text(instructions: Iterable[Instruction]) -> Problem | None:
    """The one thing to say of a file that is binary, or text in UTF-16: of it, nothing is meant."""
    for each in instructions:
        if any(sign == _REPLACED or not sign.isprintable() for sign in each.kind):
            reason = "it is no text in UTF-8: this line does not begin with letters"
            return Problem(each.line, reason)
    return None


def _printable(message: str) -> str:
    """A message that does nothing to a terminal, whatever it quotes of the file."""
    if message.isprintable():
        return message
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in message
    )


def read_instructions(text: str, escape: str = "\\") -> list[Instruction]:
    """The instructions of a part of a Dockerfile whose escape is known. Raises nothing."""
    return _Reader(text, escape).instructions()


class _Arguments(NamedTuple):
    """What stands after an instruction's flags."""

    parts: list[Part]
    json: bool = False
    problem: str = ""
    inner: Instruction | None = None


class _Reader:
    """Reads one file's instructions."""

    def __init__(self, text: str, escape: str) -> None:
        self.problems: list[Problem] = []
        self._text, self._escape = text, escape
        self._lines = Lines(text, escape)

    def instructions(self) -> list[Instruction]:
        found = []
        while (line := self._lines.logical()) is not None:
            end = len(line.text.rstrip(SPACES))
            begin = cut.skip_spaces(line.text, 0, end)
            if begin == end:
                self.problems.append(Problem(line.pieces[0].line, "an escape continues nothing"))
            else:
                instruction = self._with_heredocs(self._instruction(line, begin, end), line)
                self._check(instruction)
                found.append(instruction)
        return found

    def _instruction(self, line: LogicalLine, begin: int, end: int) -> Instruction:
        blank = cut.BLANKS.search(line.text, begin, end)
        keyword, rest = (blank.start(), blank.end()) if blank else (end, end)
        kind = line.text[begin:keyword].upper()
        flags, start = cut.flags(line.text, rest, end)
        arguments = self._arguments(kind, line, start, end)
        number = line.line(begin)
        if arguments.problem:
            self.problems.append(Problem(number, f"{kind}: {arguments.problem}"))
        return Instruction(
            kind=kind,
            line=number,
            end_line=line.line(end - 1),
            span=line.place(begin, end),
            flags=tuple(_flag(line, flag) for flag in flags) if flags else (),
            words=tuple(
                Word(part.text, line.place(part.begin, part.end), line.line(part.begin))
                for part in arguments.parts
            ),
            json=arguments.json,
            inner=arguments.inner,
        )

    def _arguments(self, kind: str, line: LogicalLine, begin: int, end: int) -> _Arguments:
        text = line.text
        if kind in _COMMANDS or kind in _LISTS:
            return _maybe_json(text, begin, end, as_list=kind in _LISTS)
        if kind == "HEALTHCHECK":
            return _health(text, begin, end)
        if kind == "ONBUILD":
            return self._held_back(line, begin, end)
        if kind in _QUOTED:
            return _Arguments(_QUOTED[kind](text, begin, end, self._escape))
        return _Arguments((cut.split if kind in _SPLIT else cut.whole)(text, begin, end))

    def _held_back(self, line: LogicalLine, begin: int, end: int) -> _Arguments:
        """The instruction inside an `ONBUILD`; one more `ONBUILD` in it is refused, not read."""
        words = cut.split(line.text, begin, end)[:1]
        if not words:
            return _Arguments([])
        if words[0].text.upper() == "ONBUILD":
            return _Arguments(cut.whole(line.text, begin, end), problem="it cannot hold another")
        inner = self._instruction(line, begin, end)
        return _Arguments(cut.whole(line.text, begin, end), inner=inner)

    def _with_heredocs(self, instruction: Instruction, line: LogicalLine) -> Instruction:
        holder = instruction.inner or instruction
        if "<<" not in line.text or holder.kind not in WITH_HEREDOCS or holder.json:
            return instruction
        documents, end, end_line = [], instruction.span.end, instruction.end_line
        for mark in marks(line.text):
            body = self._lines.body(mark.name, tabs=mark.tabs)
            end, end_line = max(end, body.end), max(end_line, body.end_line)
            content = self._text[body.span.start : body.span.end]
            content = without_tabs(content) if mark.tabs else content
            documents.append(Heredoc(mark.name, content, mark.expand, body.span))
            if not body.terminated:
                reason = f"the here-document {mark.name} does not end"
                self.problems.append(Problem(instruction.line, reason))
        return _ending(instruction, Span(instruction.span.start, end), end_line, tuple(documents))

    def _check(self, instruction: Instruction) -> None:
        checked = [instruction] if instruction.inner is None else [instruction, instruction.inner]
        for each in checked:
            for reason in (*refusals(each, self._escape), *self._patterns(each)):
                self.problems.append(Problem(each.line, reason))

    def _patterns(self, instruction: Instruction) -> Iterator[str]:
        """What no builder takes of the sources that an instruction copies from the context."""
        if instruction.kind not in ("ADD", "COPY") or instruction.flag("from"):
            return
        for word in instruction.words[:-1]:
            text = word.text if "[" in word.text and "$" not in word.text else ""
            source = expand(text, {}, self._escape).text or ""
            if "://" not in source and not is_pattern(source):
                yield f"{source}: syntax error in pattern"


def _flag(line: LogicalLine, part: Part) -> Flag:
    name, equals, value = part.text[2:].partition("=")
    return Flag(name, value, line.place(part.begin, part.end), bool(equals))


def _maybe_json(text: str, begin: int, end: int, *, as_list: bool) -> _Arguments:
    plain = cut.split if as_list else cut.whole
    try:
        strings = cut.json_strings(text, begin, end)
    except cut.NotStringsError:
        problem = "an array in JSON form must hold strings only"
        return _Arguments(plain(text, begin, end), problem=problem)
    if strings is None:
        return _Arguments(plain(text, begin, end))
    return _Arguments(strings, json=True)


def _health(text: str, begin: int, end: int) -> _Arguments:
    """`CMD` or `NONE`, then a command in JSON or shell form."""
    kind = cut.split(text, begin, end)[:1]
    if not kind:
        return _Arguments([])
    start = cut.skip_spaces(text, kind[0].end, end)
    command = _maybe_json(text, start, end, as_list=False)
    return command._replace(parts=[*kind, *command.parts])


def _ending(
    instruction: Instruction, span: Span, end_line: int, heredocs: tuple[Heredoc, ...]
) -> Instruction:
    """An instruction with its here-documents; what an `ONBUILD` holds back has them too."""
    from dataclasses import replace

    inner = instruction.inner
    if inner is not None:
        inside = Span(inner.span.start, span.end)
        inner = replace(inner, span=inside, end_line=end_line, heredocs=heredocs)
    return replace(instruction, span=span, end_line=end_line, heredocs=heredocs, inner=inner)


def _staged(
    instructions: Iterable[Instruction],
) -> tuple[tuple[Instruction, ...], tuple[Instruction, ...], tuple[Stage, ...]]:
    """The arguments before the first stage, what else stands there, and the stages."""
    arguments: list[Instruction] = []
    orphans: list[Instruction] = []
    stages: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in instructions:
        if instruction.kind == "FROM":
            stages.append((instruction, []))
        elif stages:
            stages[-1][1].append(instruction)
        else:
            (arguments if instruction.kind == "ARG" else orphans).append(instruction)
    found = (_stage(index, *stage) for index, stage in enumerate(stages))
    return tuple(arguments), tuple(orphans), tuple(found)


def _stage(index: int, source: Instruction, instructions: list[Instruction]) -> Stage:
    texts = [word.text for word in source.words]
    named = len(texts) == _WITH_NAME and texts[1].lower() == "as"
    return Stage(
        index=index,
        name=texts[2].lower() if named else "",
        base=texts[0] if texts else "",
        instructions=tuple(instructions),
        source=source,
    )


def _problems_of_stages(
    stages: tuple[Stage, ...], orphans: tuple[Instruction, ...], last_line: int
) -> list[Problem]:
    known = [orphan for orphan in orphans if orphan.kind in RULES]
    problems = [Problem(known[0].line, f"{known[0].kind} before the first FROM")] if known else []
    if not stages:
        problems.append(Problem(last_line, "there is no FROM"))
    seen: dict[str, Stage] = {}
    for stage in stages:
        first = seen.setdefault(stage.name, stage)
        if stage.name and first is not stage:
            reason = f"a stage named {stage.name} is there already, on line {first.source.line}"
            problems.append(Problem(stage.source.line, reason))
    return problems
