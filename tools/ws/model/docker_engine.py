"""Docker's engine, as it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class EngineState:
    """Whether there is an engine to build with; if not, why, and what to do next."""

    kind: Literal["disabled", "not-installed", "starting", "running", "error"]
    detail: str
    hint: str = ""
    version: str = ""
    """The engine's own; empty unless it is running."""
