"""What one Python is, and where an environment of it keeps its files."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ws.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ws.engines.process import Processes

_ASK = """\
import json, os, platform, sys, sysconfig
names = sysconfig.get_scheme_names()
scheme = "venv" if "venv" in names else "nt" if os.name == "nt" else "posix_prefix"
implementation = sys.implementation
iver = "{0.major}.{0.minor}.{0.micro}".format(implementation.version)
if implementation.version.releaselevel != "final":
    iver += implementation.version.releaselevel[0] + str(implementation.version.serial)
print(json.dumps({
    "program": getattr(sys, "_base_executable", None) or sys.executable,
    "paths": sysconfig.get_paths(scheme, {"base": "@", "platbase": "@", "installed_base": "@"}),
    "markers": {
        "implementation_name": implementation.name,
        "implementation_version": iver,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version().rstrip("+"),
        "platform_python_implementation": platform.python_implementation(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
}))
"""
"""As Poetry asks for the marker environment (its `utils/env/script_strings.py`)."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The places of one virtual environment, all absolute."""

    folder: Path
    python: Path
    purelib: Path
    platlib: Path
    scripts: Path
    include: Path

    @property
    def libraries(self) -> tuple[Path, ...]:
        """Where packages lie: one folder, or two where what is compiled lies elsewhere."""
        return tuple(dict.fromkeys((self.purelib, self.platlib)))


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One Python of this machine, which is in no virtual environment itself."""

    program: str
    markers: Mapping[str, str]
    """What PEP 508 knows of it."""
    paths: Mapping[str, str]
    """Where its environments keep what, from `sysconfig`, relative to `@`, their folder."""

    @property
    def version(self) -> str:
        """Such as `3.11.9`."""
        return self.markers["python_full_version"]

    def environment(self, folder: Path) -> Environment:
        """The places of an environment in this absolute folder."""

        def place(name: str) -> Path:
            return Path(self.paths[name].replace("@", str(folder), 1))

        scripts = place("scripts")
        python = scripts / ("python.exe" if os.name == "nt" else "python")
        libraries = place("purelib"), place("platlib")
        return Environment(folder, python, *libraries, scripts, place("include"))


class Interpreters:
    """Asks each Python once, however many members share it."""

    def __init__(self, processes: Processes, environ: Mapping[str, str]) -> None:
        self._processes = processes
        self._environ = environ
        self._known: dict[str, Interpreter] = {}
        self._guard = threading.Lock()

    def ask(self, program: str | Path) -> Interpreter:
        """The Python behind a program, which may be that of an environment.

        Raises `ToolError` for what is none.
        """
        real = os.path.realpath(program)
        with self._guard:
            if real not in self._known:
                self._known[real] = self._asked(str(program))
            return self._known[real]

    def _asked(self, program: str) -> Interpreter:
        completed = self._processes.run(
            [program, "-I", "-c", _ASK],
            folder=Path(__file__).parent,
            environ=self._environ,
            data=True,
        )
        try:
            said: dict[str, Any] = json.loads(completed.tail[-1])
            return Interpreter(said["program"], said["markers"], said["paths"])
        except (ValueError, IndexError, KeyError, TypeError) as error:
            raise ToolError(
                f"{program} does not run as a Python",
                rule="tool/python-broken",
                hint="install that Python anew, or choose another one",
            ) from error
