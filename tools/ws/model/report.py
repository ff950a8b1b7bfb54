"""What a command has to say, before anybody decides how to say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.errors import Where
    from ws.model.plan import WriteFile

Severity = Literal["error", "warning"]
Status = Literal["done", "skipped", "failed", "aborted"]


class Exit(IntEnum):
    """The exit codes that every command keeps."""

    FINE = 0
    FOUND = 1
    """A check found an error, or some of the work failed."""
    USAGE = 2
    """Wrong usage, a broken manifest, a tool that is missing or too old."""
    BUG = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where it is, and what to do about it."""

    rule: str
    severity: Severity
    message: str
    where: Where | None = None
    member: str | None = None
    hint: str = ""
    also: Where | None = None
    """The other place that has a part in it: the line of the manifest that a lock's line is not
    in keeping with."""


class Counts(NamedTuple):
    """How many packages of an environment were changed."""

    installed: int = 0
    updated: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action, or why there was none."""

    member: str
    action: str
    status: Status
    reason: str = ""
    seconds: float = 0.0
    log: str | None = None
    """Where the output of the action is kept, relative to the workspace root."""
    output: tuple[str, ...] = ()
    """The last lines of it; only for what failed."""
    wrote: WriteFile | None = None
    """What a tool made of a file that only it could tell; only shown where nothing is written."""
    engine: str = ""
    """Who made an environment."""
    counts: Counts | None = None
    """What that did, as far as it says so."""


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one command."""

    command: str
    findings: tuple[Finding, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    """Plain data that JSON can hold."""
    text: str = ""
    """For people, instead of a table of `data`: a drawing, a plain list."""
    diff: str = ""
    """What would change, as a unified diff (`--diff`)."""
    notes: tuple[str, ...] = ()
    """What a person should know besides: what was done, what to do next."""
    fault: Exit | None = None
    """The exit code of a run that ended before its time."""

    def exit_code(self, *, strict: bool = False) -> Exit:
        """The exit code of this report; with `strict`, warnings count as errors."""
        if self.fault is not None:
            return self.fault
        wrong = any(finding.severity == "error" or strict for finding in self.findings)
        failed = any(outcome.status in ("failed", "aborted") for outcome in self.outcomes)
        return Exit.FOUND if wrong or failed else Exit.FINE
