"""`ws docker down`: end and remove what `ws docker up` started with Compose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ws.commands.compose_project import alone, log_of, project
from ws.files.store import Store
from ws.model.report import Outcome, Report

if TYPE_CHECKING:
    from ws.commands.context import Context

COMMAND = "docker down"


def run(context: Context, *, volumes: bool = False) -> Report:
    """End all services, and remove their containers and networks; with `volumes`, these too.

    Where the files are gone, or broken, the engine tells what there is.
    """
    workspace = context.workspace()
    store = Store(workspace.root)
    with project(context, workspace, needed=False) as found, alone(context, store):
        log = log_of(store, COMMAND)
        services = {each.service for each in replace(found, files=()).containers()}
        words = ["--profile=*", "down", "--remove-orphans", *(["--volumes"] if volumes else [])]
        ended = found.run(*words, log=log)
        if ended.code and found.files:  # files that are broken are no reason to let it run
            ended = replace(found, files=()).run(*words, log=log)
        left = {each.service for each in replace(found, files=()).containers()}
    said = next((line.strip() for line in reversed(ended.tail) if line.strip()), "")
    outcomes = [
        Outcome(name, COMMAND, "failed", said or "it is still there")
        if name in left
        else Outcome(name, COMMAND, "done", "removed")
        for name in sorted(services)
    ]
    if ended.code and not left:
        outcomes.append(Outcome("", COMMAND, "failed", said))
    elif not outcomes:
        outcomes.append(Outcome("", COMMAND, "skipped", "nothing is running"))
    data = {"project": found.project, "host": False}
    return Report(COMMAND, outcomes=tuple(outcomes), data=data)
