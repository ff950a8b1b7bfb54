"""A bundle's service on the machine itself: an environment of its own, made by uv or pip."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.apply import Step
from ws.engines.probes import find
from ws.errors import WorkError
from ws.planning import host_places
from ws.planning.failure import failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ws.engines.apply import Observer
    from ws.engines.process import Processes
    from ws.files.store import Store
    from ws.model.product import Service

STAMP = ".ws-service"
"""In an environment: the service that it was made for, where, and by which Python; written last."""
_WIDTH = 60


class Hosting(NamedTuple):
    """What making environments needs."""

    store: Store
    environ: Mapping[str, str]
    processes: Processes
    observer: Observer

    def make(self, service: Service) -> str:
        """Make the environment of a service, if it is not there; the path of its program.

        What was made by half, for another version, elsewhere, or by a Python that is gone, is made
        anew. Raises `WorkError` for what cannot be installed, `ToolError` for a program that cannot
        be started.
        """
        venv = host_places.venv(service)
        program = host_places.program(venv, service.script)
        root = self.store.root.resolve()
        stamp = f"{venv}/{STAMP}"
        there = (root / program).is_file() and _python(root / venv).is_file()
        if there and self.store.read(stamp) == _stamp(service, root / venv):
            return str(root / program)
        if (root / venv).exists():
            from ws.files.venvs import set_aside, sweep  # costs start-up; seldom needed

            set_aside(self.store, venv)
            sweep(self.store)
        self.store.memory(*venv.split("/")[1:])
        self._install(service, root / venv)
        if not (root / program).is_file():
            reason = f"its console script {service.script} was not installed"
            raise WorkError(reason, rule="docker/host", hint="the bundle is broken: get another")
        self.store.replace(stamp, _stamp(service, root / venv))
        return str(root / program)

    def _install(self, service: Service, venv: Path) -> None:
        """Third-party packages with their hashes, then the local ones, from their sources."""
        uv = self.environ.get("WS_UV") or find("uv", self.environ, beside=True)
        python = str(_python(venv))
        pip = (
            [uv, "pip", "install", f"--python={python}"] if uv else [python, "-m", "pip", "install"]
        )
        log = self.store.memory("logs", "docker ensure", f"{service.name}.log")
        log.write_bytes(b"")
        if uv:
            self._run(service, log, [uv, "venv", f"--python={sys.executable}", str(venv)])
        else:
            self._run(service, log, [sys.executable, "-m", "venv", str(venv)])
        direct = tuple(p for p in service.requirements if p.endswith("-direct.txt"))
        hashed = tuple(p for p in service.requirements if p not in direct)
        for files, checked in ((hashed, ["--require-hashes"]), (direct, [])):
            listed = [word for path in files for word in ("-r", path)]
            if listed:
                self._run(service, log, [*pip, "--no-deps", *checked, *listed])
        folders = [f"./{path}" for path in service.packages]
        self._run(service, log, [*pip, "--no-deps", *folders])

    def _run(self, service: Service, log: Path, argv: list[str]) -> None:
        def on_line(line: str) -> None:
            if line.strip():
                self.observer.step(service.name, Step(0, 0, line.strip()[:_WIDTH]))

        environ = {k: v for k, v in self.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
        run = self.processes.run
        ended = run(argv, folder=self.store.root, environ=environ, log=log, on_line=on_line)
        if ended.code:
            said = [line for line in ended.tail if line.strip()]
            known = failure(said)
            reason = str(known) if known else (said or [f"code {ended.code}"])[-1].strip()
            where = log.relative_to(self.store.root.resolve()).as_posix()
            raise WorkError(reason, rule="docker/host", hint=f"the whole log: {where}")


def _python(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _stamp(service: Service, venv: Path) -> bytes:
    """What an environment holds good for: its scripts name its place, and its Python a system's."""
    return "\n".join((service.fingerprint, str(venv), str(_python(venv).resolve()), "")).encode()
