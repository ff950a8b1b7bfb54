"""`ws docker down --host` and `logs --host`: what runs in the background on this machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ws.commands import docker_down, docker_logs
from ws.commands.compose_project import checked
from ws.engines import background
from ws.files import running
from ws.files.store import Store
from ws.generate import compose
from ws.model.report import Outcome, Report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ws.commands.context import Context
    from ws.model.report import Status

_PAUSE = 0.2


def down(context: Context) -> Report:
    """End all that was started; members first, then what they need."""
    workspace = context.workspace()
    store = Store(workspace.root)
    outcomes: list[Outcome] = []
    with store.exclusive(context.note):
        there = running.remembered(store)
        known = workspace.by_name
        for group in (True, False):
            programs = [each for each in there.values() if (each.name in known) is group]
            alive = {each.name for each in programs if background.lives(each, context.environ)}
            killed = background.end(programs, context.environ)
            for each in programs:
                running.forget(store, each.name)
                how = "it had to be killed" if each.name in killed else ""
                ended: tuple[Status, str] = ("done", how)
                status, reason = ended if each.name in alive else _GONE
                outcomes.append(Outcome(each.name, docker_down.COMMAND, status, reason))
    if not outcomes:
        outcomes.append(Outcome("", docker_down.COMMAND, "skipped", "nothing is running"))
    return Report(docker_down.COMMAND, outcomes=tuple(outcomes), data={"host": True})


_GONE: tuple[Status, str] = ("skipped", "it was not running any more")


def logs(context: Context, asked: docker_logs.Asked, on_line: Callable[[str], None]) -> Report:
    """Tell `on_line` what services say and said; with `follow`, until Ctrl-C or they have ended."""
    workspace = context.workspace()
    store = Store(workspace.root)
    folder = store.root / ".ws" / "/".join(running.LOGS)
    ran = tuple(path.stem for path in sorted(folder.glob("*.log")))
    services = (*workspace.settings.compose.services, *(m.name for m in compose.members(workspace)))
    names = checked(workspace, asked.services, (*services, *ran)) or ran
    known = {name: folder / f"{name}.log" for name in names}
    width = max(map(len, names), default=0)
    lines: list[str] = []

    def tell(name: str, line: str) -> None:
        lines.append(f"{name.ljust(width)} | {line}")
        on_line(lines[-1])

    places: dict[str, int] = {}
    alive = _alive(context, store, names) if asked.follow else set()
    for name in names:
        said, places[name] = _read(known[name], 0, whole=name in alive)
        for line in said if asked.tail is None else said[len(said) - min(asked.tail, len(said)) :]:
            tell(name, line)
    try:
        while alive:
            time.sleep(_PAUSE)
            alive = _alive(context, store, names)  # before it is read: then nothing is missed
            for name in names:
                said, places[name] = _read(known[name], places[name], whole=name in alive)
                for line in said:
                    tell(name, line)
    except KeyboardInterrupt:
        return docker_logs.left(follow=asked.follow)
    notes = () if lines else ("nobody has said anything: ws docker up --host starts services",)
    return Report(docker_logs.COMMAND, data={"lines": lines, "host": True}, notes=notes)


def _alive(context: Context, store: Store, names: tuple[str, ...]) -> set[str]:
    there = running.remembered(store)
    listed = (name for name in names if name in there)
    return {name for name in listed if background.runs(there[name], context.environ)}


def _read(log: Path, place: int, *, whole: bool) -> tuple[list[str], int]:
    """The lines behind a place, and the place behind them; a new log is read anew.

    The last one may be without an end, but for who wants `whole` lines.
    """
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            start = file.seek(place if place <= size else 0)
            data = file.read()
    except OSError:
        return [], place
    if whole:
        data = data[: data.rfind(b"\n") + 1]
    lines = data.removesuffix(b"\n").decode(errors="replace").split("\n") if data else []
    return lines, start + len(data)
