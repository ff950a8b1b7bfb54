"""Locks one member after another as `poetry lock` does, in one process that keeps what it learned.

Speaks JSON, one object a line. First it says what this Poetry is (`facts.py`). Then it reads jobs:

    {"environ": {name: text}}      variables to set, before the first lock
    {"texts": {number: text}}      pieces of locks, for `seeds`
    {"folder": path, "start": text or null, "seeds": {name: number}, "latest": [names], "log": path}

and answers each lock with `{"event": "solving"}` and then one of

    {"event": "done", "text": the new lock, or null where `start` says the same already}
    {"event": "failed", "error": type, "lines": [explanation]}

Paths are absolute. Nothing is written but the log. What Poetry does for `poetry lock` stands in its
`Installer._do_refresh` and, where there is no lock, `_do_install`: both solve, and hand what was
found to `Locker.set_lock_data`. The environment that Poetry looks for besides does nothing there.
"""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Locked(dict[str, Any]):
    """What `Provider` has locked, by name: the packages of `start`, and seeds once it asks."""

    def __init__(
        self, own: dict[str, Any], seeds: dict[str, str], make: Callable[[str], list[Any]]
    ) -> None:
        super().__init__(own)
        self._seeds = seeds
        self._make = make

    def __bool__(self) -> bool:
        return bool(len(self) or self._seeds)

    def get(self, name: str, default: Any = None) -> Any:
        """The packages of a name."""
        if name not in self and name in self._seeds:
            self[name] = self._make(self._seeds[name])
        return super().get(name, default)


class Locks:
    """Locks members with Poetry as a library."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._pools: dict[str, Any] = {}
        self._seeds: dict[str, list[dict[str, Any]]] = {}
        self.texts: dict[str, str] = {}

    def lock(self, job: dict[str, Any]) -> str | None:
        """The text of the new lock; `None` where `start` need not change. Raises what Poetry does.

        The versions in `start` win where they may, apart from those of `latest`; seeds are as if
        they stood in `start` too.
        """
        from poetry.puzzle.solver import Solver

        io = _io()
        poetry = self._poetry(Path(job["folder"]), io)
        locker = self._started(poetry.locker, job["start"])
        locked = locker.locked_repository().packages
        latest = [package.name for package in locked if package.source_type == "directory"]
        solver = Solver(poetry.package, poetry.pool, locked, locked, io)
        provider = solver.provider
        seeds = {name: str(number) for name, number in job["seeds"].items()}
        provider._locked = Locked(provider._locked, seeds, partial(self._seed, locker))
        with provider.use_source_root(self._scratch / "src"):
            solved = solver.solve(use_latest=[*latest, *job["latest"]]).get_solved_packages()
        return _written(locker, poetry.package, solved, job["start"])

    def _poetry(self, folder: Path, io: Any) -> Any:
        """The member as Poetry sees it; members with the same settings share their repositories."""
        from poetry.config.config import Config
        from poetry.factory import Factory

        Config.create(reload=True)  # else the poetry.toml of the last member holds here too
        poetry = Factory().create_poetry(folder, io=io, disable_plugins=True)
        settings = [poetry.local_config.get("source", []), poetry.config.all()]
        key = json.dumps(settings, sort_keys=True, default=str)
        if key not in self._pools:
            _activate_plugins(poetry, io)
            self._pools[key] = poetry.pool
        return poetry.set_pool(self._pools[key])

    def _started(self, locker: Any, start: str | None) -> Any:
        """The locker, with `start` in the place of the lock on the disk."""
        locker.is_locked = lambda: start is not None
        if start is None:
            locker._lock_data = {"package": [], "metadata": {}}  # for seeds
            return locker
        kept = locker._lock
        locker._lock = self._scratch / "poetry.lock"
        locker._lock.write_bytes(start.encode())
        _ = locker.lock_data  # reads it once, with all of Poetry's own checks
        locker._lock = kept
        return locker

    def _seed(self, locker: Any, number: str) -> list[Any]:
        """The packages of a seed, as `Provider` holds what is locked: the highest version first."""
        from poetry.packages import DependencyPackage
        from poetry.utils._compat import tomllib

        if number not in self._seeds:
            self._seeds[number] = tomllib.loads(self.texts[number])["package"]
        packages = [locker._get_locked_package(table) for table in self._seeds[number]]
        packages.sort(key=lambda package: package.version, reverse=True)
        return [DependencyPackage(package.to_dependency(), package) for package in packages]


def _activate_plugins(poetry: Any, io: Any) -> None:
    """What `Factory.create_poetry` does where plugins are not disabled."""
    from poetry.plugins.plugin import Plugin
    from poetry.plugins.plugin_manager import PluginManager

    manager = PluginManager(Plugin.group)
    manager.load_plugins()
    manager.activate(poetry, io)


def _written(locker: Any, package: Any, solved: Any, start: str | None) -> str | None:
    """What `Locker.set_lock_data` writes, as text, with the line endings that Poetry gives it."""
    import quick_toml
    from poetry.packages import locker as module

    found: list[Any] = []
    locker._write_lock_data = found.append
    try:
        with quick_toml.plain(module):
            locker.set_lock_data(package, solved)
        text = quick_toml.text(found[0]) if found else None
    except (quick_toml.UnusualError, AttributeError):
        found.clear()
        locker.set_lock_data(package, solved)
        text = found[0].as_string() if found else None
    if text is None:
        return None
    linesep = os.linesep if start is None else _linesep(start)
    return re.sub(r"\r?\n", linesep, text)


def _linesep(start: str) -> str:
    return "\r\n" if start.partition("\n")[0].endswith("\r") else "\n"


def _io() -> Any:
    """Where Poetry says what it does: to this process's output, which is the log of the job."""
    from cleo.formatters.style import Style
    from cleo.io.inputs.argv_input import ArgvInput
    from cleo.io.io import IO
    from cleo.io.outputs.stream_output import StreamOutput

    output = StreamOutput(sys.stdout)
    for name in ("c1", "c2", "info", "comment", "warning", "debug", "success", "b"):
        output.formatter.set_style(name, Style())
    io = IO(ArgvInput(["poetry"]), output, output)
    io.decorated(False)
    io.interactive(False)
    return io


def _explained(error: BaseException) -> list[str]:
    """What there is to say of a failure: Poetry's own words."""
    get_text = getattr(error, "get_text", None)  # PoetryRuntimeError
    said = get_text(strip=True) if get_text else _io().output.formatter.remove_format(str(error))
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    return lines or [type(error).__name__]


def _said_by(locks: Locks, job: dict[str, Any]) -> dict[str, Any]:
    """The answer to one job; all that Poetry prints meanwhile goes to the log."""
    with open(job["log"], "a", encoding="utf-8", errors="replace") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            return {"event": "done", "text": locks.lock(job)}
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent tells of it
            lines = _explained(error)
            sys.stdout.write("\n".join((*lines, "")))
            return {"event": "failed", "error": type(error).__name__, "lines": lines}
        finally:
            sys.stdout.flush()
            sys.stderr.flush()


def _jobs(locks: Locks) -> Iterator[dict[str, Any]]:
    """The jobs as they come, with what comes besides put in its place."""
    for line in sys.stdin.buffer:
        job = json.loads(line)
        os.environ.update(job.pop("environ", {}))
        locks.texts.update(job.pop("texts", {}))
        if job:
            yield job


def main() -> None:
    """Answer until there are no more jobs."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the scratch folder goes
    gc.set_threshold(50_000, 50, 100)  # imports and solves make much that stays
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:

        def answer(**event: Any) -> None:
            answers.write(json.dumps(event) + "\n")
            answers.flush()

        os.dup2(2, 1)  # from here on nobody's printing gets between the answers
        answer(event="ready", facts=facts.facts(ask_index="--index" in sys.argv))
        with tempfile.TemporaryDirectory(prefix="ws-lock-") as scratch:
            locks = Locks(Path(scratch))
            for job in _jobs(locks):
                answer(event="solving")
                answer(**_said_by(locks, job))
    os._exit(0)  # taking all the modules down would take a tenth of a second


if __name__ == "__main__":
    main()
