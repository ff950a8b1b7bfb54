"""How images that were made elsewhere are fetched, with a client that does what is wanted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests import archives
from tests.engines.test_docker import client

from ws.commands.ensure_fetch import Fetching
from ws.engines.images import Docker
from ws.engines.process import Processes
from ws.files.store import Store
from ws.model.product import Service
from ws.planning.fingerprints import DIGEST

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


OTHER = "echo linux/arm64"
"""A client of an engine on another machine than images are for here, and that knows no more."""


def test_an_archive_for_another_machine_is_not_loaded(tmp_path: Path) -> None:
    archives.write(tmp_path / "a.tar", archives.images({"one": (b"one",)}, "linux/amd64"))
    asking, _ = fetching(tmp_path, OTHER)
    tried = asking.load([replace(ONE, fingerprint="0123456789abcdef")])["one"]
    reason = "a.tar: one:latest is for linux/amd64, and the engine runs linux/arm64"
    assert (tried.status, tried.reason) == ("failed", reason)


def test_an_image_for_another_machine_is_not_pulled(tmp_path: Path) -> None:
    config = {"os": "linux", "architecture": "amd64", "config": {"Labels": {DIGEST: "wanted"}}}
    manifest = {"config": {"digest": "sha256:1"}, "layers": []}
    answers = f"*--raw*) echo '{json.dumps(manifest)}';; *imagetools*) echo '{json.dumps(config)}'"
    asking, _ = fetching(tmp_path, f'case "$*" in {answers};; *) {OTHER};; esac')
    tried = asking.pull([ONE])["one"]
    reason = "r.example/one:1 is for linux/amd64, and the engine runs linux/arm64"
    assert (tried.status, tried.reason) == ("failed", reason)


def test_who_tells_docker_to_take_another_platform_gets_it(tmp_path: Path) -> None:
    environ = {**client(tmp_path, OTHER), "DOCKER_DEFAULT_PLATFORM": "linux/amd64"}
    docker = Docker(str(tmp_path / "docker"), environ, Processes())
    assert not Fetching(docker, Store(tmp_path), Nobody(), tmp_path, "a.tar").platform


def test_who_ends_a_pull_ends_its_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*_: object) -> None:
        raise KeyboardInterrupt

    asking, processes = fetching(tmp_path, "exit 1")
    monkeypatch.setattr(asking, "_pull", press)
    with pytest.raises(KeyboardInterrupt):
        asking.pull([ONE])
    assert processes.stopped
