"""Docker's engine, asked directly over its socket: for what must be known in no time.

By hand, since the SDK and the client each take longer to start than all of this. It knows only
sockets of this machine, and no more than what an unchanged engine says; for anything else there is
the command line (`engines.images`).
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT = "unix:///var/run/docker.sock"
LIMIT = 2.0
"""Seconds that the engine has for an answer; who needs longer is asked by the command line."""
_OK = b"200"


def endpoint(environ: Mapping[str, str]) -> str:
    """Where the client would look for the engine: `unix:///…`, `tcp://…`; empty for no telling.

    `DOCKER_HOST`, else the context: https://docs.docker.com/engine/manage-resources/contexts/
    """
    if host := environ.get("DOCKER_HOST"):
        return host
    folder = environ.get("DOCKER_CONFIG") or os.path.join(environ.get("HOME", ""), ".docker")
    name = environ.get("DOCKER_CONTEXT") or _json(folder, "config.json").get("currentContext")
    if not name or name == "default":
        return DEFAULT
    from hashlib import sha256  # costs start-up; few have contexts

    where = os.path.join("contexts", "meta", sha256(str(name).encode()).hexdigest(), "meta.json")
    docker = _json(folder, where).get("Endpoints", {}).get("docker", {})
    return str(docker.get("Host", ""))


def images(where: str, tags: Iterable[str]) -> dict[str, str] | None:
    """The ids of those of these images that the engine has, by tag; `None` for no answer."""
    wanted = set(tags)
    listed = _ask(where, "/images/json", {"reference": sorted(wanted)})
    if listed is None:
        return None
    return {
        tag: str(image["Id"])
        for image in listed
        for tag in image.get("RepoTags") or ()
        if tag in wanted
    }


def volumes(where: str, names: Iterable[str]) -> dict[str, str] | None:
    """When those of these volumes that the engine has were made, by name; `None` for no answer."""
    wanted = set(names)
    listed = _ask(where, "/volumes", {"name": sorted(wanted)})
    if listed is None:
        return None
    found = {str(one["Name"]): str(one.get("CreatedAt", "")) for one in listed["Volumes"] or ()}
    return {name: made for name, made in found.items() if name in wanted}


def answers(where: str) -> bool:
    """Whether anybody answers there."""
    return _call(where, "/_ping") is not None


def _ask(where: str, path: str, filters: Mapping[str, list[str]]) -> Any:  # noqa: ANN401 - JSON
    """The answer to a question; `None` for none, and for one that is no answer."""
    text = json.dumps(filters, separators=(",", ":"))
    quoted = "".join(f"%{byte:02X}" for byte in text.encode())
    body = _call(where, f"{path}?filters={quoted}")
    try:
        return None if body is None else json.loads(body)
    except ValueError:
        return None


def _call(where: str, path: str) -> bytes | None:
    """The body of what the engine answers; `None` where it does not, or that it cannot."""
    import socket  # costs start-up

    if not where.startswith("unix://") or not hasattr(socket, "AF_UNIX"):
        return None
    try:
        with socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(LIMIT)
            talk.connect(where.removeprefix("unix://"))
            # With the oldest HTTP an answer ends with the connection, and comes in one piece.
            talk.sendall(f"GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
            parts = []
            while part := talk.recv(65536):
                parts.append(part)
    except OSError:
        return None
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    return body if head.split(b" ", 2)[1:2] == [_OK] else None


def _json(folder: str, name: str) -> dict[str, Any]:
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
