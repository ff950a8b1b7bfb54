"""`ws docker logs`: what services say, line by line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ws.commands.compose_project import checked, project
from ws.errors import WorkError
from ws.model.report import Exit, Report

if TYPE_CHECKING:
    from collections.abc import Callable

    from ws.commands.context import Context
    from ws.engines.compose import Compose

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
    with project(context, workspace, needed=False) as there:
        found, known = _known(there)
        names = checked(workspace, asked.services, known)
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


def _known(found: Compose) -> tuple[Compose, tuple[str, ...]]:
    """The services that there are; the engine knows those of files that Compose does not take."""
    try:
        if found.files:
            return found, found.services()
    except WorkError:
        if not replace(found, files=()).containers():
            raise
    found = replace(found, files=())
    return found, tuple(sorted({each.service for each in found.containers()}))


def left(*, follow: bool) -> Report:
    """What Ctrl-C leaves to say: nothing where that is how one ends it."""
    if not follow:
        raise KeyboardInterrupt
    return Report(COMMAND, fault=Exit.INTERRUPTED)
