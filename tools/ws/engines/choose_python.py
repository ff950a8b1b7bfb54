"""Which Python a member's environment is of: the one that Poetry would take."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

from ws.errors import ToolError, WorkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ws.engines.interpreter import Interpreter
    from ws.model.manifest import Manifest

    Ask = Callable[[str | Path], Interpreter]

_NAMES = ("python", "python3", *(f"python3.{minor}" for minor in range(20, 7, -1)))


def of_environment(venv: Path, manifest: Manifest, ask: Ask) -> Interpreter | None:
    """The Python of an environment that is there; `None` if it is gone, or not one for the member.

    Poetry makes such an environment anew.
    """
    programs = (venv / name for name in ("bin/python", "Scripts/python.exe"))
    return next(_allowed((str(p) for p in programs if p.exists()), manifest, ask), None)


def on_path(environ: Mapping[str, str], manifest: Manifest, ask: Ask) -> Interpreter:
    """The first Python on PATH that the member allows, `python` before others.

    As Poetry's `get_preferred_python`, then `get_compatible_python`. Raises `WorkError`.
    """
    found = (shutil.which(name, path=environ.get("PATH")) for name in _NAMES)
    programs = dict.fromkeys((*filter(None, found), sys.executable))
    for interpreter in _allowed(iter(programs), manifest, ask):
        return interpreter
    raise WorkError(
        f"no Python on PATH is one that it allows ({manifest.python})",
        rule="install/no-python",
        hint="install one, or put it on PATH",
    )


def _allowed(programs: Iterator[str], manifest: Manifest, ask: Ask) -> Iterator[Interpreter]:
    from poetry.core.constraints.version import Version, parse_constraint

    constraint = parse_constraint(manifest.python or "*")
    for program in programs:
        try:
            interpreter = ask(program)
        except ToolError:  # such as a shim for a version that is not there
            continue
        numbers = re.match(r"\d+\.\d+\.\d+", interpreter.version)
        if numbers and constraint.allows(Version.parse(numbers[0])):
            yield interpreter
