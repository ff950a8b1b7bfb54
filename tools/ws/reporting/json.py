"""Report to JSON: one object, the same on every exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ws.model.report import Finding, Outcome, Report

SCHEMA = "ws/1"


def render(report: Report, *, strict: bool = False) -> str:
    """The whole report as one JSON object, with a newline at its end."""
    document = {
        "schema": SCHEMA,
        "command": report.command,
        "ok": report.exit_code(strict=strict) == 0,
        "findings": [finding_data(finding) for finding in report.findings],
        "outcomes": [outcome_data(outcome) for outcome in report.outcomes],
        "data": dict(report.data),
    }
    if report.diff:
        document["diff"] = report.diff
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def finding_data(finding: Finding) -> dict[str, Any]:
    """One finding as plain data."""
    where, also = finding.where, finding.also
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "member": finding.member,
        "path": where.path if where else None,
        "line": where.line if where else None,
        "column": where.column if where else None,
        "message": finding.message,
        "hint": finding.hint,
        "related": {"path": also.path, "line": also.line} if also else None,
    }


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    """One outcome as plain data."""
    return {
        "member": outcome.member,
        "action": outcome.action,
        "status": outcome.status,
        "reason": outcome.reason,
        "seconds": outcome.seconds,
        "log": outcome.log,
        "output": list(outcome.output),
    }
