"""What git knows of the workspace, through its command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ws.engines.probes import find, limited
from ws.errors import WsError
from ws.model.urls import without_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ws.engines.process import Processes

_LIMIT = 10.0


class Revision(NamedTuple):
    """What is checked out; empty where git does not know."""

    commit: str = ""
    """With `-dirty` behind it where tracked files differ from it."""
    source: str = ""
    """The address that it was cloned from, without credentials."""


def revision(root: Path, environ: Mapping[str, str]) -> Revision:
    """What is checked out at the workspace root; nothing that is missing raises."""
    program = find("git", environ)
    if not program:
        return Revision()
    with limited(_LIMIT) as processes:
        commit = _ask(processes, root, environ, program, "rev-parse", "HEAD")
        if not commit:
            return Revision()
        changed = _ask(
            processes, root, environ, program, "status", "--porcelain", "--untracked-files=no"
        )
        source = _ask(processes, root, environ, program, "config", "remote.origin.url")
    return Revision(f"{commit}-dirty" if changed else commit, _plain(source))


def branch(root: Path, environ: Mapping[str, str]) -> str:
    """The branch that is checked out; else that of the run, where a CI says it; else nothing."""
    program = find("git", environ)
    found = ""
    if program:
        with limited(_LIMIT) as processes:
            found = _ask(processes, root, environ, program, "symbolic-ref", "--short", "HEAD")
    # A CI checks a commit out, and no branch.
    told = (environ.get(name, "") for name in ("GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"))
    return found or next(filter(None, told), "")


def _plain(url: str) -> str:
    """An address without what may be secret in it: credentials, and a query."""
    return re.split(r"[?#]", without_credentials(url), maxsplit=1)[0]


def _ask(
    processes: Processes, root: Path, environ: Mapping[str, str], program: str, *args: str
) -> str:
    """The first line of an answer; empty where there is none."""
    try:
        ended = processes.run([program, *args], folder=root, environ=environ, data=True)
    except WsError:
        return ""
    return ended.tail[0].strip() if ended.code == 0 and ended.tail else ""
