"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ws.model.report import Finding, Report


def render(report: Report) -> str:
    """One line a finding (GitHub Docs: "Workflow commands", `error` and `warning`)."""
    return "".join(f"{_line(finding)}\n" for finding in report.findings)


def _line(finding: Finding) -> str:
    properties = {"title": finding.rule}
    if finding.where:
        places = {
            "file": finding.where.path,
            "line": finding.where.line,
            "col": finding.where.column,
        }
        properties = {k: str(v) for k, v in places.items() if v is not None} | properties
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    who = f"{finding.member}: " if finding.member else ""
    hint = f"\n{finding.hint}" if finding.hint else ""
    return f"::{finding.severity} {listed}::{_data(f'{who}{finding.message}{hint}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
