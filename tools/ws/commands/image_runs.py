"""What is done with images that were built: each in containers, several at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ws.commands import images as gathering
from ws.engines import scheduler
from ws.engines.containers import Containers, containers
from ws.engines.images import docker
from ws.engines.process import Processes
from ws.errors import WsError
from ws.files.store import Store
from ws.model.plan import Plan, RunImage
from ws.model.report import Exit, Finding, Outcome, Report
from ws.planning import fingerprints, unplanned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ws.commands.context import Context
    from ws.engines.apply import Observer
    from ws.model.built import ImageState
    from ws.model.images import Image
    from ws.planning.images import Wish


class Run(NamedTuple):
    """All that a command on built images stands on."""

    command: str
    found: gathering.Images
    states: Mapping[str, ImageState]
    """How each image is, by member."""
    containers: Containers
    store: Store
    observer: Observer
    wish: Wish

    def log(self, member: str) -> Path:
        """A new log for what is said of an image."""
        log = self.store.memory("logs", self.command, f"{member}.log")
        log.write_bytes(b"")
        return log

    def relative(self, log: Path) -> str:
        """A log's path as outcomes have it: relative to the workspace root."""
        return log.relative_to(self.store.root.resolve()).as_posix()

    def each(
        self,
        work: Callable[[Image], Outcome],
        jobs: int,
        *,
        needs: bool = True,
        leader: str = "",
    ) -> tuple[tuple[Outcome, ...], bool]:
        """Do something with each image; its outcomes, and whether Ctrl-C ended it.

        If the work `needs` the image, one that is missing is a failed outcome that says how to
        build it. The member `leader`, if there is one, goes before the others.
        """
        tasks = [self._task(each, work, leader, needs=needs) for each in self.found.plan.images]
        processes = self.containers.docker.processes
        return scheduler.run(tasks, jobs, finished=self.observer.finished, stop=processes.stop)

    def missing(self, image: Image) -> Outcome | None:
        """The failed outcome of an image that is not there."""
        if self.states[image.member].kind != "missing":
            return None
        reason = f"{image.tag} is missing: {self.wish.build(image.member)}"
        return Outcome(image.member, self.command, "failed", reason)

    def _task(
        self, image: Image, work: Callable[[Image], Outcome], leader: str, *, needs: bool
    ) -> scheduler.Task:
        def run() -> Outcome:
            self.observer.started(image.member, self.command)
            if needs and (missing := self.missing(image)):
                return missing
            try:
                return work(image)
            except WsError as fault:
                return Outcome(image.member, self.command, "failed", fault.reason)

        after = (leader,) if leader and leader != image.member else ()
        return scheduler.Task(image.member, self.command, run, after)

    def report(
        self,
        outcomes: tuple[Outcome, ...],
        data: Mapping[str, Any],
        *,
        findings: tuple[Finding, ...] = (),
        interrupted: bool = False,
    ) -> Report:
        """What came of it, with a warning for each image that is not what would be built now.

        A member whose image cannot be planned is an error, and a failed outcome.
        """
        stale = tuple(
            fingerprints.finding(state, self.wish.build(state.member))
            for state in self.states.values()
            if state.kind == "stale"
        )
        fault = Exit.INTERRUPTED if interrupted else None
        off = self.found.unplanned
        findings = (*unplanned.findings(off, "error"), *stale, *findings)
        place = self.found.place
        whole = (*outcomes, *unplanned.outcomes(off, self.command))
        outcomes = tuple(sorted(whole, key=lambda each: place[each.member]))
        return Report(self.command, findings, outcomes, data, fault=fault)


@contextmanager
def begin(
    context: Context, command: str, names: Sequence[str], wish: Wish, network: str = "none"
) -> Iterator[Run]:
    """The images that are asked for, and an engine; no container of it outlives the block.

    Raises `ToolError` where there is no engine, and `UsageError` for a name that is no member's.
    """
    processes = Processes()
    observer = context.observer()
    try:
        engine = docker(context.environ, processes)
        found = gathering.gather(context, names, wish)
        states = found.states(engine)
        runs = (RunImage(image.member, image.tag, command) for image in found.plan.images)
        observer.planned(Plan(command, tuple(runs)))
        with containers(engine, network) as mine:
            yield Run(command, found, states, mine, Store(found.workspace.root), observer, wish)
    finally:
        processes.stop()
        observer.ended()
