"""What each stage of a Dockerfile has where, and what it installs from there."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.formats.docker_shell import UNKNOWN
from ws.formats.dockerfile_expansion import expand
from ws.formats.dockerignore import is_pattern
from ws.model.image import Changed, Image, Made
from ws.planning.docker_cached import python_of
from ws.planning.docker_copy import Copy, Copying, from_context, from_image
from ws.planning.docker_run import run, unclosed
from ws.planning.docker_stage import Install, State
from ws.planning.docker_tools import of_base
from ws.planning.docker_variables import sources_of, stage_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.docker import Dockerfile, Instruction, Stage
    from ws.model.image import Context

_PLAIN = {
    *("scratch", "python", "debian", "ubuntu", "alpine", "pypy", "node", "buildpack-deps"),
    *("python-slim", "amazonlinux", "fedora", "rockylinux", "busybox", "uv", "cuda", "pytorch"),
}
"""Last parts of the names of images that hold no package of anybody's workspace."""


_BARE = {"scratch", "python", "debian", "ubuntu", "alpine", "python-slim", "fedora", "rockylinux"}
"""Those of them that have no folders of their own beside the system's."""


_DEEPEST = 40
"""How many stages may wait for another, each for the one before it."""


class Missing(NamedTuple):
    """A source of `COPY`, `ADD` or a mount that is not there."""

    line: int
    source: str
    stage: str = ""
    """The stage it should come from; empty for the build context."""


@dataclass(frozen=True, slots=True)
class StageLayout:
    """One stage when it is built."""

    index: int
    name: str
    line: int
    state: State = field(repr=False)
    """At its end."""
    installs: tuple[Install, ...] = ()
    missing: tuple[Missing, ...] = ()
    triggers: tuple[Instruction, ...] = ()
    """What its `ONBUILD`s hold back for the stages that are built from it."""
    unclear: tuple[tuple[int, str], ...] = ()
    """Lines that nobody can follow, and why."""
    failing: tuple[tuple[int, str], ...] = ()
    """Lines that are sure to end the build, and why."""

    def as_data(self, folder: str) -> dict[str, Any]:
        """Its layout for JSON: paths in the image to paths relative to the workspace root.

        The build context is the folder `folder` there.
        """
        layout = self.state.image.layout()
        return {
            "index": self.index,
            "name": self.name,
            "line": self.line,
            "workdir": self.state.folder.replace(UNKNOWN, "?"),
            "layout": {at: posixpath.normpath(f"{folder}/{one}") for at, one in layout.items()},
            "installs": [_install(one) for one in self.installs],
        }


def _install(install: Install) -> dict[str, Any]:
    call = install.call
    return {
        "line": install.line,
        "command": f"{call.tool} {call.verb}" if call.tool == "poetry" else call.tool,
        "folder": call.project.replace(UNKNOWN, "?"),
        "path_dependencies": call.installs_paths,
    }


def layouts(
    dockerfile: Dockerfile,
    context: Context,
    *,
    target: str = "",
    arguments: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[StageLayout, ...]:
    """The stages that a build of `target` (a name or number; the last one by default) needs.

    `arguments` are the build's own (`--build-arg`), `names` those of projects by their manifest's
    path in the context. BuildKit builds no stage that is not needed.
    """
    if not dockerfile.stages:
        return ()
    return _Build(dockerfile, context, dict(arguments or {}), names or {}).of(target)


class _Build:
    """Builds stages in the mind, each once."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        context: Context,
        given: dict[str, str],
        names: Mapping[str, str],
    ) -> None:
        self.names = names
        self.dockerfile = dockerfile
        self.context = context
        self.given = given
        self.globals = self._globals()
        self.done: dict[int, StageLayout] = {}
        self.waiting: set[int] = set()
        """The stages that are begun, and wait for another one."""
        self.has_shell = any(
            one.kind == "SHELL" for stage in dockerfile.stages for one in stage.instructions
        )

    def of(self, target: str) -> tuple[StageLayout, ...]:
        last = stage_named(target, self.dockerfile.stages)
        wanted = self.dockerfile.stages[-1 if last is None else last]
        for stage in self._below(wanted):  # no deep recursion, however long the chain of stages
            self._built(stage)
        return tuple(self.done[index] for index in sorted(self.done))

    def _globals(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for instruction in self.dockerfile.arguments:
            for name, value in instruction.pairs:
                default = expand(value, found, self.dockerfile.escape).text if value else None
                found[name] = self.given.get(name, default)
        return found

    def _built(self, stage: Stage) -> StageLayout:
        if stage.index not in self.done:
            self.waiting.add(stage.index)
            walk = _Walk(self, stage)
            for instruction in (*walk.before, *stage.instructions):
                walk.step(instruction)
            self.done[stage.index] = walk.result()
            self.waiting.discard(stage.index)
        return self.done[stage.index]

    def _below(self, stage: Stage) -> list[Stage]:
        """A stage and those that it is built from and copies from, as they lie in the file."""
        found: dict[int, Stage] = {}
        waiting = [stage]
        while waiting:
            one = waiting.pop()
            if one.index not in found:
                found[one.index] = one
                before = self.dockerfile.stages[: one.index]
                base = expand(one.base, self.globals, self.dockerfile.escape).text
                parent = _named(base or "", before)
                named = [stage_named(name, before) for name in sources_of(one)]
                waiting += [parent] if parent else []
                waiting += [before[index] for index in named if index is not None]
        return [found[index] for index in sorted(found)]

    def start(self, stage: Stage) -> tuple[State, tuple[Instruction, ...]]:
        """The state that a stage begins with, and the instructions that run first."""
        base = expand(stage.base, self.globals, self.dockerfile.escape).text
        before = _named(base or "", self.dockerfile.stages[: stage.index])
        if before is not None:
            built = self._built(before)
            return built.state, built.triggers
        bare = _name(base or "") in _BARE
        escape, python = self.dockerfile.escape, python_of(base)
        image = external(base)
        state = State(image, escape=escape, followed=bare, python=python, names=self.names)
        return state._replace(tools=of_base(base, plain=not image.unknown)), ()

    def image(self, name: str, before: int) -> Image:
        """The image that a `from` names."""
        return self.end(name, before).image

    def end(self, name: str, before: int) -> State:
        """The state of the stage, or of the image, that a `from` names."""
        stages = self.dockerfile.stages[:before]
        index = stage_named(name, stages)
        if index is None:
            return State(external(name))
        if index not in self.done and len(self.waiting) > _DEEPEST:
            return State(Image(unknown="too many stages are copied from each other to follow"))
        return self._built(stages[index]).state


def target_stage(dockerfile: Dockerfile, target: str) -> Stage | None:
    """The stage that a build ends with: the last for no target; `None` where there is none.

    BuildKit knows it by its name only (`findStateByName` in dockerfile2llb/convert.go).
    """
    return _named(target, dockerfile.stages) if target else dockerfile.stages[-1]


def _named(name: str, stages: tuple[Stage, ...]) -> Stage | None:
    """The last of these stages that has a name; `FROM` and targets take no number for one."""
    named = [stage for stage in stages if stage.name and stage.name == name.lower()]
    return named[-1] if named else None


def external(name: str | None) -> Image:
    """An image that is not built here: nothing of ours is in the official ones."""
    if name is None:
        return Image(unknown="the base image is a variable")
    return Image(unknown="" if _name(name) in _PLAIN else f"the image {name} may bring it")


def _name(image: str) -> str:
    """The last part of an image's name, without its tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _refused(name: str, here: int, stages: tuple[Stage, ...]) -> str:
    """Why a builder takes nothing from a name in the stage `here`; empty where it does.

    BuildKit's dockerfile2llb/convert.go: `findStateByIndex`, `hasCircularDependency`, and "cannot
    copy from stage ..., it needs to be defined before"; older engines take what is in its base.
    """
    if re.fullmatch(r"-0*[1-9]\d*", name):
        return f"invalid stage index {name}"
    if name.isdecimal() and int(name) >= len(stages):
        return (
            f"invalid from flag value {name}: the stages are numbered from 0 to {len(stages) - 1}"
        )
    index = stage_named(name, stages)
    if index is None or index < here or stage_named(name, stages[:here]) is not None:
        return ""
    if index == here:
        return f"a stage cannot copy from itself: {name} is this one"
    return f"the stage {name} begins in line {stages[index].source.line} only, after this line"


class _Walk:
    """Goes through one stage."""

    def __init__(self, build: _Build, stage: Stage) -> None:
        self.build = build
        self.stage = stage
        self.state, self.before = build.start(stage)
        self.installs: list[Install] = []
        self.missing: list[Missing] = []
        self.triggers: list[Instruction] = []
        self.unclear: list[tuple[int, str]] = []
        self.failing: list[tuple[int, str]] = []

    def result(self) -> StageLayout:
        return StageLayout(
            self.stage.index,
            self.stage.name,
            self.stage.source.line,
            self.state,
            tuple(self.installs),
            tuple(self.missing),
            tuple(self.triggers),
            tuple(self.unclear),
            tuple(self.failing),
        )

    def step(self, instruction: Instruction) -> None:
        match instruction.kind:
            case "ARG":
                self._arg(instruction)
            case "ENV":
                self._env(instruction)
            case "WORKDIR":
                self._workdir(instruction)
            case "USER" if instruction.words:
                user = self.state.expand(instruction.words[0].text)
                self.state = self.state._replace(user=(user or UNKNOWN).partition(":")[0])
            case "COPY" | "ADD":
                self._copy(instruction)
            case "RUN":
                self._run(instruction)
            case "ONBUILD" if instruction.inner is not None:
                self.triggers.append(instruction.inner)

    def _arg(self, instruction: Instruction) -> None:
        args, env = dict(self.state.args), dict(self.state.env)
        for name, value in instruction.pairs:
            default = self.state.expand(value) if value is not None else None
            if value is None:
                default = self.build.globals.get(name, args.get(name))
            args[name] = self.build.given.get(name, default)
        # Engines differ in which of the two holds, an ENV or an ARG after it.
        named = {name for name, _ in instruction.pairs} & env.keys()
        unsure = dict.fromkeys(name for name in named if args[name] not in (None, env[name]))
        self.state = self.state._replace(args=args, env=env | unsure)

    def _env(self, instruction: Instruction) -> None:
        env = dict(self.state.env)
        for name, value in instruction.pairs:  # all of them see the variables as they were
            env[name] = self.state.expand(value or "")
        self.state = self.state._replace(env=env)

    def _workdir(self, instruction: Instruction) -> None:
        path = self._word(instruction.words[0].text, instruction) if instruction.words else ""
        folder = UNKNOWN if path is None else self.state.absolute(path)
        image = self.state.image
        if UNKNOWN not in folder and image.at(folder).kind != "folder":
            image = image.plus(Made(folder, instruction.line))
        self.state = self.state._replace(folder=folder, image=image)

    def _copy(self, instruction: Instruction) -> None:
        words = [self._word(word.text, instruction) for word in instruction.words]
        target = words[-1] if words else None
        if target is None or (UNKNOWN in self.state.folder and not target.startswith("/")):
            self.unclear.append((instruction.line, "its destination is known at build time only"))
            return
        copy = Copy(
            tuple(word for word in words[:-1] if word is not None),
            target,
            self.state.folder,
            instruction.line,
            adds=instruction.kind == "ADD",
            parents=instruction.flag("parents") is not None,
            excludes=instruction.flag("exclude") is not None,
        )
        copying = self._copying(copy, instruction)
        layers = list(copying.layers)
        if len(copy.sources) < len(words) - 1 or instruction.heredocs:
            at = self.state.absolute(target)
            why = "what is copied there is known at build time only"
            layers.append(Changed(at, instruction.line, why, adds=True))
        self.state = self.state._replace(image=self.state.image.plus(*layers))

    def _copying(self, copy: Copy, instruction: Instruction) -> Copying:
        image = self.state.image
        name = instruction.flag("from")
        if instruction.heredocs:
            names = {heredoc.name for heredoc in instruction.heredocs}
            kept = [one for one in copy.sources if one.lstrip("<-").strip("'\"") not in names]
            copy = copy._replace(sources=tuple(kept))
        if name is None:
            copying = from_context(copy, self.build.context, image)
            stage = ""
            self.failing += [
                (copy.line, f"{source}: syntax error in pattern")
                for source in copy.sources
                if "[" in source and "://" not in source and not is_pattern(source)
                if not self.build.dockerfile.problems  # which name those without variables
            ]
        else:
            stage = self.state.expand(name) or name
            other = self._taken_from(stage, copy.line)
            self.state = self.state._replace(tools=self.state.tools.with_those_of(other.tools))
            copying = from_image(copy, other.image, image, stage, followed=other.followed)
        self.missing += [Missing(copy.line, source, stage) for source in copying.missing]
        self.failing += [
            (copy.line, f"a folder is copied to {at}, where a file is") for at in copying.blocked
        ]
        return copying

    def _taken_from(self, name: str, line: int) -> State:
        """The state of what a `from` names; whether a builder refuses the name is noted."""
        if why := _refused(name, self.stage.index, self.build.dockerfile.stages):
            self.failing.append((line, why))
        return self.build.end(name, self.stage.index)

    def _word(self, text: str, instruction: Instruction) -> str | None:
        if instruction.heredocs and text.startswith("<<"):
            return text
        expanded = self.state.expansion(text)
        if expanded.error and self.state.followed:  # else a base image may have set the variable
            why = f"{text} cannot be expanded: {expanded.error}"
            self.failing.append((instruction.line, why))
        return expanded.text

    def _run(self, instruction: Instruction) -> None:
        index = self.stage.index
        if unclosed(instruction) and not self.build.has_shell:
            self.failing.append((instruction.line, "a quote in it is never closed"))
        ran = run(
            instruction,
            self.state,
            index,
            self.build.context,
            lambda name: self._taken_from(name, instruction.line).image,
        )
        self.state = ran.state
        self.installs += ran.installs
        self.missing += [Missing(instruction.line, source) for source in ran.missing]
        self.failing += [(instruction.line, why) for why in ran.failing]
