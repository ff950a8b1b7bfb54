"""Whether those who build a Dockerfile agree from which folder, and are right: `docker/context`."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.errors import Where
from ws.model.report import Finding
from ws.planning.docker_context import fitting, sources
from ws.planning.skew import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ws.model.docker import Dockerfile, Problem
    from ws.model.docker_build import Unsettled
    from ws.planning.docker_context import Chosen

    Exists = Callable[[str], bool]

RULE = "docker/context"


def several(dockerfile: Dockerfile, chosen: Sequence[Chosen]) -> tuple[Finding, ...]:
    """A warning where a Dockerfile is built from several folders."""
    if len(chosen) < 2:  # noqa: PLR2004
        return ()
    named = [f"{one.folder} ({one.said or 'as configured'})" for one in chosen]
    return (
        Finding(
            RULE,
            "warning",
            f"it is built in several contexts: {', '.join(named)}."
            " What it copies is another file in each",
            Where(dockerfile.path),
            hint="name one folder everywhere",
            also=next((one.said for one in chosen[1:] if one.said), None),
        ),
    )


def guessed(dockerfile: Dockerfile, chosen: Chosen, *, broken: bool) -> tuple[Finding, ...]:
    """A warning where nobody says in which of several folders it is built, and it works in none."""
    if not chosen.others or not broken or dockerfile.problems:
        return ()
    return (
        Finding(
            RULE,
            "warning",
            f"nothing says in which context it is built: all that it copies is in {chosen.folder},"
            f" which is taken here, and in {some(chosen.others)} too. It works in none of them",
            Where(dockerfile.path),
            hint='name it: context = "FOLDER" under [docker] in workspace.toml or under'
            " [tool.ws.docker], or in a Compose file",
        ),
    )


def unsettled(
    dockerfile: Dockerfile, chosen: Chosen, asked: Iterable[Unsettled]
) -> tuple[Finding, ...]:
    """A warning for each file that builds it in a folder which is a variable there.

    None, where something else says in which folder.
    """
    if chosen.said is not None or chosen.configured:
        return ()
    return tuple(
        Finding(
            RULE,
            "warning",
            f"{one.what} may build {dockerfile.path}, and a variable without a value says from"
            f" where: {chosen.folder} is taken for the context",
            one.where,
            hint="write a default, such as ${NAME:-.}, or the folder itself",
            also=Where(dockerfile.path),
        )
        for one in asked
        if one.may_mean(dockerfile.path)
    )


def malformed(problems: Mapping[str, Iterable[Problem]]) -> tuple[Finding, ...]:
    """A warning for each file, by its path, that may say how images are built and is malformed."""
    return tuple(
        Finding(
            "docker/malformed",
            "warning",
            f"{message}; so nothing is known of the images that this file builds",
            Where(path, line),
        )
        for path, found in problems.items()
        for line, message in found
    )


def wrong(dockerfile: Dockerfile, chosen: Chosen, exists: Exists) -> Finding | None:
    """An error where somebody builds it in a folder that lacks sources which all are in another."""
    lacking = _lacking(dockerfile, chosen.folder, exists) if chosen.said is not None else []
    if not lacking:
        return None
    better = fitting(dockerfile, exists)[0]
    if better == chosen.folder or _lacking(dockerfile, better, exists):
        return None
    return Finding(
        RULE,
        "error",
        f"{dockerfile.path} is built in the context {chosen.folder}, where there is no"
        f" {some(lacking)}; all that it copies is in {better}",
        chosen.said,
        hint=f"build it with {better} as context",
        also=Where(dockerfile.path),
    )


def _lacking(dockerfile: Dockerfile, folder: str, exists: Exists) -> list[str]:
    places = {
        path: posixpath.normpath(posixpath.join(folder, path)) for path in sources(dockerfile)
    }
    return [path for path, place in places.items() if not exists(place)]
