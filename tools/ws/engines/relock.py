"""Re-locking a member: from a plan's action to a lock on the disk, whatever Poetry solves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ws.errors import WorkError
from ws.formats.lock_blocks import split
from ws.model.plan import WriteFile
from ws.model.report import Outcome
from ws.planning import lock_changes, seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ws.files.store import Store
    from ws.model.plan import Relock
    from ws.planning.seeds import Groups

_SHOWN = 20
"""How many lines of a failure an outcome carries, where they are no explanation of Poetry's."""


class Job(NamedTuple):
    """One lock that is to be solved."""

    folder: Path
    """The member's, absolute."""
    start: bytes | None
    """The lock to start from."""
    seeds: Groups
    """What other locks hold of names that `start` lacks."""
    latest: tuple[str, ...]
    """Names for which `start` does not count."""
    log: Path


class Solved(NamedTuple):
    """What Poetry made of a job."""

    text: bytes | None
    """The new lock; `None` where it failed."""
    failure: str = ""
    """The reason of a failure in one line."""
    lines: tuple[str, ...] = ()
    """Poetry's own words for it."""
    whole: bool = False
    """Whether these are an explanation, to be read from its begin to its end."""
    passing: bool = False
    """Whether the failure is likely to be gone when it is tried again."""
    unknown_version: bool = False
    """Whether a version that `start` holds is not to be had."""


class Solver(Protocol):
    """The team's Poetry, ready to solve."""

    @property
    def takes_start(self) -> bool:
        """Whether it can start from another lock than the one on the disk."""
        ...

    def width(self, jobs: int) -> int:
        """How many jobs it does at a time, where `jobs` are asked for."""
        ...

    def solve(self, job: Job, on_step: Callable[[str], None]) -> Solved:
        """Do one job; nothing but the log has changed on the disk after it."""
        ...

    def close(self) -> None:
        """End what it has started."""
        ...


@dataclass(frozen=True, slots=True)
class Relocking:
    """What re-locking needs, and what it has come to so far."""

    store: Store
    solver: Solver
    why_left_out: Callable[[str, Sequence[str]], str]
    """Why a member's lock without these path dependencies is refused."""
    dry: bool = False
    """Whether nothing is to be written; outcomes tell what would be."""
    known: dict[str, Groups] = field(default_factory=dict)
    """What seeds others, by path: the packages of the locks as this run made them, written or not,
    and of those that it leaves as they are."""

    def run(self, command: str, action: Relock, on_step: Callable[[str], None]) -> Outcome:
        """Lock one member. Raises `WorkError` for a file that cannot be read or written."""
        log = self.store.memory("logs", command, f"{action.member}.log")
        log.unlink(missing_ok=True)
        self.store.inside(action.path)
        solved = self._solve(action, log, on_step)
        where = log.relative_to(self.store.root.resolve()).as_posix()
        if solved.text is None:
            lines = solved.lines if solved.whole else solved.lines[-_SHOWN:]
            return Outcome(
                action.member, command, "failed", solved.failure, log=where, output=lines
            )
        if missing := _missing(action, solved.text):
            reason = self.why_left_out(action.member, missing)
            return Outcome(action.member, command, "failed", reason, log=where)
        return self._done(command, action, solved.text, where)

    def _done(self, command: str, action: Relock, text: bytes, log: str) -> Outcome:
        self.known[action.path] = seeds.groups(text)
        if text == action.before:
            return Outcome(action.member, command, "done", "unchanged", log=log)
        reason = lock_changes.summed(lock_changes.changes(action.before, text))
        before = None if action.before is None else action.before.decode()
        write = WriteFile(action.member, action.path, before, text.decode(), reason)
        if not self.dry:
            self.store.write(write.path, write.before, write.after)
        return Outcome(action.member, command, "done", reason, log=log, wrote=write)

    def _solve(self, action: Relock, log: Path, on_step: Callable[[str], None]) -> Solved:
        """Solve it, and once more where that may help: without seeds, or after a hiccup."""
        folder = self.store.root / action.folder
        job = Job(folder, action.start, self._seeds(action), action.latest, log)
        solved = self.solver.solve(job, on_step)
        if solved.unknown_version and job.seeds:
            return self.solver.solve(job._replace(seeds={}), on_step)
        return self.solver.solve(job, on_step) if solved.passing else solved

    def _seeds(self, action: Relock) -> Groups:
        """What the locks of others say, as they are now, of names that the action's lacks."""
        if not self.solver.takes_start and action.start not in (action.before, None):
            raise WorkError(
                "this Poetry locks only from the lock that is there",
                rule="lock/start",
                hint="name the Poetry itself in WS_POETRY, not a script around it",
            )
        if action.seeds is None or not self.solver.takes_start:
            return {}
        others = map(self._locked, action.seeds.locks)
        return seeds.missing(action.start, others, action.seeds.indexes)

    def _locked(self, path: str) -> Groups:
        """The packages of a lock by name: of the one made in this run, or the one on the disk."""
        if path not in self.known:
            self.known[path] = seeds.groups(self.store.read(path) or b"")
        return self.known[path]


def _missing(action: Relock, lock: bytes) -> tuple[str, ...]:
    """The path dependencies that a lock must hold and does not."""
    there = {block.name for block in split(lock).blocks if block.source in ("directory", "file")}
    return tuple(name for name in action.paths if name not in there)
