"""How the work goes, on a terminal: a line for each member at work, and a bar over all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.cli.waiting import standing, waits
from ws.reporting.human import describe
from ws.reporting.timeline_shapes import shortened

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from ws.engines.apply import Step
    from ws.model.plan import Plan
    from ws.model.report import Outcome
    from ws.reporting.human import Style

_WIDE, _NARROW = 90, 72
"""The columns of a terminal from which bars are long, and from which there are any."""


class Bars:
    """Lines that change in place; they vanish when the work is over, what has ended stays."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._tasks: dict[str, TaskID] = {}
        self._whole: TaskID | None = None
        self.progress: Progress | None = None
        """What is drawn, once there is a plan with something to do."""
        self._plan: Plan | None = None
        self._name = 0
        self._begun: set[str] = set()
        self._over: set[str] = set()
        self._failed = 0

    def planned(self, plan: Plan) -> None:
        """Begin, if there is anything to do."""
        if not plan.actions:
            return
        self._plan = plan
        self.progress = self._made(plan)
        self._whole = self.progress.add_task(
            plan.command, total=len(plan.actions), count="", what=""
        )
        self._tell_whole()
        self.progress.start()

    def _made(self, plan: Plan) -> Progress:
        """Columns that do not move: each is as wide from the start as it will ever be."""
        from rich.console import Console  # costs start-up; only work on a terminal needs it
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.table import Column

        console = Console(stderr=True, no_color=self._style("-", "red") == "-")
        longest = max(len(action.member) for action in plan.actions)
        self._name = min(longest, max(12, console.width // 3))
        bar = 24 if console.width >= _WIDE else 8
        name = Column(no_wrap=True, width=self._name + 2)
        count = Column(no_wrap=True, width=7, justify="right")
        what = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        columns = [
            TextColumn("{task.description}", markup=False, table_column=name),
            *([BarColumn(bar_width=bar)] if console.width >= _NARROW else []),
            TextColumn("{task.fields[count]}", style="green", markup=False, table_column=count),
            TimeElapsedColumn(),
            TextColumn("{task.fields[what]}", style="dim", markup=False, table_column=what),
        ]
        return Progress(*columns, console=console, transient=True, expand=True)

    def started(self, member: str, action: str) -> None:
        """Show a line for the member."""
        assert self.progress is not None
        name = f"  {shortened(member, self._name)}"
        self._tasks[member] = self.progress.add_task(name, total=None, count="", what=action)
        self._begun.add(member)
        self._tell_whole()

    def step(self, member: str, step: Step) -> None:
        """Bring the member's line up to date; a step that says nothing leaves what was said.

        What comes before there is a plan, such as waiting for an engine, has no line.
        """
        if self.progress is None or member not in self._tasks:
            return
        task = self._tasks[member]
        said = step.text.removeprefix("the current project: ")  # the line has little room
        what = said or self.progress.tasks[self.progress.task_ids.index(task)].fields["what"]
        count = f"{step.done}/{step.total}" if step.total else ""
        self.progress.update(
            task, completed=step.done, total=step.total or None, count=count, what=what
        )

    def finished(self, outcome: Outcome) -> None:
        """Put a line that stays in place of the member's."""
        assert self.progress is not None
        from rich.text import Text

        if outcome.member in self._tasks:
            self.progress.remove_task(self._tasks.pop(outcome.member))
        self._begun.add(outcome.member)
        self._over.add(outcome.member)
        self._failed += outcome.status == "failed"
        self._tell_whole()
        self.progress.console.print(Text.from_ansi(describe(outcome, self._style)))

    def _tell_whole(self) -> None:
        """The bar over all: how many have ended, how many failed, who waits."""
        assert self._plan is not None
        assert self.progress is not None
        assert self._whole is not None
        done, every = len(self._over), len(self._plan.actions)
        still = standing(waits(self._plan), self._begun, self._over, every)
        failed = f"{self._failed} failed" if self._failed else ""
        what = ", ".join(filter(None, (failed, still)))
        self.progress.update(self._whole, completed=done, count=f"{done}/{every}", what=what)

    def ended(self) -> None:
        """Take the lines away."""
        if self.progress is not None:
            self.progress.stop()
