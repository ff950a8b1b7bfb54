"""Remembering what happens when, for a picture of the run (`--timeline`)."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ws.cli.waiting import engine, waits
from ws.errors import UsageError, WsError
from ws.files.store import Store
from ws.reporting.timeline import FORMS, Lane, Mark, Run, render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ws.engines.apply import Step
    from ws.model.plan import Action, Plan
    from ws.model.report import Outcome


class Timeline:
    """An observer that draws what it saw when the work is over, however that ended."""

    def __init__(
        self, command: str, path: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._target = _checked(path)
        self._command = command
        self._when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
        self._clock = clock
        self._zero = clock()
        self._plan: Plan | None = None
        self._planned = 0.0
        self._began: dict[str, float] = {}
        self._ended: dict[str, tuple[float, Outcome]] = {}
        self._marks: dict[str, list[Mark]] = {}

    def planned(self, plan: Plan) -> None:
        """Remember who waits from now on."""
        self._plan, self._planned = plan, self._now()

    def started(self, member: str, action: str) -> None:  # noqa: ARG002 - as Observer has it
        """Remember when a member's turn came."""
        self._began[member] = self._now()

    def step(self, member: str, step: Step) -> None:
        """Remember a step of the work."""
        self._marks.setdefault(member, []).append(
            Mark(self._now(), step.text, step.done, step.total)
        )

    def finished(self, outcome: Outcome) -> None:
        """Remember when a member was done, and how."""
        self._ended[outcome.member] = self._now(), outcome

    def ended(self) -> None:
        """Write the picture, once; a warning where that cannot be done, for the work is done."""
        if self._plan is None:  # it ended before anybody knew what to do
            return
        run, self._plan = self._run(self._plan), None
        text = render(run, self._target.suffix.lower())
        try:
            Store(self._target.parent).replace(self._target.name, text.encode(errors="replace"))
        except WsError as error:
            click.echo(f"warning: --timeline: {error.where}: {error.reason}", err=True)

    def _run(self, plan: Plan) -> Run:
        end = self._now()
        waiting = waits(plan)
        lanes = tuple(self._lane(action, waiting, end) for action in plan.actions)
        return Run(self._command, self._when, self._planned, end, lanes, plan.settled)

    def _lane(self, action: Action, waiting: Mapping[str, tuple[str, ...]], now: float) -> Lane:
        member = action.member
        end, outcome = self._ended.get(member, (now, None))
        return Lane(
            member,
            engine(action),
            action.reason,
            waiting.get(member, ()),
            self._began.get(member),
            end,
            outcome,
            tuple(self._marks.get(member, ())),
        )

    def _now(self) -> float:
        return self._clock() - self._zero


def _checked(path: str) -> Path:
    """The real path of the file that is to be written. Raises `UsageError` before any work."""
    target = Path(path).resolve()
    if target.suffix.lower() not in FORMS:
        raise UsageError(
            f"--timeline {path}: the name must end in {', '.join(FORMS[:-1])} or {FORMS[-1]}",
            rule="usage/timeline",
            hint=".svg is a picture, .html a page, .json trace events for Perfetto",
        )
    why = ""
    if not target.parent.is_dir():
        why = "No such folder"
    elif target.is_dir():
        why = "Is a directory"
    elif not os.access(target.parent, os.W_OK):
        why = "Permission denied"
    if why:
        raise UsageError(
            f"--timeline {path}: cannot write there: {why}",
            rule="usage/timeline",
            hint="name a file in a folder that exists",
        )
    return target
