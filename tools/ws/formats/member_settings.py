"""`[tool.ws]` of a member's `pyproject.toml`: table to `MemberSettings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ws.formats import docker_settings
from ws.model.compose_settings import MemberCompose
from ws.model.manifest import DependencySettings, MemberSettings
from ws.model.names import normalise

if TYPE_CHECKING:
    from ws.formats.tables import TableReader

KEYS = ("sync", "ignore", "catalog", "dependencies", "python", "docker", "compose")
DEPENDENCY_KEYS = ("develop", "source")

_HERE = ("tool", "ws")


def read(reader: TableReader, tool: dict[str, Any]) -> MemberSettings:
    """What `[tool.ws]` says, from the table `[tool]`; faults are noted in `reader`."""
    table = reader.table(tool, *_HERE)
    if not table:
        return MemberSettings()
    reader.only(table, _HERE, KEYS)
    dependencies = reader.table(table, *_HERE, "dependencies")
    return MemberSettings(
        sync=reader.get(table, (*_HERE, "sync"), bool) is not False,
        ignore=reader.texts(table, *_HERE, "ignore"),
        catalog=reader.text(table, *_HERE, "catalog"),
        dependencies={
            normalise(name): _dependency(reader, dependencies, name) for name in dependencies
        },
        python=reader.text(table, *_HERE, "python"),
        docker=docker_settings.of_member(reader, table),
        compose=_compose(reader, table),
    )


def _compose(reader: TableReader, table: dict[str, Any]) -> MemberCompose:
    if "compose" not in table:
        return MemberCompose()
    from ws.formats import compose_settings  # seldom needed

    return compose_settings.of_member(reader, table)


def _dependency(reader: TableReader, dependencies: dict[str, Any], name: str) -> DependencySettings:
    keys = (*_HERE, "dependencies", name)
    table = reader.table(dependencies, *keys)
    reader.only(table, keys, DEPENDENCY_KEYS)
    source = reader.text(table, *keys, "source")
    if source not in ("", "published"):
        reader.fault("manifest/value", '"source" can only be "published"', (*keys, "source"))
    return DependencySettings(
        develop=reader.get(table, (*keys, "develop"), bool) is not False,
        published=source == "published",
    )
