"""The disk on which Docker's engine keeps its data, where that is one of this machine."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from ws.files.free_space import free_space

if TYPE_CHECKING:
    from pathlib import Path

    from ws.engines.images import Docker


class Disk(NamedTuple):
    """A folder, and what is free there; `None` where nobody can tell."""

    folder: str = ""
    free: int | None = None


def engine_disk(docker: Docker) -> Disk:
    """Where the engine keeps its data; nothing where that is in another machine, or a virtual one.

    The engine of this machine has its name and its kernel.
    """
    ended = docker.ask("info", "--format", "{{json .}}")
    try:
        told = json.loads(next(line for line in ended.tail if line.startswith("{")))
    except (StopIteration, ValueError):
        return Disk()
    folder = str(told.get("DockerRootDir", ""))
    here = (os.uname().nodename, os.uname().release) if hasattr(os, "uname") else ("", "")
    if (told.get("Name"), told.get("KernelVersion")) != here or not os.path.isdir(folder):
        return Disk()
    return Disk(folder, free_space(folder))


def shares_disk(docker: Docker, folder: Path) -> bool:
    """Whether the engine keeps its data on the disk of this folder; no, where nobody can tell."""
    where = engine_disk(docker).folder
    return bool(where) and os.stat(where).st_dev == os.stat(folder).st_dev
