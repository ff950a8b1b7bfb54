"""What the program inside a container is asked, and what it says: both as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ws.model.checks import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.checks import CheckName, Question


def write_question(question: Question, checks: Sequence[CheckName], seconds: float) -> str:
    """What `engines/inside_container.py` takes as its argument; each check gets so many seconds."""
    return json.dumps(
        {
            "script": question.script,
            "line": question.line,
            "command": question.command,
            "port": question.port,
            "health": question.health,
            "imports": question.imports,
            "checks": checks,
            "seconds": seconds,
        }
    )


def read_check(line: str) -> Check | None:
    """What a line of its output tells; `None` for one that is not its own."""
    if not line.startswith('{"check"'):
        return None
    try:
        said = json.loads(line)
        return Check(said["check"], said["status"], said["detail"])
    except (ValueError, KeyError):
        return None
