"""Whose manifest is in a folder of an image."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ws.planning.docker_copy import absolute

if TYPE_CHECKING:
    from ws.model.image import Context, Image
    from ws.model.workspace import Member
    from ws.planning.docker_needs import Known


class Project(NamedTuple):
    """What Poetry or pip takes for the project of a folder."""

    folder: str
    """In the image: where the manifest is."""
    member: Member | None = None
    """Whose it is; `None` where it is no member's."""
    why: str = ""
    """Why nobody can tell."""
    absent: bool = False
    """Whether there is no manifest."""


def project_at(
    image: Image, folder: str, known: Known, context: Context, *, climbing: bool
) -> Project:
    """The project of a folder in an image. Poetry (`climbing`) looks in the folders above too."""
    place = absolute("/", folder)  # Python keeps `//`, which is its own parent
    while True:
        found = image.at(posixpath.join(place, "pyproject.toml"))
        if found.kind == "unknown":
            return Project(place, why=found.why)
        if found.kind == "file":
            break
        if place == "/" or not climbing:
            return Project(folder, absent=True)
        place = posixpath.dirname(place)
    if not found.source:
        return Project(place, why="a command made its pyproject.toml")
    manifest = posixpath.normpath(posixpath.join(context.folder, found.source))
    return Project(place, known.folders.get(posixpath.dirname(manifest) or "."))
