"""What images may cost, and what they do cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Quantity = Literal["size", "start", "build"]
QUANTITIES: tuple[Quantity, ...] = ("size", "start", "build")


class Limit(NamedTuple):
    """The most that something may come to."""

    value: float
    """In bytes or seconds."""
    path: str
    """The file that says so, relative to the workspace root."""
    line: int | None
    said: str = ""
    """As it is written there."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What an image may cost (`[docker.budget]`, `[tool.ws.docker.budget]`)."""

    size: int | None = None
    """In bytes; `None` for no limit, as the others."""
    start: float | None = None
    """In seconds."""
    build: float | None = None
    """In seconds."""


class Measured(NamedTuple):
    """What an image costs; `None` for what is not known."""

    size: int | None = None
    """All of its layers together, in bytes."""
    start: float | None = None
    """In seconds."""
    build: float | None = None
    """In seconds."""
