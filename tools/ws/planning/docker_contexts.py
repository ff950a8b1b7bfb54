"""Whether those who build a Dockerfile agree from which folder, and are right: `docker/context`."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ws.errors import Where
from ws.model.report import Finding
from ws.planning.docker_context import derived, sources
from ws.planning.skew import some

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ws.model.docker import Dockerfile
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


def wrong(dockerfile: Dockerfile, chosen: Chosen, exists: Exists) -> Finding | None:
    """An error where somebody builds it in a folder that lacks sources which all are in another."""
    lacking = _lacking(dockerfile, chosen.folder, exists)
    if chosen.said is None or not lacking:
        return None
    better = derived(dockerfile, exists)
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
