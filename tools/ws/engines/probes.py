"""Programs that may hang, given one time to answer in, all together."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ws.engines.process import Processes
from ws.errors import WsError
from ws.model.machine import Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ANYWHERE = Path(__file__).parent
"""A folder that exists, for questions that are about none: the caller's may be gone."""
NO_ANSWER = "it did not answer in time"

_VERSION = re.compile(r"\d+\.\d+[^\s,;)]*")


@contextmanager
def limited(seconds: float) -> Iterator[Processes]:
    """Processes of which none outlives the block, nor the time; those are `stopped` then."""
    processes = Processes()
    timer = threading.Timer(seconds, processes.stop)
    timer.daemon = True
    timer.start()
    try:
        yield processes
    finally:
        timer.cancel()
        processes.stop()


def find(name: str, environ: Mapping[str, str], *, beside: bool = False) -> str:
    """The path of a program on PATH, or (`beside`) in the folder of `ws`'s own Python before that.

    Empty where there is none.
    """
    own = shutil.which(name, path=str(Path(sys.executable).parent)) if beside else None
    return own or shutil.which(name, path=environ.get("PATH") or os.defpath) or ""


def program(
    path: str, args: Sequence[str], environ: Mapping[str, str], processes: Processes
) -> Program:
    """What a program says of its version when it is called so; an empty path is no program."""
    if not path:
        return Program()
    try:
        ended = processes.run([path, *args], folder=ANYWHERE, environ=environ)
    except WsError as fault:
        return Program(path, trouble=NO_ANSWER if processes.stopped else fault.reason)
    lines = [line.strip() for line in ended.tail if line.strip()]
    said = [line for line in lines if not is_warning(line)] or lines
    version = _VERSION.search("\n".join(said))
    if ended.code == 0 and version:
        return Program(path, version[0])
    if processes.stopped:
        return Program(path, trouble=NO_ANSWER)
    return Program(path, trouble=said[-1] if said else f"it ended with code {ended.code}")


def is_warning(line: str) -> bool:
    """Whether a program only warns: Docker's client does, of its own settings, and goes on."""
    return line.startswith("WARNING:")
