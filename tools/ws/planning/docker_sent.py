"""What no image needs and a `COPY` takes along all the same (`docker/dockerignore`).

BuildKit sends of a context only what is copied, so that an environment elsewhere costs nothing.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ws.formats.dockerignore import Dockerignore
    from ws.model.report import Finding
    from ws.planning.docker_built import Built

RULE = "docker/dockerignore"
_FEW = 3
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_STEP = 1000


def findings(
    built: Built,
    refuse: Sequence[str],
    ignored: Dockerignore,
    ignore_file: str,
    size: Callable[[str], int],
) -> Iterator[Finding]:
    """A warning for each `COPY` of a folder that takes along what is not ignored of `refuse`.

    `refuse` are sorted paths of environments, caches, repositories and files of secrets, relative
    to the workspace root, as is `ignore_file`, the one that applies or should; `ignored` is what it
    says. `size` gives the bytes at a path.
    """
    for line, folder, paths in taken(built, refuse, ignored):
        yield built.warning(
            RULE, line, _message(folder, paths, size), _remedy(paths, ignored, ignore_file)
        )


def taken(
    built: Built, refuse: Sequence[str], ignored: Dockerignore
) -> Iterator[tuple[int, str, list[str]]]:
    """Each `COPY` that takes refuse along: its line, the folder that it copies, what it takes.

    All paths are relative to the workspace root.
    """
    for line, folder in built.folders():
        paths = [
            path
            for path in _below(refuse, folder)
            if not ignored.ignores(posixpath.relpath(path, built.context.folder))
        ]
        if paths:
            yield line, folder, paths


def _below(paths: Sequence[str], folder: str) -> Sequence[str]:
    """Those of sorted paths that lie in a folder."""
    if folder == ".":
        return paths
    # "0" is the sign after "/".
    return paths[bisect_left(paths, f"{folder}/") : bisect_left(paths, f"{folder}0")]


def _message(folder: str, taken: Sequence[str], size: Callable[[str], int]) -> str:
    sizes = {path: size(path) for path in taken}
    largest = sorted(taken, key=lambda path: (-sizes[path], path))
    named = ", ".join(f"{path} ({readable(sizes[path])})" for path in largest[:_FEW])
    rest = largest[_FEW:]
    more = f" and {len(rest)} more ({readable(sum(sizes[p] for p in rest))})" if rest else ""
    what = "the copy of all" if folder == "." else f"the copy of {folder}"
    return f"{what} takes along what no image needs: {named}{more}"


def readable(size: int) -> str:
    """A number of bytes for people, in steps of a thousand as Docker has them."""
    amount = float(size)
    for unit in _UNITS[:-1]:
        if amount < _STEP:
            return f"{amount:.3g} {unit}"
        amount /= _STEP
    return f"{amount:.3g} {_UNITS[-1]}"


def _remedy(taken: Sequence[str], ignored: Dockerignore, ignore_file: str) -> str:
    names = dict.fromkeys(posixpath.basename(path) for path in taken)
    add = " ".join(f"**/{name}" for name in names)
    plain = [p for p in ignored.patterns if p.text in names and not p.exception]
    why = "".join(
        f"; {p.text} in line {p.line} there is only the one at the top of the context"
        for p in plain[:1]
    )
    return f"add to {ignore_file}: {add}{why}"
