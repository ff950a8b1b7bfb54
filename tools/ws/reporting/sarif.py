"""Findings as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ws import __version__

if TYPE_CHECKING:
    from ws.model.report import Finding, Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> str:
    """The findings as one SARIF log with one run."""
    rules = sorted({finding.rule for finding in report.findings})
    driver = {"name": "ws", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": [_result(finding) for finding in report.findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(finding: Finding) -> dict[str, Any]:
    who = f"{finding.member}: " if finding.member else ""
    hint = f" ({finding.hint})" if finding.hint else ""
    return {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": f"{who}{finding.message}{hint}"},
        "locations": [_location(finding)] if finding.where else [],
    }


def _location(finding: Finding) -> dict[str, Any]:
    assert finding.where is not None
    place: dict[str, Any] = {"artifactLocation": {"uri": finding.where.path}}
    if finding.where.line is not None:
        place["region"] = {"startLine": finding.where.line}
    return {"physicalLocation": place}
