"""Telling people, and programs, how the work goes while it goes."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import click

from ws.cli.waiting import engine, first, waits
from ws.errors import UsageError
from ws.reporting.human import describe
from ws.reporting.json import SCHEMA, outcome_data

if TYPE_CHECKING:
    from ws.engines.apply import Observer, Step
    from ws.model.plan import Plan
    from ws.model.report import Outcome
    from ws.reporting.human import Style


def observer(
    command: str,
    *,
    events: str | None,
    timeline: str | None,
    live: bool,
    lines: bool,
    style: Style,
) -> Observer:
    """Whoever follows along: bars on a terminal, else lines; events and a picture besides."""
    followers: list[Observer] = []
    if timeline:
        from ws.cli.timeline import Timeline

        followers.append(Timeline(command, timeline))
    if live:
        from ws.cli.bars import Bars

        followers.append(Bars(style))
    elif lines:
        followers.append(_Lines(style))
    if events:
        followers.append(_Events(command, events))
    return _All(followers)


class _All:
    """Tells several followers, one event at a time."""

    def __init__(self, followers: list[Observer]) -> None:
        self._followers = followers
        self._guard = threading.Lock()

    def planned(self, plan: Plan) -> None:
        self._tell("planned", plan)

    def started(self, member: str, action: str) -> None:
        self._tell("started", member, action)

    def step(self, member: str, step: Step) -> None:
        self._tell("step", member, step)

    def finished(self, outcome: Outcome) -> None:
        self._tell("finished", outcome)

    def ended(self) -> None:
        self._tell("ended")

    def _tell(self, event: str, *details: object) -> None:
        with self._guard:
            for follower in [*self._followers]:
                try:
                    getattr(follower, event)(*details)
                except OSError as error:  # its reader is gone, its disk is full: the work goes on
                    self._followers.remove(follower)
                    if isinstance(follower, _Events):
                        follower.give_up(error)


class _Lines:
    """One line for each member that has ended, for logs and pipes; first, who waits for whom."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._total = 0
        self._count = 0

    def planned(self, plan: Plan) -> None:
        self._total = len(plan.actions)
        for line in first(waits(plan)):
            click.echo(line, err=True)

    def started(self, member: str, action: str) -> None:
        pass

    def step(self, member: str, step: Step) -> None:
        pass

    def finished(self, outcome: Outcome) -> None:
        self._count += 1
        width = len(str(self._total))
        line = describe(outcome, self._style)
        click.echo(f"[{self._count:{width}}/{self._total}] {line}", err=True, color=True)

    def ended(self) -> None:
        pass


class _Events:
    """One JSON object a line, for programs."""

    def __init__(self, command: str, path: str) -> None:
        self._command = command
        self._begin = time.monotonic()
        self._engines: dict[str, str] = {}
        try:
            self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115 - closed in `ended`
        except OSError as error:
            raise UsageError(
                f"--events {path}: cannot write there: {error.strerror}",
                rule="usage/events",
                hint="name a file in a folder that exists",
            ) from error

    def planned(self, plan: Plan) -> None:
        self._engines = {action.member: engine(action) for action in plan.actions}
        settled = [outcome_data(outcome) for outcome in plan.settled]
        told = {"members": [*self._engines], "waiting": waits(plan), "settled": settled}
        if plan.estimate is not None:
            from ws.formats.ensured import write_estimate  # seldom needed

            told["estimate"] = write_estimate(plan.estimate)
        self._write("planned", **told)

    def started(self, member: str, action: str) -> None:
        self._write("started", member=member, action=action, engine=self._engines.get(member))

    def step(self, member: str, step: Step) -> None:
        self._write("step", member=member, **step._asdict())

    def finished(self, outcome: Outcome) -> None:
        counts = outcome.counts._asdict() if outcome.counts else None
        engine = self._engines.get(outcome.member)
        self._write("finished", **outcome_data(outcome), engine=engine, counts=counts)

    def ended(self) -> None:
        if not self._file.closed:
            self._write("ended")
            self._file.close()

    def give_up(self, error: OSError) -> None:
        """Say once that the events cannot be written any more."""
        with contextlib.suppress(OSError):  # what is left in the buffer
            self._file.close()
        with contextlib.suppress(OSError):  # nobody reads that either
            click.echo(f"warning: --events: {error.strerror}; there are no more", err=True)

    def _write(self, event: str, **details: Any) -> None:  # noqa: ANN401 - plain data
        at = round(time.monotonic() - self._begin, 3)
        line = {"schema": SCHEMA, "command": self._command, "event": event, "at": at, **details}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
