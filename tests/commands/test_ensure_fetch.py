"""How images that were made elsewhere are fetched, with a client that does what is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.engines.test_docker import client

from ws.commands.ensure_fetch import Fetching
from ws.engines.images import Docker
from ws.engines.process import Processes
from ws.files.store import Store
from ws.model.product import Service

if TYPE_CHECKING:
    from pathlib import Path

    from ws.engines.apply import Step
    from ws.model.plan import Plan
    from ws.model.report import Outcome

ONE = Service("one", "one:latest", "wanted", "one", references=("r.example/one:1",))


class Nobody:
    """Follows nothing."""

    def planned(self, plan: Plan) -> None: ...
    def started(self, member: str, action: str) -> None: ...
    def step(self, member: str, step: Step) -> None: ...
    def finished(self, outcome: Outcome) -> None: ...
    def ended(self) -> None: ...


def fetching(folder: Path, text: str) -> tuple[Fetching, Processes]:
    """With a client that is a script; and the processes that it runs in."""
    processes = Processes()
    docker = Docker(str(folder / "docker"), client(folder, text), processes)
    return Fetching(docker, Store(folder), Nobody(), folder / "a.tar", "a.tar"), processes


def test_a_pull_from_an_engine_that_has_gone_has_failed_and_the_next_way_is_open(
    tmp_path: Path,
) -> None:
    asking, processes = fetching(tmp_path, "echo 'Cannot connect to the daemon'; exit 1")
    tried = asking.pull([ONE])["one"]
    assert (tried.status, processes.stopped) == ("failed", False)
    assert "Cannot connect" in tried.reason


def test_who_ends_a_pull_ends_its_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*_: object) -> None:
        raise KeyboardInterrupt

    asking, processes = fetching(tmp_path, "exit 1")
    monkeypatch.setattr(asking, "_pull", press)
    with pytest.raises(KeyboardInterrupt):
        asking.pull([ONE])
    assert processes.stopped
