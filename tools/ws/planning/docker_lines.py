"""Lines of a text that was edited, as lines of the one before."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.report import Finding


def line_before(before: str, after: str, line: int) -> int:
    """Where in the text before a line of the text after was, or what it came instead of."""
    if before == after:
        return line
    from difflib import SequenceMatcher  # costs start-up; only what was edited needs it

    old, new = before.split("\n"), after.split("\n")
    for tag, i1, _, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if j1 < line <= j2:
            found = i1 + line - j1 if tag == "equal" else i1 + 1
            return min(found, len(old))
    return len(old)


def told_before(finding: Finding, before: str, after: str, found: Sequence[Finding]) -> Finding:
    """What is found in an edited text, told of the text before.

    `found` is what was found in that; of the same finding the lines may differ, in words too.
    """
    same = (one for one in found if _said(one) == _said(finding))
    if (there := next(same, None)) is not None or finding.where is None:
        return there or finding
    if finding.where.line is None:
        return finding
    line = line_before(before, after, finding.where.line)
    return replace(finding, where=finding.where._replace(line=line))


def _said(finding: Finding) -> tuple[str, str | None, str]:
    return finding.rule, finding.member, re.sub(r"\bline \d+", "line", finding.message)
