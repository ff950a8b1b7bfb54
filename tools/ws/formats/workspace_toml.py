"""`workspace.toml`: text to `Settings`."""

from __future__ import annotations

import re
from typing import Any

from ws.formats.tables import TableReader
from ws.formats.toml import parse
from ws.model.workspace import Settings

KEYS: dict[str, tuple[str, ...]] = {
    "workspace": ("name", "members", "exclude"),
    "install": ("jobs",),
}
"""Every key that this version knows, by table. A key without effect would be a lie."""

_JOBS = re.compile(r"[1-9]\d*%?")


def read(data: bytes, path: str = "workspace.toml") -> Settings:
    """What a `workspace.toml` says. Raises `ManifestError` or `Faults`, all that are in it."""
    text, document = parse(data, path)
    reader = TableReader(text, path)
    reader.only(document, (), KEYS)
    tables = {name: reader.table(document, name) for name in KEYS}
    for name, known in KEYS.items():
        reader.only(tables[name], (name,), known)
    workspace = tables["workspace"]
    settings = Settings(
        name=reader.text(workspace, "workspace", "name"),
        members=reader.texts(workspace, "workspace", "members"),
        text=text,
        exclude=reader.texts(workspace, "workspace", "exclude"),
        install_jobs=_jobs(reader, tables["install"]),
    )
    if "members" not in workspace and isinstance(document.get("workspace", {}), dict):
        reader.fault(
            "manifest/members",
            "the workspace names no members",
            ("workspace",),
            'say where they are: members = ["packages/**", "services/*"] under [workspace]',
        )
    reader.finish()
    return settings


def valid_jobs(text: str) -> bool:
    """Whether `text` is a number of jobs (`4`) or a share of the cores (`50%`)."""
    return _JOBS.fullmatch(text) is not None


def _jobs(reader: TableReader, install: dict[str, Any]) -> str:
    value = install.get("jobs", "")
    jobs = str(value)
    if value != "" and (isinstance(value, bool) or not valid_jobs(jobs)):
        reason = '"install.jobs" must be a number of jobs or a share of the cores'
        reader.fault("manifest/type", reason, ("install", "jobs"), 'such as 4 or "50%"')
        return ""
    return jobs
