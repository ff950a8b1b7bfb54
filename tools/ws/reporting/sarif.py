"""Findings as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ws import __version__

if TYPE_CHECKING:
    from ws.errors import Where
    from ws.model.report import Finding, Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_RELATED = 1
"""The id of the other place of a result: there is at most one."""


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
    see = f" See {_link(finding.also)}" if finding.also else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": f"{who}{finding.message}{hint}{see}"},
        "locations": [_location(finding.where)] if finding.where else [],
    }
    if finding.also:
        result["relatedLocations"] = [{"id": _RELATED} | _location(finding.also)]
    return result


def _link(also: Where) -> str:
    """A link to the related location, without which code scanning does not show it.

    GitHub Docs: "SARIF support for code scanning", `relatedLocations`; SARIF 2.1.0, 3.11.6.
    """
    text = str(also).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return f"[{text}]({_RELATED})"


def _location(where: Where) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": where.path}}
    if where.line is not None:
        place["region"] = {"startLine": where.line}
    return {"physicalLocation": place}
