"""Which Poetry is the team's, what it is, and how it reaches its package index."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ws.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ws.engines.process import Processes

OLDEST = (2, 0)
MIRROR = "POETRY_PYPI_MIRROR_URL"

_FACTS = Path(__file__).parent / "inside_poetry" / "facts.py"
_ANYWHERE = Path(__file__).parent
"""A folder that exists, for questions that are about none: the caller's may be gone."""
_VERSION = re.compile(r"(?:Version:\s+|Poetry \(version )(\d+\.\d+[^\s)]*)")
_EXECUTABLE = re.compile(r"Executable:\s+(\S.*)")


class Identity(NamedTuple):
    """One Poetry on this machine."""

    program: str
    interpreter: str | None
    """The Python it runs on, where that could be found out."""
    version: str
    facts: Mapping[str, object]


def locate(environ: Mapping[str, str]) -> str:
    """The path of the team's Poetry: `WS_POETRY`, else the one beside `ws`, else that on PATH.

    Raises `ToolError` if there is none.
    """
    if chosen := environ.get("WS_POETRY"):
        found = shutil.which(chosen, path=environ.get("PATH"))
        if found is None:
            raise ToolError(
                f"WS_POETRY names {chosen}, which is no program",
                rule="tool/poetry-missing",
                hint="set it to the path of a Poetry 2, or unset it",
            )
        return str(Path(found).absolute())
    beside = shutil.which("poetry", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("poetry", path=environ.get("PATH"))
    if found is None:
        raise ToolError(
            "Poetry was not found: not beside ws, and not on PATH",
            rule="tool/poetry-missing",
            hint="run ./install-python-workspace.sh if the repository has it, or: pipx install"
            " poetry; or name one in WS_POETRY",
        )
    return str(Path(found).absolute())


def identify(
    program: str,
    environ: Mapping[str, str],
    processes: Processes,
    *,
    ask_index: bool,
    ask: Callable[[str], Mapping[str, object]] | None = None,
) -> Identity:
    """What this Poetry is; with `ask_index`, how its package index answers, too.

    `ask` gets the facts from an interpreter where there is a process under it already. Raises
    `ToolError` if it does not run, or is older than 2.0.
    """
    interpreter = _interpreter(program)
    version = ""
    if interpreter is None:
        version, interpreter = _asked(program, environ, processes)
    facts = ask(interpreter) if ask and interpreter else None
    facts = facts or _facts(interpreter, environ, processes, ask_index=ask_index)
    version = str(facts.get("version") or version or _asked(program, environ, processes)[0])
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        raise ToolError(
            f"Poetry {version} is too old ({program}): ws needs 2.0 or later",
            rule="tool/poetry-too-old",
            hint="pipx upgrade poetry, or name another one in WS_POETRY",
        )
    return Identity(program, interpreter, version, facts)


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables under which Poetry makes and finds `<member>/.venv`, whoever calls.

    A virtual environment of the caller is taken out, since Poetry would install into that one.
    """
    mine = {"VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PYTHONHOME", "PYTHONPATH"}
    kept = {key: value for key, value in environ.items() if key not in mine}
    return kept | {
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "POETRY_VIRTUALENVS_CREATE": "true",
        "POETRY_NO_INTERACTION": "1",
        "NO_COLOR": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def index_environment(identity: Identity) -> tuple[dict[str, str], str]:
    """What to set so that this Poetry can read the package index, and a note for people.

    `identity` must have asked the index, where the caller has not set a mirror anyway.

    Poetry's client for PyPI wants JSON. Where the index speaks HTML only (PEP 503: many company
    mirrors), or where only pip's configured index answers, the plugin `poetry-plugin-pypi-mirror`
    reads it. Raises `ToolError` where that is needed and the plugin is not there.
    """
    replies = identity.facts.get("indexes") or []
    assert isinstance(replies, list)
    if not replies or replies[0][1] == "json":
        return {}, ""
    readable = [index for index, reply in replies if reply in ("html", "json")]
    if not readable:
        return {}, f"note: the package index does not answer: {replies[0][1]}"
    if not identity.facts.get("mirror_plugin"):
        raise ToolError(
            "the package index speaks only HTML, which Poetry cannot read by itself",
            rule="tool/index-html",
            hint=f"add the plugin that can: {identity.interpreter or 'python'} -m pip install"
            " poetry-plugin-pypi-mirror",
        )
    note = "note: the package index speaks only HTML: Poetry reads it through its mirror plugin"
    if readable[0] != replies[0][0]:
        note = "note: the default package index does not answer: Poetry uses pip's, as a mirror"
    return {MIRROR: f"{readable[0]}/"}, note


def _facts(
    interpreter: str | None, environ: Mapping[str, str], processes: Processes, *, ask_index: bool
) -> dict[str, object]:
    """The facts that Poetry's own interpreter tells; empty where it cannot be asked."""
    if interpreter is None:
        return {}
    argv = [interpreter, str(_FACTS), *(["--index"] if ask_index else [])]
    environ = child_environment(environ)
    completed = processes.run(argv, folder=_ANYWHERE, environ=environ, data=True)
    if completed.code != 0 or not completed.tail:
        return {}
    try:
        facts = json.loads(completed.tail[-1])
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _interpreter(program: str) -> str | None:
    """The interpreter of a console script: that of its first line, or the one beside it."""
    path = Path(program).resolve()
    try:
        begin = path.read_bytes()[:1024].decode("utf-8", errors="replace")
    except OSError:
        return None
    # A path that is long or has blanks stands in the second line (distlib's and pip's scripts).
    written = re.match(
        r"#!(/\S*python\S*)\s*$|#!/bin/sh\n'''exec' \"?([^\"\n]+?)\"? \"", begin, re.MULTILINE
    )
    if written:
        found = written[1] or written[2]
    elif begin.startswith("MZ"):
        found = str(path.with_name("python.exe"))
    else:
        return None
    return found if Path(found).exists() else None


def _asked(
    program: str, environ: Mapping[str, str], processes: Processes
) -> tuple[str, str | None]:
    """Version and interpreter of a Poetry behind a wrapper (pyenv's, a team's own), as it says."""
    completed = processes.run(
        [program, "debug", "info", "--no-ansi"],
        folder=_ANYWHERE,
        environ=child_environment(environ),
    )
    said = "\n".join(completed.tail)
    version = _VERSION.search(said)
    if completed.code != 0 or version is None:
        last = completed.tail[-1] if completed.tail else f"it ended with code {completed.code}"
        raise ToolError(
            f"{program} does not run as a Poetry: {last}",
            rule="tool/poetry-broken",
            hint="install Poetry anew, or name another one in WS_POETRY",
        )
    executable = _EXECUTABLE.search(said)
    found = executable[1] if executable and Path(executable[1]).exists() else None
    return version[1], found
