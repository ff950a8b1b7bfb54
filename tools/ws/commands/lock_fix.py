"""`ws lock --check --fix`: the check of a hook that mends what it finds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.commands import lock
from ws.model.plan import Mode
from ws.model.report import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.commands.context import Context
    from ws.model.report import Finding, Report
    from ws.model.workspace import Workspace


def run(context: Context, *, deep: bool = False, jobs: str | None = None) -> Report:
    """Check, and lock the members that need it; what was wrong stays found, though mended.

    So a hook blocks its commit once, as fixers of pre-commit do: what it wrote is not staged. Then
    comes what locking could not mend. Raises what `lock.run` raises.
    """
    before = lock.run(context, Mode.CHECK, deep=deep)
    if before.exit_code() is Exit.FINE:
        return before
    work = lock.run(context, Mode.APPLY, jobs=jobs)
    after = lock.run(context, Mode.CHECK, deep=deep).findings
    workspace = context.workspace()
    written = [_lock(workspace, done.member) for done in work.outcomes if done.status == "done"]
    besides = [found for found in work.findings if found not in (*before.findings, *after)]
    return replace(
        work,
        findings=(*_mended(workspace, before.findings, after), *after, *besides),
        notes=(*work.notes, *_next(written)),
    )


def _mended(
    workspace: Workspace, before: Sequence[Finding], after: Sequence[Finding]
) -> list[Finding]:
    """What was found of members about which nothing is found any more."""
    still = {finding.member for finding in after}
    return [
        replace(finding, hint=f"mended: git add {_lock(workspace, finding.member)}")
        for finding in before
        if finding.member is not None and finding.member not in still
    ]


def _next(written: Sequence[str]) -> tuple[str, ...]:
    return (f"next: git add {' '.join(written)}, and commit again",) if written else ()


def _lock(workspace: Workspace, member: str) -> str:
    return workspace.by_name[member].file("poetry.lock")
