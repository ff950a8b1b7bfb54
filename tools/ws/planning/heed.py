"""Leaving out what a member does not want to hear."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ws.model.report import Finding
    from ws.model.workspace import Member, Workspace


def heeded(findings: Iterable[Finding], workspace: Workspace) -> tuple[Finding, ...]:
    """The findings without those whose rule their member ignores (`[tool.ws] ignore`).

    A rule is named in full or by a glob (`imports/*`). What belongs to no member is always kept.
    """
    members = workspace.by_name
    return tuple(
        finding
        for finding in findings
        if finding.member not in members or not ignores(members[finding.member], finding.rule)
    )


def ignores(member: Member, rule: str) -> bool:
    """Whether a member does not want to hear of a rule."""
    return any(fnmatchcase(rule, glob) for glob in member.manifest.settings.ignore)
