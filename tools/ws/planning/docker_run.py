"""What a `RUN` does to a stage: to its files, its settings, its environments."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.docker_shell import ENVIRONMENT, UNKNOWN, Command, commands, of_words
from ws.model.image import Changed, Copied, Image, Installed, Layer, Made, Removed, Taken, is_below
from ws.planning.docker_copy import absolute, in_context
from ws.planning.docker_files import effects, failures, is_followed, lost
from ws.planning.docker_programs import COMMANDS, Call, call_of
from ws.planning.docker_stage import Install, State, environment_of
from ws.planning.docker_tools import Tools, absent, after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ws.model.docker import Instruction
    from ws.model.image import Context

_PYTHON = re.compile(r"python[\d.]*")
_POETRY = re.compile(r"poetry(?:\[.*\])?\s*(?:[=<>!~;@].*)?", re.IGNORECASE)
_WITH_PATH = 2
_REWRITES = {
    "add": ("pyproject.toml", "poetry.lock"),
    "remove": ("pyproject.toml", "poetry.lock"),
    "update": ("poetry.lock",),
    "lock": ("poetry.lock",),
}


class Ran(NamedTuple):
    """The state after a `RUN`, what it installed, and which mounts have no source."""

    state: State
    installs: tuple[Install, ...]
    missing: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    """Why a command is sure to fail."""


class _Mounts(NamedTuple):
    """What is there for the time of one `RUN`."""

    layers: tuple[Layer, ...]
    targets: tuple[str, ...]
    """What is written below these is in no image."""
    missing: tuple[str, ...]


def run(
    instruction: Instruction,
    state: State,
    stage: int,
    context: Context,
    image_of: Callable[[str], Image],
) -> Ran:
    """Follow one `RUN`. `image_of` gives the image that a mount's `from` names."""
    mounts = _mounts(instruction, state, context, image_of)
    installs: list[Install] = []
    lasting: list[Layer] = []
    failing: list[str] = []
    inside = state.image.plus(*mounts.layers)
    state = state._replace(image=inside)
    stops = not instruction.heredocs and not any(
        ";" in word.text or "\n" in word.text for word in instruction.words
    )
    others = any(flag.name == "mount" and "from=" in flag.value for flag in instruction.flags)
    tools = Tools() if others else state.tools
    for written in _commands(instruction, state):
        command = _resolved(written, state)
        call = _bundled(call_of(command), command, tools)
        if why := absent(command, state.image, tools):
            failing.append(why)
        tools = Tools() if why else after(command, call, tools)  # told once
        layers = list(effects(command, state.image, instruction.line))
        failing += failures(command, state.image)
        if stops and state.followed and (why := lost(command, state.image)):
            failing.append(why)
            break
        layers += _of_plugin(call, command, instruction.line)
        is_known = is_followed(command) if call is None else _is_own(call)
        followed = state.followed and is_known
        if call is not None:
            key = instruction.line * 100 + len(installs)
            install = _install(key, call, command, state, stage, instruction.line)
            installs += [install] if call.verb not in ("config", "add", "remove") else []
            layers += _installed(install)
            state = _settled(call, command, install, state)
        made = _venvs(command)
        layers += [Made(one, instruction.line) for one in made]
        state = state._replace(
            image=state.image.plus(*layers),
            followed=followed,
            tools=state.tools if others else tools,
            venvs=(*state.venvs, *made),
        )
        lasting += [one for one in layers if not any(is_below(one.at, t) for t in mounts.targets)]
    # Without mounts it is the same image, which remembers what it was asked.
    image = _before(inside, len(mounts.layers)).plus(*lasting) if mounts.targets else state.image
    return Ran(state._replace(image=image), tuple(installs), mounts.missing, tuple(failing))


def _before(image: Image, layers: int) -> Image:
    for _ in range(layers):
        assert image.below is not None
        image = image.below
    return image


def _commands(instruction: Instruction, state: State) -> tuple[Command, ...]:
    if instruction.json:
        words = [word.text for word in instruction.words]
        return of_words(words, state.folder, state.variables)
    text = " ".join(word.text for word in instruction.words)
    if instruction.heredocs and re.match(r"\s*(?:(?:ba|da|a)?sh\b[^|;&]*)?<<", text):
        text = instruction.heredocs[0].text
    return commands(text, state.folder, state.variables)


def _resolved(command: Command, state: State) -> Command:
    """A command with the environment in the place of what `poetry env info --path` says."""
    if not any(ENVIRONMENT in one for one in (*command.words, *command.variables.values())):
        return command
    asked = {name: v for name, v in command.variables.items() if ENVIRONMENT not in v}
    call = Call("poetry", "env", command.folder)
    environment = environment_of(call, replace(command, variables=asked), state)
    there = any(one.at == environment for one in state.image.environments())
    said = environment if there else UNKNOWN
    return replace(
        command,
        words=tuple(word.replace(ENVIRONMENT, said) for word in command.words),
        variables={n: v.replace(ENVIRONMENT, said) for n, v in command.variables.items()},
    )


def _bundled(call: Call | None, command: Command, tools: Tools) -> Call | None:
    """A call, with `poetry bundle venv PATH` (poetry-plugin-bundle) as an install to that path."""
    if call is None or call.tool != "poetry" or call.verb != "bundle" or not tools.plugins:
        return call
    if call.words[:1] != ("venv",) or len(call.words) != _WITH_PATH or UNKNOWN in call.words[1]:
        return call
    path = absolute(command.folder, call.words[1])
    return replace(call, verb="install", prefix=path, words=(), said=(), directories=True)


def _is_own(call: Call) -> bool:
    """Whether it is a command of the tool itself, and not a plugin's that may do whatever."""
    return call.tool != "poetry" or call.verb in COMMANDS or call.verb == "export"


def _of_plugin(call: Call | None, command: Command, line: int) -> Iterator[Layer]:
    """What a command of an unknown plugin of Poetry leaves where it is told to."""
    for word in call.words if call and not _is_own(call) else ():
        if UNKNOWN not in word + command.folder:
            why = f"poetry {call.verb} may put it there" if call else ""
            yield Changed(absolute(command.folder, word), line, why, adds=True)


def unclosed(instruction: Instruction) -> bool:
    """Whether a shell is sure to refuse a `RUN` for a quote that never ends."""
    text = " ".join(word.text for word in instruction.words)
    if instruction.json or instruction.heredocs or re.search(r"[$`#<\\]", text):
        return False
    return [one.words for one in commands(text, "/", {})] == [(UNKNOWN,)]


def _install(
    key: int, call: Call, command: Command, state: State, stage: int, line: int
) -> Install:
    environment = environment_of(call, command, state)
    removes = call.tool == "poetry" and call.sync and bool(state.poetry_in)
    return Install(
        key,
        stage,
        line,
        call,
        state.image,
        environment,
        state.folder,
        certain=command.certain and not command.forgiven,
        removes_poetry=removes and environment == state.poetry_in and not call.by,
        editable=call.verb != "install" or not call.prefix,
        tools=state.tools,
    )


def _installed(install: Install) -> Iterator[Layer]:
    """What a call leaves: an environment, and files that it rewrote."""
    call = install.call
    if call.verb in ("install", "sync", "update", "add", "remove", "pip"):
        yield Installed(install.environment, install.key, install.line)
    if call.tool == "poetry" and UNKNOWN not in call.project:
        for name in _REWRITES.get(call.verb, ()):
            at = absolute(call.project, name)
            yield Changed(at, install.line, f"poetry {call.verb} rewrites it")
    for written in call.files if call.verb == "export" else ():
        if install.certain:
            yield Made(written, install.line, folder=False)
        else:
            yield Changed(written, install.line, "poetry export writes it")
    if call.verb == "build" and UNKNOWN not in call.project:
        dist = absolute(call.project, "dist")
        yield Changed(dist, install.line, "poetry build fills it", adds=True)


def _settled(call: Call, command: Command, install: Install, state: State) -> State:
    """The state with what `poetry config` says, and where pip put Poetry."""
    if call.verb == "config" and len(call.words) > 1 and command.certain:
        name = "POETRY_" + re.sub(r"[.-]", "_", call.words[0]).upper()
        return state._replace(settings={**state.settings, name: call.words[1]})
    if call.verb == "pip" and any(_POETRY.fullmatch(name) for name in call.names):
        return state._replace(poetry_in=install.environment)
    return state


def _venvs(command: Command) -> tuple[str, ...]:
    """The virtual environment that a command makes."""
    words = [word for word in command.words[1:] if not word.startswith("--")]
    if _PYTHON.fullmatch(command.program) and words[:2] in (["-m", "venv"], ["-m", "virtualenv"]):
        words = words[2:]
    elif command.program == "uv" and words[:1] == ["venv"]:
        words = words[1:] or [".venv"]
    elif command.program != "virtualenv":
        return ()
    places = [posixpath.join(command.folder, word) for word in words if not word.startswith("-")]
    return tuple(posixpath.normpath(one) for one in places[-1:] if UNKNOWN not in one)


def _mounts(
    instruction: Instruction, state: State, context: Context, image_of: Callable[[str], Image]
) -> _Mounts:
    """The mounts of a `RUN` (Docker's reference, "RUN --mount")."""
    layers: list[Layer] = []
    targets: list[str] = []
    missing: list[str] = []
    for flag in instruction.flags:
        if flag.name != "mount":
            continue
        options = dict(_option(part, state) for part in flag.value.split(","))
        target = next((options[k] for k in ("target", "dst", "destination") if k in options), "")
        kind = options.get("type", "bind")
        if not target or UNKNOWN in target:
            continue
        at = state.absolute(target)
        targets.append(at)
        if kind != "bind":
            layers += [Removed(at, instruction.line), Made(at, instruction.line)]
            continue
        source = options.get("source", options.get("src", "."))
        if UNKNOWN in source:
            layers.append(Changed(at, instruction.line, "the source of its mount is a variable"))
        elif name := options.get("from"):
            other = image_of(name)
            layers += [Removed(at, instruction.line)]
            layers += [Taken(at, absolute("/", source), other, instruction.line)]
        elif context.exists(in_context(source)):
            layers += [Removed(at, instruction.line)]
            layers += [Copied(at, in_context(source), context, instruction.line)]
        else:
            missing.append(source)
    return _Mounts(tuple(layers), tuple(targets), tuple(missing))


def _option(part: str, state: State) -> tuple[str, str]:
    name, _, value = part.strip().partition("=")
    expanded = state.expand(value) if "$" in value else value
    return name.strip().lower(), UNKNOWN if expanded is None else expanded
