"""Poetry's command line as a solver of locks: where it cannot be used as a library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ws.engines import poetry
from ws.engines.relock import Solved
from ws.planning import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ws.engines.process import Processes
    from ws.engines.program import Completed
    from ws.engines.relock import Job
    from ws.files.store import Store

_LOCK = Path(__file__).parent / "inside_poetry" / "lock.py"
_OTHER_PYTHON = re.compile(r"virtualenv creation is disabled|not supported by the project")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`poetry lock`, once for each job. A `Solver` of `ws.engines.relock`."""

    program: str
    interpreter: str | None
    """Poetry's own Python. Where it is not known, Poetry writes the member's lock itself."""
    environ: Mapping[str, str]
    processes: Processes
    store: Store

    @property
    def takes_start(self) -> bool:
        """Whether it can start from another lock than the one on the disk."""
        return self.interpreter is not None

    def width(self, jobs: int) -> int:
        """As many as are asked for."""
        return jobs

    def close(self) -> None:
        """Nothing goes on between two jobs."""

    def solve(self, job: Job, on_step: Callable[[str], None]) -> Solved:
        """Do one job; nothing but the log has changed on the disk after it."""
        on_step("resolving")
        if self.interpreter is None:
            return self._in_place(job)
        with TemporaryDirectory(prefix="ws-lock-") as scratch:
            start, result = Path(scratch, "start"), Path(scratch, "result")
            if (text := seeds.merged(job.start, job.seeds)) is not None:
                start.write_bytes(text)
            variables = {
                "WS_LOCK_START": str(start),
                "WS_LOCK_RESULT": str(result),
                "WS_LOCK_LATEST": " ".join(job.latest),
            }
            completed = self._run([self.interpreter, str(_LOCK)], ("lock",), job, variables)
            text = result.read_bytes() if result.exists() else text
        return _solved(completed, text)

    def _in_place(self, job: Job) -> Solved:
        """Let Poetry write the member's lock, take that, and put the old one back."""
        path = (job.folder / "poetry.lock").relative_to(self.store.root).as_posix()
        before = self.store.read(path)
        args = ("update", "--lock", *job.latest) if job.latest else ("lock",)
        try:
            regenerate = ("--regenerate",) if job.start is None and before is not None else ()
            completed = self._run([self.program], (*args, *regenerate), job, {})
            text = self.store.read(path)
        finally:
            if self.store.read(path) != before:
                if before is None:
                    self.store.delete(path)
                else:
                    self.store.replace(path, before)
        return _solved(completed, text)

    def _run(
        self, command: Sequence[str], args: Sequence[str], job: Job, variables: Mapping[str, str]
    ) -> Completed:
        """Run it to its end. No environment is made in the member.

        Where the member does not allow the Python that Poetry runs on, Poetry wants an environment
        to lock with: it gets one that is thrown away.
        """
        without = {**variables, "POETRY_VIRTUALENVS_CREATE": "false"}
        completed = self._once(command, args, job, without)
        if completed.code == 0 or not any(_OTHER_PYTHON.search(line) for line in completed.tail):
            return completed
        with TemporaryDirectory(prefix="ws-lock-") as scratch:
            elsewhere = {
                **variables,
                "POETRY_VIRTUALENVS_IN_PROJECT": "false",
                "POETRY_VIRTUALENVS_PATH": scratch,
            }
            return self._once(command, args, job, elsewhere)

    def _once(
        self, command: Sequence[str], args: Sequence[str], job: Job, variables: Mapping[str, str]
    ) -> Completed:
        return self.processes.run(
            [*command, "--no-interaction", "--no-ansi", *args],
            folder=job.folder,
            environ={**self.environ, **variables},
            log=job.log,
        )


def _solved(completed: Completed, text: bytes | None) -> Solved:
    if completed.code == 0 and text is not None:
        return Solved(text)
    lines = tuple(line for line in completed.tail if line.strip())
    return Solved(
        None,
        failure=poetry.explain(lines) or f"poetry ended with code {completed.code}",
        lines=lines,
        whole=any("version solving failed" in line for line in lines),
        passing=poetry.is_passing(lines),
        unknown_version=any(re.search(r"Package \S+ \(\S+\) not found", line) for line in lines),
    )
