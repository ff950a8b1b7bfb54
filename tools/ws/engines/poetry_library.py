"""Poetry as a library: one process that locks one member after another."""

from __future__ import annotations

import json
import shutil
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ws.engines import poetry
from ws.engines.process import hide_in
from ws.engines.relock import Solved
from ws.errors import WorkError
from ws.model.names import normalise
from ws.model.urls import masking
from ws.planning.failure import failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ws.engines.process import Processes
    from ws.engines.program import Conversation
    from ws.engines.relock import Job

_RELOCK = Path(__file__).parent / "inside_poetry" / "relock.py"
_ANYWHERE = Path(__file__).parent
_VERSIONS = ((2, 1), (2, 5))
"""The first and the last Poetry on which the script was held against the command line."""
_HARMLESS = {
    *("poetry-plugin-pypi-mirror", "poetry-plugin-export", "poetry-plugin-shell"),
    *("poetry-plugin-bundle", "poetry-plugin-up", "poetry-audit-plugin"),
}
"""Plugins that leave locking alone; and the index mirror, which the script activates as Poetry."""

_ROOM = 1_000_000
"""With less room on the disk than so many bytes, that is why Poetry ended."""


class Library:
    """One child process under Poetry's own interpreter. A `Solver` of `ws.engines.relock`."""

    def __init__(
        self, interpreter: str, environ: Mapping[str, str], processes: Processes, log: Path
    ) -> None:
        self._interpreter = interpreter
        self._environ = dict(environ)
        self._processes = processes
        self._log = log
        """Where the process says what belongs to no job."""
        self._turn = threading.Lock()
        self._stack = ExitStack()
        self._child: Conversation | None = None
        self._known: dict[bytes, int] = {}
        """The texts that the process has been told, and their numbers."""

    def facts(self, *, ask_index: bool) -> dict[str, Any]:
        """Start it, and give what it says of itself (`inside_poetry.facts`); empty if it cannot."""
        return self._start(["--index"] if ask_index else []).get("facts") or {}

    def adopt(self, environ: Mapping[str, str]) -> None:
        """Add to the variables under which it works."""
        self._environ |= environ
        if self._child is not None:
            self._child.say(json.dumps({"environ": dict(environ)}))

    @property
    def takes_start(self) -> bool:
        """It can start from any lock."""
        return True

    def width(self, jobs: int) -> int:
        """One at a time, however many are asked for: what it has learned serves the next."""
        return min(jobs, 1)

    def solve(self, job: Job, on_step: Callable[[str], None]) -> Solved:
        """Do one job. Raises `WorkError` when the process ends meanwhile."""
        hide = masking(self._environ)
        try:
            solved = self._solve(job, on_step)
        finally:
            hide_in(job.log, hide)
        if not solved.failure:
            return solved
        told = failure(_last_lines(job.log)) or hide(solved.failure)
        return solved._replace(failure=str(told), lines=tuple(map(hide, solved.lines)))

    def _solve(self, job: Job, on_step: Callable[[str], None]) -> Solved:
        with self._turn:
            if self._child is None:
                self._start([])
            if self._child is not None and self._child.say(json.dumps(self._asked(job))):
                while answer := self._answer():
                    if answer["event"] != "solving":
                        return _solved(job, answer)
                    on_step("resolving")
            self.close()
        if shutil.disk_usage(job.log.parent).free < _ROOM:
            raise WorkError(
                "the disk is full", rule="lock/disk-full", hint="make room, and run it again"
            )
        raise WorkError(
            "the process that runs Poetry has ended in the middle of it",
            rule="lock/poetry-ended",
            hint=f"see {job.log.name} and {self._log.name} beside it; is there enough memory?",
        )

    def close(self) -> None:
        """End the process; the next job starts another one."""
        self._stack.close()
        self._child = None
        self._known.clear()

    def _asked(self, job: Job) -> dict[str, Any]:
        """A job as the script has it; what seeds several members is told once."""
        texts = {name: b"".join(block.text for block in job.seeds[name]) for name in job.seeds}
        new = [text for text in texts.values() if text not in self._known]
        for text in new:
            self._known.setdefault(text, len(self._known))
        return {
            "folder": str(job.folder),
            "start": None if job.start is None else job.start.decode(),
            "texts": {self._known[text]: text.decode() for text in new},
            "seeds": {name: self._known[text] for name, text in texts.items()},
            "latest": list(job.latest),
            "log": str(job.log),
        }

    def _start(self, options: list[str]) -> dict[str, Any]:
        argv = [self._interpreter, str(_RELOCK), *options]
        talk = self._processes.converse(
            argv, folder=_ANYWHERE, environ=self._environ, log=self._log
        )
        self._child = self._stack.enter_context(talk)
        answer = self._answer()
        if answer.get("event") != "ready":
            self.close()
            return {}
        return answer

    def _answer(self) -> dict[str, Any]:
        """The next answer; empty when the process has ended."""
        line = self._child.hear() if self._child is not None else None
        try:
            found = json.loads(line) if line else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def misfit(facts: Mapping[str, Any], required: Iterable[str] = ()) -> str:
    """Why Poetry must not be used as a library here, in a few words; empty if it may.

    `required` are the plugins that members want: Poetry installs them for that member alone.
    """
    version = str(facts.get("version", ""))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if not _VERSIONS[0] <= numbers <= _VERSIONS[1]:
        return f"ws does not know Poetry {version} well enough" if version else ""
    plugins = {normalise(str(name)) for name in facts.get("plugins") or []}
    if unknown := sorted(plugins - _HARMLESS):
        return f"its plugin {unknown[0]} may change what is locked"
    if elsewhere := sorted({*required} - plugins):
        return f"a member requires the plugin {elsewhere[0]}"
    return ""


def _last_lines(log: Path) -> list[str]:
    """The end of what Poetry wrote: it names there which index wants credentials."""
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()[-200:]
    except OSError:
        return []


def _solved(job: Job, answer: Mapping[str, Any]) -> Solved:
    if answer["event"] == "done":
        text = answer["text"]
        return Solved(job.start if text is None else str(text).encode())
    lines = tuple(str(line) for line in answer["lines"])
    unsolvable = answer["error"] == "SolverProblemError"
    return Solved(
        None,
        failure=poetry.explain(lines) or lines[0],
        lines=lines,
        whole=unsolvable,
        passing=not unsolvable and poetry.is_passing(lines),
        unknown_version=answer["error"] == "PackageNotFoundError",
    )
