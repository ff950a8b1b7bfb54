"""Which exceptions an ignore file needs for a Dockerfile that is about to be written.

Like the mending of Dockerfiles: whatever might help is put to the proof, and kept if it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.planning.docker_ignore import additions, with_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ws.model.docker import Dockerfile
    from ws.model.image import Context


@dataclass(frozen=True, slots=True)
class Building:
    """A build, in which the text of the ignore file is all that is open yet."""

    dockerfile: Dockerfile
    folder: str
    """The build context, relative to the workspace root."""
    context: Callable[[str], Context]
    """That context, given the text of its ignore file."""
    proof: Callable[[Context], tuple[str, ...]]
    """What makes the build fail in a context."""
    entries: Callable[[str], Iterable[str]]
    """The names in a folder of the context, hidden ones too."""


def hidden(building: Building, ignore: str) -> tuple[str, ...]:
    """What is wrong with a build that would not be where nothing is ignored."""
    fine = building.proof(building.context(""))
    return tuple(one for one in building.proof(building.context(ignore)) if one not in fine)


def unhidden(building: Building, ignore: str, sources: Sequence[str], members: list[str]) -> str:
    """The text of an ignore file with exceptions for what it hides, as far as these help.

    `sources` are the paths that the Dockerfile copies, relative to the context; `members` all
    folders of members, relative to the workspace root.
    """
    text, everything = ignore, building.context("")
    folders = [path for path in sources if everything.is_folder(path)]
    manifests = [f"{folder}/pyproject.toml" for folder in folders]
    for path in (*folders, *sources, *manifests):  # one for a folder does for what is in it
        if everything.exists(path) and not building.context(text).exists(path):
            text = with_lines(text, (f"!{path}",))
    inside = [f"{folder}/{name}" for folder in folders for name in building.entries(folder)]
    for path in (*inside, *folders):
        left = hidden(building, text)
        if not left:
            break
        tried = with_lines(text, (f"!{path}",))
        if len(hidden(building, tried)) < len(left):
            text = tried
    if not any(
        line == f"!{folder}" for line in text[len(ignore) :].split("\n") for folder in folders
    ):
        return text
    # An exception for a folder lets in all that lines before it keep out of that folder.
    for line in additions(text, building.folder, members, (building.dockerfile,)):
        if len(hidden(building, with_lines(text, (line,)))) <= len(hidden(building, text)):
            text = with_lines(text, (line,))
    return text
