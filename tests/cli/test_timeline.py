"""`--timeline`: what is remembered of a run, and where it is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ws.cli.timeline import Timeline
from ws.engines.apply import Step
from ws.errors import UsageError
from ws.model.plan import Plan, RunTool
from ws.model.report import Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.test_faults import Make, Ws

PLAN = Plan(
    "install",
    tuple(
        RunTool(name, "poetry", ("install",), name, "first", after)
        for name, after in (("a", ()), ("b", ("a", "elsewhere")), ("c", ()))
    ),
)


class Clock:
    """A second passes at each look."""

    def __init__(self) -> None:
        self.now = 99.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def follow(path: Path) -> Timeline:
    """A run that is interrupted: a is done, b at work, c not begun."""
    line = Timeline("install", str(path), Clock())
    line.planned(PLAN)
    line.started("a", "install")
    line.step("a", Step(1, 2, "alpha (1.0)"))
    line.finished(Outcome("a", "install", "done"))
    line.started("b", "install")
    return line


def slices(path: Path) -> list[tuple[Any, ...]]:
    events = json.loads(path.read_text())["traceEvents"]
    found = ((e["tid"], e["name"], e["ts"] / 1e6, e["dur"] / 1e6) for e in events if e["ph"] == "X")
    return [*found]


def test_it_is_written_at_the_end_also_of_a_run_that_was_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    line = follow(path)
    assert not path.exists()
    line.ended()
    assert slices(path) == [
        (1, "waiting", 1, 1),
        (1, "poetry", 2, 2),
        (2, "waiting", 1, 4),
        (2, "poetry aborted", 5, 1),
        (3, "waiting", 1, 5),
    ]
    assert "waited 4.0 s: for a, then 1.0 s for its turn" in path.read_text()
    assert [*tmp_path.iterdir()] == [path]


def test_it_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "run.svg"
    line = follow(path)
    line.ended()
    path.unlink()
    line.ended()
    assert not path.exists()


def test_a_run_that_ends_before_its_plan_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.svg"
    path.write_text("the last one")
    Timeline("install", str(path)).ended()
    assert path.read_text() == "the last one"


def test_a_picture_that_cannot_be_written_any_more_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    line = follow(folder / "run.svg")
    folder.rmdir()
    line.ended()
    said = capsys.readouterr().err
    assert said == (
        "warning: --timeline: run.svg: cannot write the file: No such file or directory\n"
    )


@pytest.mark.parametrize("name", ["run", "run.png", "run.svgz"])
def test_another_ending_is_a_fault_that_names_the_three(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"the name must end in \.svg, \.html or \.json"):
        Timeline("install", str(tmp_path / name))


def test_a_folder_that_does_not_exist_is_a_fault_before_anything_runs(
    make_workspace: Make, ws: Ws
) -> None:
    root = make_workspace({"a": ""})
    ran = ws("lock", "--timeline", "no/such/run.svg", "--events", "events")
    assert ran.code == 2
    assert "--timeline no/such/run.svg: cannot write there: No such folder" in ran.err
    assert not (root / "events").exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "run.svg").mkdir()
    with pytest.raises(UsageError, match="Is a directory"):
        Timeline("install", str(tmp_path / "run.svg"))
