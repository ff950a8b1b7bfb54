"""Running the team's Poetry, and what its output means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.engines import operations
from ws.engines.apply import Step
from ws.engines.operations import Steps
from ws.planning.failure import failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ws.engines.apply import Call
    from ws.engines.process import Processes
    from ws.engines.program import Completed
    from ws.model.report import Counts

_OPERATION = re.compile(r"  - (?:Installing|Updating|Downgrading|Removing) (.+?)(?::.*)?$")

_WAITS = {"Resolving dependencies": "resolving", "Creating virtualenv": "making .venv"}
_PASSING = re.compile(
    # Poetry's cache is not made for several at once (poetry issue 11048), and networks have
    # hiccups. Not "All attempts to connect": there Poetry itself has tried five times.
    r"doesn't match any versions|0 candidate\(s\)|ConnectionError|ReadTimeout|ConnectTimeout"
    r"|Connection (?:aborted|reset)|Temporary failure|IncompleteRead|BadZipFile|JSONDecodeError"
)
_NAME = re.compile(r"[A-Z]\w+")
_NOT_A_REASON = re.compile(
    r"^\s*(?:\d+│|→|at |- |Installing|Package operations|Cannot install|Resolving|Updating"
    r"|Creating virtualenv|Using virtualenv|Recreating|Skipping virtualenv|Writing lock file|The"
    r" currently activated Python|Trying to find and use|Using python)|^\W*$"
)


@dataclass(frozen=True, slots=True)
class Poetry:
    """A Poetry that is ready to run. A `Tool` of `ws.engines.apply`."""

    program: str
    environ: Mapping[str, str]
    processes: Processes
    through: tuple[str, ...] = ()
    """The command that runs it in the place of the program itself, if any."""

    def run(self, call: Call, log: Path, on_line: Callable[[str], None]) -> Completed:
        """Run it to its end, its output to `log` and, line by line, to `on_line`.

        An environment of a certain Python is made before, and one that is shared is made the
        active one, which Poetry then takes (its `EnvManager.get`).
        """
        poetry = [*(self.through or [self.program]), "--no-interaction", "--no-ansi"]
        environ = {**self.environ, "VIRTUAL_ENV": str(call.venv)} if call.shared else self.environ

        def run(argv: Sequence[str]) -> Completed:
            return self.processes.run(
                argv, folder=call.folder, environ=environ, log=log, on_line=on_line
            )

        if call.python and not call.venv.exists():
            alone = [call.python, "-I", "-m", "venv", "--without-pip", str(call.venv)]
            made = run(alone if call.shared else [*poetry, "env", "use", call.python])
            if made.code != 0:
                return made
        return run([*poetry, *call.args])

    def steps(self) -> Callable[[str], Step | None]:
        """A new reader of one run's output."""
        return _Steps(_OPERATION)

    def counts(self, line: str) -> Counts | None:
        """How many packages this run changes, if this line of its output says so."""
        return operations.counts(line)

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
    if known := failure(output):
        return str(known)
    telling = (line.strip(" |") for line in output if not _NOT_A_REASON.search(line))
    first = next(telling, "")
    if _NAME.fullmatch(first):  # of an exception; what it says comes next
        first = next(telling, first)
    return first.removeprefix("Error: ")


class _Steps(Steps):
    """Tells also what Poetry does before its operations."""

    def __call__(self, line: str) -> Step | None:
        waits = (Step(0, 0, said) for begin, said in _WAITS.items() if line.startswith(begin))
        return super().__call__(line) or next(waits, None)
