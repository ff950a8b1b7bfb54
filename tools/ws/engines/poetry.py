"""Running the team's Poetry, and what its output means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.engines.apply import Step
from ws.model.report import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ws.engines.process import Completed, Processes

_OPERATIONS = re.compile(r"Package operations: (\d+) installs?, (\d+) updates?, (\d+) removals?")
_OPERATION = re.compile(r"  - (?:Installing|Updating|Downgrading|Removing) (.+?)(?::.*)?$")
_ROOT = re.compile(r"Installing the current project: (.+)$")

_WAITS = {"Resolving dependencies": "resolving", "Creating virtualenv": "making .venv"}
_PASSING = re.compile(
    # Poetry's cache is not made for several at once (poetry issue 11048), and networks have
    # hiccups. Not "All attempts to connect": there Poetry itself has tried five times.
    r"doesn't match any versions|0 candidate\(s\)|ConnectionError|ReadTimeout|ConnectTimeout"
    r"|Connection (?:aborted|reset)|Temporary failure|IncompleteRead|BadZipFile|JSONDecodeError"
)
_REASONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"All attempts to connect|Max retries exceeded|NewConnectionError|NameResolution"
        ),
        "the package index cannot be reached: check the network, the proxy and the index",
    ),
    (
        re.compile(r"Expecting value: line 1 column 1"),
        "the package index answered something that Poetry cannot read (HTML where it wants JSON)",
    ),
    (
        re.compile(r"pyproject\.toml changed significantly"),
        "its poetry.lock does not fit its pyproject.toml: run ws lock",
    ),
    (re.compile(r"No space left on device"), "the disk is full"),
)
_INVALID = re.compile(r"The Poetry configuration is invalid:\s*\n\s*- (.+)")
_NOT_A_REASON = re.compile(
    r"^\s*(?:\d+│|→|at |- |Installing|Package operations|Cannot install|Resolving|Updating"
    r"|Creating virtualenv|Using virtualenv|Recreating|Skipping virtualenv|Writing lock file|The"
    r" currently activated Python)|^\W*$"
)


@dataclass(frozen=True, slots=True)
class Poetry:
    """A Poetry that is ready to run. A `Tool` of `ws.engines.apply`."""

    program: str
    environ: Mapping[str, str]
    processes: Processes

    def run(
        self, args: Sequence[str], folder: Path, log: Path, on_line: Callable[[str], None]
    ) -> Completed:
        """Run it in `folder` to its end, its output to `log` and, line by line, to `on_line`."""
        return self.processes.run(
            [self.program, "--no-interaction", "--no-ansi", *args],
            folder=folder,
            environ=self.environ,
            log=log,
            on_line=on_line,
        )

    def steps(self) -> Callable[[str], Step | None]:
        """A new reader of one run's output."""
        return _StepReader()

    def counts(self, line: str) -> Counts | None:
        """How many packages this run changes, if this line of its output says so."""
        operations = _OPERATIONS.match(line)
        return Counts(*map(int, operations.groups())) if operations else None

    def is_passing(self, output: Sequence[str]) -> bool:
        """As the function of this name."""
        return is_passing(output)

    def explain(self, output: Sequence[str]) -> str:
        """As the function of this name."""
        return explain(output)


def is_passing(output: Sequence[str]) -> bool:
    """Whether this failure is one of network or of Poetry's cache under several at once."""
    return any(_PASSING.search(line) for line in output)


def explain(output: Sequence[str]) -> str:
    """The reason of a failure in one line: a known one, else the first line that tells."""
    text = "\n".join(output)
    for pattern, reason in _REASONS:
        if pattern.search(text):
            return reason
    if invalid := _INVALID.search(text):
        return f"its pyproject.toml is invalid: {invalid[1]}"
    telling = (line.strip(" |") for line in output if not _NOT_A_REASON.search(line))
    return next(telling, "").removeprefix("Error: ")


class _StepReader:
    """Counts Poetry's operations as they begin."""

    def __init__(self) -> None:
        self._done = 0
        self._total = 0

    def __call__(self, line: str) -> Step | None:
        if operations := _OPERATIONS.match(line):
            self._total = sum(int(number) for number in operations.groups())
            return Step(0, self._total, "")
        if operation := _OPERATION.match(line):
            self._done += 1
            return Step(self._done, max(self._total, self._done), operation[1])
        if root := _ROOT.match(line):
            return Step(self._total, self._total, root[1])
        return next((Step(0, 0, _WAITS[wait]) for wait in _WAITS if line.startswith(wait)), None)
