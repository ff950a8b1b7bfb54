"""From a plan's action to a lock on the disk, with a solver that does what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from ws.engines.poetry_library import misfit
from ws.engines.relock import Job, Relocking, Solved
from ws.errors import WorkError
from ws.files.store import Store
from ws.model.plan import Plan, Relock, Seeds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OLD = b'[[package]]\nname = "a"\nversion = "1"\n\n[metadata]\nlock-version = "2.1"\n'
NEW = OLD.replace(b'"1"', b'"2"')
OTHER = OLD.replace(b'"a"', b'"b"')
FAILED = Solved(None, failure="no", lines=tuple(map(str, range(30))))


@dataclass
class Fake:
    """Gives what it was given, one by one, and keeps what it was asked."""

    answers: list[Solved]
    takes_start: bool = True
    asked: list[Job] = field(default_factory=list)

    def width(self, jobs: int) -> int:
        return jobs

    def solve(self, job: Job, _on_step: Callable[[str], None]) -> Solved:
        self.asked.append(job)
        return self.answers[len(self.asked) - 1]

    def close(self) -> None:
        pass


def quiet(_text: str) -> None:
    """Nobody follows."""


ACTION = Relock("chat", "chat", "lock/missing", OLD, OLD)
SEEDED = replace(ACTION, seeds=Seeds(("shared/poetry.lock",), frozenset({""})))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (("chat", OLD), ("shared", OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "poetry.lock").write_bytes(text)
    return tmp_path


def relocking(root: Path, fake: Fake, *, dry: bool = False) -> Relocking:
    return Relocking(Store(root), fake, lambda who, names: f"{who} lacks {names}", dry)


def test_a_new_lock_is_written_and_told(root: Path) -> None:
    outcome = relocking(root, Fake([Solved(NEW)])).run("lock", ACTION, quiet)
    assert (outcome.status, outcome.reason) == ("done", "1 updated")
    assert outcome.log == ".ws/logs/lock/chat.log"
    assert (root / "chat/poetry.lock").read_bytes() == NEW


def test_where_nothing_is_to_be_written_the_outcome_has_it(root: Path) -> None:
    outcome = relocking(root, Fake([Solved(NEW)]), dry=True).run("lock", ACTION, quiet)
    assert (root / "chat/poetry.lock").read_bytes() == OLD
    assert outcome.wrote is not None
    assert '-version = "1"\n+version = "2"\n' in Plan("lock", (outcome.wrote,)).diff()


def test_a_lock_that_somebody_else_has_changed_is_left_alone(root: Path) -> None:
    (root / "chat/poetry.lock").write_bytes(b"theirs")
    with pytest.raises(WorkError, match="changed by somebody else"):
        relocking(root, Fake([Solved(NEW)])).run("lock", ACTION, quiet)
    assert (root / "chat/poetry.lock").read_bytes() == b"theirs"


def test_a_lock_without_its_path_dependencies_is_refused(root: Path) -> None:
    action = replace(ACTION, paths=("a", "b"))
    held = OLD.replace(b'"1"\n', b'"1"\n[package.source]\ntype = "directory"\n')
    outcome = relocking(root, Fake([Solved(held)])).run("lock", action, quiet)
    assert (outcome.status, outcome.reason) == ("failed", "chat lacks ('b',)")
    assert (root / "chat/poetry.lock").read_bytes() == OLD


def test_the_end_of_a_failure_is_shown_and_an_explanation_whole(root: Path) -> None:
    fake = Fake([FAILED, FAILED._replace(whole=True)])
    short, whole = (relocking(root, fake).run("lock", ACTION, quiet) for _ in range(2))
    assert (short.reason, short.output) == ("no", FAILED.lines[-20:])
    assert whole.output == FAILED.lines


def test_a_failure_that_passes_is_tried_once_more(root: Path) -> None:
    passing = FAILED._replace(passing=True)
    assert relocking(root, Fake([passing, Solved(OLD)])).run("lock", ACTION, quiet).status == "done"
    fake = Fake([passing, passing])
    assert relocking(root, fake).run("lock", ACTION, quiet).status == "failed"
    assert len(fake.asked) == 2


def test_seeds_that_are_not_to_be_had_are_left_out(root: Path) -> None:
    fake = Fake([FAILED._replace(unknown_version=True), Solved(OLD)])
    assert relocking(root, fake).run("lock", SEEDED, quiet).reason == "unchanged"
    assert [list(job.seeds) for job in fake.asked] == [["b"], []]


def test_later_members_are_seeded_from_what_earlier_ones_got(root: Path) -> None:
    fake = Fake([Solved(OTHER.replace(b'"b"', b'"c"')), Solved(OLD)])
    run = relocking(root, fake, dry=True)
    run.run("lock", Relock("shared", "shared", "", OTHER, OTHER), quiet)
    run.run("lock", SEEDED, quiet)
    assert list(fake.asked[1].seeds) == ["c"]


def test_a_solver_that_starts_from_the_disk_alone_gets_no_seeds(root: Path) -> None:
    fake = Fake([Solved(OLD)], takes_start=False)
    assert relocking(root, fake).run("lock", SEEDED, quiet).status == "done"
    assert fake.asked[0].seeds == {}
    with pytest.raises(WorkError, match="only from the lock that is there"):
        relocking(root, fake).run("lock", replace(ACTION, start=NEW), quiet)


@pytest.mark.parametrize(
    ("facts", "required", "reason"),
    [
        ({"version": "2.5.1", "plugins": ["poetry-plugin-export"]}, (), ""),
        ({"version": "2.6.0"}, (), "ws does not know Poetry 2.6.0 well enough"),
        ({"version": "2.0.1"}, (), "ws does not know Poetry 2.0.1 well enough"),
        (
            {"version": "2.4.0", "plugins": ["Poetry_Plugin_Shell", "poetry-dynamic-versioning"]},
            (),
            "its plugin poetry-dynamic-versioning may change what is locked",
        ),
        ({"version": "2.4.0"}, ("mine",), "a member requires the plugin mine"),
    ],
)
def test_poetry_is_a_library_only_where_that_is_known_to_do(
    facts: dict[str, object], required: tuple[str, ...], reason: str
) -> None:
    assert misfit(facts, required) == reason
