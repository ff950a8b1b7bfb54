"""What a build takes in another version on another day (`docker/floating`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.docker_shell import UNKNOWN, Command, commands, of_words
from ws.planning.docker_programs import call_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ws.model.docker import Instruction, Stage
    from ws.model.report import Finding
    from ws.planning.docker_built import Built

RULE = "docker/floating"
_POETRY = re.compile(r"poetry(?:\[[^\]]*\])?\s*([=<>!~;@].*)?", re.IGNORECASE)
_BOUND = re.compile(r"==|~=|<|@")
_INSTALLER = "install.python-poetry.org"
_FROM = re.compile(r"(?:^|,)from=([^,]+)")


class _Step(NamedTuple):
    """One instruction, with what is known where it runs."""

    instruction: Instruction
    stage: Stage
    position: int


def findings(built: Built) -> Iterator[Finding]:
    """Warnings for images without a tag, Poetry without a version, and a lock that is made anew."""
    for stage in built.stages:
        yield from _of_base(built, stage)
        for position, instruction in enumerate(stage.instructions):
            step = _Step(instruction, stage, position)
            yield from _of_sources(built, step)
            if instruction.kind == "RUN":
                yield from _of_run(built, step)


def _of_base(built: Built, stage: Stage) -> Iterator[Finding]:
    variables = built.variables[stage.index]
    image = variables.base.text
    if variables.parent is None and image and image != "scratch" and floats(image):
        yield _image(built, stage.source.line, image)


def _of_sources(built: Built, step: _Step) -> Iterator[Finding]:
    """The images that a `COPY` or a mount takes from."""
    flags = step.instruction.flags
    names = [flag.value for flag in flags if flag.name == "from"]
    names += [name for flag in flags if flag.name == "mount" for name in _FROM.findall(flag.value)]
    for name in names:
        image = built.expanded(step.stage, step.position, name)
        if image and not _is_stage(built, image) and floats(image):
            yield _image(built, step.instruction.line, image)


def _is_stage(built: Built, name: str) -> bool:
    """Whether it is a stage's name or number; a word alone may be a context of the build's, too."""
    names = {stage.name for stage in built.dockerfile.stages}
    return name.lower() in names or name.isdecimal() or not re.search(r"[/:.]", name)


def floats(image: str) -> bool:
    """Whether an image's name has neither digest nor tag, or the tag `latest`."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return not digest and tag in ("", "latest")


def _image(built: Built, line: int, image: str) -> Finding:
    return built.warning(
        RULE,
        line,
        f"{image} is another image on another day",
        "give the tag of a version, or a digest",
    )


def _of_run(built: Built, step: _Step) -> Iterator[Finding]:
    instruction = step.instruction
    text = " ".join([*(w.text for w in instruction.words), *(h.text for h in instruction.heredocs)])
    if "poetry" not in text:
        return
    values = built.variables[step.stage.index].before[step.position]
    for command in _commands(instruction, text, values):
        yield from _of_command(built, instruction.line, command, text)


def _commands(
    instruction: Instruction, text: str, values: Mapping[str, str | None]
) -> tuple[Command, ...]:
    known = {name: UNKNOWN if value is None else value for name, value in values.items()}
    if instruction.json:
        return of_words([word.text for word in instruction.words], "/", known)
    if instruction.heredocs:
        text = instruction.heredocs[0].text
    return commands(text, "/", known)


def _of_command(built: Built, line: int, command: Command, text: str) -> Iterator[Finding]:
    call = call_of(command)
    if call and call.tool == "poetry" and call.verb in ("lock", "update"):
        yield built.warning(
            RULE,
            line,
            f"poetry {call.verb} makes the lock anew in the build:"
            " the image holds what nobody has tested",
            "lock before, commit the lock, and only install here",
        )
    elif _POETRY.fullmatch(name := _poetry(command)) and not _BOUND.search(name):
        yield _unpinned(built, line, f'install "{name}==..." with the version that you lock with')
    elif any(_INSTALLER in word for word in command.words) and not _is_told(command, text):
        yield _unpinned(built, line, "set POETRY_VERSION, or give the installer --version")


def _unpinned(built: Built, line: int, hint: str) -> Finding:
    return built.warning(RULE, line, "Poetry is installed in the version of the day", hint)


def _poetry(command: Command) -> str:
    """How a command names Poetry where it installs it, with pip, pipx or uv; else nothing."""
    words = [word.strip() for word in command.words]
    installs = "install" in words and bool({"pip", "pip3", "pipx", "tool"} & {*words, _last(words)})
    return next((word for word in words if installs and _POETRY.fullmatch(word)), "")


def _last(words: list[str]) -> str:
    return words[0].rpartition("/")[2] if words else ""


def _is_told(command: Command, text: str) -> bool:
    return bool(command.variables.get("POETRY_VERSION")) or "--version" in text
