"""What is to be said of a machine and a workspace: the state of each part, and its remedy.

The version of Python that `ws` needs is that of its own distribution (`requires-python`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ws.model.machine import Check
from ws.model.report import Finding
from ws.model.urls import masked
from ws.planning import docker_engine, doctor_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ws.errors import WsError
    from ws.model.machine import Disk, Machine, PoetryFound, Program, Status, Venv
    from ws.model.workspace import Workspace

OLDEST_PYTHON = (3, 11)
FULL = 200 * 2**20
SCARCE = 2 * 2**30
_NAMED = 3
"""How many members are named where many have the same trouble."""


@dataclass(frozen=True, slots=True)
class Place:
    """The workspace that one stands in, or why there is none."""

    workspace: Workspace | None = None
    faults: tuple[WsError, ...] = ()
    wanted: bool = True
    """Whether one was asked for, or is there; else one stands outside of any."""


def checks(machine: Machine, place: Place) -> tuple[Check, ...]:
    """All checks, in the order in which people read them; no credentials are in them."""
    found = (
        _python(machine, place.workspace),
        _poetry(machine.poetry),
        *_plugins(machine.poetry),
        _optional(machine.uv, "uv", "uv", "only ws install --engine uv needs it: pip install uv"),
        _optional(machine.git, "git", "Git", "only changes since a git ref need it: install git"),
        *_docker(machine, place.workspace),
        *doctor_index.checks(machine, place.workspace),
        *map(_disk, machine.disks),
        _workspace(place),
        *_environments(machine.environments),
    )
    return tuple(
        replace(check, detail=masked(check.detail), fix=masked(check.fix)) for check in found
    )


def findings(found: Sequence[Check]) -> tuple[Finding, ...]:
    """What of it is wrong. What is missing and need not be there is not."""
    return tuple(
        Finding(check.rule, check.status, f"{check.title}: {check.detail}", hint=check.fix)
        for check in found
        if check.status in ("error", "warning")
    )


def _python(machine: Machine, workspace: Workspace | None) -> Check:
    detail = f"{machine.python.version} ({machine.python.path})"
    numbers = tuple(int(part) for part in machine.python.version.split(".")[:2])
    if numbers < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        detail += f" is too old: ws needs {oldest} or later"
        return Check("doctor/python", "Python", "error", detail, "install ws with a newer Python")
    if workspace and (left := _without_python(machine.pythons, workspace)):
        detail += f"; no Python on PATH is one that {_some(left)} allow{'s' * (len(left) == 1)}"
        fix = "install one (ws list shows which); Poetry finds it on PATH"
        return Check("doctor/python", "Python", "warning", detail, fix)
    return Check("doctor/python", "Python", "ok", detail)


def _without_python(versions: Sequence[str], workspace: Workspace) -> list[str]:
    """The members that allow none of these versions; one of two numbers stands for all its own."""
    from poetry.core.constraints.version import parse_constraint

    known = [
        parse_constraint(f"=={version}" if version.count(".") > 1 else f"=={version}.*")
        for version in versions
    ]
    left = []
    for member in workspace.members:
        try:
            allowed = parse_constraint(member.manifest.python or "*")
        except ValueError:  # Poetry says so better
            continue
        if not any(allowed.allows_any(version) for version in known):
            left.append(member.name)
    return left


def _poetry(poetry: PoetryFound) -> Check:
    if poetry.trouble:
        why = f" ({poetry.why})" if poetry.why else ""
        return Check("doctor/poetry", "Poetry", "error", poetry.trouble + why, poetry.remedy)
    detail = f"{poetry.version} ({poetry.path}: {poetry.why})"
    if poetry.passed_over:
        detail += f"; not the first on PATH, {poetry.passed_over}"
    if poetry.misfit:
        detail += f"; it locks by its command line, more slowly: {poetry.misfit}"
    return Check("doctor/poetry", "Poetry", "ok", detail)


def _plugins(poetry: PoetryFound) -> Iterator[Check]:
    if poetry.interpreter:
        detail = ", ".join(poetry.plugins) or "none"
        yield Check("doctor/plugins", "Poetry plugins", "ok", detail)


def _optional(program: Program, name: str, title: str, fix: str) -> Check:
    rule = f"doctor/{name}"
    if not program.path:
        return Check(rule, title, "missing", "not found on PATH", fix)
    if program.trouble:
        detail = f"{program.path} does not run: {program.trouble}"
        return Check(rule, title, "warning", detail, "install it anew")
    return Check(rule, title, "ok", f"{program.version} ({program.path})")


def _docker(machine: Machine, workspace: Workspace | None) -> Iterator[Check]:
    members = workspace.members if workspace else ()
    count = sum(bool(member.dockerfiles) for member in members)
    whose = f"members with a Dockerfile: {count}" if count else "only images need it"
    yield _optional(machine.docker, "docker", "Docker", f"{whose}: install Docker")
    rule, title = "doctor/docker-engine", "Docker engine"
    if not machine.docker.path:
        yield Check(rule, title, "missing", "not asked: there is no docker program")
    elif machine.engine.trouble:
        found = docker_engine.state(machine.engine)
        yield Check(rule, title, "warning", found.detail, found.hint)
    else:
        yield Check(rule, title, "ok", f"{machine.engine.version} answers")


def _disk(disk: Disk) -> Check:
    detail = f"{disk.free / 2**30:.1f} GiB free for {disk.purpose}"
    if disk.free >= SCARCE:
        return Check("doctor/disk", "Disk", "ok", detail)
    status: Status
    status, word = ("error", "full") if disk.free < FULL else ("warning", "nearly full")
    fix = "make room: environments (.venv) and caches (poetry cache clear --all .) can be made anew"
    return Check("doctor/disk", "Disk", status, f"{word}: {detail}", fix)


def _workspace(place: Place) -> Check:
    rule, title = "doctor/workspace", "Workspace"
    if place.workspace:
        workspace = place.workspace
        name = f"{workspace.settings.name}: " if workspace.settings.name else ""
        count = len(workspace.members)
        detail = f"{name}{count} member{'s' * (count != 1)} ({workspace.root})"
        return Check(rule, title, "ok", detail)
    first = place.faults[0]
    where = f"{first.where}: " if first.where else ""
    more = f" (and {len(place.faults) - 1} more)" if len(place.faults) > 1 else ""
    status: Status = "error" if place.wanted else "missing"
    return Check(rule, title, status, f"{where}{first.reason}{more}", first.hint)


def _environments(environments: Sequence[Venv]) -> Iterator[Check]:
    if not environments:
        return
    rule, title = "doctor/environments", "Environments"
    made = sum(each.state == "made" for each in environments)
    detail = f"{made} of {len(environments)} members have theirs"
    broken = [each.member for each in environments if each.state == "broken"]
    if broken:
        detail += f"; the Python is gone in that of {_some(broken)}"
        yield Check(rule, title, "warning", detail, "delete .venv there, then ws install")
    elif made < len(environments):
        yield Check(rule, title, "missing", detail, "ws install")
    else:
        yield Check(rule, title, "ok", detail)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
