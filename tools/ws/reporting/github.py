"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ws.errors import Where
    from ws.model.report import Finding, Report

MOST = 10
"""So many errors of a step does GitHub show, and as many warnings and notices: the first ones.

GitHub Docs: "REST API endpoints for check runs"; actions/toolkit, docs/problem-matchers.md, which
has the limit of 50 for a job, too.
"""


def render(report: Report) -> str:
    """One line a finding, and one for each other place that has a part in some of them.

    GitHub Docs: "Workflow commands", `error`, `warning` and `notice`. All findings are written,
    since the log keeps them; what GitHub is to show comes first: errors, and one of every member
    before the second of any. The other places are notices: they count against a limit of their own,
    take no room from what is wrong, and a pull request has as many errors as the report. Many
    findings may share one (the line of a shared package that many locks lag behind), so that one
    names them all.
    """
    lines = (*(_annotation(finding) for finding in _ordered(report.findings)), *_notices(report))
    return "".join(f"{line}\n" for line in lines)


def hidden(report: Report) -> int:
    """How many findings GitHub does not show beside the code, since there are too many."""
    counts = Counter(finding.severity for finding in report.findings)
    return sum(max(0, count - MOST) for count in counts.values())


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first; first ones of each member before second ones; else as they came."""
    seen: Counter[tuple[str, str | None]] = Counter()
    ranked = []
    for finding in findings:
        whose = (finding.severity, finding.member)
        ranked.append((finding.severity != "error", seen[whose], finding))
        seen[whose] += 1
    return [finding for *_, finding in sorted(ranked, key=lambda one: one[:2])]


def _annotation(finding: Finding) -> str:
    see = f"see {finding.also}" if finding.also else ""
    text = "\n".join(line for line in (_said(finding), see, finding.hint) if line)
    return _command(finding.severity, finding.where, finding.rule, text)


def _notices(report: Report) -> Iterator[str]:
    """What each other place has a part in, by place and rule."""
    sharing: dict[tuple[Where, str], list[Finding]] = {}
    for finding in _ordered(report.findings):
        if finding.also:
            sharing.setdefault((finding.also, finding.rule), []).append(finding)
    for (place, rule), findings in sharing.items():
        text = "\n".join(_placed(finding) for finding in findings)
        yield _command("notice", place, rule, text)


def _placed(finding: Finding) -> str:
    return f"{finding.where}: {_said(finding)}" if finding.where else _said(finding)


def _said(finding: Finding) -> str:
    return f"{finding.member}: {finding.message}" if finding.member else finding.message


def _command(kind: str, where: Where | None, title: str, text: str) -> str:
    places = {"file": where.path, "line": where.line, "col": where.column} if where else {}
    properties = {key: str(value) for key, value in places.items() if value is not None}
    listed = (f"{key}={_property(value)}" for key, value in (properties | {"title": title}).items())
    return f"::{kind} {','.join(listed)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
