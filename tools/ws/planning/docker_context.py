"""From which folder a Dockerfile is built: its context, which decides what its `COPY`s mean.

What somebody has written down counts: a Compose file, a Bake file, a workflow, a task. Else it is
the folder under which all that it copies exists; of several, one in which the build works.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.build_commands import inside
from ws.model.docker_build import AS_BUILT, Start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ws.errors import Where
    from ws.model.docker import Dockerfile, Instruction
    from ws.model.docker_build import Build
    from ws.planning.docker_paths import Verdict

    Exists = Callable[[str], bool]
    Faults = Callable[[str], int]
    """How bad a build in a folder would be: 0 where it works, 1 where nobody can tell."""

ROOT = "."


class Chosen(NamedTuple):
    """The context of a Dockerfile, relative to the workspace root, and what is known besides."""

    folder: str
    said: Where | None = None
    """Who says so; `None` where it follows from what exists."""
    args: Mapping[str, str] = {}
    target: str = ""
    start: Start = AS_BUILT
    """How containers of it are started."""
    configured: bool = False
    """Whether settings say so."""
    others: tuple[str, ...] = ()
    """The folders that would do as well, where nobody says so and in none of them it works."""


def choose(
    dockerfile: Dockerfile,
    builds: Iterable[Build],
    configured: str,
    exists: Exists,
    faults: Faults | None = None,
) -> tuple[Chosen, ...]:
    """The contexts that a Dockerfile is built in, usually one; the surest first.

    `builds` are those of the whole workspace, `configured` is what settings say, empty for nothing.
    `exists` tells of a file or folder, or a pattern of such, relative to the workspace root, and
    `faults` how bad a build in a folder would be.
    """
    said = [build for build in builds if build.dockerfile == dockerfile.path]
    found: dict[str, Chosen] = {}
    for build in said:
        found.setdefault(
            build.context,
            Chosen(build.context, build.where, build.args, build.target, build.start),
        )
    if configured and configured not in found:
        found = {configured: Chosen(configured, configured=True), **found}
    return tuple(found.values()) or (_best(fitting(dockerfile, exists), faults),)


def fitting(dockerfile: Dockerfile, exists: Exists) -> tuple[str, ...]:
    """The folders under which most of what is copied exists: its own, or those above it.

    The nearest comes first, as people build in the folder of the file.
    """
    wanted = sources(dockerfile)
    folders = [*_upwards(posixpath.dirname(dockerfile.path) or ROOT)]
    there = [
        sum(exists(posixpath.normpath(posixpath.join(folder, path))) for path in wanted)
        for folder in folders
    ]
    most = max(there)
    return tuple(folder for folder, count in zip(folders, there, strict=True) if count == most)


def faults(verdict: Verdict) -> int:
    """How bad a verdict is: 0 for a good one, 1 where nobody can tell, else more.

    What fails in a container alone counts less: no other context would help.
    """
    errors = [one for one in verdict.findings if one.severity == "error"]
    weights = (1 if one.rule == "docker/editable-across-stages" else 2 for one in errors)
    return {"ok": 0, "cannot-tell": 1, "broken": 1 + sum(weights)}[verdict.status]


def _best(folders: Sequence[str], faults: Faults | None) -> Chosen:
    """The first folder in which a build works, else the one in which it is least bad."""
    if faults is None or len(folders) == 1:
        return Chosen(folders[0])
    counts: dict[str, int] = {}
    for folder in folders:
        counts[folder] = faults(folder)
        if not counts[folder]:
            return Chosen(folder)
    best = min(folders, key=counts.__getitem__)
    return Chosen(best, others=tuple(one for one in folders if one != best))


def sources(dockerfile: Dockerfile) -> tuple[str, ...]:
    """What is taken from the context, as written: no addresses, nothing with a variable in it."""
    words = [
        word for stage in dockerfile.stages for one in stage.instructions for word in taken(one)
    ]
    paths = (inside(word.lstrip("/")) for word in words if "$" not in word and "://" not in word)
    return tuple(dict.fromkeys(path for path in paths if path is not None and path != ROOT))


def taken(instruction: Instruction) -> Iterable[str]:
    """What an instruction takes from the context, as written: sources of `COPY`, `ADD`, mounts."""
    if instruction.kind in ("COPY", "ADD") and instruction.flag("from") is None:
        return [word.text.strip("\"'") for word in instruction.words[:-1]]
    mounts = [flag.value for flag in instruction.flags if flag.name == "mount"]
    options = [dict(part.partition("=")[::2] for part in mount.split(",")) for mount in mounts]
    bound = [one for one in options if one.get("type", "bind") == "bind" and "from" not in one]
    return [one.get("source") or one.get("src") or ROOT for one in bound]


def _upwards(folder: str) -> Iterable[str]:
    while folder not in (ROOT, ""):
        yield folder
        folder = posixpath.dirname(folder)
    yield ROOT
