"""The picture of a run: what it says, that it is well formed, and that nothing can break it."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ws.model.report import Counts, Outcome
from ws.reporting import timeline_shapes as shapes
from ws.reporting.timeline import FORMS, Lane, Mark, Run, at_work, longest, render, span, waited

DONE = Outcome("a", "install", "done", log=".ws/logs/install/a.log", counts=Counts(2, 0, 1))
A = Lane("a", "poetry", "first", (), 1.0, 5.0, DONE, (Mark(2.0, "alpha (1.0)", 1, 2),))
B = Lane("b", "uv", "", ("a",), 6.0, 8.0, Outcome("b", "install", "failed", "disk full"))
C = Lane("c", "poetry", begin=5.0, end=8.0)
D = Lane("d", "poetry", end=8.0)
IDLE = Outcome("e", "install", "skipped", "up to date")
RUN = Run("install", "2026-01-02 03:04:05 UTC", 0.5, 8.0, (D, B, A, C), (IDLE,))

times = st.floats(0, 10_000, allow_nan=False)
outcomes = st.none() | st.builds(
    Outcome,
    st.text(),
    st.just("install"),
    st.sampled_from(["done", "failed", "aborted"]),
    st.text(),
    counts=st.none() | st.builds(Counts, st.integers(0, 99)),
)


@st.composite
def lanes(draw: st.DrawFn) -> Lane:
    begin = draw(st.none() | times)
    end = (begin or 0.0) + draw(times)
    engine = draw(st.sampled_from(["poetry", "uv", "ws"]))
    marks = [Mark(draw(times), draw(st.text())) for _ in range(draw(st.integers(0, 3)))]
    after = draw(st.lists(st.text(), max_size=2))
    member, reason = draw(st.text()), draw(st.text())
    return Lane(member, engine, reason, tuple(after), begin, end, draw(outcomes), tuple(marks))


@st.composite
def runs(draw: st.DrawFn) -> Run:
    several = draw(st.lists(lanes(), max_size=6))
    end = max([0.0, *(lane.end for lane in several)])
    return Run("install", draw(st.text()), 0.0, end, tuple(several))


def test_the_summary_counts_members_and_tells_how_many_worked_at_a_time() -> None:
    assert RUN.summary == (
        "4 members, 1 failed, 2 interrupted, 1 had nothing to do · 8.0 s, for 9.0 s of work"
        " (1.1 at a time) · 2026-01-02 03:04:05 UTC"
    )


def test_rows_are_in_order_of_start_and_who_never_began_comes_last() -> None:
    assert [lane.member for lane in RUN.ordered] == ["a", "c", "b", "d"]


def test_the_longest_come_first() -> None:
    assert [lane.member for lane in longest(RUN, 2)] == ["a", "c"]


def test_what_became_of_a_member_is_said() -> None:
    assert [lane.told for lane in RUN.ordered] == [
        "done", "interrupted after 3.0 s", "failed after 2.0 s", "not begun",
    ]  # fmt: skip


def test_who_waits_for_another_says_so_and_how_long_for_its_turn_after_that() -> None:
    by_name = {lane.member: lane for lane in RUN.lanes}
    assert waited(RUN, B, by_name) == "waited 5.5 s: for a, then 1.0 s for its turn"
    assert waited(RUN, C, by_name) == "waited 4.5 s for its turn"
    assert waited(RUN, D, by_name) == "waited 7.5 s for its turn"


def test_the_curve_changes_only_where_the_number_at_work_does() -> None:
    """At 5 one ends and one begins."""
    assert at_work(RUN.lanes) == [(1.0, 1), (6.0, 2), (8.0, 0)]


@given(st.lists(lanes(), max_size=8))
def test_below_the_curve_lies_all_work(several: list[Lane]) -> None:
    steps = at_work(several)
    area = sum(count * (end - begin) for (begin, count), (end, _) in pairwise(steps))
    assert abs(area - sum(lane.seconds for lane in several)) < 1e-3
    assert all(count >= 0 for _, count in steps)
    assert not steps or steps[-1][1] == 0


@given(runs())
def test_whatever_names_and_times_there_are_the_picture_is_well_formed(run: Run) -> None:
    ET.fromstring(render(run, ".svg").encode())
    assert "<script" not in render(run, ".html")
    assert json.loads(render(run, ".json"))["otherData"]["command"] == "install"


def test_nothing_is_fetched_from_elsewhere() -> None:
    for form in FORMS[:2]:
        said = render(RUN, form).replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"https?:|url\(|@import|<script|<link|<img", said)


def test_the_picture_has_light_and_dark_colours_and_paper_gets_the_light_ones() -> None:
    assert "@media screen and (prefers-color-scheme:dark)" in render(RUN, ".svg")
    assert "print-color-adjust:exact" in render(RUN, ".svg")


def test_the_picture_says_who_worked_when_with_what_result() -> None:
    drawing = ET.fromstring(render(RUN, ".svg"))
    said = {text.strip() for text in drawing.itertext()}
    assert {
        "ws install",
        RUN.summary,
        "✗ failed after 2.0 s",
        "not begun",
        "a waited 0.50 s for its turn",
        "a: 4.0 s by poetry, done\n2 installed, 1 removed\nwhy: first",
        "alpha (1.0) (1/2)",
        "b: 2.0 s by uv, failed after 2.0 s\ndisk full",
        "2 at work from 6.0 s to 8.0 s",
        "at most 2",
        "poetry at work",
        "uv at work",
        "interrupted",
    } <= said


def test_steps_on_the_same_spot_are_one_mark_with_all_their_names() -> None:
    marks = tuple(Mark(2.0, f"p{index}") for index in range(30))
    lane = Lane("a", "uv", begin=1.0, end=5.0, outcome=DONE, marks=marks)
    drawing = render(Run("install", "", 0.0, 5.0, (lane,)), ".svg")
    assert drawing.count("p3\n") == 1
    assert "p19\nand 10 more</title>" in drawing


def test_a_run_without_work_is_a_picture_too() -> None:
    drawing = render(Run("install", "now", 0.0, 0.0, (), (IDLE,)), ".svg")
    assert "0 members, 1 had nothing to do · 0.00 s, for 0.00 s of work · now" in drawing


def test_the_page_has_the_same_as_a_table() -> None:
    rows = re.findall(r"<tr class=\"\w+\">(.*?)</tr>", render(RUN, ".html"))
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    assert cells == [
        ["a", "poetry", "0.50 s", "1.0 s", "4.0 s", "2 installed, 1 removed", "first"],
        ["c", "poetry", "4.5 s", "5.0 s", "3.0 s", "interrupted after 3.0 s", ""],
        ["b", "uv", "5.5 s", "6.0 s", "2.0 s", "failed after 2.0 s: disk full", ""],
        ["d", "poetry", "7.5 s", "-", "-", "not begun", ""],
    ]


def test_trace_events_have_a_thread_a_member_in_order_of_start() -> None:
    events = json.loads(render(RUN, ".json"))["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["name"] == "thread_name"}
    assert names == {1: "a", 2: "c", 3: "b", 4: "d"}
    assert [e for e in events if e.get("tid") == 1 and e["ph"] in "Xi"] == [
        {
            "name": "waiting", "cat": "wait", "ph": "X", "ts": 500_000, "dur": 500_000,
            "args": {"why": "waited 0.50 s for its turn"}, "pid": 1, "tid": 1,
        },
        {
            "name": "poetry", "cat": "poetry", "ph": "X", "ts": 1_000_000, "dur": 4_000_000,
            "args": {
                "status": "done", "engine": "poetry", "reason": "first", "told": "",
                "log": ".ws/logs/install/a.log", "installed": 2, "updated": 0, "removed": 1,
            },
            "pid": 1, "tid": 1,
        },
        {
            "name": "alpha (1.0)", "cat": "step", "ph": "i", "s": "t", "ts": 2_000_000,
            "args": {"done": 1, "total": 2}, "pid": 1, "tid": 1,
        },
    ]  # fmt: skip
    assert [(e["ts"], e["args"]["members"]) for e in events if e["ph"] == "C"] == [
        (1_000_000, 1), (6_000_000, 2), (8_000_000, 0),
    ]  # fmt: skip


@given(st.floats(0, 1e7))
def test_an_axis_has_round_moments_within_it_and_not_too_many(seconds: float) -> None:
    found = shapes.ticks(seconds)
    assert found[0] == 0
    assert len(found) <= 11
    assert found[-1] <= seconds + 1e-6


def test_moments_on_an_axis_are_told_as_long_as_need_be() -> None:
    shown = [shapes.clock(time, end) for time, end in ((0.2, 0.9), (15, 60), (150, 300))]
    assert [*shown, shapes.clock(3750, 9000)] == ["0.2 s", "15 s", "2:30", "1:02:30"]


def test_times_are_told_for_people() -> None:
    said = [span(seconds) for seconds in (0.041, 0.96, 4.21, 59.94, 59.96, 125)]
    assert said == ["0.04 s", "1.0 s", "4.2 s", "59.9 s", "1 min 00 s", "2 min 05 s"]


@given(st.text(max_size=50), st.integers(3, 40))
def test_a_name_is_shortened_in_its_middle(name: str, most: int) -> None:
    short = shapes.shortened(name, most)
    assert len(short) == min(len(name), most)
    if len(name) > most:
        head, tail = short.split("…", 1) if "…" not in name else ("", "")
        assert name.startswith(head)
        assert name.endswith(tail)
