"""A Dockerfile as data: its instructions with their places, and its stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Span(NamedTuple):
    """A part of a text: from the first character to that after the last one."""

    start: int
    end: int


class Flag(NamedTuple):
    """An option of an instruction: `--from=builder`, `--mount=type=bind,source=a`, `--link`."""

    name: str
    value: str
    """Variables unexpanded, quotes taken off as the builder does it; empty for a flag without a
    value."""
    span: Span
    has_value: bool = True
    """Whether there is an equals sign."""


class Word(NamedTuple):
    """One argument of an instruction."""

    text: str
    """As written, quotes and escapes included, but for JSON form, where it is the string itself."""
    span: Span
    line: int


class Heredoc(NamedTuple):
    """A here-document that hangs on an instruction."""

    name: str
    text: str
    """The lines before the one that ends it; without leading tabs after `<<-`."""
    expand: bool
    """Whether variables in it are expanded: not, where the word is quoted."""
    span: Span = Span(0, 0)
    """Those lines in the file's text, each with its line end."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile."""

    kind: str
    """In capitals: `FROM`, `COPY`."""
    line: int
    """Where it begins, counted from 1."""
    end_line: int
    """Where it ends, continuation lines and here-documents included."""
    span: Span
    """All of it in the file's text, without the line end."""
    flags: tuple[Flag, ...] = ()
    words: tuple[Word, ...] = ()
    """The arguments. Of `RUN`, `CMD`, `ENTRYPOINT` in shell form it is one word: all that is said,
    continuation lines joined and comments between them left out."""
    json: bool = False
    """Whether the arguments were given in JSON form."""
    heredocs: tuple[Heredoc, ...] = ()
    inner: Instruction | None = None
    """Of an `ONBUILD`, what it holds back for images built from this one."""

    @property
    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """Of an `ARG`, `ENV` or `LABEL`: each name and its value as written, `None` without one."""
        texts = [word.text for word in self.words]
        if self.kind != "ARG" and len(texts) == 2 and "=" not in texts[0]:  # noqa: PLR2004
            return ((texts[0], texts[1]),)  # the old form, `ENV NAME some text`
        cut = (text.partition("=") for text in texts)
        return tuple((name, value if equals else None) for name, equals, value in cut)

    def flag(self, name: str) -> str | None:
        """The value of a flag, the last one if there are several; `None` if it is not there."""
        values = [flag.value for flag in self.flags if flag.name == name]
        return values[-1] if values else None


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a build: from its `FROM` to the next."""

    index: int
    name: str
    """In small letters, as the builder compares it; empty where it has none."""
    base: str
    """As written: an image, a stage before, `scratch`; variables unexpanded."""
    instructions: tuple[Instruction, ...]
    """Without the `FROM`."""
    source: Instruction
    """The `FROM`."""


class Problem(NamedTuple):
    """What is malformed, and where."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """One Dockerfile."""

    path: str
    """Relative to the workspace root."""
    text: str = field(repr=False)
    """The whole file, line endings kept."""
    escape: str = "\\"
    """The character that continues lines (the directive `escape`)."""
    directives: Mapping[str, str] = field(default_factory=dict)
    """The parser directives by name in small letters: `syntax`, `escape`, `check`."""
    arguments: tuple[Instruction, ...] = ()
    """The `ARG`s before the first `FROM`."""
    stages: tuple[Stage, ...] = ()
    problems: tuple[Problem, ...] = ()
    """What a builder would refuse; the rest was read as far as it makes sense."""
    orphans: tuple[Instruction, ...] = ()
    """What stands before the first `FROM` and is no `ARG`: a problem too."""

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """All of them, in the file's order."""
        found = [*self.arguments, *self.orphans]
        for stage in self.stages:
            found += (stage.source, *stage.instructions)
        return tuple(sorted(found, key=lambda instruction: instruction.span))
