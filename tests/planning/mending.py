"""Dockerfiles that are mended, none of which ever was on a disk."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from tests.planning.dockerfiles import CHAT, Folder, Place

from ws.formats import dockerignore
from ws.formats.dockerfile_parser import read
from ws.planning.docker_fix import mend
from ws.planning.docker_wants import Way

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.docker import Dockerfile
    from ws.model.report import Finding
    from ws.planning.docker_remedy import Remedy

IGNORE = ".dockerignore"
HEAD = "FROM my/python:3.11\nRUN python -m venv /opt/poetry && /opt/poetry/bin/pip install poetry\n"


class Mended(NamedTuple):
    """What became of a Dockerfile that has one ignore file."""

    dockerfile: Dockerfile
    ignore: str
    made: tuple[Remedy, ...]
    left: tuple[Finding, ...]
    before: tuple[Finding, ...]


def hiding(files: Iterable[str], folder: str, ignore: str) -> Folder:
    """A build context less what its ignore file says."""
    ignored = dockerignore.read(ignore)
    return Folder(
        [file for file in files if not ignored.ignores(posixpath.relpath(file, folder))], folder
    )


def mended(
    text: str,
    place: Place | None = None,
    *,
    folder: str = ".",
    ignore: str = "",
    path: str = f"{CHAT}/Dockerfile",
) -> Mended:
    """What becomes of a Dockerfile of the worker, built with a folder as its context."""
    place = place or Place()
    known = place.known
    owner = known.folders.get(posixpath.dirname(path))
    way = Way(lambda text: hiding(place.files, folder, text))
    found = mend(read(text, path), {IGNORE: ignore}, [way], known, owner)
    return Mended(found.dockerfile, found.ignores[IGNORE], found.made, found.left, found.before)


def rules_of(found: Mended) -> list[str]:
    """The rules of what was mended."""
    return [remedy.rule for remedy in found.made]
