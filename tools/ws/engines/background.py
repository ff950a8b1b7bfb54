"""Programs that go on when `ws` has ended: whether one still runs, and how it is ended.

A number of a process is given again to others. So a process is known by its number and the moment
at which it was started; no signal goes to one of which that is not the same. It leads a
group of its own, which may outlive it: Linux tells in which group a process is, and how old.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.probes import ANYWHERE, find
from ws.engines.process import Processes, end_session
from ws.errors import WsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ws.model.running import Running

GRACE = 10.0
"""Seconds that a program gets to end by itself after it was asked to; Compose gives as many."""
_PAUSE = 0.05


def birth(pid: int, environ: Mapping[str, str]) -> str:
    """When a process was started, as the system tells it; empty where none of that number runs."""
    if sys.platform == "linux":
        return _birth_on_linux(pid)
    if sys.platform == "win32":
        code = f"(Get-Process -Id {pid} -ErrorAction Stop).StartTime.Ticks"
        return _said(("powershell", "-NoProfile", "-Command", code), environ)
    return _said(("ps", "-o", "lstart=", "-p", str(pid)), environ)


def runs(program: Running, environ: Mapping[str, str]) -> bool:
    """Whether it is still that program which was started."""
    return bool(program.birth) and birth(program.pid, environ) == program.birth


def lives(program: Running, environ: Mapping[str, str]) -> bool:
    """Whether it still runs or, where that can be told, anything that it started."""
    return runs(program, environ) or (sys.platform == "linux" and _left_behind(program))


def end(programs: Sequence[Running], environ: Mapping[str, str], grace: float = GRACE) -> list[str]:
    """End programs and all that they started, at once: ask first, and kill what does not hear.

    Gives the names of those of which something was killed.
    """
    left = [each for each in programs if lives(each, environ)]
    for each in left:
        end_session(each.pid)
    deadline = time.monotonic() + grace
    while left := [each for each in left if _is_ending(each, environ)]:
        if time.monotonic() > deadline:
            break
        time.sleep(_PAUSE)
    for each in left:
        end_session(each.pid, kill=True)
    return [each.name for each in left]


def _is_ending(program: Running, environ: Mapping[str, str]) -> bool:
    """Whether a process is left of one that was just asked to end."""
    if sys.platform in ("linux", "win32"):
        return lives(program, environ)
    return _has_group(program.pid)


def _has_group(pid: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        os.killpg(pid, 0)
    except OSError:
        return False
    return True


def _left_behind(program: Running) -> bool:
    """Whether the group of a program lives that does so no more itself.

    No process gets the number of a group that lives. So one that has it, and another birth, is a
    stranger, and the group is the stranger's; and so is one that is older than the program.
    """
    ticks, _, boot = program.birth.partition("@")
    if not ticks.isdigit() or boot != _boot() or not _has_group(program.pid):
        return False
    leader = _stat(program.pid)
    if leader and leader.ticks != int(ticks):
        return False
    found = (_stat(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit())
    group = [each for each in found if each and each.group == each.session == program.pid]
    young = all(each.ticks >= int(ticks) for each in group)
    return young and any(each.runs for each in group)


class _Stat(NamedTuple):
    """What Linux tells of a process."""

    runs: bool
    """Not so for one that has ended and for which nobody has waited."""
    group: int
    session: int
    ticks: int
    """From the start of the machine to its own."""


def _stat(pid: int) -> _Stat | None:
    try:
        said = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = said.rpartition(")")[2].split()
    return _Stat(fields[0] not in "ZX", int(fields[2]), int(fields[3]), int(fields[19]))


def _boot() -> str:
    """Which start of the machine this is."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _birth_on_linux(pid: int) -> str:
    """Ticks since the machine started, and which start of it that was."""
    stat, boot = _stat(pid), _boot()
    return f"{stat.ticks}@{boot}" if stat and stat.runs and boot else ""


def _said(command: Sequence[str], environ: Mapping[str, str]) -> str:
    try:
        argv = (find(command[0], environ) or command[0], *command[1:])
        ended = Processes().run(argv, folder=ANYWHERE, environ=environ)
    except WsError:
        return ""
    return " ".join(ended.tail).strip() if ended.code == 0 else ""
