"""`[compose]` of `workspace.toml` and `[tool.ws.compose]` of a member: tables to settings."""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING, Any

from ws.model.compose_settings import (
    CONDITIONS,
    DOCKERFILES,
    ComposeSettings,
    Condition,
    DockerfileOf,
    MemberCompose,
)
from ws.model.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.formats.tables import TableReader

MEMBER_KEYS = ("service", "command", "environment", "host-environment", "ports", "devices",
               "volumes", "profiles", "depends-on", "restart")  # fmt: skip

_DEFAULT = ComposeSettings()
_HERE = ("tool", "ws", "compose")
_SERVICE = re.compile(r"[a-zA-Z0-9._-]+")
"""https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json"""


def of_workspace(
    reader: TableReader, document: dict[str, Any], keys: Iterable[str]
) -> ComposeSettings:
    """What `[compose]` says; faults are noted in `reader`."""
    table = reader.table(document, "compose")
    if not table:
        return ComposeSettings()
    reader.only(table, ("compose",), keys)
    return ComposeSettings(
        folder=_folder(reader, table),
        build=_build(reader, table),
        environment=_environment(reader, table, "compose", "environment"),
        host_environment=_environment(reader, table, "compose", "host-environment"),
        depends_on=reader.texts(table, "compose", "depends-on"),
        services=_services(reader, table),
    )


def of_member(reader: TableReader, table: dict[str, Any]) -> MemberCompose:
    """What `[tool.ws.compose]` says, from the table `[tool.ws]`; faults are noted in `reader`."""
    compose = reader.table(table, *_HERE)
    if not compose:
        return MemberCompose()
    reader.only(compose, _HERE, MEMBER_KEYS)
    return MemberCompose(
        service=reader.get(compose, (*_HERE, "service"), bool) is not False,
        command=_command(reader, compose),
        environment=_environment(reader, compose, *_HERE, "environment"),
        host_environment=_environment(reader, compose, *_HERE, "host-environment"),
        ports=_ports(reader, compose),
        devices=reader.texts(compose, *_HERE, "devices"),
        volumes=reader.texts(compose, *_HERE, "volumes"),
        profiles=reader.texts(compose, *_HERE, "profiles"),
        depends_on=_depends_on(reader, compose),
        restart=reader.text(compose, *_HERE, "restart"),
    )


def _folder(reader: TableReader, table: dict[str, Any]) -> str:
    said = reader.text(table, "compose", "folder")
    folder = posixpath.normpath(said) if said else _DEFAULT.folder
    if folder.startswith(("/", "..")):
        hint = "keep it in the repository, so that everybody has it"
        reader.fault(
            "manifest/value", f'"{said}" lies outside the workspace', ("compose", "folder"), hint
        )
    return folder


def _build(reader: TableReader, table: dict[str, Any]) -> DockerfileOf:
    said = reader.text(table, "compose", "build")
    for word in DOCKERFILES:
        if word == said:
            return word
    if said:
        hint = did_you_mean(said, DOCKERFILES) or f"there are: {', '.join(DOCKERFILES)}"
        reader.fault("manifest/value", f'"{said}" is no Dockerfile', ("compose", "build"), hint)
    return DOCKERFILES[0]


def _environment(reader: TableReader, table: dict[str, Any], *place: str) -> dict[str, str]:
    """Variables; numbers and truth values as Compose would write them."""
    found = {}
    for name, value in reader.table(table, *place).items():
        if not name or "=" in name or "\0" in f"{name}{value}":
            reason = f'"{name}" is no variable that a program can be given'
            reader.fault("manifest/value", reason, (*place, name), 'NAME = "value"')
        elif isinstance(value, bool):
            found[name] = str(value).lower()
        elif isinstance(value, str | int | float):
            found[name] = str(value)
        else:
            reader.fault("manifest/type", f'"{name}" must be a string', (*place, name))
    return found


def _services(reader: TableReader, table: dict[str, Any]) -> dict[str, dict[str, Any]]:
    place = ("compose", "services")
    services = reader.table(table, *place)
    for name in services:
        if not _SERVICE.fullmatch(name):
            hint = "letters, digits, -, _ and ."
            reader.fault(
                "manifest/value", f'"{name}" is no name of a service', (*place, name), hint
            )
    return {name: _service(reader, services, (*place, name)) for name in services}


def _service(
    reader: TableReader, services: dict[str, Any], place: tuple[str, ...]
) -> dict[str, Any]:
    """A service as Compose has it; what ws itself looks at must be of Compose's types."""
    service = reader.table(services, *place)
    reader.table(service, *place, "healthcheck")
    reader.get(service, (*place, "ports"), list)
    reader.texts(service, *place, "profiles")
    if isinstance(service.get("depends_on"), list):
        reader.texts(service, *place, "depends_on")
    else:
        awaited = reader.table(service, *place, "depends_on")
        for name in awaited:
            reader.table(awaited, *place, "depends_on", name)
    return service


def _command(reader: TableReader, compose: dict[str, Any]) -> tuple[str, ...]:
    """Words; one string is cut into them as a shell would."""
    if isinstance(compose.get("command"), list):
        return reader.texts(compose, *_HERE, "command")
    said = reader.text(compose, *_HERE, "command")
    try:
        return tuple(shlex.split(said))
    except ValueError as error:
        reason = f'"command" cannot be cut into words: {error}'
        reader.fault("manifest/value", reason, (*_HERE, "command"), "write it as an array")
        return ()


def _ports(reader: TableReader, compose: dict[str, Any]) -> tuple[str, ...]:
    """Ports as Compose has them; a bare number is a port, too."""
    ports = compose.get("ports")
    if isinstance(ports, list) and all(type(port) in (int, str) for port in ports):
        return tuple(map(str, ports))
    return reader.texts(compose, *_HERE, "ports")


def _depends_on(reader: TableReader, compose: dict[str, Any]) -> dict[str, Condition | None]:
    place = (*_HERE, "depends-on")
    if isinstance(compose.get("depends-on"), list):
        return dict.fromkeys(reader.texts(compose, *place))
    table = reader.table(compose, *place)
    return {name: _condition(reader, table, (*place, name)) for name in table}


def _condition(
    reader: TableReader, table: dict[str, Any], place: tuple[str, ...]
) -> Condition | None:
    said = reader.text(table, *place)
    for word in CONDITIONS:
        if word == said:
            return word
    if said:
        hint = did_you_mean(said, CONDITIONS) or f"there are: {', '.join(CONDITIONS)}"
        reader.fault("manifest/value", f'"{said}" cannot be awaited', place, hint)
    return None
