"""Which engine installs which member, and uv made ready for it."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ws.errors import WsError
from ws.formats.toml import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.engines.apply import Tool
    from ws.engines.process import Processes
    from ws.model.plan import Supply
    from ws.model.workspace import Member, Workspace

POETRY, UV = "poetry", "uv"


class Choice(NamedTuple):
    """Who installs a member, and why not the one that was asked for."""

    tool: str = POETRY
    because: str = ""


def chosen(
    workspace: Workspace,
    member: Member,
    lock: bytes | None,
    options: Sequence[str],
    environ: Mapping[str, str],
) -> Choice:
    """uv, where it makes of a member's lock what Poetry would make; else Poetry.

    `options` are those of Poetry's, as the member is asked.
    """
    from ws.engines.uv_install import parsed_lock
    from ws.planning.asked import asked
    from ws.planning.selection import active_groups
    from ws.planning.uv_requirements import obstacles

    said = asked(options)
    groups = active_groups(member.manifest, said.only, said.with_, said.without)
    locked = parsed_lock(lock or b"")
    packages = [p for p in locked.packages if groups.intersection(p.table.get("groups", ()))]
    settings = [_settings(workspace.root / member.file("poetry.toml")), _settings(_own(environ))]
    found = obstacles(member.manifest, locked, packages, settings, environ)
    return Choice(POETRY, f"by Poetry, since {found[0]}") if found else Choice(UV)


def uv(
    environ: Mapping[str, str], workspace: Workspace, processes: Processes, supply: Supply
) -> Tool:
    """The uv engine, ready to run. Raises `ToolError` if there is no uv."""
    from ws.engines import uv as program
    from ws.engines.interpreter import Interpreters
    from ws.engines.uv_install import UvInstall

    variables = program.environment(environ, workspace.settings.install_link_mode)
    found = program.Uv(program.locate(environ), variables, processes, *supply)
    return UvInstall(found, Interpreters(processes, variables))


@cache
def _settings(path: Path) -> dict[str, Any]:
    """A file of Poetry's settings; Poetry itself tells what is wrong in it."""
    try:
        return parse(path.read_bytes(), path.name)[1]
    except (OSError, WsError):
        return {}


def _own(environ: Mapping[str, str]) -> Path:
    """Where the person's own settings of Poetry lie (its `locations.CONFIG_DIR`)."""
    home = environ.get("HOME") or os.path.expanduser("~")
    if sys.platform == "win32":
        default = Path(environ.get("APPDATA") or home) / "pypoetry"
    elif sys.platform == "darwin":
        default = Path(home) / "Library" / "Application Support" / "pypoetry"
    else:
        default = Path(environ.get("XDG_CONFIG_HOME") or f"{home}/.config") / "pypoetry"
    return Path(environ.get("POETRY_CONFIG_DIR") or default) / "config.toml"
