"""From which folder a Dockerfile is built: its context, which decides what its `COPY`s mean.

What somebody has written down counts: a Compose file, a Bake file, a workflow, a task. Else it is
the folder under which all that it copies exists.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ws.formats.build_commands import inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ws.errors import Where
    from ws.model.docker import Dockerfile
    from ws.model.docker_build import Build

    Exists = Callable[[str], bool]

ROOT = "."


class Chosen(NamedTuple):
    """The context of a Dockerfile, relative to the workspace root, and what is known besides."""

    folder: str
    said: Where | None = None
    """Who says so; `None` where it follows from what exists."""
    args: Mapping[str, str] = {}
    target: str = ""


def choose(
    dockerfile: Dockerfile, builds: Iterable[Build], configured: str, exists: Exists
) -> tuple[Chosen, ...]:
    """The contexts that a Dockerfile is built in, usually one; the surest first.

    `builds` are those of the whole workspace, `configured` is what settings say, empty for nothing.
    `exists` tells of a file or folder, or a pattern of such, relative to the workspace root.
    """
    said = [build for build in builds if build.dockerfile == dockerfile.path]
    found: dict[str, Chosen] = {}
    for build in said:
        found.setdefault(
            build.context, Chosen(build.context, build.where, build.args, build.target)
        )
    if configured and configured not in found:
        found = {configured: Chosen(configured), **found}
    return tuple(found.values()) or (Chosen(derived(dockerfile, exists)),)


def derived(dockerfile: Dockerfile, exists: Exists) -> str:
    """The folder under which most of what is copied exists: its own, or one above it.

    Of several that have all of it the nearest is taken, as people build in the folder of the file.
    """
    wanted = sources(dockerfile)
    folders = [*_upwards(posixpath.dirname(dockerfile.path) or ROOT)]

    def there(folder: str) -> int:
        return sum(exists(posixpath.normpath(posixpath.join(folder, path))) for path in wanted)

    return max(folders, key=there)  # the first of those that have the most


def sources(dockerfile: Dockerfile) -> tuple[str, ...]:
    """What is copied from the context, as written: no addresses, nothing with a variable in it."""
    copies = [
        instruction
        for stage in dockerfile.stages
        for instruction in stage.instructions
        if instruction.kind in ("COPY", "ADD") and instruction.flag("from") is None
    ]
    words = (word.text.strip("\"'") for each in copies for word in each.words[:-1])
    paths = (inside(word.lstrip("/")) for word in words if "$" not in word and "://" not in word)
    return tuple(dict.fromkeys(path for path in paths if path is not None and path != ROOT))


def _upwards(folder: str) -> Iterable[str]:
    while folder not in (ROOT, ""):
        yield folder
        folder = posixpath.dirname(folder)
    yield ROOT
