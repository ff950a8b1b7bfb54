"""What this machine has for a workspace: asked all at once, and nothing waited for long."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from ws.engines import poetry_library, which_poetry
from ws.engines.docker import ASK_VERSION
from ws.engines.probes import ANYWHERE, NO_ANSWER, find, limited, program
from ws.errors import WsError
from ws.model.machine import Disk, Index, Machine, PoetryFound, Program, Venv

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ws.engines.process import Processes
    from ws.model.machine import Source

LIMIT = 10.0
"""Seconds for all the questions together."""

_INDEXES = Path(__file__).parent / "inside_poetry" / "indexes.py"
_PYTHONS = range(8, 25)
"""The minor versions of Python 3 whose programs are looked for."""


def gather(
    folder: Path,
    environ: Mapping[str, str],
    *,
    venvs: Mapping[str, Path],
    sources: Sequence[Source] = (),
    required: Iterable[str] = (),
    limit: float = LIMIT,
) -> Machine:
    """What is found, with `folder` on the disk that is looked at.

    `venvs` has the absolute folder of each member's environment; `sources` are the indexes that
    they name, `required` the plugins of Poetry that they want. Nothing that is missing or broken
    raises.
    """
    # The processes end first, so that no thread of the pool is waited for.
    with ThreadPoolExecutor(max_workers=12) as pool, limited(limit) as processes:

        def ask(path: str, *args: str) -> Program:
            return program(path, args, environ, processes)

        docker_path = find("docker", environ)
        names = [find(name, environ) for name in ("python3", "python")]
        pythons = [pool.submit(ask, path, "--version") for path in dict.fromkeys(names)]
        uv = pool.submit(ask, uv_path(environ), "--version")
        git = pool.submit(ask, find("git", environ), "--version")
        docker = pool.submit(ask, docker_path, "--version")
        engine = pool.submit(ask, docker_path, *ASK_VERSION)
        poetry = poetry_found(environ, processes, required)
        return Machine(
            python=Program(sys.executable, platform.python_version()),
            indexes=indexes(poetry.interpreter, environ, processes, sources),
            poetry=poetry,
            pythons=_versions([each.result() for each in pythons], environ),
            uv=uv.result(),
            git=git.result(),
            docker=docker.result(),
            engine=engine.result(),
            disks=disks(folder, environ),
            environments=tuple(environment(name, venv) for name, venv in venvs.items()),
        )


def poetry_found(
    environ: Mapping[str, str], processes: Processes, required: Iterable[str] = ()
) -> PoetryFound:
    """The team's Poetry, why it is this one, and what it is."""
    try:
        path = which_poetry.locate(environ)
    except WsError as fault:
        return PoetryFound(trouble=fault.reason, remedy=fault.hint)
    first = find("poetry", environ)
    passed_over = first if first and not _same(first, path) else ""
    why = _why(path, environ)
    try:
        found = which_poetry.identify(path, environ, processes, ask_index=False)
    except WsError as fault:
        trouble = f"{path}: {NO_ANSWER}" if processes.stopped else fault.reason
        return PoetryFound(path, why, passed_over, trouble=trouble, remedy=fault.hint)
    plugins = found.facts.get("plugins") or []
    assert isinstance(plugins, list)
    return PoetryFound(
        path,
        why,
        passed_over,
        found.version,
        found.interpreter or "",
        tuple(str(name) for name in plugins),
        bool(found.facts.get("mirror_plugin")),
        poetry_library.misfit(found.facts, required),
    )


def indexes(
    interpreter: str, environ: Mapping[str, str], processes: Processes, sources: Sequence[Source]
) -> tuple[Index, ...] | None:
    """Every index that Poetry may use, and its reply; `None` where Poetry's Python cannot say."""
    if not interpreter:
        return None
    told: dict[tuple[str, str], str] = {}

    def on_line(line: str) -> None:
        if line.startswith('{"role"'):
            answer = json.loads(line)
            told[answer["role"], answer["url"]] = answer["reply"]

    variables = which_poetry.child_environment(environ) | {
        "WS_SOURCES": json.dumps([[source.name, source.url] for source in sources])
    }
    try:
        argv = [interpreter, str(_INDEXES)]
        processes.run(argv, folder=ANYWHERE, environ=variables, on_line=on_line, data=True)
    except WsError:
        return None
    answers = (Index(*which, reply or "no answer in time") for which, reply in told.items())
    return tuple(answers) or None


def disks(folder: Path, environ: Mapping[str, str]) -> tuple[Disk, ...]:
    """The room where environments, caches and temporary files go, each disk once."""
    cache = environ.get("POETRY_CACHE_DIR") or environ.get("XDG_CACHE_HOME") or Path.home()
    places: dict[str, str | Path] = {
        "environments": folder,
        "temporary files": tempfile.gettempdir(),
        "caches": cache,
    }
    purposes: dict[int, list[str]] = {}
    free: dict[int, int] = {}
    for purpose, place in places.items():
        try:
            device = os.stat(place).st_dev
            free[device] = shutil.disk_usage(place).free
        except OSError:  # it is made when it is needed
            continue
        purposes.setdefault(device, []).append(purpose)
    return tuple(Disk(", ".join(purposes[device]), free[device]) for device in purposes)


def environment(member: str, venv: Path) -> Venv:
    """What there is of a member's environment."""
    if not os.path.lexists(venv):
        return Venv(member, "missing")
    python = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    whole = (venv / "pyvenv.cfg").is_file() and python.exists()
    return Venv(member, "made" if whole else "broken")


def uv_path(environ: Mapping[str, str]) -> str:
    """The uv that `ws install` takes; what `WS_UV` names even if it is none, to be told so."""
    return environ.get("WS_UV") or find("uv", environ, beside=True)


def _versions(asked: Sequence[Program], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Those of `ws`'s own Python, of those that were asked, and of those whose name tells."""
    said = (python.version for python in asked if python.version)
    named = (f"3.{minor}" for minor in _PYTHONS if find(f"python3.{minor}", environ))
    return tuple(dict.fromkeys((platform.python_version(), *said, *named)))


def _why(path: str, environ: Mapping[str, str]) -> str:
    if environ.get("WS_POETRY"):
        return "WS_POETRY names it"
    if Path(path).parent == Path(sys.executable).absolute().parent:
        return "it is beside ws"
    return "it is the first on PATH"


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
