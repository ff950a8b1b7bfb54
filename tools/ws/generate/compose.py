"""`compose.yaml`: all services of the workspace, as plain data.

https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from ws.formats.compose_variables import escaped
from ws.generate import image_files
from ws.model.names import normalise
from ws.planning import health, images, product
from ws.planning.images import Wish
from ws.planning.volume_names import volume_labels, volume_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ws.model.workspace import Member, Workspace

HOST = "x-ws-host"
"""What a service of `[compose.services]` says of itself for machines without Docker."""
APP = "docker/app.Dockerfile"
INTERVAL = {"interval": "5s", "timeout": "10s", "retries": 3, "start_period": "10s"}


def seen(workspace: Workspace, path: str) -> str:
    """A path of the workspace, as its Compose files write it."""
    return posixpath.relpath(path, workspace.settings.compose.folder)


def project_name(workspace: Workspace) -> str:
    """What Compose calls all of it."""
    return re.sub(r"[^a-z0-9_-]+", "-", product_name(workspace).lower()).strip("-_") or "workspace"


def product_name(workspace: Workspace) -> str:
    """The workspace's name, else that of its folder."""
    return workspace.settings.name or normalise(workspace.root.resolve().name) or "workspace"


def members(workspace: Workspace) -> tuple[Member, ...]:
    """The members that have a service, in listing order."""
    return tuple(
        member
        for member in images.candidates(workspace)
        if member.manifest.settings.compose.service
    )


def base(workspace: Workspace, waits: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The whole document; `waits` is what each service waits for, and how."""
    services = {
        name: {key: value for key, value in table.items() if key != HOST}
        for name, table in workspace.settings.compose.services.items()
    }
    taken = {_host_port(p) for s in services.values() for p in s.get("ports", ())}
    listed = members(workspace)
    taken |= {_host_port(p) for m in listed for p in m.manifest.settings.compose.ports}
    for member in listed:
        services[member.name] = service(workspace, member, taken, waits.get(member.name, {}))
    document: dict[str, Any] = {"name": project_name(workspace), "services": services}
    if named := _volumes(workspace, listed):
        document["volumes"] = named
    return document


def service(
    workspace: Workspace, member: Member, taken: set[str], waits: Mapping[str, str]
) -> dict[str, Any]:
    """The service of a member; a port that is in `taken` is not published, and joins it."""
    said = member.manifest.settings.compose
    volumes = [
        f"{volume_name(product_name(workspace), member.name, each)}:{each.path}"
        for each in member.manifest.settings.docker.volumes
    ]
    found: dict[str, Any] = {
        "image": images.tag_of(workspace, member, Wish()),
        "build": build(workspace, member),
        "command": [escaped(word) for word in said.command],
        "init": True,
        "restart": said.restart or "unless-stopped",
        "profiles": list(said.profiles),
        "environment": environment(workspace, member),
        "ports": _ports(member, taken),
        "devices": list(said.devices),
        "volumes": [*volumes, *map(escaped, said.volumes)],
        "depends_on": {name: {"condition": f"service_{how}"} for name, how in waits.items()},
        "healthcheck": check(member),
    }
    return {key: value for key, value in found.items() if value not in ([], {})}


def build(workspace: Workspace, member: Member, *, dev: bool = False) -> dict[str, Any]:
    """How Compose builds the image of a member."""
    settings = member.manifest.settings.docker
    way = way_of(workspace, member)
    if way == "layers":
        folder = image_files.bake_folder(workspace.settings.docker.bake, dev=dev)
        dockerfile = image_files.dockerfile_in(folder)
        where = {"context": seen(workspace, "."), "dockerfile": dockerfile}
        return {**where, "target": f"image-{member.name}"}
    if way == "shared" and not dev:
        context = workspace.settings.docker.context or "."
        told = {"MEMBER": posixpath.relpath(member.path, context), "SCRIPT": product.script(member)}
        told |= {"APT": " ".join(settings.apt)} if settings.apt else {}
        dockerfile = posixpath.relpath(APP, context)
        return {"context": seen(workspace, context), "dockerfile": dockerfile, "args": told}
    own = images.own_image(workspace, member, Wish(dev))
    dockerfile = posixpath.relpath(own.dockerfile, own.context)
    return {"context": seen(workspace, own.context), "dockerfile": dockerfile}


def way_of(workspace: Workspace, member: Member) -> str:
    """Which Dockerfile makes the image of a member: `layers`, `shared`, or `member`."""
    own = images.build_of(workspace, member) == "dockerfile"
    return "member" if own else workspace.settings.compose.build


def dockerfiles(workspace: Workspace, *, dev: bool = False) -> dict[str, str]:
    """The Dockerfiles that services are built from, each with the command that makes it."""
    found: dict[str, str] = {}
    for member in members(workspace):
        made, way = build(workspace, member, dev=dev), way_of(workspace, member)
        if dev and way != "layers":
            continue
        root = posixpath.join(workspace.settings.compose.folder, made["context"])
        path = posixpath.normpath(posixpath.join(root, made["dockerfile"]))
        command = {"layers": f"ws generate bake{' --dev' if dev else ''}"}
        command["shared"] = f"ws docker new {member.name} --style shared"
        found.setdefault(path, command.get(way, f"ws docker new {member.name}"))
    return found


def environment(workspace: Workspace, member: Member) -> dict[str, str]:
    """The variables of a member's service: its own before those of all, and its volumes."""
    settings = member.manifest.settings
    volumes = {each.environment: each.path for each in settings.docker.volumes if each.environment}
    said = {**workspace.settings.compose.environment, **settings.compose.environment}
    return volumes | {name: escaped(value) for name, value in said.items()}


def check(member: Member) -> dict[str, Any]:
    """How Compose asks a member whether it is well.

    The check of an image that listens nowhere comes once in five minutes: nobody waits for that.
    """
    settings = member.manifest.settings.docker
    if asked := health.command(settings):
        return {"test": ["CMD-SHELL", asked.replace("$", "$$")], **INTERVAL}
    if code := health.probe(settings):
        return {"test": ["CMD", "python", "-c", code], **INTERVAL}
    return {"disable": True}


def _ports(member: Member, taken: set[str]) -> list[str]:
    """What the member says; else the port where it listens, for this machine alone."""
    said, port = member.manifest.settings.compose.ports, member.manifest.settings.docker.port
    if said or not port or str(port) in taken:
        return list(said)
    taken.add(str(port))
    return [f"127.0.0.1:{port}:{port}"]


def _host_port(said: object) -> str:
    """The port of this machine that an entry of `ports` publishes; empty for none that is fixed."""
    if isinstance(said, dict):
        return str(said.get("published", ""))
    parts = str(said).partition("/")[0].rsplit(":", 2)
    return parts[-2] if len(parts) > 1 else ""


def _volumes(workspace: Workspace, listed: Iterable[Member]) -> dict[str, Any]:
    """The named volumes.

    One that all installations share is none of Compose's: `down` leaves it, and `ws docker up`
    makes it.
    """
    found: dict[str, Any] = {}
    for member in listed:
        for each in member.manifest.settings.docker.volumes:
            name = volume_name(product_name(workspace), member.name, each)
            labels = volume_labels(product_name(workspace), each)
            machine = each.shared == "machine"
            found[name] = {"name": name, **({"external": True} if machine else {"labels": labels})}
    return found
