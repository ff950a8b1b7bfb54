"""Programs that go on when `ws` has ended: whether one still runs, and how it is ended.

A number of a process is given again to others. So a process is known by its number and the moment
at which it was started; no signal goes to one of which that is not the same.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

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


def end(programs: Sequence[Running], environ: Mapping[str, str], grace: float = GRACE) -> list[str]:
    """End programs, all at once: ask them first, and kill those that do not.

    Gives the names of those that were killed.
    """
    for each in programs:
        if runs(each, environ):
            end_session(each.pid)
    deadline = time.monotonic() + grace
    left = list(programs)
    while left and time.monotonic() < deadline:
        left = [each for each in left if runs(each, environ)]
        if left:
            time.sleep(_PAUSE)
    killed = [each for each in left if runs(each, environ)]
    for each in killed:
        end_session(each.pid, kill=True)
    return [each.name for each in killed]


def _birth_on_linux(pid: int) -> str:
    """Ticks since the machine started, and which start of it that was."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    state, started = fields[0], fields[19]
    return "" if state in "ZX" else f"{started}@{boot}"


def _said(command: Sequence[str], environ: Mapping[str, str]) -> str:
    try:
        argv = (find(command[0], environ) or command[0], *command[1:])
        ended = Processes().run(argv, folder=ANYWHERE, environ=environ)
    except WsError:
        return ""
    return " ".join(ended.tail).strip() if ended.code == 0 else ""
