"""Members that were installed though one on which they depend was not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ws.model.graph import Graph
    from ws.model.report import Outcome


def noted(outcomes: Sequence[Outcome], graph: Graph) -> tuple[Outcome, ...]:
    """The same outcomes; what was done says which dependencies of it, near or far, failed.

    Each member is installed from its own lock, so it goes on. What it has of the other is its
    sources, which may lack what that one's install would have made of them.
    """
    failed = {outcome.member for outcome in outcomes if outcome.status == "failed"}
    return tuple(_noted(outcome, graph, failed) if failed else outcome for outcome in outcomes)


def notes(outcomes: Sequence[Outcome], graph: Graph) -> tuple[str, ...]:
    """The same for people, who see only failures: a line for each that others went on without."""
    done = {outcome.member for outcome in outcomes if outcome.status == "done"}
    told = []
    for outcome in outcomes:
        if outcome.status == "failed" and outcome.member in graph.edges:
            above = graph.with_dependents([outcome.member]) & done
            names = ", ".join(name for name in graph.edges if name in above)
            if names:
                told.append(f"note: {outcome.member} failed; installed all the same: {names}")
    return tuple(told)


def _noted(outcome: Outcome, graph: Graph, failed: set[str]) -> Outcome:
    if outcome.status != "done" or outcome.member not in graph.edges:
        return outcome
    below = graph.with_dependencies([outcome.member]) & failed
    if not below:
        return outcome
    names = " and ".join(name for name in graph.edges if name in below)
    reason = "; ".join(filter(None, (outcome.reason, "done")))
    return replace(outcome, reason=f"{reason}, though {names}, on which it depends, failed")
