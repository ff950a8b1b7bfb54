"""All findings as a page of Markdown, for what GitHub does not show beside the lines."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.errors import Where
    from ws.model.report import Finding, Report

LIMIT = 1024 * 1024
"""The bytes that the summary of one step may have; GitHub drops a longer one as a whole.

GitHub Docs: "Workflow commands", "Step isolation and limits".
"""

_HEAD = "| | where | what | what to do |\n| --- | --- | --- | --- |\n"
_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$@#]")
_NO_MEMBER = "the workspace"
_LAST_LINE = 200
"""Room for the line that says how much is missing."""


def render(report: Report, room: int = LIMIT) -> str:
    """The findings in a table for each member; empty where `room` (in bytes) is too small for any.

    What does not fit is counted in the last line.
    """
    text = f"\n\n## ws {_text(report.command)}: {_counted(report)}\n"
    left = room - _size(text) - _LAST_LINE
    shown = 0
    for piece in _pieces(report):
        left -= _size(piece)
        if left < 0:
            break
        text += piece
        shown += 1
    missing = len(report.findings) - shown
    if missing and shown:
        text += f"\nAnd {missing} more, which do not fit in here: they stand in the log.\n"
    return text if shown else ""


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _counted(report: Report) -> str:
    severities = Counter(finding.severity for finding in report.findings)
    return ", ".join(f"{count} {name}{'s' * (count > 1)}" for name, count in severities.items())


def _pieces(report: Report) -> Iterator[str]:
    """A row for each finding; the first of a member brings the heading and the table's head."""
    for member, findings in _by_member(report).items():
        before = f"\n### {_text(member or _NO_MEMBER)}\n\n{_HEAD}"
        for finding in findings:
            yield f"{before}{_row(finding)}"
            before = ""


def _by_member(report: Report) -> dict[str | None, list[Finding]]:
    found: dict[str | None, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.member, []).append(finding)
    return found


def _row(finding: Finding) -> str:
    places = "<br>".join(_place(where) for where in (finding.where, finding.also) if where)
    what = f"{_text(finding.message)} \\[{_text(finding.rule)}\\]"
    return f"| {finding.severity} | {places} | {what} | {_text(finding.hint)} |\n"


def _place(where: Where) -> str:
    return _text(str(where))


def _text(text: str) -> str:
    """Text as it stands, in one cell (CommonMark, "Backslash escapes"; GFM, "Tables").

    `$`, `@` and `#` are formulas, mentions and issues to GitHub.
    """
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "<br>".join(_SPECIAL.sub(r"\\\g<0>", line) for line in lines)
