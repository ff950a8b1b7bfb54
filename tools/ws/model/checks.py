"""What is asked of an image from inside one of its containers, and what is found there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CheckName = Literal["user", "answers", "packages", "imports"]
CHECKS: tuple[CheckName, ...] = ("user", "answers", "packages", "imports")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an image."""

    script: str
    """Its console script."""
    line: str = ""
    """What the program is sent on its stdin, and must answer with a line."""
    command: tuple[str, ...] = ()
    """What must end well instead."""
    port: int = 0
    """Where it must listen; 0 for nowhere."""
    health: str = ""
    """A path of its HTTP server, or a command, that must say that it is well."""
    imports: tuple[str, ...] = ()
    """Modules that must be there, by their dotted names."""


@dataclass(frozen=True, slots=True)
class Check:
    """What came of one question."""

    name: str
    status: Literal["ok", "failed", "skipped"]
    detail: str
