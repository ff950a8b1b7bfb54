"""Telling people, and programs, how the work goes while it goes."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import click

from ws.errors import UsageError
from ws.reporting.human import describe
from ws.reporting.json import SCHEMA, outcome_data

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ws.engines.apply import Observer, Step
    from ws.model.plan import Plan
    from ws.model.report import Outcome
    from ws.reporting.human import Style


def observer(
    command: str, *, events: str | None, live: bool, lines: bool, style: Style
) -> Observer:
    """Whoever follows along: bars on a terminal, else lines; an event stream besides."""
    followers: list[Observer] = []
    if live:
        followers.append(_Bars(style))
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
                except OSError:  # whoever followed is gone, or its disk is full: the work goes on
                    self._followers.remove(follower)


class _Lines:
    """One line for each member that has ended, for logs and pipes."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._total = 0
        self._count = 0

    def planned(self, plan: Plan) -> None:
        self._total = len(plan.actions)

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


class _Bars:
    """A bar for all, and one for each member at work; they vanish when the work is over."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._tasks: dict[str, TaskID] = {}
        self._whole: TaskID | None = None
        self._progress: Progress | None = None

    def planned(self, plan: Plan) -> None:
        if not plan.actions:
            return
        self._progress = self._made()
        self._whole = self._progress.add_task(plan.command, total=len(plan.actions), what="")
        self._progress.start()

    @staticmethod
    def _made() -> Progress:
        from rich.console import Console  # costs start-up; only work on a terminal needs it
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )
        from rich.table import Column

        return Progress(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn(
                "{task.fields[what]}",
                style="dim",
                markup=False,
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            console=Console(stderr=True),
            transient=True,
            expand=True,
        )

    def started(self, member: str, action: str) -> None:
        assert self._progress is not None
        self._tasks[member] = self._progress.add_task(f"  {member}", total=None, what=action)

    def step(self, member: str, step: Step) -> None:
        assert self._progress is not None
        total = step.total or None
        self._progress.update(self._tasks[member], completed=step.done, total=total, what=step.text)

    def finished(self, outcome: Outcome) -> None:
        assert self._progress is not None
        if outcome.member in self._tasks:
            self._progress.remove_task(self._tasks.pop(outcome.member))
        if self._whole is not None:
            self._progress.advance(self._whole)
        from rich.text import Text

        self._progress.console.print(Text.from_ansi(describe(outcome, self._style)))

    def ended(self) -> None:
        if self._progress is not None:
            self._progress.stop()


class _Events:
    """One JSON object a line, for programs."""

    def __init__(self, command: str, path: str) -> None:
        self._command = command
        try:
            self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115 - closed in `ended`
        except OSError as error:
            raise UsageError(
                f"--events {path}: cannot write there: {error.strerror}",
                rule="usage/events",
                hint="name a file in a folder that exists",
            ) from error

    def planned(self, plan: Plan) -> None:
        self._write("planned", members=[action.member for action in plan.actions])

    def started(self, member: str, action: str) -> None:
        self._write("started", member=member, action=action)

    def step(self, member: str, step: Step) -> None:
        self._write("step", member=member, **step._asdict())

    def finished(self, outcome: Outcome) -> None:
        self._write("finished", **outcome_data(outcome))

    def ended(self) -> None:
        if not self._file.closed:
            self._write("ended")
            self._file.close()

    def _write(self, event: str, **details: Any) -> None:  # noqa: ANN401 - plain data
        line = {"schema": SCHEMA, "command": self._command, "event": event, **details}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
