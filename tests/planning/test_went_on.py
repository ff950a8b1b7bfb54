from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ws.model.graph import Edge, Graph
from ws.model.report import Outcome, Status
from ws.planning.went_on import noted, notes

GRAPH = Graph(
    {"worker": (Edge("server", True),), "server": (Edge("shared", True),), "shared": (), "more": ()}
)


def outcome(member: str, status: Status, reason: str = "") -> Outcome:
    return Outcome(member, "install", status, reason)


def test_who_depends_on_a_member_that_failed_goes_on_and_says_so() -> None:
    outcomes = [
        outcome("worker", "done"),
        outcome("server", "done", "the lock has changed"),
        outcome("shared", "failed", "the disk is full"),
        outcome("more", "done"),
    ]
    assert [told.reason for told in noted(outcomes, GRAPH)] == [
        "done, though shared, on which it depends, failed",
        "the lock has changed; done, though shared, on which it depends, failed",
        "the disk is full",
        "",
    ]
    assert notes(outcomes, GRAPH) == (
        "note: shared failed; installed all the same: worker, server",
    )


def test_all_that_failed_below_are_named_and_what_was_not_done_is_left_alone() -> None:
    outcomes = [outcome(name, "failed") for name in ("server", "shared")]
    assert noted([*outcomes, outcome("worker", "done")], GRAPH)[-1].reason == (
        "done, though server and shared, on which it depends, failed"
    )
    waiting = [*outcomes, outcome("worker", "skipped", "up to date")]
    assert noted(waiting, GRAPH) == tuple(waiting)
    assert notes(waiting, GRAPH) == ()


@given(st.lists(st.sampled_from(["done", "skipped", "aborted"]), min_size=4, max_size=4))
def test_nothing_is_said_where_nothing_failed(statuses: list[Status]) -> None:
    outcomes = [outcome(name, status) for name, status in zip(GRAPH.edges, statuses, strict=True)]
    assert noted(outcomes, GRAPH) == tuple(outcomes)
    assert notes(outcomes, GRAPH) == ()
