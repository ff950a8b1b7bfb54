"""`ws docker logs`: what services say, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ws.commands.compose_project import checked, project
from ws.errors import WorkError
from ws.model.report import Exit, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from ws.commands.context import Context

COMMAND = "docker logs"


class Asked(NamedTuple):
    """What is asked for on the command line."""

    services: tuple[str, ...] = ()
    follow: bool = False
    tail: int | None = None
    """How many lines of each; `None` for all."""


def run(context: Context, asked: Asked, on_line: Callable[[str], None]) -> Report:
    """Tell `on_line` what services say and said; with `follow`, until Ctrl-C."""
    workspace = context.workspace()
    with project(context, workspace) as found:
        names = checked(asked.services, found.services())
        words = ["logs", "--no-color", *(["--follow"] if asked.follow else [])]
        words += [f"--tail={asked.tail}"] if asked.tail is not None else []
        lines: list[str] = []

        def tell(line: str) -> None:
            lines.append(line)
            on_line(line)

        try:
            ended = found.run(*words, *names, on_line=tell)
        except KeyboardInterrupt:
            return left(follow=asked.follow)
    if ended.code and not lines:
        raise WorkError("Compose gave no logs", rule="compose/logs", hint="ws docker up")
    notes = () if lines else ("nobody has said anything: ws docker up starts services",)
    return Report(COMMAND, data={"lines": lines, "host": False}, notes=notes)


def left(*, follow: bool) -> Report:
    """What Ctrl-C leaves to say: nothing where that is how one ends it."""
    if not follow:
        raise KeyboardInterrupt
    return Report(COMMAND, fault=Exit.INTERRUPTED)
