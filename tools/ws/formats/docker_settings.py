"""`[docker]` of `workspace.toml` and `[tool.ws.docker]` of a member: tables to settings."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from ws.model.docker_settings import STYLES, DockerSettings, MemberDocker, Style
from ws.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.formats.tables import TableReader

MEMBER_KEYS = ("apt", "apt-build", "script", "port", "health", "debugger", "style", "context")

_OF_MEMBERS: tuple[Style, ...] = ("production", "classic", "shared")
_HERE = ("tool", "ws", "docker")
_LAST_PORT = 65535
_ABOVE = 'relative to the workspace root; "." is that itself'
_SYSTEM_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.:-]*(?:=[A-Za-z0-9.+:~*-]+)?")
"""As Debian's policy has names; `=` and a version may follow, as apt-get takes it."""
_IMAGE = re.compile(r"[\w./:@-]+")


def of_workspace(
    reader: TableReader, document: dict[str, Any], keys: Iterable[str]
) -> DockerSettings:
    """What `[docker]` says; faults are noted in `reader`."""
    table = reader.table(document, "docker")
    reader.only(table, ("docker",), keys)
    base = reader.text(table, "docker", "base")
    if base and not _IMAGE.fullmatch(base):
        hint = 'such as "python:3.11-slim"'
        reader.fault("manifest/value", f'"{base}" is no image', ("docker", "base"), hint)
    hint = "keep it in the repository, so that everybody has it"
    templates = _folder(reader, table, ("docker", "templates"), hint)
    return DockerSettings(base, templates, _folder(reader, table, ("docker", "context"), _ABOVE))


def of_member(reader: TableReader, table: dict[str, Any]) -> MemberDocker:
    """What `[tool.ws.docker]` says, from the table `[tool.ws]`; faults are noted in `reader`."""
    docker = reader.table(table, *_HERE)
    if not docker:
        return MemberDocker()
    reader.only(docker, _HERE, MEMBER_KEYS)
    return MemberDocker(
        apt=_system_packages(reader, docker, "apt"),
        apt_build=_system_packages(reader, docker, "apt-build"),
        script=reader.text(docker, *_HERE, "script"),
        port=_port(reader, docker, "port"),
        health=_health(reader, docker),
        debugger=_port(reader, docker, "debugger"),
        style=_style(reader, docker),
        context=_folder(reader, docker, (*_HERE, "context"), _ABOVE),
    )


def _folder(reader: TableReader, table: dict[str, Any], place: tuple[str, ...], hint: str) -> str:
    """A folder in the workspace, relative to its root; empty for none."""
    said = reader.text(table, *place)
    folder = posixpath.normpath(said) if said else ""
    if folder.startswith(("/", "..")):
        reason = f'"{said}" lies outside the workspace'
        reader.fault("manifest/value", reason, place, hint)
    return folder


def _system_packages(reader: TableReader, docker: dict[str, Any], key: str) -> tuple[str, ...]:
    names = reader.texts(docker, *_HERE, key)
    for index, name in enumerate(names):
        if not _SYSTEM_PACKAGE.fullmatch(name):
            reason = f'"{name}" is no name of a system package'
            hint = 'such as "libpq5", or "libpq5=15.*"'
            reader.fault("manifest/value", reason, (*_HERE, key, index), hint)
    return names


def _port(reader: TableReader, docker: dict[str, Any], key: str) -> int:
    port = reader.get(docker, (*_HERE, key), int) or 0
    if key in docker and isinstance(docker[key], int) and not 0 < port <= _LAST_PORT:
        reason = f'"{key}" must be a port: 1 to {_LAST_PORT}'
        reader.fault("manifest/value", reason, (*_HERE, key))
    return port


def _health(reader: TableReader, docker: dict[str, Any]) -> str:
    health = reader.text(docker, *_HERE, "health")
    if "\n" in health or (health.startswith("/") and re.search(r"[\s'\"\\]", health)):
        hint = 'a path of its HTTP server, such as "/health", or a command'
        reader.fault("manifest/value", '"health" must be one line', (*_HERE, "health"), hint)
    return health


def _style(reader: TableReader, docker: dict[str, Any]) -> Style:
    said = reader.text(docker, *_HERE, "style") or STYLES[0]
    for style in _OF_MEMBERS:
        if style == said:
            return style
    hint = did_you_mean(said, _OF_MEMBERS) or f"there are: {', '.join(_OF_MEMBERS)}"
    reader.fault("manifest/value", f'"{said}" is no style', (*_HERE, "style"), hint)
    return STYLES[0]
