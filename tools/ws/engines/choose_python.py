"""Which Python an environment is of: the one that Poetry would take, or the one asked for."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

from ws.errors import ToolError, WorkError
from ws.planning.pythons import is_version, version_matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from ws.engines.interpreter import Interpreter

    Ask = Callable[[str | Path], Interpreter]

_NAMES = ("python", "python3", *(f"python3.{minor}" for minor in range(20, 7, -1)))


def of_environment(venv: Path, constraint: str, ask: Ask) -> Interpreter | None:
    """The Python of an environment that is there; `None` if it is gone, or not one that is allowed.

    Poetry makes such an environment anew.
    """
    programs = (venv / name for name in ("bin/python", "Scripts/python.exe"))
    there = _asked((str(program) for program in programs if program.exists()), ask)
    return next((found for found in there if _allows(constraint, found)), None)


def on_path(environ: Mapping[str, str], constraint: str, ask: Ask) -> Interpreter:
    """The first Python on PATH that a constraint allows, `python` before others.

    As Poetry's `get_preferred_python`, then `get_compatible_python`. Raises `WorkError`.
    """
    for found in _asked(_programs(environ), ask):
        if _allows(constraint, found):
            return found
    raise WorkError(
        f"no Python on PATH is one that it allows ({constraint})",
        rule="install/no-python",
        hint="install one, or put it on PATH",
    )


def named(asked: str, environ: Mapping[str, str], constraint: str, ask: Ask) -> Interpreter:
    """The Python of this version (`3.12`), or behind this name or path, as `--python` has it.

    Raises `WorkError` if there is none, or it is not one that the constraint allows.
    """
    chosen = _named(asked, environ, ask)
    if chosen is None and is_version(asked):
        raise WorkError(
            f"there is no Python {asked} on PATH",
            rule="install/no-python",
            hint=f"install it, such as with uv python install {asked}, or name its path",
        )
    if chosen is None:
        raise WorkError(
            f"{asked} is no Python",
            rule="install/no-python",
            hint="name a version, such as 3.12, or the path of a Python",
        )
    if not _allows(constraint, chosen):
        raise WorkError(
            f"Python {chosen.version} is asked for, and not one that it allows ({constraint})",
            rule="install/no-python",
            hint="ask for another one (--python, or python in [tool.ws] or [install])",
        )
    return chosen


def _named(asked: str, environ: Mapping[str, str], ask: Ask) -> Interpreter | None:
    if is_version(asked):
        found = _asked(_programs(environ), ask)
        return next((one for one in found if version_matches(asked, one.version)), None)
    program = shutil.which(asked, path=environ.get("PATH"))
    return next(_asked(filter(None, [program]), ask), None)


def _programs(environ: Mapping[str, str]) -> Iterable[str]:
    found = (shutil.which(name, path=environ.get("PATH")) for name in _NAMES)
    return dict.fromkeys((*filter(None, found), sys.executable))


def _asked(programs: Iterable[str], ask: Ask) -> Iterator[Interpreter]:
    for program in programs:
        try:
            yield ask(program)
        except ToolError:  # such as a shim for a version that is not there
            continue


def _allows(constraint: str, interpreter: Interpreter) -> bool:
    from poetry.core.constraints.version import Version, parse_constraint

    numbers = re.match(r"\d+\.\d+\.\d+", interpreter.version)
    allowed = parse_constraint(constraint or "*")
    return numbers is not None and allowed.allows(Version.parse(numbers[0]))
