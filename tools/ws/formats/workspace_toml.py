"""`workspace.toml`: text to `Settings`."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

from ws.errors import WsError, raise_all
from ws.formats import docker_settings
from ws.formats.tables import TableReader
from ws.formats.toml import parse
from ws.model.compose_settings import ComposeSettings
from ws.model.names import did_you_mean, normalise
from ws.model.workspace import Catalog, LockSettings, Settings, Shared

KEYS: dict[str, tuple[str, ...]] = {
    "workspace": ("name", "members", "exclude", "catalog-mode"),
    "shared": ("package", "consumers", "dedupe", "keep"),
    "catalog": (),
    "catalogs": (),
    "install": ("jobs", "engine", "link-mode", "python", "venv"),
    "lock": ("ignore", "skew", "skew-exceptions"),
    "docker": (
        "base",
        "templates",
        "context",
        "build",
        "registry",
        "heavy",
        "platforms",
        "bake",
        "budget",
        "source",
        "archive",
        "mirrors",
        "tags",
    ),
    "compose": ("folder", "build", "environment", "host-environment", "depends-on", "services"),
}
"""Every key that this version knows, by table. A key without effect would be a lie.

The keys of the catalogs are names of packages, and free.
"""

_JOBS = re.compile(r"[1-9]\d*%?")
_MODES = ("strict", "prefer")
_ENGINES = ("poetry", "uv")
_LINKS = ("clone", "copy", "hardlink", "symlink")
_VENVS = ("member", "shared")
_SKEWS = ("forbid", "warn", "allow")
_OF_LOCKS = ("cannot-tell", "content-hash", "files", "inconsistent", "missing", "orphan",
             "path-dependency", "path-missing", "skew", "unreadable", "unsatisfied")  # fmt: skip
LOCK_RULES = tuple(f"lock/{rule}" for rule in _OF_LOCKS)
"""What `[lock] ignore` can name."""


def read(data: bytes, path: str = "workspace.toml") -> Settings:
    """What a `workspace.toml` says. Raises `ManifestError` or `Faults`, all that are in it."""
    settings, faults = read_with_faults(data, path)
    raise_all(faults)
    return settings


def read_with_faults(data: bytes, path: str = "workspace.toml") -> tuple[Settings, list[WsError]]:
    """What can be made of a `workspace.toml`, and what is wrong with it.

    So a run can go on to find what is wrong elsewhere. Raises `ManifestError` for what is no TOML.
    """
    return read_parsed(*parse(data, path), path)


def read_parsed(
    text: str, document: dict[str, Any], path: str = "workspace.toml"
) -> tuple[Settings, list[WsError]]:
    """The same, of what was parsed already."""
    reader = TableReader(text, path)
    reader.only(document, (), KEYS)
    workspace, install = reader.table(document, "workspace"), reader.table(document, "install")
    reader.only(workspace, ("workspace",), KEYS["workspace"])
    reader.only(install, ("install",), KEYS["install"])
    catalogs = reader.table(document, "catalogs")
    settings = Settings(
        name=reader.text(workspace, "workspace", "name"),
        members=reader.texts(workspace, "workspace", "members"),
        text=text,
        exclude=reader.texts(workspace, "workspace", "exclude"),
        shared=_shared(reader, document),
        catalog=_catalog(reader, document, "catalog"),
        catalogs={name: _catalog(reader, catalogs, "catalogs", name) for name in catalogs},
        strict_catalog=_choice(reader, workspace, ("workspace", "catalog-mode"), _MODES)
        == "strict",
        lock=_lock(reader, document),
        docker=docker_settings.of_workspace(reader, document, KEYS["docker"]),
        compose=_compose(reader, document),
        install_jobs=_jobs(reader, install),
        install_engine=_choice(reader, install, ("install", "engine"), _ENGINES)
        if "engine" in install
        else "",
        install_link_mode=_choice(reader, install, ("install", "link-mode"), _LINKS)
        if "link-mode" in install
        else "",
        install_python=reader.text(install, "install", "python"),
        one_venv=_choice(reader, install, ("install", "venv"), _VENVS) == "shared",
    )
    if "members" not in workspace and isinstance(document.get("workspace", {}), dict):
        reader.fault(
            "manifest/members",
            "the workspace names no members",
            ("workspace",),
            'say where they are: members = ["packages/**", "services/*"] under [workspace]',
        )
    return settings, reader.faults


def _compose(reader: TableReader, document: dict[str, Any]) -> ComposeSettings:
    if "compose" not in document:
        return ComposeSettings()
    from ws.formats import compose_settings  # seldom needed

    return compose_settings.of_workspace(reader, document, KEYS["compose"])


def valid_jobs(text: str) -> bool:
    """Whether `text` is a number of jobs (`4`) or a share of the cores (`50%`)."""
    return _JOBS.fullmatch(text) is not None


def _shared(reader: TableReader, document: dict[str, Any]) -> tuple[Shared, ...]:
    return tuple(
        shared
        for index, table in enumerate(reader.get(document, ("shared",), list) or [])
        if (shared := _one_shared(reader, table, index)) is not None
    )


def _one_shared(reader: TableReader, table: object, index: int) -> Shared | None:
    keys = ("shared", index)
    if not isinstance(table, dict):
        reader.fault("manifest/type", '"shared" must be written [[shared]]', keys)
        return None
    reader.only(table, keys, KEYS["shared"])
    for key in ("package", "consumers"):
        if key not in table:
            hint = 'such as package = "shared-python" and consumers = ["workers/**"]'
            reader.fault("manifest/shared", f'[[shared]] lacks "{key}"', keys, hint)
    return Shared(
        package=normalise(reader.text(table, *keys, "package")),
        consumers=reader.texts(table, *keys, "consumers"),
        dedupe=reader.get(table, (*keys, "dedupe"), bool) or False,
        keep=tuple(normalise(name) for name in reader.texts(table, *keys, "keep")),
    )


def _catalog(reader: TableReader, table: dict[str, Any], *keys: str) -> Catalog:
    packages = reader.table(table, *keys)
    return {normalise(name): reader.text(packages, *keys, name) for name in packages}


def _lock(reader: TableReader, document: dict[str, Any]) -> LockSettings:
    table = reader.table(document, "lock")
    reader.only(table, ("lock",), KEYS["lock"])
    for index, rule in enumerate(reader.texts(table, "lock", "ignore")):
        if not any(fnmatchcase(known, rule) for known in LOCK_RULES):
            hint = did_you_mean(rule, LOCK_RULES) or f"there are: {', '.join(LOCK_RULES)}"
            reason = f'"{rule}" is no rule of locks'
            reader.fault("manifest/value", reason, ("lock", "ignore", index), hint)
    exceptions = reader.texts(table, "lock", "skew-exceptions")
    return LockSettings(
        ignore=reader.texts(table, "lock", "ignore"),
        skew=_choice(reader, table, ("lock", "skew"), _SKEWS, "allow"),
        skew_exceptions=tuple(normalise(name) for name in exceptions),
    )


def _choice(
    reader: TableReader,
    table: dict[str, Any],
    keys: tuple[str, str],
    choices: tuple[str, ...],
    default: str = "",
) -> str:
    """One of a few words; the first one where nothing is said and there is no other default."""
    choice = reader.text(table, *keys) or default or choices[0]
    if choice not in choices:
        *most, last = (f'"{word}"' for word in choices)
        reason = f'"{keys[-1]}" must be {", ".join(most)} or {last}'
        reader.fault("manifest/value", reason, keys)
    return choice


def _jobs(reader: TableReader, install: dict[str, Any]) -> str:
    value = install.get("jobs", "")
    jobs = str(value)
    if value != "" and (isinstance(value, bool) or not valid_jobs(jobs)):
        reason = '"install.jobs" must be a number of jobs or a share of the cores'
        reader.fault("manifest/type", reason, ("install", "jobs"), 'such as 4 or "50%"')
        return ""
    return jobs
