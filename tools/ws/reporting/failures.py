"""What failed, as findings, for readers who know of nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.model.report import Finding

if TYPE_CHECKING:
    from ws.model.report import Report


def with_failures(report: Report) -> Report:
    """The report with a finding for each member that failed, `COMMAND/failed`, besides its own."""
    known = {finding.member for finding in report.findings if finding.severity == "error"}
    failed = tuple(
        Finding(f"{report.command}/failed", "error", outcome.reason, member=outcome.member)
        for outcome in report.outcomes
        if outcome.status == "failed" and outcome.member not in known
    )
    return replace(report, findings=(*report.findings, *failed))
