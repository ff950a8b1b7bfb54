"""`ws doctor`: what this machine has for a workspace, and what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.commands.team_poetry import required_plugins
from ws.engines import machine
from ws.errors import WsError, faults_of
from ws.model.report import Report
from ws.planning import doctor, doctor_index
from ws.planning.doctor import Place

if TYPE_CHECKING:
    from pathlib import Path

    from ws.commands.context import Context
    from ws.model.machine import Check


def run(context: Context) -> Report:
    """Look at everything at once, inside a workspace or outside of any; write nothing."""
    folder, place = _place(context)
    workspace = place.workspace
    members = workspace.members if workspace else ()
    found = machine.gather(
        folder,
        context.environ,
        venvs={each.name: folder / workspace.venv(each) for each in members} if workspace else {},
        sources=doctor_index.sources(workspace) if workspace else (),
        required=required_plugins(members),
    )
    checks = doctor.checks(found, place)
    findings = doctor.findings(checks)
    fine = () if findings else ("doctor: all that is needed is there",)
    return Report("doctor", findings, data={"checks": list(map(_data, checks))}, notes=fine)


def _place(context: Context) -> tuple[Path, Place]:
    """The folder that one works in, and the workspace that it is, or why it is none."""
    wanted = bool(context.root_option or context.environ.get("WS_ROOT"))
    try:
        root = context.root()
    except WsError as fault:
        return context.cwd, Place(faults=faults_of(fault), wanted=wanted)
    try:
        return root, Place(context.workspace())
    except WsError as fault:
        return root, Place(faults=faults_of(fault))


def _data(check: Check) -> dict[str, str]:
    return {
        "title": check.title,
        "status": check.status,
        "detail": check.detail,
        "fix": check.fix,
    }
