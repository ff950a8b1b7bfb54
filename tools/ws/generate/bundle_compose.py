"""The Compose file of a bundle: that of the workspace, seen from the bundle's root."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.formats.bundle import IMAGES
from ws.formats.compose_text import entry
from ws.generate import compose
from ws.planning.compose_paths import Rebased
from ws.planning.compose_waits import Known, waits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.model.images import ImagePlan
    from ws.model.workspace import Member, Workspace


class ComposeFile(NamedTuple):
    """A Compose file, and what it needs beside it."""

    text: str
    named: tuple[str, ...]
    """The files and folders that its services mount, read or build from, relative to the root."""


def compose_file(
    workspace: Workspace, plan: ImagePlan, labels: Mapping[str, Mapping[str, str]], head: str
) -> ComposeFile:
    """The file with the services of a plan's images, and those of `[compose.services]`.

    `labels`, by member, are those that builds give, and `head` is the comment that it begins with.
    What a service waits for and no bundle has is left out. Raises all that names no service.
    """
    wanted = {image.member for image in plan.images}
    moved = Rebased(workspace.settings.compose.folder)
    seen = _seen_from_root(workspace, wanted, moved)
    listed = {*seen.settings.compose.services, *(m.name for m in compose.members(seen))}
    kept = {
        name: {other: how for other, how in below.items() if other in listed}
        for name, below in _waits(workspace).items()
    }
    document = compose.base(seen, kept)
    for name, own in labels.items():
        if name in document["services"]:
            told = {key: value.replace("$", "$$") for key, value in own.items()}
            document["services"][name]["build"]["labels"] = told
    return ComposeFile(f"{head}{_text(document)}", tuple(dict.fromkeys(moved.named)))


def _seen_from_root(workspace: Workspace, wanted: set[str], moved: Rebased) -> Workspace:
    """The workspace of these members alone, as if its Compose file lay at the root."""
    settings = workspace.settings
    listed = settings.compose.services
    services: dict[str, Mapping[str, Any]] = {n: moved.service(listed[n]) for n in listed}
    there = replace(settings.compose, folder=".", build="layers", services=services)
    docker = replace(settings.docker, bake=IMAGES)
    members = tuple(_moved(m, moved) for m in workspace.members if m.name in wanted)
    return replace(
        workspace, settings=replace(settings, compose=there, docker=docker), members=members
    )


def _moved(member: Member, moved: Rebased) -> Member:
    said = member.manifest.settings
    volumes = tuple(map(moved.volume, said.compose.volumes))
    settings = replace(said, compose=replace(said.compose, volumes=volumes))
    return replace(member, manifest=replace(member.manifest, settings=settings))


def _waits(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Who waits for whom in the whole workspace."""
    members = {member.name: member for member in compose.members(workspace)}

    def is_asked(name: str) -> bool:
        return name in members and "test" in compose.check(members[name])

    known = Known(tuple(members), workspace.settings.compose.services)
    return waits(workspace, members.values(), known, is_asked)


def _text(document: Mapping[str, Any]) -> str:
    """A blank line between its parts, and between the services."""
    blocks = []
    for key, value in document.items():
        if not isinstance(value, dict):
            blocks.append("\n".join(entry((key,), value, 0)))
            continue
        inner = ["\n".join(entry((key, name), each, 2)) for name, each in value.items()]
        blocks.append(f"{key}:\n" + "\n\n".join(inner))
    return "\n\n".join(blocks) + "\n"
