"""What a `.dockerignore` lacks: environments, caches and secrets that a `COPY` takes along.

No more is added than `ws docker check` complains of (`docker_sent`). The last pattern that matches
decides, so that a line at the end leaves out what it names in a list of exceptions too, and says
nothing of anything else.
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from ws.formats import dockerignore
from ws.planning.docker_built import Built
from ws.planning.docker_ignore import ends_with_slashes, escaped, sources_of, with_lines
from ws.planning.docker_paths import check
from ws.planning.docker_sent import taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ws.formats.dockerignore import Dockerignore
    from ws.model.docker import Dockerfile
    from ws.planning.docker_needs import Known
    from ws.planning.docker_wants import Way

_TELLING = ("__pycache__", "node_modules")
"""Names that say what a folder is wherever it lies, beside those that begin with a dot."""


class Use(NamedTuple):
    """A Dockerfile that is built with an ignore file."""

    dockerfile: Dockerfile
    way: Way
    asked: bool = True
    """Whether what it takes along is to be left out; else only what it needs counts."""


def lacking(
    path: str,
    ignores: Mapping[str, str],
    uses: Sequence[Use],
    refuse: Sequence[str],
    known: Known,
) -> tuple[str, ...]:
    """The lines that the ignore file at `path` lacks for those that are built with it.

    `ignores` are the texts of ignore files by path. `refuse` are sorted paths of what belongs into
    no image, relative to the workspace root as all paths here. What is copied by its name, or kept
    by it, is wanted; and no line takes what a build needs.
    """
    text = ignores.get(path, "")
    ignored = dockerignore.read(text)
    sources = [source for use in uses for source in sources_of(use.dockerfile)]
    slash = "/" * ends_with_slashes(text)
    lines: dict[str, None] = {}
    for inside in _taken([use for use in uses if use.asked], ignores, ignored, refuse, known):
        name = posixpath.basename(inside)
        line = f"{_pattern(inside)}{slash * (not name.startswith('.env'))}"
        if line in lines or _is_wanted(inside, ignored, sources):
            continue
        longer = {**ignores, path: with_lines(text, (*lines, line))}
        if all(is_harmless(use, ignores, longer, known) for use in uses):
            lines[line] = None
    return tuple(lines)


def is_harmless(
    use: Use, before: Mapping[str, str], after: Mapping[str, str], known: Known
) -> bool:
    """Whether nothing more is found with other texts in the ignore files, by path."""
    found = _built(use, before, known).verdict.findings
    return set(_built(use, after, known).verdict.findings) <= set(found)


def _taken(
    uses: Iterable[Use],
    ignores: Mapping[str, str],
    ignored: Dockerignore,
    refuse: Sequence[str],
    known: Known,
) -> Iterator[str]:
    """What comes along, relative to the context that it comes from."""
    for use in uses:
        built = _built(use, ignores, known)
        for _, _, paths in taken(built, refuse, ignored):
            yield from (posixpath.relpath(path, built.context.folder) for path in paths)


def _built(use: Use, ignores: Mapping[str, str], known: Known) -> Built:
    dockerfile, way = use.dockerfile, use.way
    context = way.context(ignores.get(way.ignore_file, ""))
    verdict = check(dockerfile, context, known, target=way.target, arguments=way.arguments)
    return Built(dockerfile, context, verdict, ())


def _pattern(inside: str) -> str:
    name = posixpath.basename(inside)
    telling = name.startswith(".") or name in _TELLING
    return f"**/{escaped(name)}" if telling else escaped(inside)


def _is_wanted(inside: str, ignored: Dockerignore, sources: Sequence[str]) -> bool:
    """Whether somebody names it: as a source, or as an exception."""
    name = posixpath.basename(inside)
    named = {part for source in sources for part in source.split("/")}
    kept = (one for one in ignored.patterns if one.exception and one.matches(inside))
    named.update(posixpath.basename(one.text) for one in kept)
    return any(fnmatchcase(name, part) for part in named - {"*", "**"})
