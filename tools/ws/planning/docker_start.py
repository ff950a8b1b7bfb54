"""What a container gets when it starts: folders that are mounted, commands that install.

What is mounted or installed then is in no image, so that nobody can tell whether a container lacks
it. Which process it starts is what `CMD` and `ENTRYPOINT` of its stage say, or of the stage that
this one is from.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ws.formats.docker_shell import UNKNOWN, commands, of_words
from ws.model.image import Changed, is_below
from ws.planning.docker_copy import absolute
from ws.planning.docker_imports import CANNOT_TELL, Fault, is_on_path
from ws.planning.docker_needs import modules, needs
from ws.planning.docker_programs import call_of
from ws.planning.docker_variables import stage_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ws.formats.docker_shell import Command
    from ws.model.docker import Dockerfile, Instruction
    from ws.model.docker_build import Start
    from ws.model.image import Image
    from ws.model.workspace import Member
    from ws.planning.docker_layout import StageLayout
    from ws.planning.docker_needs import Need
    from ws.planning.docker_stories import Sight

_SCRIPT = re.compile(r".+\.(?:sh|bash)")
_PYTHON = re.compile(r"python[\d.]*")
_INSTALLS = ("install", "sync", "update", "pip")


def mounted(start: Start, folders: Iterable[str]) -> str:
    """Which mount may bring one of some folders of the workspace; empty for none."""
    for mount in start.mounts:
        for folder in folders:
            source = mount.source
            if source is None or is_below(folder, source) or is_below(source, folder):
                return mount.target
    return ""


def installing(sight: Sight, start: Start) -> str:
    """What of the start of a container installs, or may; empty for nothing.

    A script that is copied may do anything.
    """
    final = sight.stages[-1]
    for command in _started(sight.dockerfile, final, start):
        call = call_of(command)
        if call is not None and call.verb in _INSTALLS:
            return f"{call.tool} {call.verb}".replace("pip pip", "pip install")
        for word in command.words[:2]:
            at = absolute(command.folder, word) if UNKNOWN not in word + command.folder else ""
            if at and (_SCRIPT.fullmatch(word) or _is_script(final.state.image, at)):
                return f"the script {word}"
    return ""


def _is_script(image: Image, at: str) -> bool:
    found = image.at(at)
    return found.kind == "file" and bool(found.source) and not at.endswith((".py", ".toml"))


def third_party_alone(sight: Sight, folders: Iterable[str]) -> bool:
    """Whether the last stage has no source of members: no more of them than manifest and lock.

    `folders` are theirs, relative to the workspace root.
    """
    layout = sight.stages[-1].state.image.layout().values()
    copied = [posixpath.normpath(posixpath.join(sight.context.folder, one)) for one in layout]
    names = ("pyproject.toml", "poetry.lock", "poetry.toml", "README.md")
    sources = [one for one in copied if posixpath.basename(one) not in names]
    return not any(is_below(one, f) or is_below(f, one) for one in sources for f in folders)


def unsettled(fault: Fault, need: Need, member: Member, sight: Sight, start: Start) -> Fault:
    """A fault of a container, or that nobody can tell, given what comes when it starts."""
    if fault.severity != "error":
        return fault
    why = ""
    if at := mounted(start, (need.folder,)):
        why = f"{need.name} may be in what is mounted to {at} when a container starts"
    elif fault.message.startswith("nothing installs"):
        if by := installing(sight, start):
            why = f"{by} runs when a container starts, and may install {need.name}"
        elif third_party_alone(sight, (member.path, need.folder)):
            why = (
                f"only third-party packages are installed, and no source of {member.name} or"
                f" {need.name} is copied: a container finds what is mounted when it starts"
            )
    return Fault(CANNOT_TELL, fault.line, why, "", "warning", member.name) if why else fault


def bare(sight: Sight, start: Start) -> Iterator[Fault]:
    """What a container lacks of an image in which nothing is installed at all."""
    final = sight.stages[-1]
    if "python" in final.state.tools.lacking:
        return
    started = _own_module(sight, start)
    for member in _with_modules(sight):
        lacking = [
            need
            for need in needs(member, sight.known, None)
            if need.member is not None and not is_on_path(final, need)
        ]
        if not lacking:
            continue
        names = ", ".join(need.name for need in lacking)
        folders = [need.folder for need in lacking]
        brought = mounted(start, folders) or installing(sight, start)
        known = final.state.followed and not brought and not _has_path_file(final.state.image)
        if member is started and known:
            yield Fault(
                "docker/path-dependency-missing",
                _line(sight.dockerfile, final),
                f"nothing is installed, and {member.name} needs {names}, which is not on"
                " PYTHONPATH either",
                "install the member with poetry install, or copy the modules to a folder on"
                " PYTHONPATH",
                "error",
                member.name,
            )
        else:
            why = f"nothing is installed that brings {names}, which {member.name} needs"
            yield Fault(CANNOT_TELL, final.line, why, "", "warning", member.name)


def _with_modules(sight: Sight) -> Iterator[Member]:
    """The members whose modules are in the last stage, without what others of them need."""
    image = sight.stages[-1].state.image
    found = [
        member
        for member in sight.known.workspace.members
        if any(
            image.places(posixpath.relpath(posixpath.join(member.path, one), sight.context.folder))
            for one in modules(member.manifest)
        )
    ]
    theirs = {need.name for member in found for need in needs(member, sight.known, None)}
    yield from (member for member in found if member.name not in theirs)


def _own_module(sight: Sight, start: Start) -> Member | None:
    """The member whose module or script the Python of a container is started with."""
    final = sight.stages[-1]
    for command in _started(sight.dockerfile, final, start):
        words = [word for word in command.words[1:] if word != "-u"]
        if not _PYTHON.fullmatch(command.program) or not words or UNKNOWN in "".join(words[:2]):
            continue
        paths = [words[0]] if words[0] != "-m" else _of_module("".join(words[1:2]))
        for path in paths:
            source = final.state.image.at(absolute(command.folder, path)).source
            if source:
                whole = posixpath.normpath(posixpath.join(sight.context.folder, source))
                return _holder(whole, sight)
    return None


def _of_module(name: str) -> list[str]:
    path = name.replace(".", "/")
    return [f"{path}.py", f"{path}/__main__.py", f"{path}/__init__.py"]


def _holder(path: str, sight: Sight) -> Member | None:
    while path and path not in sight.known.folders:
        path = posixpath.dirname(path)
    return sight.known.folders.get(path)


def _has_path_file(image: Image | None) -> bool:
    """Whether a `.pth` file, or what else nobody can read, lies among Python's packages."""
    while image is not None:
        layer, image = image.layer, image.below
        if layer is None:
            continue
        if layer.at.endswith(".pth") or "dist-packages" in layer.at:
            return True  # Debian's own Python looks in the latter
        if isinstance(layer, Changed) and "site-packages" in layer.at:
            return True
    return False


def _started(dockerfile: Dockerfile, final: StageLayout, start: Start) -> Sequence[Command]:
    """The commands that a container starts with, whoever says so."""
    state = final.state
    found = list(start.commands)
    told = [
        command
        for one in _instructions(dockerfile, final.index)
        for command in (
            of_words([word.text for word in one.words], state.folder, state.variables)
            if one.json
            else commands(" ".join(w.text for w in one.words), state.folder, state.variables)
        )
    ]
    for words in found:
        if isinstance(words, str):
            told += commands(words, state.folder, state.variables)
        else:
            told += of_words(words, state.folder, state.variables)
    return told


def _instructions(dockerfile: Dockerfile, index: int) -> list[Instruction]:
    """The `CMD` and the `ENTRYPOINT` that hold for a stage."""
    found: dict[str, Instruction] = {}
    place: int | None = index
    while place is not None:
        stage = dockerfile.stages[place]
        for one in reversed(stage.instructions):
            if one.kind in ("CMD", "ENTRYPOINT"):
                found.setdefault(one.kind, one)
        place = stage_named(stage.base, dockerfile.stages[:place])
    return list(found.values())


def _line(dockerfile: Dockerfile, final: StageLayout) -> int:
    told = _instructions(dockerfile, final.index)
    return told[0].line if told else final.line
