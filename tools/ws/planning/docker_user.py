"""Whether a container runs as root (`docker/root`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.planning.docker_layout import external

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.model.report import Finding
    from ws.planning.docker_built import Built

RULE = "docker/root"
_ROOT = ("root", "0", "")


def findings(built: Built) -> Iterator[Finding]:
    """A warning where the last stage has no other user; of images with one of their own none."""
    final = built.final
    base = built.base(final.index)
    if final.state.user not in _ROOT or base is None or not _begins_as_root(base):
        return
    users = [one for one in built.stages[-1].instructions if one.kind == "USER"]
    yield built.warning(
        RULE,
        users[-1].line if users else final.line,
        "the container runs as root",
        "RUN useradd --create-home app, and USER app before CMD",
    )


def _begins_as_root(image: str) -> bool:
    """Whether it is one of Docker's own, in which nothing says otherwise."""
    name = image.partition("@")[0].removeprefix("docker.io/").removeprefix("library/")
    return "/" not in name and name != "scratch" and not external(name).unknown
