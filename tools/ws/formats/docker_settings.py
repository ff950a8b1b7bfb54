"""`[docker]` of `workspace.toml` and `[tool.ws.docker]` of a member: tables to settings."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from ws.model.budgets import QUANTITIES, Budget
from ws.model.docker_settings import (
    BUILDS,
    SOURCES,
    STYLES,
    Build,
    DockerSettings,
    MemberDocker,
    Source,
    Style,
)
from ws.model.names import did_you_mean, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.formats.tables import TableReader
    from ws.model.volumes import Volume

MEMBER_KEYS = ("apt", "apt-build", "script", "port", "health", "debugger", "style", "context",
               "build", "dockerfile", "base", "index", "extras", "platforms", "smoke",
               "budget", "required", "volumes")  # fmt: skip

_DEFAULT = DockerSettings()
_OF_MEMBERS: tuple[Style, ...] = ("production", "classic", "shared")
_HERE = ("tool", "ws", "docker")
_LAST_PORT = 65535
_SHARED = "keep it in the repository, so that everybody has it"
_OWN = "relative to the member's folder"
_ABOVE = 'relative to the workspace root; "." is that itself'
_SYSTEM_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.:-]*(?:=[A-Za-z0-9.+:~*-]+)?")
"""As Debian's policy has names; `=` and a version may follow, as apt-get takes it."""
_IMAGE = re.compile(r"[\w./:@-]+")
_ADDRESS = re.compile(r"https?://[\w.:/~%+-]+")
_REGISTRY = re.compile(r"[a-z0-9.-]+(?::\d+)?(?:/[a-z0-9._-]+)*")
_PLAIN_FOLDER = re.compile(r"[\w./-]+")
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9]+(?:/v\d+)?")


def of_workspace(
    reader: TableReader, document: dict[str, Any], keys: Iterable[str]
) -> DockerSettings:
    """What `[docker]` says; faults are noted in `reader`."""
    table = reader.table(document, "docker")
    reader.only(table, ("docker",), keys)
    return DockerSettings(
        base=_base(reader, table, "docker"),
        templates=_folder(reader, table, ("docker", "templates"), _SHARED),
        context=_folder(reader, table, ("docker", "context"), _ABOVE),
        build=_build(reader, table, "docker") or BUILDS[0],
        registry=_registry(reader, table),
        heavy=reader.texts(table, "docker", "heavy"),
        platforms=_platforms(reader, table, "docker"),
        budget=_budget(reader, table, "docker"),
        bake=_bake(reader, table),
        source=_sources(reader, table),
        archive=_folder(reader, table, ("docker", "archive"), _SHARED) or _DEFAULT.archive,
        mirrors=_mirrors(reader, table),
        tags=_tags(reader, table),
    )


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
        build=_build(reader, docker, *_HERE),
        dockerfile=_folder(reader, docker, (*_HERE, "dockerfile"), _OWN),
        base=_base(reader, docker, *_HERE),
        index=_index(reader, docker),
        extras=tuple(map(normalise, reader.texts(docker, *_HERE, "extras"))),
        platforms=_platforms(reader, docker, *_HERE),
        smoke=_smoke(reader, docker),
        budget=_budget(reader, docker, *_HERE),
        required=reader.get(docker, (*_HERE, "required"), bool) is not False,
        volumes=_volumes(reader, docker),
    )


def _base(reader: TableReader, table: dict[str, Any], *keys: str) -> str:
    base = reader.text(table, *keys, "base")
    if base and not _IMAGE.fullmatch(base):
        hint = 'such as "python:3.11-slim"'
        reader.fault("manifest/value", f'"{base}" is no image', (*keys, "base"), hint)
    return base


def _build(reader: TableReader, table: dict[str, Any], *keys: str) -> Build | None:
    said = reader.text(table, *keys, "build")
    for build in BUILDS:
        if build == said:
            return build
    if said:
        hint = did_you_mean(said, BUILDS) or f"there are: {', '.join(BUILDS)}"
        reader.fault("manifest/value", f'"{said}" is no way to build', (*keys, "build"), hint)
    return None


def _index(reader: TableReader, docker: dict[str, Any]) -> str:
    said = reader.text(docker, *_HERE, "index").rstrip("/")
    if said and not _ADDRESS.fullmatch(said):
        hint = 'such as "https://download.pytorch.org/whl/cpu"; credentials go into the environment'
        reason = f'"{shown(said)}" is no package index'
        reader.fault("manifest/value", reason, (*_HERE, "index"), hint)
    return said


def _registry(reader: TableReader, table: dict[str, Any]) -> str:
    said = reader.text(table, "docker", "registry").rstrip("/")
    if said and not _REGISTRY.fullmatch(said):
        hint = 'such as "ghcr.io/acme"'
        reader.fault(
            "manifest/value", f'"{shown(said)}" is no registry', ("docker", "registry"), hint
        )
    return said


def shown(name: str) -> str:
    """What is no registry and no index, without user and password."""
    _, found, place = name.rpartition("@")
    return f"***@{place}" if found else name


def _sources(reader: TableReader, table: dict[str, Any]) -> tuple[Source, ...]:
    said = reader.texts(table, "docker", "source")
    for index, name in enumerate(said):
        if name not in SOURCES:
            hint = did_you_mean(name, SOURCES) or f"there are: {', '.join(SOURCES)}"
            reason = f'"{name}" is no source of images'
            reader.fault("manifest/value", reason, ("docker", "source", index), hint)
    known = {source: source for source in SOURCES}
    return tuple(known[name] for name in dict.fromkeys(said) if name in known) or SOURCES


def _mirrors(reader: TableReader, table: dict[str, Any]) -> tuple[str, ...]:
    said = tuple(name.rstrip("/") for name in reader.texts(table, "docker", "mirrors"))
    for index, name in enumerate(said):
        if not _REGISTRY.fullmatch(name):
            place = ("docker", "mirrors", index)
            hint = 'such as "mirror.example/acme"'
            reader.fault("manifest/value", f'"{shown(name)}" is no registry', place, hint)
    return said


def _tags(reader: TableReader, table: dict[str, Any]) -> tuple[str, ...]:
    said = reader.texts(table, "docker", "tags")
    if not said:
        return _DEFAULT.tags
    from ws.formats import tag_templates  # seldom needed

    for index, tag in enumerate(said):
        if trouble := tag_templates.trouble(tag):
            reader.fault("manifest/value", trouble, ("docker", "tags", index), tag_templates.HINT)
    return said


def _volumes(reader: TableReader, docker: dict[str, Any]) -> tuple[Volume, ...]:
    if "volumes" not in docker:
        return ()
    from ws.formats import volume_settings  # seldom needed

    return volume_settings.read(reader, docker, *_HERE)


def _platforms(reader: TableReader, table: dict[str, Any], *keys: str) -> tuple[str, ...]:
    names = reader.texts(table, *keys, "platforms")
    for index, name in enumerate(names):
        if not _PLATFORM.fullmatch(name):
            hint = 'such as "linux/amd64" or "linux/arm64"'
            where: tuple[str | int, ...] = (*keys, "platforms", index)
            reader.fault("manifest/value", f'"{name}" is no platform', where, hint)
    return names


def _bake(reader: TableReader, table: dict[str, Any]) -> str:
    """A folder whose name can stand in a mount of a Dockerfile as it is."""
    folder = _folder(reader, table, ("docker", "bake"), _SHARED)
    if folder and (folder == "." or not _PLAIN_FOLDER.fullmatch(folder)):
        hint = 'such as "ops/images"'
        reason = f'"{folder}" is no folder of plain letters below the root'
        reader.fault("manifest/value", reason, ("docker", "bake"), hint)
    return folder or DockerSettings().bake


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


def _smoke(reader: TableReader, docker: dict[str, Any]) -> str | tuple[str, ...]:
    """A line for the program's stdin, or the words of a command."""
    if isinstance(docker.get("smoke"), list):
        return reader.texts(docker, *_HERE, "smoke")
    line = reader.text(docker, *_HERE, "smoke")
    if "\n" in line:
        reader.fault("manifest/value", '"smoke" must be one line', (*_HERE, "smoke"))
    return line


def _budget(reader: TableReader, table: dict[str, Any], *keys: str) -> Budget:
    place = (*keys, "budget")
    budget = reader.table(table, *place)
    if not budget:
        return Budget()
    from ws.formats.quantities import SIZE_HINT, TIME_HINT, read_size, read_time  # seldom needed

    reader.only(budget, place, QUANTITIES)
    said = {key: reader.text(budget, *place, key) for key in QUANTITIES}
    found = Budget(read_size(said["size"]), read_time(said["start"]), read_time(said["build"]))
    for key in QUANTITIES:
        if isinstance(budget.get(key), str) and getattr(found, key) is None:
            kind, hint = ("size", SIZE_HINT) if key == "size" else ("time", TIME_HINT)
            reader.fault("manifest/value", f'"{said[key]}" is no {kind}', (*place, key), hint)
    return found
