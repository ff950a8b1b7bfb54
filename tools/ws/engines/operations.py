"""How far an install has come, from the lines in which Poetry tells of its operations.

Those of Poetry 2.0 to 2.5 (`Executor` in `installation/executor.py`); other engines say it so, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ws.engines.apply import Step
from ws.model.report import Counts

if TYPE_CHECKING:
    from re import Pattern

_ALL = re.compile(r"Package operations: (\d+) installs?, (\d+) updates?, (\d+) removals?")
_ROOT = re.compile(r"(?:  - )?Installing the current project: (.+)$")


def counts(line: str) -> Counts | None:
    """How many packages a run changes, if this line says so."""
    operations = _ALL.match(line)
    return Counts(*map(int, operations.groups())) if operations else None


class Steps:
    """Reads one run's lines, and counts its operations as they begin."""

    def __init__(self, operation: Pattern[str]) -> None:
        """`operation` matches the line of one; its only group that matched is what it is about."""
        self._operation = operation
        self._done = 0
        self._total = 0

    def __call__(self, line: str) -> Step | None:
        """How far the run has come, if this line tells."""
        if changes := counts(line):
            self._total = sum(changes)
            return Step(0, self._total, "")
        if root := _ROOT.match(line):
            return Step(self._total, self._total, root[1])
        if operation := self._operation.match(line):
            self._done += 1
            what = next(filter(None, operation.groups()))
            return Step(self._done, max(self._total, self._done), what)
        return None
