"""`ws docker up`: start services with Compose, and say how each is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.commands import docker_build, generate_compose
from ws.commands.compose_outcomes import (
    COMMAND,
    Start,
    interrupted,
    no_infrastructure,
    outcomes_of,
)
from ws.commands.compose_project import alone, checked, log_of, project
from ws.engines.apply import Step
from ws.errors import WsError
from ws.files.store import Store
from ws.formats.compose_trouble import Trouble, step, trouble, unset
from ws.generate import compose
from ws.model.plan import Plan, RunImage
from ws.model.report import Finding, Report
from ws.planning import images
from ws.planning.compose_waits import with_needs
from ws.planning.images import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.commands.context import Context
    from ws.engines.apply import Observer
    from ws.engines.compose import Compose, Container
    from ws.model.report import Outcome
    from ws.model.workspace import Workspace

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
        names = checked(workspace, asked.services, found.services())
        if asked.infra and not names:
            names = _infrastructure(workspace, found)
            if not names:
                return no_infrastructure(_data(found))
        built = _build(context, workspace, found, asked, names)
        if built is not None:
            return built
        return _up(context, workspace, found, asked, names)


class _Follower:
    """Hears what Compose says, and tells what it is at with each of these services."""

    def __init__(self, observer: Observer, project: str, listed: Sequence[str]) -> None:
        self.said: list[str] = []
        self._observer, self._project, self._listed = observer, project, listed
        for name in listed:
            observer.started(name, COMMAND)

    def tell(self, line: str) -> None:
        """One line of its output."""
        self.said.append(line)
        at = step(line, self._project)
        if at and at[0] in self._listed:
            self._observer.step(at[0], Step(0, 0, at[1]))


def _up(
    context: Context, workspace: Workspace, found: Compose, asked: Asked, names: tuple[str, ...]
) -> Report:
    store = Store(workspace.root)
    observer = context.observer()
    words = ["up", "--detach", *(["--build"] if asked.build and not _prebuilt(workspace) else [])]
    try:
        with alone(context, store):
            log = log_of(store, COMMAND)
            before = {each.id: each for each in found.containers()}
            _make_machine_volumes(workspace, found)
            running = {each.service for each in before.values() if each.state == "running"}
            needed = with_needs(names or found.services(every=False), _waits(workspace))
            listed = [name for name in needed if not names or name in names or name not in running]
            actions = (RunImage(name, name, "to be started") for name in listed)
            observer.planned(Plan(COMMAND, tuple(actions)))
            follower = _Follower(observer, found.project, listed)
            ended = found.run(*words, *names, log=log, on_line=follower.tell)
            wrong = trouble(follower.said, found.project) if ended.code else Trouble()
            there = found.containers()
        start = Start(before, names, needed, wrong, there, asked.wait)
        if asked.wait:
            there = found.settled(_LIMIT, start.is_meant, all_started=not wrong)
        outcomes = outcomes_of(workspace, found, start, there, log)
        for outcome in outcomes:
            observer.finished(outcome)
    except KeyboardInterrupt:
        return interrupted("ws docker down")
    finally:
        observer.ended()
    findings = (*_drift(workspace), *_unset(workspace, follower.said))
    return Report(COMMAND, findings, outcomes, _data(found), notes=_notes(outcomes, there))


def _infrastructure(workspace: Workspace, found: Compose) -> tuple[str, ...]:
    """The services that are no members, of profiles that are on."""
    return tuple(name for name in found.services(every=False) if name not in workspace.by_name)


def _data(found: Compose) -> dict[str, object]:
    """What a report tells of the Compose project."""
    return {"project": found.project, "files": list(found.files), "host": False}


def _unset(workspace: Workspace, said: Sequence[str]) -> Iterator[Finding]:
    """A warning for each variable that is empty, since nobody has set it."""
    hint = f"set it in your shell, or in {workspace.settings.compose.folder}/.env"
    for name in unset(said):
        yield Finding("compose/variable", "warning", f"{name} is not set: it is empty", hint=hint)


def _notes(outcomes: Sequence[Outcome], there: Sequence[Container]) -> tuple[str, ...]:
    """Where services answer on this machine, and what one does next."""
    well = {each.member for each in outcomes if each.status != "failed"}
    at = [
        f"{each.service} is at {', '.join(each.published)}"
        for each in there
        if each.published and each.service in well
    ]
    sick = [each.member for each in outcomes if each.output]
    logs = f"ws docker logs {' '.join(sick)}" if sick else "ws docker logs --follow"
    return (*at, f"next: {logs}, ws docker down") if outcomes else ()


def _build(
    context: Context, workspace: Workspace, found: Compose, asked: Asked, names: Sequence[str]
) -> Report | None:
    """Build images on layers that all share, where these are wanted; a report if that failed."""
    if not _prebuilt(workspace):
        return None
    wish = Wish(asked.dev)
    meant = () if asked.infra and not asked.services else names or found.services(every=False)
    wanted = [member for member in compose.members(workspace) if member.name in meant]
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
