"""What a builder refuses in one instruction of a Dockerfile, and the instructions it knows.

From BuildKit's frontend/dockerfile/instructions (parse.go and bflag.go) and Docker's reference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.dockerfile_expansion import syntax_error
from ws.formats.dockerfile_heredocs import mark
from ws.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.docker import Flag, Instruction, Word


class Rule(NamedTuple):
    """What one kind of instruction takes."""

    least: int = 1
    most: int | None = None
    """Arguments; `None` for any number."""
    flags: tuple[str, ...] = ()
    """Flags with a value."""
    switches: tuple[str, ...] = ()
    """Flags that are true or false."""
    several: tuple[str, ...] = ()
    """Flags with a value that may be given more than once."""
    expands: bool = True
    """Whether the builder puts variables into its arguments; a shell may do so later."""


_COPY = ("chown", "chmod")
_PERIODS = ("interval", "timeout", "start-period", "start-interval", "retries")
RULES: dict[str, Rule] = {
    "ADD": Rule(2, None, (*_COPY, "checksum"), ("link", "keep-git-dir", "unpack"), ("exclude",)),
    "ARG": Rule(),
    "CMD": Rule(0, expands=False),
    "COPY": Rule(2, None, (*_COPY, "from"), ("link", "parents"), ("exclude",)),
    "ENTRYPOINT": Rule(0, expands=False),
    "ENV": Rule(),
    "EXPOSE": Rule(),
    "FROM": Rule(1, 3, ("platform",)),
    "HEALTHCHECK": Rule(1, None, _PERIODS, expands=False),
    "LABEL": Rule(),
    "MAINTAINER": Rule(1, 1, expands=False),
    "ONBUILD": Rule(1, 1, expands=False),
    "RUN": Rule(0, None, ("network", "security"), (), ("mount", "device"), expands=False),
    "SHELL": Rule(expands=False),
    "STOPSIGNAL": Rule(1, 1),
    "USER": Rule(1, 1),
    "VOLUME": Rule(),
    "WORKDIR": Rule(1, 1),
}
"""Every instruction there is."""

_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
_NO_FLAGS_READ = ("ARG", "STOPSIGNAL")  # the builder does not look at theirs
_AS_TRIGGER = ("ONBUILD", "FROM", "MAINTAINER")
_FROM_WITH_NAME = 3


def refusals(instruction: Instruction, escape: str) -> Iterator[str]:
    """Why a builder would refuse an instruction, if it would."""
    rule = RULES.get(instruction.kind)
    if rule is None:
        hint = did_you_mean(instruction.kind, tuple(RULES))
        yield f"unknown instruction {instruction.kind}{': ' + hint if hint else ''}"
        return
    if instruction.flags and instruction.kind not in _NO_FLAGS_READ:
        yield from _flags(instruction, rule)
    count = len(instruction.words)
    if count < rule.least:
        yield f"{instruction.kind} needs {_arguments(rule.least)}"
    elif rule.most is not None and count > rule.most:
        yield f"{instruction.kind} takes {_arguments(rule.most)} at most"
    elif instruction.kind in _SPECIAL:
        yield from _SPECIAL[instruction.kind](instruction)
    if rule.expands:
        yield from _expansions(instruction.words, escape)


def _arguments(count: int) -> str:
    return "an argument" if count == 1 else f"{count} arguments"


def _flags(instruction: Instruction, rule: Rule) -> Iterator[str]:
    seen: set[str] = set()
    for flag in instruction.flags:
        if flag.name not in (*rule.flags, *rule.switches, *rule.several):
            yield f"{instruction.kind} has no flag --{flag.name}"
        elif flag.name in seen and flag.name not in rule.several:
            yield f"--{flag.name} is given twice"
        elif flag.name in rule.switches:
            yield from _switch(flag)
        elif not flag.has_value:
            yield f"--{flag.name} needs a value"
        seen.add(flag.name)


def _switch(flag: Flag) -> Iterator[str]:
    if flag.has_value and flag.value.lower() not in ("true", "false"):
        yield f"--{flag.name} is true or false, not {flag.value or 'empty'}"


def _expansions(words: tuple[Word, ...], escape: str) -> Iterator[str]:
    for word in words:
        if "'" in word.text or '"' in word.text or "${" in word.text:
            error = syntax_error(word.text, escape)
            if error:
                yield f"{word.text}: {error}"


def _from(instruction: Instruction) -> Iterator[str]:
    texts = [word.text for word in instruction.words]
    if len(texts) == _FROM_WITH_NAME and texts[1].lower() == "as":
        if not _STAGE_NAME.fullmatch(texts[2].lower()):
            yield f"{texts[2]} is no name for a stage: letters first, then digits, - _ and . too"
    elif len(texts) != 1:
        yield "FROM takes an image, or an image, AS and a name"


def _named(instruction: Instruction) -> Iterator[str]:
    for name, value in instruction.pairs:
        if not name and (value is not None or instruction.kind != "ARG"):
            yield f"{instruction.kind} has a value without a name"
        elif value is None and instruction.kind != "ARG":
            yield f"{instruction.kind} {name} has no value: it must be written {name}=..."


def _destination(instruction: Instruction) -> Iterator[str]:
    if mark(instruction.words[-1].text) is not None:
        yield f"{instruction.kind} cannot copy to a here-document"


def _health(instruction: Instruction) -> Iterator[str]:
    kind, *command = (word.text for word in instruction.words)
    if kind.upper() == "NONE" and command:
        yield "HEALTHCHECK NONE takes no arguments"
    elif kind.upper() == "CMD" and not command:
        yield "HEALTHCHECK CMD needs a command"
    elif kind.upper() not in ("CMD", "NONE"):
        yield f"HEALTHCHECK is followed by CMD or NONE, not {kind}"


def _shell(instruction: Instruction) -> Iterator[str]:
    if not instruction.json:
        yield 'SHELL must be written in JSON form: SHELL ["/bin/sh", "-c"]'


def _trigger(instruction: Instruction) -> Iterator[str]:
    if instruction.inner is not None and instruction.inner.kind in _AS_TRIGGER:
        yield f"ONBUILD cannot hold back {instruction.inner.kind}"


def _volumes(instruction: Instruction) -> Iterator[str]:
    if any(not word.text.strip() for word in instruction.words):
        yield "VOLUME cannot be empty"


_SPECIAL = {
    "ADD": _destination,
    "ARG": _named,
    "COPY": _destination,
    "ENV": _named,
    "FROM": _from,
    "HEALTHCHECK": _health,
    "LABEL": _named,
    "ONBUILD": _trigger,
    "SHELL": _shell,
    "VOLUME": _volumes,
}
