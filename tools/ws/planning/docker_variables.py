"""Which variables hold where in a Dockerfile, and what is known of them without building.

Docker's reference ("ARG", "ENV", "Scope", "Predefined ARGs", "Automatic platform ARGs") and
BuildKit's frontend/dockerfile/dockerfile2llb/convert.go. A value is `None` where only the build
knows it: an `ARG` without default, what a platform is, and what engines of several versions make of
differently (an `ARG` after an `ENV` of its name, or a second `ARG` with another value).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.formats.dockerfile_expansion import Expansion, expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.model.docker import Dockerfile, Instruction, Stage

Values = dict[str, str | None]

PROXIES = tuple(
    name
    for upper in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (upper, upper.lower())
)
"""Arguments that a build may be given without an `ARG`; programs see them, words do not."""
PLATFORMS = tuple(
    f"{side}{part}"
    for side in ("TARGET", "BUILD")
    for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
)
"""Arguments that `FROM` can use as they are, and a stage after an `ARG` that names them."""


@dataclass(frozen=True, slots=True)
class StageVariables:
    """What holds in one stage."""

    base: Expansion
    """The image or stage that it is from, variables put in."""
    parent: int | None
    """The number of the stage that it is from; `None` where that is an image."""
    before: tuple[Mapping[str, str | None], ...]
    """For each instruction of the stage, what its words are expanded with."""
    after: Mapping[str, str | None]
    """What holds at its end."""
    environment: Mapping[str, str | None]
    """What `ENV` set by then, inherited included: a stage or image from this one begins with it."""


def variables(
    file: Dockerfile, given: Mapping[str, str] | None = None
) -> tuple[StageVariables, ...]:
    """What holds in each stage of a Dockerfile.

    `given` are the build arguments (`--build-arg`, `args` in Compose). The variables of a base
    image are not known here: one that is set there only counts as unset.
    """
    given = given or {}
    outside = _outside(file, given)
    stages: list[StageVariables] = []
    for stage in file.stages:
        base = expand(stage.base, outside, file.escape)
        parent = _parent(base.text, file.stages[: stage.index])
        inherited = dict(stages[parent].environment) if parent is not None else {}
        scope = _Scope(inherited, outside, given, file.escape)
        before = tuple(scope.enter(instruction) for instruction in stage.instructions)
        found = StageVariables(base, parent, before, scope.values, scope.environment)
        stages.append(found)
    return tuple(stages)


def stage_named(name: str, stages: tuple[Stage, ...]) -> int | None:
    """Which of these stages `--from=NAME` means, by its name or number, if it is one of them."""
    by_name = [stage.index for stage in stages if stage.name and stage.name == name.lower()]
    if by_name:
        return by_name[-1]
    return next((stage.index for stage in stages if str(stage.index) == name), None)


def sources_of(stage: Stage) -> Iterator[str]:
    """What its `COPY`s and mounts name after `from`, as far as that holds no variables."""
    for instruction in stage.instructions:
        for flag in instruction.flags:
            if flag.name == "from":
                yield flag.value
            elif flag.name == "mount":
                yield from re.findall(r"(?:^|,)from=([^,]*)", flag.value)


def _parent(base: str | None, before: tuple[Stage, ...]) -> int | None:
    """`FROM` takes a stage by its name only: a number is an image's name there."""
    if base is None or base.isdecimal():
        return None
    return stage_named(base, before)


def _outside(file: Dockerfile, given: Mapping[str, str]) -> Values:
    """The arguments before the first `FROM`, with those of the platform."""
    values: Values = dict.fromkeys(PLATFORMS) | {n: v for n, v in given.items() if n in PLATFORMS}
    for instruction in file.arguments:
        for name, default in instruction.pairs:
            if name in given:
                values[name] = given[name]
            elif default is not None:
                values[name] = expand(default, values, file.escape).text
            else:
                values.setdefault(name, None)
    return values


class _Scope:
    """What holds in a stage, as its instructions go by."""

    def __init__(
        self, inherited: Values, outside: Values, given: Mapping[str, str], escape: str
    ) -> None:
        self.environment = inherited
        self.values: Values = dict(inherited)
        self._outside, self._given, self._escape = outside, given, escape
        self._arguments: set[str] = set()

    def enter(self, instruction: Instruction) -> Values:
        """What an instruction is expanded with; what it sets holds from then on."""
        before = self.values
        if instruction.kind == "ENV":
            # All of one instruction are expanded with what held before it.
            expanded = ((self._expanded(n), self._expanded(v)) for n, v in instruction.pairs)
            found = {name: value for name, value in expanded if name is not None}
            self.environment = self.environment | found
            self.values = self.values | found
        elif instruction.kind == "ARG":
            for name, default in instruction.pairs:
                self._declare(name, default)
        return before

    def _declare(self, name: str, default: str | None) -> None:
        value = self._argument(name, default)
        says_nothing = default is None and name not in self._given and name not in self._outside
        if name in self.environment:
            value = self.environment[name] if says_nothing else self._agreed(name, value)
        elif name in self._arguments:
            value = self.values[name] if says_nothing else self._agreed(name, value)
        self._arguments.add(name)
        self.values = self.values | {name: value}

    def _argument(self, name: str, default: str | None) -> str | None:
        if name in self._given:
            return self._given[name]
        return self._outside.get(name) if default is None else self._expanded(default)

    def _agreed(self, name: str, value: str | None) -> str | None:
        """A value that is there already: old engines keep it, new ones take the other one."""
        return value if self.values[name] == value else None

    def _expanded(self, value: str | None) -> str | None:
        return expand(value or "", self.values, self._escape).text
