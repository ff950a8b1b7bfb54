"""What an environment needs, given what it looks like and how the last install ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ws.planning.stamp import (
    PYTHON_GONE,
    changed_packages,
    moved,
    reasons,
    settings_changed,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ws.model.environment import Environment, Inputs, Integrity, Stamp

FIRST = "there is no environment yet"
LINK, NO_ENVIRONMENT = "its .venv is a link", "its .venv is no environment, and not empty"
NOT_OURS = (LINK, NO_ENVIRONMENT)
"""Why nothing is done about what lies there: it may be somebody's work."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is of a member's environment."""

    environment: Environment | None
    stamp: Stamp | None
    marked: bool
    """Whether an install was begun and not ended."""
    integrity: Callable[[], Integrity]
    """Looks at every file of every distribution: only asked about what is stale."""
    other_python: str = ""
    """The Python that is asked for, if the environment is of another one."""
    forbidden: Callable[[], str] = str
    """Why the member does not allow its Python: only asked about what is stale."""
    foreign: Callable[[], str] = str
    """Which of `NOT_OURS` it is, if any: only asked about what is stale."""


@dataclass(frozen=True, slots=True)
class Need:
    """Why something is to be done about an environment, and what besides the engine's own work."""

    reason: str
    anew: bool = False
    """Whether the environment is thrown away first."""
    again: tuple[str, ...] = ()
    """Distributions that are taken out first, because the engine believes that they are fine."""


def need(
    found: Found, inputs: Inputs, names: Mapping[str, str], *, reinstall: bool = False
) -> Need | None:
    """What one environment needs; `None` for nothing.

    `names` are those of the member's path dependencies, by their folder relative to the root.
    """
    if reason := found.foreign():
        return Need(reason)
    if found.environment is None:
        return Need(FIRST)
    if reason := _lost(found, inputs, reinstall=reinstall):
        return Need(reason, anew=True)
    why = _why(found, inputs, names)
    if not why:
        return None
    integrity = found.integrity()
    if reason := _beyond_repair(found, inputs, integrity, why):
        return Need(reason, anew=True)
    old = found.stamp.inputs if found.stamp else None
    stale = {*changed_packages(old, inputs, names), *integrity.damaged}
    return Need(told(why), again=tuple(sorted(stale & integrity.installed)))


def _why(found: Found, inputs: Inputs, names: Mapping[str, str]) -> tuple[str, ...]:
    """Why the environment is not as it should be; empty if it is."""
    assert found.environment is not None
    if found.stamp is None:
        return ("it was not ws that installed it last",)
    return reasons(found.stamp, inputs, found.environment, names)


def _beyond_repair(found: Found, inputs: Inputs, integrity: Integrity, why: tuple[str, ...]) -> str:
    """Why a stale environment is better made anew; empty if an engine can mend it."""
    if reason := found.forbidden():
        return reason
    if found.stamp is not None and settings_changed(found.stamp.inputs, inputs):
        return told(why)
    half = ", ".join(integrity.broken)
    return f"an install was killed, and has left half of {half}" if half else ""


def _lost(found: Found, inputs: Inputs, *, reinstall: bool) -> str:
    """Why nothing of an environment can be kept; empty if it can."""
    assert found.environment is not None
    if reinstall:
        return "asked for (--reinstall)"
    if found.marked:
        return "the last install did not come to its end"
    if not found.environment.config:
        return "its .venv is no environment"
    if found.environment.python is None:
        return PYTHON_GONE
    if found.other_python:
        return f"Python {found.other_python} is asked for, and it is of another one"
    return moved(found.stamp, inputs) if found.stamp else ""


def together(needs: Mapping[str, Need], asked: Iterable[str]) -> dict[str, Need]:
    """What the members need that share one environment: one that is made anew all of them fill."""
    anew = next((need for need in needs.values() if need.anew), None)
    if anew is None:
        return dict(needs)
    return {name: Need(anew.reason, anew=not index) for index, name in enumerate(asked)}
