"""The `COPY` line that would be right, as the author of a Dockerfile would write it."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING

from ws.planning.docker_copy import absolute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.docker import Dockerfile, Instruction, Stage
    from ws.planning.docker_stage import Install


def copy_line(dockerfile: Dockerfile, install: Install, source: str, at: str, url: str) -> str:
    """The line that copies a folder of the build context to `at`, for the place before an install.

    `source` is relative to the context; `url` is the path that Poetry has for it. The destination
    is relative where the author's destinations climb, and then the path that the manifest has too,
    if that leads there; it ends with `/` unless the author's never do. The form is that of the
    nearest `COPY`.
    """
    stage = next(one for one in dockerfile.stages if one.index == install.stage)
    copies = [one for one in stage.instructions if one.kind == "COPY" and not one.flag("from")]
    targets = [one.words[-1].text for one in copies if one.words]
    target = at
    if any(one.startswith("..") for one in targets):
        fits = absolute(install.workdir, url) == at
        target = url if fits else posixpath.relpath(at, install.workdir)
    slash = not targets or any(one.endswith("/") for one in targets)
    target = target.rstrip("/") + "/" * slash or "/"
    source += "/" * (target.endswith("/") and source != ".")
    return written(neighbour(stage, install.line), _owner(copies), (source,), target)


def _owner(copies: Sequence[Instruction]) -> str:
    """The `--chown` that the author gives in this stage."""
    owners = [owner for one in copies if (owner := one.flag("chown"))]
    return f"--chown={owners[-1]} " if owners else ""


def neighbour(stage: Stage, line: int) -> Instruction | None:
    """The nearest `COPY` from the context above a line of a stage; where none is, the first one."""
    copies = [one for one in stage.instructions if one.kind == "COPY" and not one.flag("from")]
    above = [one for one in copies if one.line < line]
    return next(iter((*reversed(above), *copies)), None)


def written(like: Instruction | None, flags: str, sources: Sequence[str], target: str) -> str:
    """A `COPY` in the form of another one: JSON where that has it, or where a path has blanks.

    `flags` are followed by a blank, or empty.
    """
    words = [*sources, target]
    if (like is not None and like.json) or any(char in "".join(words) for char in " \t\"'$\\"):
        return f"COPY {flags}{json.dumps(words, ensure_ascii=False)}"
    return f"COPY {flags}{' '.join(words)}"


def in_project(install: Install) -> str:
    """What to do about an environment in Poetry's cache, whose name holds a hash."""
    at = f"{install.call.project.rstrip('/')}/.venv"
    return (
        f"before line {install.line}: ENV POETRY_VIRTUALENVS_IN_PROJECT=1; then COPY --from that"
        f" stage {at} to the same path"
    )


def depth(path: str) -> int:
    """How many folders lie above what is at a path, itself included."""
    return len([part for part in path.split("/") if part not in ("", ".")])


def climb(url: str) -> int:
    """How often a path goes up."""
    return posixpath.normpath(url).split("/").count("..")


def why_elsewhere(workdir: str, member: str, url: str) -> str:
    """What the depth of a `WORKDIR` has to do with where Poetry looks; empty for nothing."""
    here, there, up = depth(workdir), depth(member), climb(url)
    if here < up:
        return f"{workdir} is {here} deep and the path climbs {up}: it stops at /"
    if here > there:
        return (
            f"{workdir} is {here} deep and the member {there} in the workspace:"
            f" climbing {up} does not reach / there"
        )
    return ""
