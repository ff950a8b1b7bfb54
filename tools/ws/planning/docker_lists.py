"""Lists of requirements that `poetry export` writes, and wheels that `poetry build` makes.

Both name a path dependency by the absolute path that it has where Poetry runs: `-e file:///w/shared`
in a list, `shared @ file:///w/shared` in a wheel's metadata (poetry-plugin-export 1.9, poetry-core
2). There pip looks for it, in whatever stage it runs.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from ws.model.image import Changed, Copied, Installed, Made, Taken, is_below, moved
from ws.planning.docker_copy import absolute
from ws.planning.docker_needs import holds_hashes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ws.model.docker import Dockerfile
    from ws.model.image import Image
    from ws.model.workspace import Member
    from ws.planning.docker_needs import Known
    from ws.planning.docker_stage import Install

    Expand = Callable[[str], str | None]

_DEEPEST = 50


class Source(NamedTuple):
    """A call of `poetry export` or `poetry build`, and for whom."""

    install: Install
    member: Member
    folder: str
    """Of the member's manifest in the image."""


def lists(install: Install, exports: Iterable[Source]) -> Iterator[Source]:
    """The exports whose lists, unchanged, an install of pip's reads."""
    for path in install.call.files:
        made = _made(install.image, path)
        for one in exports:
            same = made is not None and made.line == one.install.line
            if made is not None and same and made.at in one.install.call.files:
                yield one


def refuses_folders(install: Install, export: Source, known: Known) -> bool:
    """Whether pip checks hashes, which a folder has none of.

    One hash in a list is enough ("Hash-checking Mode" in pip's documentation, "Secure installs");
    uv does so only where it is told to.
    """
    if "--require-hashes" in install.call.said:
        return True
    if install.call.tool == "uv" or "--without-hashes" in export.install.call.said:
        return False
    return holds_hashes(export.member, known, export.install.call)


def wheel_of(
    path: str, install: Install, builds: Sequence[Source], dockerfile: Dockerfile, expand: Expand
) -> Source | None:
    """The `poetry build` that made the wheel at a path, which may hold a `*`, of an image.

    `expand` puts variables into words of the stage that installs it.
    """
    folder, name = posixpath.split(path)
    fixed = name.partition("*")[0]
    for one in builds:
        begins = re.sub(r"[-_.]+", "_", one.member.manifest.name) + "-"
        if not begins.startswith(fixed) and not fixed.startswith(begins):
            continue
        dist = absolute(one.folder, "dist")
        manifest = install.image.at(posixpath.join(one.folder, "pyproject.toml"))
        is_here = folder == dist and manifest.kind == "file"
        if is_here or _brings(install.image, folder, dist, dockerfile, expand):
            return one
    return None


def _made(image: Image | None, path: str, depth: int = 0) -> Made | None:
    """What made the file at a path, which may have been copied since; `None` for all else."""
    while image is not None and depth < _DEEPEST:
        layer, image = image.layer, image.below
        if layer is None or not is_below(path, layer.at):
            continue
        match layer:
            case Made():
                return layer if layer.at == path and not layer.folder else None
            case Taken():
                source = moved(path, layer.at, layer.source)
                if layer.image.at(source).kind != "nothing":
                    return _made(layer.image, source, depth + 1)
            case Copied():
                if layer.context.exists(moved(path, layer.at, layer.source)):
                    return None
            case Changed() if layer.adds:
                continue
            case Installed():
                continue
            case _:
                return None
    return None


def _brings(
    image: Image | None, folder: str, dist: str, dockerfile: Dockerfile, expand: Expand
) -> bool:
    """Whether what lies in `dist` of another stage was copied, or mounted, to a folder."""
    while image is not None:
        layer, image = image.layer, image.below
        if layer is None or not (is_below(folder, layer.at) or is_below(layer.at, folder)):
            continue
        sources: Iterable[str] = ()
        if isinstance(layer, Taken):
            sources = (layer.source,)
        elif isinstance(layer, Changed):
            sources = _from_stage(layer.line, dockerfile, expand)
        for source in sources:
            into = is_below(folder, layer.at) and moved(folder, layer.at, source) == dist
            if into or posixpath.dirname(source) == dist:
                return True
    return False


def _from_stage(line: int, dockerfile: Dockerfile, expand: Expand) -> Iterator[str]:
    """What the `COPY --from` in a line takes, as absolute paths."""
    for one in dockerfile.instructions:
        if one.line == line and one.kind == "COPY" and one.flag("from") is not None:
            for word in one.words[:-1]:
                if text := expand(word.text):
                    yield absolute("/", text)
