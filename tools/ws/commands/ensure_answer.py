"""What a run of `ws docker ensure` comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.ensured import COMMAND, Answer, ServiceState, Tried
from ws.model.report import Outcome
from ws.planning import host_places

if TYPE_CHECKING:
    from ws.commands.ensure_run import Run
    from ws.model.ensured import Status
    from ws.model.product import Service


def answered(run: Run, *, tell: bool) -> Answer:
    """What is known now; with `tell`, those who follow along hear of each service."""
    states = [_state(run, each) for each in run.product.services]
    states += [_unplanned(run, each.member, each.told) for each in run.found.unplanned]
    if run.found.images is not None:
        place = run.found.images.place
        states.sort(key=lambda each: place[each.name])
    for each in states:
        left: Status = "aborted" if run.interrupted else "failed"
        status: Status = "done" if each.state == "ready" else left
        if tell and any(one.way != "image" for one in each.tried):
            reason = each.way or (each.tried[-1].reason if each.tried else "")
            run.observer.finished(Outcome(each.name, COMMAND, status, reason))
    return Answer(
        run.product.name,
        run.engine,
        tuple(states),
        run.volumes,
        run.estimate,
        run.interrupted,
    )


def _state(run: Run, service: Service) -> ServiceState:
    way = run.way.get(service.name)
    host = way == "host"
    root = str(run.store.root.resolve())
    return ServiceState(
        service.name,
        service.required,
        "ready" if way else "unavailable",
        way,
        tuple(run.tried[service.name]),
        service.tag,
        run.ids.get(service.name, "") if not host else "",
        run.ways.programs.get(service.name, "") if host else "",
        host_places.variables(root, service) if host else {},
    )


def _unplanned(run: Run, name: str, told: str) -> ServiceState:
    assert run.found.images is not None
    member = run.found.images.workspace.by_name[name]
    required = member.manifest.settings.docker.required
    tried = (Tried("build", "failed", told),)
    return ServiceState(name, required, "unavailable", None, tried)
