"""Where in an image a path dependency must lie so that Poetry finds it.

Poetry joins the path that manifest and lock have to the folder it runs in, `WORKDIR`. A relative
destination of `COPY` is joined to that folder too, and neither climbs above `/`: so the path
itself is always a right destination. Which folder that is depends on the depth of `WORKDIR`:

- not deeper than the member lies in the repository: `..` stops at `/` before it is used up, and
  what lies in different folders of the repository can end up in one (`collisions` tells);
- just as deep, below a mirror of the repository: everything lies as it does there;
- deeper: the climb ends below `/`, and everything lies there.

Source: "Relative paths" of `COPY` in Docker's Dockerfile reference, and `facts`: these are the
layouts that were built.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Place(NamedTuple):
    """What a `COPY` of a path dependency must say, and what comes of it."""

    source: str
    """The dependency's folder, relative to the build context."""
    relative: str
    """The destination relative to `WORKDIR`: the path as Poetry has it."""
    absolute: str
    """The same destination from `/`: where Poetry will look."""


def copy_destination(member: str, workdir: str, dependency: str, context: str = ".") -> Place:
    """Where a path dependency must be copied to, for a Poetry that runs in `workdir`.

    `member` and `dependency` are folders relative to the workspace root, `context` is the folder
    of the build context, relative to it too; `workdir` is absolute, in the image. Raises
    `UsageError` for a dependency that lies outside the context: no `COPY` reaches it.
    """
    source = posixpath.relpath(dependency, context)
    if source == ".." or source.startswith("../"):
        raise UsageError(
            f"{dependency} lies outside the build context {context}",
            rule="docker/context",
            hint="build with a folder above both as context, such as the repository's root",
        )
    relative = posixpath.relpath(dependency, member)
    return Place(source, relative, in_image(workdir, relative))


def in_image(workdir: str, path: str) -> str:
    """The absolute path, in an image, of what is relative to `workdir`: it stops at `/`."""
    return posixpath.normpath("/" + posixpath.join(workdir, path).lstrip("/"))


def collisions(member: str, workdir: str, dependencies: Iterable[str]) -> tuple[str, ...]:
    """The dependencies that no place in the image is free for, in their order.

    Their place is that of the member or of a dependency before, or lies in one, or around one.
    All are folders relative to the workspace root.
    """
    taken = {member: in_image(workdir, ".")}
    collided = []
    for dependency in dependencies:
        place = copy_destination(member, workdir, dependency).absolute
        # What lies in one another in the repository already may do so in the image.
        if any(
            _overlap(place, other) and not _overlap(f"/{dependency}", f"/{folder}")
            for folder, other in taken.items()
        ):
            collided.append(dependency)
        taken[dependency] = place
    return tuple(collided)


def workdir_for(member: str, dependencies: Iterable[str], short: str = "/app") -> str:
    """The `WORKDIR` in which a member and its path dependencies have a place each.

    `short`, as most people have it, where that works: else a mirror of the repository below it.
    """
    if not collisions(member, short, dependencies):
        return short
    return posixpath.normpath(posixpath.join(short, member))


def _overlap(one: str, other: str) -> bool:
    """Whether one folder is the other, or lies in it."""
    first, second = sorted((_closed(one), _closed(other)), key=len)
    return second.startswith(first)


def _closed(path: str) -> str:
    return f"{posixpath.normpath(path).rstrip('/')}/"
