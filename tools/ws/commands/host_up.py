"""`ws docker up --host`: console scripts of the members' environments, without Docker."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ws.commands import generate_compose
from ws.commands.compose_outcomes import COMMAND, interrupted, no_infrastructure
from ws.commands.compose_project import checked
from ws.engines import background
from ws.engines.probes import find
from ws.engines.process import Processes, end_session
from ws.engines.undisturbed import undisturbed
from ws.errors import WsError
from ws.files import loader, running
from ws.files.store import Store
from ws.formats import compose_variables
from ws.generate import compose
from ws.model.plan import Plan, RunImage
from ws.model.report import Outcome, Report
from ws.model.running import HostService, Running
from ws.planning import compose_profiles, host_places, host_services
from ws.planning.compose_waits import with_needs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ws.commands.context import Context
    from ws.commands.docker_up import Asked
    from ws.engines.apply import Observer
    from ws.engines.program import Detached
    from ws.model.report import Status
    from ws.model.workspace import Workspace

_MOMENT = 1.0
"""Seconds in which a program that cannot work ends."""
_PATIENCE = 60.0
"""Seconds in which one must listen at its port."""
_AGAIN = 0.2
"""Seconds after which it is looked at again: what listens may be another program, and it dies."""
_PAUSE = 0.05
_TAIL = 20


def run(context: Context, asked: Asked) -> Report:
    """Start services in the background; what runs already is left alone.

    Raises `UsageError` for a name that is no service's, and all that speaks against a service.
    """
    workspace = context.workspace()
    store = Store(workspace.root)
    infrastructure = tuple(workspace.settings.compose.services)
    members = {member.name: member for member in compose.members(workspace)}
    names = checked(workspace, asked.services, (*infrastructure, *members))
    waits = generate_compose.waits_of(workspace)
    variables = _variables(workspace, context.environ)
    usual = infrastructure if asked.infra else (*infrastructure, *members)
    profiles = variables.get(compose_profiles.VARIABLE, "")
    wanted = names or compose_profiles.switched_on(workspace, usual, profiles)
    if asked.infra and not wanted:
        return no_infrastructure({"host": True, "running": sorted(_running(context, store))})
    wanted = with_needs(wanted, waits)
    processes = Processes()
    observer = context.observer()
    try:
        with store.exclusive(context.note):
            plan = (RunImage(name, name, "to be started") for name in wanted)
            observer.planned(Plan(COMMAND, tuple(plan)))
            started = _Start(context, workspace, variables, store, processes, observer)
            for name in wanted:
                started.service(name)
            started.look(wait=asked.wait)
    except KeyboardInterrupt:
        return interrupted("ws docker down --host")
    finally:
        processes.stop()
        observer.ended()
    data = {"host": True, "running": sorted(_running(context, store))}
    notes = ("next: ws docker logs --host --follow, ws docker down --host",)
    return Report(COMMAND, outcomes=started.outcomes(wanted), data=data, notes=notes)


@dataclass(slots=True)
class _Start:
    """Starts services, one after the other, and sees what becomes of them."""

    context: Context
    workspace: Workspace
    variables: Mapping[str, str]
    """What stands for `${NAME}` in what services are given."""
    store: Store
    processes: Processes
    observer: Observer
    _ports: dict[int, str] = field(default_factory=dict)
    """Whose service has each port, of those that were started."""
    _found: dict[str, Outcome] = field(default_factory=dict)
    _young: dict[str, tuple[HostService, Detached, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _running(self.context, self.store):
            self._ports[_port(self.workspace, name)] = name

    def service(self, name: str) -> None:
        """Start one; what it waits for is on its way already."""
        self.observer.started(name, COMMAND)
        try:
            there = running.remembered(self.store).get(name)
            if there and background.runs(there, self.context.environ):
                self._settle(name, "skipped", f"already running, process {there.pid}")
                return
            self._end_rest(name)
            service = _service(self.workspace, name)
            if service is None:
                reason = f"it has no form without Docker: {host_services.HINT}"
                self._settle(name, "skipped", reason)
            elif service.port and service.venv and (taken := self._taken(service.port)):
                self._settle(name, "failed", taken)
            elif service.port and _answers(service.port):
                reason = f"something answers at port {service.port} already, and is used"
                self._settle(name, "skipped", reason)
            else:
                self._start(service)
        except WsError as fault:
            hint = f" ({fault.hint})" if fault.hint else ""
            self._settle(name, "failed", f"{fault.reason}{hint}")

    def _taken(self, port: int) -> str:
        """Why a member cannot have a port; empty where it can."""
        if other := self._ports.get(port):
            return f"port {port} is that of {other}: say another in [tool.ws.docker]"
        how = "end what has it, or say another port in [tool.ws.docker]"
        return f"port {port} of this machine is taken: {how}" if _answers(port) else ""

    def look(self, *, wait: bool) -> None:
        """See which of them live, and with `wait` until they listen."""
        for name in list(self._young):
            service, program, begun = self._young.pop(name)
            self._await(service, program, begun, wait=wait)

    def outcomes(self, order: tuple[str, ...]) -> tuple[Outcome, ...]:
        """What became of each."""
        return tuple(self._found[name] for name in order if name in self._found)

    def _start(self, service: HostService) -> None:
        environ = self._environ(service)
        program = find(service.command[0], environ) if service.command else ""
        if not program:
            reason = _no_program(service, (self.workspace.root / service.venv).is_dir())
            self._settle(service.name, "failed", reason)
            return
        log = self.store.memory(*running.LOGS, f"{service.name}.log")
        log.write_bytes(b"")
        begun = time.monotonic()
        folder = self.workspace.root / service.folder
        argv = (program, *(self._filled(word) for word in service.command[1:]))
        relative = log.relative_to(self.store.root.resolve()).as_posix()
        with undisturbed():
            detached = self.processes.detach(argv, folder=folder, environ=environ, log=log)
            birth = background.birth(detached.pid, self.context.environ)
            try:
                running.remember(self.store, Running(service.name, detached.pid, birth, relative))
            except BaseException:
                end_session(detached.pid, kill=True)  # or nobody could end it
                raise
        self._young[service.name] = (service, detached, begun)
        self._ports[service.port] = service.name
        if service.port and not service.venv:  # others need it, and it is quick
            self._young.pop(service.name)
            self._await(service, detached, begun, wait=True)

    def _await(self, service: HostService, program: Detached, begun: float, *, wait: bool) -> None:
        code = _code(service, program, begun, wait=wait)
        seconds = time.monotonic() - begun
        log = f".ws/{'/'.join(running.LOGS)}/{service.name}.log"
        if code is not None:
            self._end_rest(service.name)
            running.forget(self.store, service.name)
            tail = _tail(self.workspace.root / log)
            reason = f"it ended at once, with code {code}" + (f": {tail[-1]}" if tail else "")
            self._settle(service.name, "failed", reason, seconds, log, tail)
        elif wait and service.port and not _answers(service.port):
            reason = f"it runs, process {program.pid}, and nothing answers at port {service.port}"
            self._settle(service.name, "failed", reason, seconds, log, ())
        else:
            at = f" at port {service.port}" if service.port else ""
            self._settle(service.name, "done", f"process {program.pid}{at}", seconds, log)

    def _end_rest(self, name: str) -> None:
        """End what a service that has died left behind: nobody could do it later."""
        if there := running.remembered(self.store).get(name):
            background.end([there], self.context.environ)

    def _environ(self, service: HostService) -> dict[str, str]:
        """The caller's variables, and those of the service; its own programs come first."""
        environ = {k: v for k, v in self.context.environ.items() if k != "VIRTUAL_ENV"}
        if service.venv:
            venv = self.workspace.root.resolve() / service.venv
            programs = venv / ("Scripts" if os.name == "nt" else "bin")
            environ["PATH"] = os.pathsep.join((str(programs), environ.get("PATH", os.defpath)))
            environ["PYTHONUNBUFFERED"] = "1"
        return environ | {name: self._filled(said) for name, said in service.environment.items()}

    def _filled(self, text: str) -> str:
        from ws.errors import UsageError

        try:
            return compose_variables.filled(text, self.variables)
        except KeyError as missing:
            raise UsageError(
                f"{missing.args[0]}",
                rule="compose/variable",
                hint=f"set it in your shell, or in {_dotenv(self.workspace)}",
            ) from missing

    def _settle(
        self,
        name: str,
        status: Status,
        reason: str,
        seconds: float = 0.0,
        log: str | None = None,
        output: tuple[str, ...] = (),
    ) -> None:
        outcome = Outcome(name, COMMAND, status, reason, seconds, log, output)
        self._found[name] = outcome
        self.observer.finished(outcome)


def _variables(workspace: Workspace, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The caller's variables, and those of the file that Compose reads besides."""
    path = _dotenv(workspace)
    if not (workspace.root / path).exists():
        return environ
    from ws.formats import dotenv_file

    text = loader.read_bytes(workspace.root, path).decode("utf-8-sig", "replace")
    return dotenv_file.read(text, path, environ)


def _dotenv(workspace: Workspace) -> str:
    return f"{workspace.settings.compose.folder}/.env"


def _service(workspace: Workspace, name: str) -> HostService | None:
    member = workspace.by_name.get(name)
    if member is None:
        return host_services.of_infrastructure(workspace, name)
    return host_services.of_member(workspace, member, _volumes(workspace, name))


def _volumes(workspace: Workspace, name: str) -> dict[str, str]:
    """Where the volumes of a member are on this machine, as its program is told.

    Those that nobody has filled yet are made, empty.
    """
    store = Store(workspace.root.resolve())
    found = {}
    for volume in workspace.by_name[name].manifest.settings.docker.volumes:
        parts = host_places.folder(name, volume).split("/")[1:]
        folder = store.memory(*parts, "any").parent
        if volume.environment:
            found[volume.environment] = str(folder)
    return found


def _running(context: Context, store: Store) -> list[str]:
    """The names of services that run."""
    found = running.remembered(store)
    return [name for name, each in found.items() if background.runs(each, context.environ)]


def _port(workspace: Workspace, name: str) -> int:
    """Where a service that runs listens; 0 for nowhere, or where that is not said any more."""
    member = workspace.by_name.get(name)
    if member:
        return member.manifest.settings.docker.port
    with suppress(KeyError, WsError):
        found = host_services.of_infrastructure(workspace, name)
        return found.port if found else 0
    return 0


def _code(service: HostService, program: Detached, begun: float, *, wait: bool) -> int | None:
    """The code of a program that ends in the time in which it is watched; else `None`."""
    deadline = begun + (_PATIENCE if wait and service.port else _MOMENT)
    listens = not service.port
    while (code := program.ended()) is None and time.monotonic() < deadline:
        if not listens and _answers(service.port):
            listens = True
            deadline = max(begun + _MOMENT, time.monotonic() + _AGAIN)
        time.sleep(_PAUSE)
    return code


def _answers(port: int) -> bool:
    """Whether somebody listens at a port of this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0):
            return True
    except OSError:
        return False


def _no_program(service: HostService, has_venv: bool) -> str:  # noqa: FBT001
    if not service.command:
        return "it has no console script, or several: say script under [tool.ws.docker]"
    if service.venv and not has_venv:
        return f"it has no environment: ws install --filter {service.name}"
    what = f"{service.command[0]} is not on PATH"
    return f"{what}: ws install --filter {service.name}" if service.venv else f"{what}: install it"


def _tail(log: Path) -> tuple[str, ...]:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return tuple(line for line in lines if line.strip())[-_TAIL:]
