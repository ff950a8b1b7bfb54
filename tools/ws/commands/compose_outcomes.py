"""How services are after `ws docker up`: an outcome each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.files.store import Store
from ws.model.report import Exit, Finding, Outcome, Report

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from ws.engines.compose import Compose, Container
    from ws.formats.compose_trouble import Trouble
    from ws.model.report import Status
    from ws.model.workspace import Workspace

COMMAND = "docker up"
_TAIL = 20


class Start(NamedTuple):
    """How it was before, what was asked for, and what Compose found wrong."""

    containers: Mapping[str, Container]
    names: Sequence[str]
    needed: Collection[str]
    """The services that are asked for, and those for which they wait."""
    trouble: Trouble
    made: Sequence[Container]
    """What there was when Compose had ended."""
    wait: bool

    def is_meant(self, each: Container) -> bool:
        """Whether it belongs to what was started now; an earlier start may have left others."""
        before = self.containers.get(each.id)
        return each.service in self.needed or before is None or before.state != each.state


def interrupted(end: str) -> Report:
    """What is said after Ctrl-C; `end` is the command that ends what was started."""
    message = "interrupted; what was started goes on"
    finding = Finding("run/interrupted", "error", message, hint=f"{end} ends it")
    return Report(COMMAND, (finding,), fault=Exit.INTERRUPTED)


def no_infrastructure(data: Mapping[str, object]) -> Report:
    """What is said where only infrastructure is asked for, and there is none to start."""
    reason = "no service is infrastructure, or its profile is off"
    return Report(COMMAND, outcomes=(Outcome("", COMMAND, "skipped", reason),), data=data)


def outcomes_of(
    workspace: Workspace,
    found: Compose,
    start: Start,
    there: Sequence[Container],
    log: Path | None,
) -> tuple[Outcome, ...]:
    """How each service is now: those that are asked for, and those for which they wait."""
    where = log.relative_to(Store(workspace.root).root.resolve()).as_posix() if log else None
    meant = filter(start.is_meant, there)
    made = [outcome for each in meant for outcome in _outcomes(found, start, each, where)]
    was = [each.service for each in start.made if start.is_meant(each)]
    missing = dict.fromkeys(was, "somebody removed it meanwhile")
    missing |= start.trouble.by_service
    made += [
        Outcome(name, COMMAND, "failed", reason, log=where)
        for name, reason in missing.items()
        if name not in {each.service for each in there}
    ]
    if start.trouble and not any(each.status == "failed" for each in made):
        made.append(Outcome("", COMMAND, "failed", start.trouble.reason, log=where))
    return tuple(sorted(made, key=lambda one: _place(workspace, one.member)))


def _outcomes(found: Compose, start: Start, each: Container, log: str | None) -> Iterator[Outcome]:
    """One outcome; none for a service that was not asked for, and is as it was."""
    before = start.containers.get(each.id)
    status, reason = _status(each, before, start)
    was = before is not None and before.state == "running" == each.state
    if start.names and each.service not in start.names and status == "done" and was:
        return
    if status == "done" and was:
        status, reason = "skipped", f"already {reason}"
    lived = each.state != "created"
    tail = found.tail(each.service, _TAIL) if status == "failed" and lived else ()
    if tail:
        reason = f"{reason}: {tail[-1]}"
    where = log if status == "failed" and not lived else None
    yield Outcome(each.service, COMMAND, status, reason, log=where, output=tail)


def _status(each: Container, before: Container | None, start: Start) -> tuple[Status, str]:
    """How a container is, as an outcome has it."""
    again = each.restarts - (before.restarts if before else 0)
    if again > 0 or each.state == "restarting":
        times = f"{each.restarts} times" if each.restarts != 1 else "once"
        return "failed", f"it ended, and was started again {times}"
    if each.state == "running":
        if each.health == "unhealthy" or (start.wait and each.health == "starting"):
            return "failed", f"it runs, and is not well: {each.health}"
        return "done", each.health or "running"
    if each.state == "exited" and each.code == 0:
        return "done", "completed"
    if each.state in ("exited", "dead"):
        return "failed", f"it ended with code {each.code}"
    own = start.trouble.by_service
    others = f"{', '.join(own)} failed" if own else start.trouble.reason or each.state
    return "failed", f"it was not started: {own.get(each.service, others)}"


def _place(workspace: Workspace, name: str) -> tuple[int, str]:
    """Infrastructure first, then members in listing order."""
    order = {member.name: number for number, member in enumerate(workspace.members, start=1)}
    return order.get(name, 0), name
