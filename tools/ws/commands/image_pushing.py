"""What `ws docker build --push` does besides building: who pushes, and the pushing itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.engines import builders, push_images
from ws.errors import UsageError, Where

if TYPE_CHECKING:
    from ws.commands.images import Images
    from ws.engines.apply import Observer
    from ws.engines.build_images import Wishes
    from ws.engines.images import Docker
    from ws.files.store import Store
    from ws.model.report import Outcome


class Way(NamedTuple):
    """How images get to where they are wanted."""

    wishes: Wishes
    later: bool = False
    """Whether they are pushed from the engine, when they are built or were there."""
    all: bool = False
    """Whether what the engine has says nothing: the builder pushes, past the engine."""


def way(found: Images, engine: Docker, wishes: Wishes) -> Way:
    """Who pushes, if that is asked for: the engine what it has, a builder apart what it makes.

    Raises `UsageError` where there is no registry, and `ToolError` for a builder that is not there.
    """
    if wishes.push and not found.workspace.settings.docker.registry:
        raise UsageError(
            "there is no registry to push to",
            rule="usage/registry",
            where=Where("workspace.toml"),
            hint='name one under [docker]: registry = "ghcr.io/acme"',
        )
    asked = bool(wishes.push or wishes.builder)
    # Without Buildx, plain `docker build` makes images of the engine.
    apart = asked and engine.has_buildx() and builders.is_apart(engine, wishes.builder)
    later = wishes.push and not apart
    pushed = wishes.push and apart
    return Way(wishes._replace(push=pushed, pushed_later=later), later, all=pushed)


def push(
    found: Images, engine: Docker, store: Store, observer: Observer, outcomes: tuple[Outcome, ...]
) -> tuple[tuple[Outcome, ...], bool]:
    """The outcomes, with what became of the images that are there; and whether Ctrl-C ended it."""
    tags = {image.member: image.tag for image in found.plan.images}
    there = [(each, tags[each.member]) for each in outcomes if each.status in ("done", "skipped")]
    pushed, interrupted = push_images.push(engine, store, observer, there)
    by_member = {each.member: each for each in pushed}
    return tuple(by_member.get(each.member, each) for each in outcomes), interrupted


def unpushed(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """The outcomes of a build that was interrupted: what was built was not pushed."""
    return tuple(
        replace(each, status="aborted", reason="built, and interrupted before it was pushed")
        if each.status in ("done", "skipped")
        else each
        for each in outcomes
    )
