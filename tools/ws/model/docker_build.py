"""A build of an image, as a Compose file, a Bake file, a task or a workflow asks for it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.errors import Where


class Mount(NamedTuple):
    """A folder of the host that a container sees."""

    source: str | None
    """Relative to the workspace root; `None` where nobody can tell."""
    target: str
    """In the container."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a container gets beside its image when it starts."""

    mounts: tuple[Mount, ...] = ()
    commands: tuple[str | tuple[str, ...], ...] = ()
    """What takes the place of `CMD` or `ENTRYPOINT`: a shell's text, or words."""

    def __add__(self, other: Start) -> Start:
        """What containers get that start in either way."""
        mounts = dict.fromkeys((*self.mounts, *other.mounts))
        return Start(tuple(mounts), tuple(dict.fromkeys((*self.commands, *other.commands))))


AS_BUILT = Start()
"""A container of the image as it is."""


@dataclass(frozen=True, slots=True)
class Build:
    """What is built of which Dockerfile. Paths are relative to the workspace root."""

    dockerfile: str
    context: str
    """The folder; `.` for the root."""
    where: Where
    """Who says so."""
    args: Mapping[str, str] = field(default_factory=dict)
    """The build arguments whose values are known."""
    target: str = ""
    """The stage that is built; empty for the last one."""
    images: tuple[str, ...] = ()
    """What the image is called."""
    start: Start = AS_BUILT
    """How a container of it is started there."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A build of which a file tells no folder or no Dockerfile: a variable stands there."""

    pattern: str
    """Which Dockerfile it may be, `*` for what is a variable (see `as_pattern`)."""
    what: str
    """What of the file it is: `the service chat`."""
    where: Where
    """Who asks for it."""

    def may_mean(self, path: str) -> bool:
        """Whether it may be a build of a Dockerfile, relative to the workspace root."""
        return fnmatchcase(f"./{path}", self.pattern) or fnmatchcase(path, self.pattern)


def as_pattern(folder: str, context: str, dockerfile: str) -> str:
    """The Dockerfiles that are meant by a path in a context, where either holds a variable.

    The context is relative to `folder`, which is relative to the workspace root.
    """
    place, file = (re.sub(r"\$\{.*?\}+|\$\w+", "*", part) for part in (context, dockerfile))
    if not place.startswith("*"):  # else it may climb, or be absolute
        place = posixpath.normpath(posixpath.join(folder, place))
    if "*" not in place:
        return posixpath.normpath(posixpath.join(place, file))
    while file.startswith(("./", "../")):  # it climbs in what nobody knows
        file = file.partition("/")[2]
    return posixpath.join(place, file)
