"""Who waits for whom in a plan, and how that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ws.model.plan import Install, Relock, RunTool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from ws.model.plan import Action, Plan

_NAMED = 3
"""How many names are told before the rest is counted."""


def engine(action: Action) -> str:
    """Who does it: an engine of environments, or `ws` itself."""
    if isinstance(action, Install):
        return action.run.tool
    if isinstance(action, RunTool):
        return action.tool
    return "poetry" if isinstance(action, Relock) else "ws"


def waits(plan: Plan) -> dict[str, tuple[str, ...]]:
    """For each member that waits for others in this plan, these."""
    at_work = {action.member for action in plan.actions}
    found = {
        action.member: tuple(name for name in action.after if name in at_work)
        for action in plan.actions
        if isinstance(action, Install | Relock | RunTool)
    }
    return {member: others for member, others in found.items() if others}


def first(waiting: Mapping[str, Sequence[str]]) -> list[str]:
    """A line for each member that goes first of all, and for which others wait."""
    led: dict[str, list[str]] = {}
    for member, others in waiting.items():
        for other in others:
            led.setdefault(other, []).append(member)
    return [
        f"{leader} goes first: {_names(members)} wait{'s' * (len(members) == 1)} for it"
        for leader, members in led.items()
        if leader not in waiting
    ]


def standing(
    waiting: Mapping[str, Sequence[str]], begun: AbstractSet[str], over: AbstractSet[str], all_: int
) -> str:
    """How many have not begun, and whom some of these wait for; empty if all have."""
    count = all_ - len(begun)
    if not count:
        return ""
    held = {
        member: [other for other in others if other not in over]
        for member, others in waiting.items()
        if member not in begun
    }
    leaders = dict.fromkeys(other for others in held.values() for other in others)
    if not leaders:
        return f"{count} waiting"
    return f"{count} waiting, {sum(map(bool, held.values()))} for {_names([*leaders])}"


def _names(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 4 more`."""
    shown = [*names[:_NAMED], *([f"{len(names) - _NAMED} more"] if len(names) > _NAMED else [])]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
