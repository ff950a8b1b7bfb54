"""Where a new member lies, and whether it may."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from ws.errors import UsageError, Where, WsError
from ws.formats.toml_places import line_of
from ws.model.globs import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ws.model.workspace import Member, Settings, Workspace

Kind = Literal["worker", "package"]


class Site(NamedTuple):
    """A folder for a new member, and what the disk says of it."""

    path: str
    """Relative to the workspace root, with forward slashes, links followed."""
    obstacle: str = ""
    """Why nothing can be made there; empty if it can."""
    found: bool = True
    """Whether the search for members comes there: no folder above is hidden, or ignored by git."""
    asked_for: bool = True
    """Whether somebody named this folder; else it follows from the member's name."""


def default_folder(workspace: Workspace, kind: Kind, name: str) -> str:
    """The folder of a new member for which none is named, relative to the root.

    It lies in the topmost folder that most members of its kind lie in: those with console scripts
    are workers. Where there is none yet, that is `workers` or `packages`.
    """
    tops = Counter(
        member.path.split("/")[0] if "/" in member.path else "."
        for member in workspace.members
        if member.path != "." and _is_worker(member) is (kind == "worker")
    )
    top = tops.most_common(1)[0][0] if tops else f"{kind}s"
    return posixpath.normpath(posixpath.join(top, name))


def faults(settings: Settings, site: Site) -> list[WsError]:
    """All that speaks against a new member at this place."""
    path = site.path
    if site.obstacle:
        hint = "choose an empty or new folder in the workspace with --at"
        return [_fault(f"no member can be made at {path}: {site.obstacle}", hint)]
    if not _chosen(path, settings.members):
        above = posixpath.dirname(path)
        more = f'"{above}/*", or "{path}" alone,' if above else f'"{path}"'
        reason = f"{path} would be no member: no pattern of members chooses it"
        return [
            _fault(reason, f"add {more} to members, or choose another folder with --at", settings)
        ]
    if _chosen(path, settings.exclude):
        reason = f"{path} would be no member: exclude takes it away"
        return [_fault(reason, "choose another folder with --at", settings, "exclude")]
    if not site.found:
        reason = f"{path} would not be found: a folder there is hidden, an environment, or ignored"
        return [_fault(f"{reason} by git", f'choose another, or add "{path}" to members', settings)]
    return []


def is_consumer(path: str, patterns: Sequence[str]) -> bool:
    """Whether patterns choose a folder; those after a `!` take away, wherever they stand."""
    away = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    chosen = [pattern for pattern in patterns if not pattern.startswith("!")]
    return _chosen(path, chosen) and not _chosen(path, away)


def _chosen(path: str, patterns: Iterable[str]) -> bool:
    return any(matches(path, posixpath.normpath(pattern)) for pattern in patterns)


def _is_worker(member: Member) -> bool:
    document = member.manifest.document
    tables = (document.get("project", {}), document.get("tool", {}).get("poetry", {}))
    return any(table.get("scripts") for table in tables)


def _fault(
    reason: str, hint: str, settings: Settings | None = None, key: str = "members"
) -> WsError:
    where = None
    if settings is not None:
        where = Where("workspace.toml", line_of(settings.text, "workspace", key))
    return UsageError(reason, rule="usage/at", where=where, hint=hint)
