"""What each stage of a Dockerfile has where, and what it installs from there."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.formats.docker_shell import UNKNOWN
from ws.formats.dockerfile_expansion import expand
from ws.model.image import Changed, Image, Made
from ws.planning.docker_copy import Copy, Copying, from_context, from_image
from ws.planning.docker_run import run
from ws.planning.docker_stage import Install, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.docker import Dockerfile, Instruction, Stage
    from ws.model.image import Context

_PLAIN = {
    *("scratch", "python", "debian", "ubuntu", "alpine", "pypy", "node", "buildpack-deps"),
    *("python-slim", "amazonlinux", "fedora", "rockylinux", "busybox", "uv", "cuda", "pytorch"),
}
"""Last parts of the names of images that hold no package of anybody's workspace."""


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
) -> tuple[StageLayout, ...]:
    """The stages that a build of `target` (a name or number; the last one by default) needs.

    `arguments` are the build's own (`--build-arg`). BuildKit builds no stage that is not needed.
    """
    if not dockerfile.stages:
        return ()
    return _Build(dockerfile, context, dict(arguments or {})).of(target)


class _Build:
    """Builds stages in the mind, each once."""

    def __init__(self, dockerfile: Dockerfile, context: Context, given: dict[str, str]) -> None:
        self.dockerfile = dockerfile
        self.context = context
        self.given = given
        self.globals = self._globals()
        self.done: dict[int, StageLayout] = {}

    def of(self, target: str) -> tuple[StageLayout, ...]:
        last = self._find(target, len(self.dockerfile.stages)) if target else None
        self._built(self.dockerfile.stages[-1] if last is None else last)
        return tuple(self.done[index] for index in sorted(self.done))

    def _globals(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for instruction in self.dockerfile.arguments:
            for name, value in instruction.pairs:
                default = expand(value, found, self.dockerfile.escape).text if value else None
                found[name] = self.given.get(name, default)
        return found

    def _find(self, name: str, before: int) -> Stage | None:
        """The stage of that name or number among the first ones; of a name the last."""
        stages = self.dockerfile.stages[:before]
        if name.isdecimal():
            return stages[int(name)] if int(name) < len(stages) else None
        named = [stage for stage in stages if stage.name and stage.name == name.lower()]
        return named[-1] if named else None

    def _built(self, stage: Stage) -> StageLayout:
        if stage.index not in self.done:
            walk = _Walk(self, stage)
            for instruction in (*walk.before, *stage.instructions):
                walk.step(instruction)
            self.done[stage.index] = walk.result()
        return self.done[stage.index]

    def start(self, stage: Stage) -> tuple[State, tuple[Instruction, ...]]:
        """The state that a stage begins with, and the instructions that run first."""
        base = expand(stage.base, self.globals, self.dockerfile.escape).text
        before = self._find(base, stage.index) if base else None
        if before is not None:
            built = self._built(before)
            return built.state, built.triggers
        return State(external(base), escape=self.dockerfile.escape), ()

    def image(self, name: str, before: int) -> Image:
        """The image that a `from` names."""
        stage = self._find(name, before)
        return self._built(stage).state.image if stage else external(name)


def external(name: str | None) -> Image:
    """An image that is not built here: nothing of ours is in the official ones."""
    if name is None:
        return Image(unknown="the base image is a variable")
    last = name.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return Image(unknown="" if last in _PLAIN else f"the image {name} may bring it")


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
                self.state = self.state.to(user=(user or UNKNOWN).partition(":")[0])
            case "COPY" | "ADD":
                self._copy(instruction)
            case "RUN":
                self._run(instruction)
            case "ONBUILD" if instruction.inner is not None:
                self.triggers.append(instruction.inner)

    def _arg(self, instruction: Instruction) -> None:
        args = dict(self.state.args)
        for name, value in instruction.pairs:
            default = self.state.expand(value) if value is not None else None
            if value is None:
                default = self.build.globals.get(name, args.get(name))
            args[name] = self.build.given.get(name, default)
        self.state = self.state.to(args=args)

    def _env(self, instruction: Instruction) -> None:
        env = dict(self.state.env)
        for name, value in instruction.pairs:  # all of them see the variables as they were
            env[name] = self.state.expand(value or "")
        self.state = self.state.to(env=env)

    def _workdir(self, instruction: Instruction) -> None:
        path = self.state.expand(instruction.words[0].text) if instruction.words else ""
        folder = UNKNOWN if path is None else self.state.absolute(path)
        image = self.state.image
        if UNKNOWN not in folder and image.at(folder).kind != "folder":
            image = image.plus(Made(folder, instruction.line))
        self.state = self.state.to(folder=folder, image=image)

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
        self.state = self.state.to(image=self.state.image.plus(*layers))

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
        else:
            stage = self.state.expand(name) or name
            other = self.build.image(stage, self.stage.index)
            copying = from_image(copy, other, image, stage)
        self.missing += [Missing(copy.line, source, stage) for source in copying.missing]
        return copying

    def _word(self, text: str, instruction: Instruction) -> str | None:
        if instruction.heredocs and text.startswith("<<"):
            return text
        return self.state.expand(text)

    def _run(self, instruction: Instruction) -> None:
        index = self.stage.index
        ran = run(
            instruction,
            self.state,
            index,
            self.build.context,
            lambda name: self.build.image(name, index),
        )
        self.state = ran.state
        self.installs += ran.installs
        self.missing += [Missing(instruction.line, source) for source in ran.missing]
