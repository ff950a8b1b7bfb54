"""What `ws sync` changes in the manifests, and what it leaves to people, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.errors import WsError, raise_all
from ws.formats.pyproject_editor import Remove, edited
from ws.model.plan import Plan, WriteFile
from ws.planning import sync_catalog, sync_paths, sync_shared
from ws.planning.heed import ignores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.formats.toml_places import Keys
    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace
    from ws.planning.change import Change
    from ws.planning.sync_shared import Bringing


def changes(workspace: Workspace, members: Sequence[Member]) -> tuple[Change, ...]:
    """All that is not as it should be in these members' manifests, in their order.

    Members that keep out (`[tool.ws] sync = false`) are passed over, and so are the rules that a
    member ignores.
    """
    brought = sync_shared.bringing(workspace)
    return tuple(
        change
        for member in members
        if member.manifest.settings.sync
        for change in _changes(workspace, member, brought)
        if not ignores(member, change.rule)
    )


def plan(changes: Sequence[Change]) -> Plan:
    """The edits of these changes, manifest by manifest.

    Raises `ManifestError` (or `Faults`) where edits cannot be made without harm.
    """
    by_member: dict[str, list[Change]] = {}
    for change in changes:
        if change.edits:
            by_member.setdefault(change.member.name, []).append(change)
    writes: list[WriteFile] = []
    faults: list[WsError] = []
    for found in by_member.values():
        try:
            writes.append(_write(found))
        except WsError as fault:
            faults.append(fault)
    raise_all(faults)
    return Plan("sync", tuple(writes))


def beyond_repair(changes: Sequence[Change]) -> tuple[Finding, ...]:
    """What only a person can mend."""
    return tuple(change.finding() for change in changes if not change.edits)


def _changes(
    workspace: Workspace, member: Member, brought: dict[str, Bringing]
) -> Iterator[Change]:
    yield from sync_paths.changes(workspace, member)
    repeated: set[Keys] = set()
    for change in sync_shared.changes(workspace, member, brought):
        repeated.update(edit.keys for edit in change.edits if isinstance(edit, Remove))
        yield change
    for change in sync_catalog.changes(workspace, member):
        if change.keys not in repeated:  # what goes need not be put right first
            yield change
    yield from sync_paths.beyond_repair(workspace, member)


def _write(found: list[Change]) -> WriteFile:
    member = found[0].member
    path = member.file("pyproject.toml")
    before = member.manifest.text
    return WriteFile(
        member=member.name,
        path=path,
        before=before,
        after=edited(before, [edit for change in found for edit in change.edits], path),
        reason="; ".join(change.message for change in found),
    )
