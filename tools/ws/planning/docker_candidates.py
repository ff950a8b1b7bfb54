"""The values of a build argument that selects a member, where nothing gives one.

`ARG MEMBER` and `COPY ${MEMBER}/pyproject.toml` is a Dockerfile for each member that it fits.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ws.planning.docker_recipe import deployable, libraries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ws.model.docker import Dockerfile
    from ws.model.workspace import Member
    from ws.planning.docker_needs import Known

_SOURCE = re.compile(r"([^$]*)\$(?:\{(\w+)\}|(\w+))((?:/[^$]*)?)")


def candidates(
    dockerfile: Dockerfile, context: str, known: Known, exists: Callable[[str], bool]
) -> tuple[dict[str, str], ...]:
    """The arguments of a build for each member that a Dockerfile is plainly written for.

    It is where one `ARG` without a value says which folder of the context is copied. Of the members
    whose folders have all of what is copied these are those with a console script, else those that
    no other one depends on. `context` and what `exists` tells are relative to the workspace root.
    """
    found = list(_selecting(dockerfile))
    names = {name for name, _, _ in found} & _without_value(dockerfile)
    if len(names) != 1:
        return ()
    name = names.pop()
    heads = {head for one, head, _ in found if one == name}
    rests = {rest for one, _, rest in found if one == name}
    if len(heads) != 1:
        return ()
    head = heads.pop()
    fitting = []
    for member in known.workspace.members:
        path = posixpath.relpath(member.path, context)
        if path.startswith(head) and not path.startswith("..") and len(path) > len(head):
            there = (posixpath.normpath(f"{context}/{path}{rest}") for rest in rests)
            fitting += [(member, path[len(head) :])] if all(map(exists, there)) else []
    members = _meant([member for member, _ in fitting], known)
    return tuple({name: value} for member, value in fitting if member in members)


def _meant(members: list[Member], known: Known) -> list[Member]:
    """Those that somebody would build an image of."""
    runnable = deployable(known.workspace)
    shared = libraries(known.workspace)
    return [one for one in members if one in runnable] or [
        one for one in members if one.path not in shared
    ]


def _selecting(dockerfile: Dockerfile) -> Iterator[tuple[str, str, str]]:
    """The sources of one variable: its name, what comes before it, and after it."""
    for stage in dockerfile.stages:
        for one in stage.instructions:
            if one.kind in ("COPY", "ADD") and one.flag("from") is None:
                for word in one.words[:-1]:
                    if match := _SOURCE.fullmatch(word.text.strip("\"'")):
                        head = match[1].lstrip("/").removeprefix("./")
                        yield match[2] or match[3], head, match[4]


def _without_value(dockerfile: Dockerfile) -> set[str]:
    """The arguments that have no default anywhere."""
    pairs = [pair for one in dockerfile.instructions if one.kind == "ARG" for pair in one.pairs]
    return {name for name, _ in pairs} - {name for name, default in pairs if default}
