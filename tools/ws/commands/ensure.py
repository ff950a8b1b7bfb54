"""`ws docker ensure`: what a product calls on its first run, and on each one after that."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.commands import ensure_remembered
from ws.formats import ensured
from ws.model.report import Exit, Finding, Outcome, Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ws.commands.context import Context
    from ws.model.ensured import Answer

COMMAND = "docker ensure"


class Asked(NamedTuple):
    """What is asked for."""

    names: tuple[str, ...] = ()
    """Services; all where none is named."""
    wait: float = 0.0
    """Seconds in which an engine that starts is waited for."""
    archive: str = ""
    """Of images; empty for the product's own."""


def run(context: Context, asked: Asked) -> Report:
    """Bring all services about, each in the first way that works, and say which are ready.

    An optional service that is unavailable is a warning, a required one an error with the remedy.
    Raises `UsageError` where there is no product, or no such service, and all faults of manifests.
    """
    return report(answer(context, asked))


def answer(context: Context, asked: Asked) -> Answer:
    """The same as an answer for programs."""
    if remembered := ensure_remembered.recall(context, asked):
        return remembered
    from ws.commands import ensuring  # costs start-up; the second run does without

    return ensuring.ensure(context, asked)


def report(answer: Answer) -> Report:
    """The answer as every command gives one."""
    from ws.planning import ensure

    interrupted = Exit.INTERRUPTED if answer.interrupted else None
    findings: tuple[Finding, ...] = tuple(ensure.findings(answer)) if _is_off(answer) else ()
    data = ensured.write(answer)
    return Report(COMMAND, findings, tuple(_outcomes(answer)), data, fault=interrupted)


def _is_off(answer: Answer) -> bool:
    return any(each.state != "ready" for each in (*answer.services, *answer.volumes))


def _outcomes(answer: Answer) -> Iterator[Outcome]:
    """Of those for which something was done; what is unavailable is told by findings."""
    for service in answer.services:
        if service.state == "ready" and service.way == "image":
            yield Outcome(service.name, COMMAND, "skipped", "its image is there")
        elif service.state == "ready":
            yield Outcome(service.name, COMMAND, "done", str(service.way))
