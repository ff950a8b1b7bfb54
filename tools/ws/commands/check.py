"""`ws check`: all checks there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands import docker_check, skew
from ws.commands.drift import drift
from ws.files import sources
from ws.model.report import Report
from ws.planning import cycles, imports, sync
from ws.planning.docker_imports import CANNOT_TELL
from ws.planning.heed import heeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace


def run(context: Context) -> Report:
    """Manifests, path dependencies, locks, imports, cycles and images of the chosen members."""
    workspace = context.workspace()
    members = context.chosen(workspace)
    findings = heeded(_findings(workspace, members), workspace)
    fine = () if findings else (f"check: {len(members)} members, nothing to complain about",)
    return Report("check", findings=findings, notes=fine)


def _findings(workspace: Workspace, members: Sequence[Member]) -> tuple[Finding, ...]:
    names = {member.name for member in members}
    layouts = sources.layouts(workspace)
    files = {
        member.name: sources.read(workspace.root, member, layouts[member.name])
        for member in members
    }
    return (
        *(finding for finding in cycles.findings(workspace) if finding.member in names),
        *(change.finding() for change in sync.changes(workspace, members)),
        *drift(workspace, members, deep=True),
        *skew.findings(workspace, members),
        *imports.findings(workspace, members, layouts, files),
        *_of_images(workspace, members),
    )


def _of_images(workspace: Workspace, members: Sequence[Member]) -> tuple[Finding, ...]:
    """What is wrong with Dockerfiles; where nobody can tell, there is nothing to complain about."""
    everybody = len(members) == len(workspace.members)
    names = None if everybody else {member.name for member in members}
    found = docker_check.check(workspace, (), names).findings
    return tuple(finding for finding in found if finding.rule != CANNOT_TELL)
