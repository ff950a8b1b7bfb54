"""What is laid over `compose.yaml`: for development, and for production; as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.formats.compose_values import RESET
from ws.formats.compose_variables import escaped, required
from ws.generate import compose, image_files
from ws.generate.docker_parts import mirrored
from ws.planning import images
from ws.planning.images import Wish
from ws.planning.live_sources import live_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ws.model.workspace import Member, Workspace

_HARDENED: Mapping[str, Any] = {
    "read_only": True,
    "tmpfs": ["/tmp"],  # noqa: S108 - in a container
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}


def development(workspace: Workspace, has: Callable[[str], bool]) -> dict[str, Any]:
    """The overlay with the images for development, which see the sources of this machine.

    `has` tells whether a file is there: a member with a Dockerfile of its own has an image for
    development only where it has `Dockerfile.dev`, too.
    """
    services = {
        member.name: _for_development(workspace, member, has)
        for member in compose.members(workspace)
        if _has_dev(workspace, member, has)
    }
    return {"services": services} if services else {}


def production(workspace: Workspace) -> dict[str, Any]:
    """The overlay that builds nothing, and lets services do no more than they must."""
    services = {
        member.name: _for_production(workspace, member) for member in compose.members(workspace)
    }
    return {"services": services}


def _has_dev(workspace: Workspace, member: Member, has: Callable[[str], bool]) -> bool:
    if compose.way_of(workspace, member) == "layers":
        return True
    return has(images.own_image(workspace, member, Wish(dev=True)).dockerfile)


def _for_development(
    workspace: Workspace, member: Member, has: Callable[[str], bool]
) -> dict[str, Any]:
    inside = [*_below(workspace, member), member]
    mounts = [
        f"{_mounted(workspace, folder)}:{mirrored(folder)}:ro"
        for each in inside
        for folder in live_folders(each, has)
    ]
    return {
        "image": images.tag_of(workspace, member, Wish(dev=True)),
        "build": compose.build(workspace, member, dev=True),
        "volumes": mounts,
        "develop": {"watch": list(_watched(workspace, member, inside))},
    }


def _mounted(workspace: Workspace, folder: str) -> str:
    """A folder of the workspace as a mount has it: a name alone would be that of a volume."""
    path = compose.seen(workspace, folder)
    return path if path.startswith(".") else f"./{path}"


def _watched(workspace: Workspace, member: Member, inside: list[Member]) -> Iterator[Any]:
    """What has Compose build the image again: manifests, and what is installed."""
    paths = [each.file("pyproject.toml") for each in inside]
    if compose.way_of(workspace, member) == "layers":
        folder = image_files.bake_folder(workspace.settings.docker.bake, dev=True)
        paths.append(image_files.requirements_in(folder))
    else:
        paths.append(member.file("poetry.lock"))
    for path in paths:
        yield {"action": "rebuild", "path": compose.seen(workspace, path)}


def _below(workspace: Workspace, member: Member) -> list[Member]:
    """All members that it depends on, in listing order."""
    graph, found, todo = workspace.graph, set[str](), [member.name]
    while todo:
        new = {edge.target for edge in graph.edges[todo.pop()]} - found - {member.name}
        found |= new
        todo += new
    return [each for each in workspace.members if each.name in found]


def _for_production(workspace: Workspace, member: Member) -> dict[str, Any]:
    said = compose.environment(workspace, member)
    demanded = {name: required(value) for name, value in said.items()}
    found = {
        "image": _image(workspace, member),
        "build": RESET,
        "environment": {name: each for name, each in demanded.items() if each != said[name]},
        **(_HARDENED if compose.way_of(workspace, member) != "member" else {}),
    }
    return {key: value for key, value in found.items() if value != {}}


def _image(workspace: Workspace, member: Member) -> str:
    """What its image is called where it was pushed to.

    `TAG` chooses another one than the first of `[docker] tags`; what that says of git is not known
    here, and must be given.
    """
    docker = workspace.settings.docker
    if not docker.registry:
        return f"{member.name}:${{TAG:-latest}}"
    tag = docker.tags[0].replace("{version}", member.manifest.version) if docker.tags else "latest"
    how = "?TAG is not set" if "{" in tag else f"-{escaped(tag)}"
    return f"{docker.registry}/{member.name}:${{TAG:{how}}}"
