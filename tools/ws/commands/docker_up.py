"""`ws docker up`: start services with Compose, and say how each is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.commands import docker_build, generate_compose
from ws.commands.compose_project import checked, project
from ws.errors import WsError
from ws.files.store import Store
from ws.generate import compose
from ws.model.plan import Plan, RunImage
from ws.model.report import Finding, Outcome, Report
from ws.planning import images
from ws.planning.compose_waits import with_needs
from ws.planning.images import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ws.commands.context import Context
    from ws.engines.compose import Compose, Container
    from ws.model.report import Status
    from ws.model.workspace import Workspace

COMMAND = "docker up"
_TAIL = 20
_LIMIT = 600
"""Seconds after which a service that is not well yet has failed."""


class Asked(NamedTuple):
    """What is asked for on the command line."""

    services: tuple[str, ...] = ()
    dev: bool = False
    infra: bool = False
    """Whether only those services are meant that are no members."""
    build: bool = False
    wait: bool = True
    network: str = ""
    """Of what runs in builds."""


def run(context: Context, asked: Asked) -> Report:
    """Start services in the background, and wait until they are well.

    Images that are missing are built before. Raises `ToolError` where there is no engine or no
    Compose, and `UsageError` for a name that is no service's.
    """
    workspace = context.workspace()
    with project(context, workspace, dev=asked.dev) as found:
        names = checked(asked.services, found.services())
        if asked.infra and not names:
            known = set(workspace.by_name)
            names = tuple(name for name in found.services() if name not in known)
        built = _build(context, workspace, found, asked, names)
        if built is not None:
            return built
        return _up(context, workspace, found, asked, names)


def _up(
    context: Context, workspace: Workspace, found: Compose, asked: Asked, names: tuple[str, ...]
) -> Report:
    store = Store(workspace.root)
    log = store.memory("logs", COMMAND, "compose.log")
    log.write_bytes(b"")
    observer = context.observer()
    before = {each.id: each for each in found.containers()}
    _make_machine_volumes(workspace, found)
    words = ["up", "--detach", *(["--build"] if asked.build and not _prebuilt(workspace) else [])]
    try:
        listed = with_needs(names or found.services(), _waits(workspace))
        observer.planned(
            Plan(COMMAND, tuple(RunImage(each, each, "to be started") for each in listed))
        )
        for name in listed:
            observer.started(name, COMMAND)
        ended = found.run(*words, *names, log=log)
        reason = _reason(ended.tail) if ended.code else ""
        there = found.settled(_LIMIT) if asked.wait and not reason else found.containers()
        start = _Start(before, names, reason, asked.wait)
        outcomes = _outcomes(workspace, found, start, there, log)
        if reason and not any(each.status == "failed" for each in outcomes):
            outcomes += (Outcome("", COMMAND, "failed", reason, log=_relative(store, log)),)
        for outcome in outcomes:
            observer.finished(outcome)
    finally:
        observer.ended()
    data = {"project": found.project, "files": list(found.files), "host": False}
    notes = ("next: ws docker logs --follow, ws docker down",) if outcomes else ()
    return Report(COMMAND, _drift(workspace), outcomes, data, notes=notes)


class _Start(NamedTuple):
    """How it was before, what was asked for, and what Compose found wrong."""

    containers: Mapping[str, Container]
    names: Sequence[str]
    trouble: str
    wait: bool


def _outcomes(
    workspace: Workspace,
    found: Compose,
    start: _Start,
    there: Sequence[Container],
    log: Path,
) -> tuple[Outcome, ...]:
    """How each service is now: those that are asked for, and those for which they wait."""
    made = []
    for each in sorted(there, key=lambda one: _place(workspace, one.service)):
        before = start.containers.get(each.id)
        status, reason = _status(each, before, start)
        was = before is not None and before.state == "running" == each.state
        if start.names and each.service not in start.names and status == "done" and was:
            continue
        if status == "done" and was:
            status, reason = "skipped", f"already {reason}"
        tail = found.tail(each.service, _TAIL) if status == "failed" else ()
        if tail:
            reason = f"{reason}: {tail[-1]}"
        where = _relative(Store(workspace.root), log) if status == "failed" else None
        made.append(Outcome(each.service, COMMAND, status, reason, log=where, output=tail))
    return tuple(made)


def _status(each: Container, before: Container | None, start: _Start) -> tuple[Status, str]:
    """How a container is, as an outcome has it."""
    again = each.restarts - (before.restarts if before else 0)
    if again > 0:
        return "failed", f"it ended, and was started again {again} times"
    if each.state == "running":
        if each.health == "unhealthy" or (start.wait and each.health == "starting"):
            return "failed", f"it runs, and is not well: {each.health}"
        return "done", each.health or "running"
    if each.state == "exited" and each.code == 0:
        return "done", "completed"
    if each.state in ("exited", "dead", "restarting"):
        return "failed", f"it ended with code {each.code}"
    return "failed", f"it was not started: {start.trouble or each.state}"


def _build(
    context: Context, workspace: Workspace, found: Compose, asked: Asked, names: Sequence[str]
) -> Report | None:
    """Build images on layers that all share, where these are wanted; a report if that failed."""
    if not _prebuilt(workspace):
        return None
    wish = Wish(asked.dev)
    wanted = [
        member
        for member in compose.members(workspace)
        if (not names or member.name in names) and not (asked.infra and not asked.services)
    ]
    if not asked.build:
        tags = {images.tag_of(workspace, member, wish): member for member in wanted}
        there = found.docker.images(tags)
        wanted = [member for tag, member in tags.items() if tag not in there]
    if not wanted:
        return None
    from ws.engines.build_images import Wishes

    todo = docker_build.Asked(
        tuple(member.name for member in wanted), wish, wishes=Wishes(asked.network)
    )
    report = docker_build.run(context, todo)
    failed = report.exit_code() != 0
    return replace(report, command=COMMAND) if failed else None


def _prebuilt(workspace: Workspace) -> bool:
    """Whether `ws docker build` makes the images, and Compose finds them."""
    return workspace.settings.compose.build == "layers"


def _make_machine_volumes(workspace: Workspace, found: Compose) -> None:
    """Make the volumes that all installations share: Compose only looks for them."""
    for member in compose.members(workspace):
        for each in member.manifest.settings.docker.volumes:
            if each.shared == "machine":
                found.docker.ask("volume", "create", each.name)


def _waits(workspace: Workspace) -> dict[str, dict[str, str]]:
    """What services wait for, as far as that can be told."""
    try:
        return generate_compose.waits_of(workspace)
    except WsError:
        return {}


def _drift(workspace: Workspace) -> tuple[Finding, ...]:
    """A warning where the files are not what the workspace says."""
    try:
        files = generate_compose.decide(workspace)
    except WsError as fault:
        where = fault.where
        return (Finding(fault.rule, "warning", fault.reason, where, hint=fault.hint),)
    off = [file.path for file in files if file.before != file.edited.text]
    return tuple(generate_compose.stale(path) for path in off)


def _place(workspace: Workspace, name: str) -> tuple[int, str]:
    """Infrastructure first, then members in listing order."""
    order = {member.name: number for number, member in enumerate(workspace.members, start=1)}
    return order.get(name, 0), name


def _reason(tail: Sequence[str]) -> str:
    said = [line.strip() for line in tail if line.strip()]
    told = [line for line in said if "rror" in line or "failed" in line]
    return (told or said or ["Compose gave no reason"])[-1]


def _relative(store: Store, log: Path) -> str:
    return log.relative_to(store.root.resolve()).as_posix()
