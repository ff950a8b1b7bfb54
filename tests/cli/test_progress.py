"""What people and programs see while the work goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest

from ws.cli.bars import Bars
from ws.cli.progress import observer
from ws.cli.waiting import first, standing, waits
from ws.engines.apply import Step
from ws.model.plan import Plan, RunTool
from ws.model.report import Counts, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from ws.engines.apply import Observer

LONG = "a-worker-with-quite-a-long-name-indeed"


def plan(*members: str, after: str = "") -> Plan:
    def action(name: str) -> RunTool:
        leaders = (after,) if after and name != after else ()
        return RunTool(name, "poetry", ("install",), name, "", leaders)

    idle = Outcome("z", "install", "skipped", "up to date")
    return Plan("install", tuple(map(action, members)), (idle,))


def plain(text: str, colour: str | None = None, *, bold: bool = False) -> str:  # noqa: ARG001
    return text


def work(follower: Observer) -> None:
    """Two members, one after the other; the second fails."""
    follower.planned(plan("a", "b", after="a"))
    follower.started("a", "install")
    follower.step("a", Step(0, 2, ""))
    follower.step("a", Step(1, 2, "alpha (1.0)"))
    counts = Counts(2, 0, 0)
    follower.finished(Outcome("a", "install", "done", seconds=1.24, counts=counts))
    follower.started("b", "install")
    follower.finished(Outcome("b", "install", "failed", "no disk", output=("last line",)))
    follower.ended()


def test_off_a_terminal_each_member_gets_a_line_and_those_who_wait_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    work(observer("install", events=None, timeline=None, live=False, lines=True, style=plain))
    assert capsys.readouterr().err.splitlines() == [
        "a goes first: b waits for it",
        "[1/2] ✓ a installed in 1.2 s",
        "[2/2] ✗ b failed: no disk",
    ]


def test_events_tell_all_that_happens(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    followers = {"events": str(path), "timeline": None, "live": False, "lines": False}
    work(observer("install", style=plain, **followers))  # type: ignore[arg-type]
    events = [json.loads(line) for line in path.read_text().splitlines()]
    times = [event.pop("at") for event in events]
    assert times == sorted(times)
    assert {(event.pop("schema"), event.pop("command")) for event in events} == {
        ("ws/1", "install")
    }
    rest = {"action": "install", "seconds": 0.0, "log": None, "output": []}
    idle = {"member": "z", "status": "skipped", "reason": "up to date", **rest}
    done = {"member": "a", "status": "done", "reason": "", **rest, "seconds": 1.24}
    failed = {"member": "b", "status": "failed", "reason": "no disk", **rest}
    counts = {"installed": 2, "updated": 0, "removed": 0}
    engine = {"engine": "poetry"}
    planned = {"members": ["a", "b"], "waiting": {"b": ["a"]}, "settled": [idle]}
    assert events == [
        {"event": "planned", **planned},
        {"event": "started", "member": "a", "action": "install", **engine},
        {"event": "step", "member": "a", "done": 0, "total": 2, "text": ""},
        {"event": "step", "member": "a", "done": 1, "total": 2, "text": "alpha (1.0)"},
        {"event": "finished", **done, **engine, "counts": counts},
        {"event": "started", "member": "b", "action": "install", **engine},
        {"event": "finished", **failed, "output": ["last line"], **engine, "counts": None},
        {"event": "ended"},
    ]


def test_only_members_of_the_plan_are_waited_for() -> None:
    assert waits(plan("a", "b", after="elsewhere")) == {}
    assert waits(plan("a", "b", after="a")) == {"b": ("a",)}


def test_of_many_who_wait_three_are_named() -> None:
    waiting = waits(plan("a", "b", "c", "d", "e", "f", after="a"))
    assert first(waiting) == ["a goes first: b, c, d and 2 more wait for it"]
    assert first(waits(plan("a", "b", "c", after="a"))) == ["a goes first: b and c wait for it"]


def test_the_bar_over_all_says_who_waits_for_whom_until_that_one_is_over() -> None:
    waiting = waits(plan("a", "b", "c", after="a"))
    assert standing(waiting, {"a"}, set(), 4) == "3 waiting, 2 for a"
    assert standing(waiting, {"a"}, {"a"}, 4) == "3 waiting"
    assert standing(waiting, {"a", "b", "c", "d"}, {"a"}, 4) == ""


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_the_terminal_and_columns_stay_where_they_are(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    bars = Bars(plain)
    bars.planned(plan("a", LONG))
    assert bars.progress is not None
    screens = []
    for member, text in (("a", "alpha (1.0)"), (LONG, f"{LONG} (1.0 ../{LONG})")):
        bars.started(member, "install")
        bars.step(member, Step(1, 120, text))
        bars.progress.console.begin_capture()
        bars.progress.console.print(bars.progress.get_renderable())
        screens.append(click.unstyle(bars.progress.console.end_capture()).splitlines())
    bars.ended()
    capsys.readouterr()
    assert {len(line) <= width for screen in screens for line in screen} == {True}
    assert [len(screen) for screen in screens] == [2, 3]
    counts = [line.index("1/120") for screen in screens for line in screen[1:]]
    assert len(set(counts)) == 1
    if width >= 60:
        assert screens[1][2].startswith("  a-worker")
        assert " with" not in screens[1][2]


def test_a_step_that_says_nothing_leaves_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    bars = Bars(plain)
    bars.planned(plan("a"))
    bars.started("a", "install")
    bars.step("a", Step(0, 0, "making .venv"))
    bars.step("a", Step(0, 9, ""))
    assert bars.progress is not None
    assert bars.progress.tasks[-1].fields == {"count": "0/9", "what": "making .venv"}
    bars.ended()
