"""`ws docker ensure`: what a product calls on its first run, and on each one after that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ws.commands import ensure_remembered
from ws.model.report import Exit, Outcome, Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.commands.context import Context
    from ws.engines.apply import Observer
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
    if known := remembered(context, asked):
        if context.followed:
            _tell_nothing(context.observer())
        return known
    from ws.commands import ensuring  # costs start-up; the second run does without

    return report(ensuring.ensure(context, asked))


def remembered(context: Context, asked: Asked) -> Report | None:
    """The report of a run in which nothing has changed; `None` where it must be looked into."""
    data = ensure_remembered.recall(context, asked)
    return Report(COMMAND, outcomes=_outcomes(data), data=data) if data else None


def answer(context: Context, asked: Asked) -> Answer:
    """The same as an answer for programs. Raises the same."""
    from ws.commands import ensuring
    from ws.formats import ensured

    if data := ensure_remembered.recall(context, asked):
        _tell_nothing(context.observer())
        return ensured.read(data)
    return ensuring.ensure(context, asked)


def report(answer: Answer) -> Report:
    """The answer as every command gives one."""
    from ws.formats import ensured
    from ws.planning import ensure

    data = ensured.write(answer)
    interrupted = Exit.INTERRUPTED if answer.interrupted else None
    return Report(COMMAND, tuple(ensure.findings(answer)), _outcomes(data), data, fault=interrupted)


def _tell_nothing(observer: Observer) -> None:
    """Whoever follows along hears that there is nothing to do."""
    from ws.model.plan import Plan  # costs start-up

    observer.planned(Plan(COMMAND))
    observer.ended()


def _outcomes(data: Mapping[str, Any]) -> tuple[Outcome, ...]:
    """Of the services that are ready; what is unavailable is told by findings."""
    ready = [each for each in data["services"] if each["state"] == "ready"]
    return tuple(
        Outcome(each["name"], COMMAND, "skipped", "it is ready")
        if each["way"] == "image" or data["remembered"]
        else Outcome(each["name"], COMMAND, "done", str(each["way"]))
        for each in ready
    )
