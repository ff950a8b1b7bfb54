"""Images of the reference workspace, as `ws docker build` makes them: looked at, measured, tested.

Two of them, and all with `WS_TEST_LONG=1`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from ws.engines.containers import RUN, containers
from ws.engines.images import Docker
from ws.engines.probes import find
from ws.engines.process import Processes

from .conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Engine

_PATIENCE = 30
CHAT = "workers/general/conversation/chat"
CHUNKER = "workers/general/documents/chunker"
NAMES = () if os.environ.get("WS_TEST_LONG") else ("chat-worker", "chunker-worker")
MESSAGE = json.dumps({"id": "1", "payload": {"text": "One sentence. And another."}})


class Ran(NamedTuple):
    """How a call of `ws` ended."""

    code: int
    said: Any
    """Its JSON."""

    def finding(self) -> tuple[str, str]:
        """The rule and the message of its only finding."""
        (finding,) = self.said["findings"]
        return finding["rule"], finding["message"]

    def outcome(self, member: str) -> tuple[str, str]:
        """What became of a member, and why."""
        (found,) = (each for each in self.said["outcomes"] if each["member"] == member)
        return found["status"], found["reason"]


class Images(NamedTuple):
    """A copy of the reference workspace that may be edited, whose images are built."""

    root: Path
    tag: str
    engine: Engine

    def command(self, *args: str) -> list[str]:
        """The command line of `ws docker` here."""
        options = ["--root", str(self.root), "--tag", self.tag, "--format", "json"]
        return [sys.executable, "-m", "ws", "docker", *args, *options]

    def ws(self, *args: str) -> Ran:
        """Call `ws docker` to its end."""
        environ = {**self.engine.environ, "WS_DOCKER_NETWORK": "host"}
        ended = subprocess.run(
            self.command(*args), env=environ, capture_output=True, text=True, check=False
        )
        assert ended.stdout, ended.stderr
        return Ran(ended.returncode, json.loads(ended.stdout))

    def left(self) -> str:
        """The containers of runs of `ws` that are still there after a while."""
        listed = ("ps", "--all", "--no-trunc", f"--filter=label={RUN}")
        shown = "--format={{.Names}} {{.Image}} {{.Status}} {{.Labels}}"
        for _ in range(_PATIENCE):
            if not (found := self.engine.call(*listed, shown).output):
                break
            time.sleep(0.5)
        return found

    def run_of(self, member: str) -> str:
        """The running containers of a member's image."""
        image = f"--filter=ancestor={member}:{self.tag}"
        return self.engine.call("ps", "--quiet", image).output

    def edit(self, member: str, before: str, after: str) -> None:
        """Replace a piece of a member's manifest."""
        path = self.root / member / "pyproject.toml"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))


@pytest.fixture(scope="module")
def images(docker_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Images]:
    root = tmp_path_factory.mktemp("repository")
    without = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache", ".ws")
    for folder in ("packages", "workers", "docker"):
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=without)
    for name in (".dockerignore", "workspace.toml"):
        shutil.copy(REPOSITORY / name, root)
    built = Images(root, f"test-{uuid.uuid4().hex[:8]}", docker_engine)
    made = built.ws("build", *NAMES)
    assert made.code == 0, made.said
    yield built
    docker_engine.call("rmi", "--force", *(one["tag"] for one in made.said["data"]["images"]))


@pytest.fixture
def chat_as_it_was(images: Images) -> Iterator[None]:
    """The manifest of chat is put back after the test."""
    path = images.root / CHAT / "pyproject.toml"
    text = path.read_text()
    yield
    path.write_text(text)


def test_every_image_is_in_working_order(images: Images) -> None:
    ran = images.ws("smoke", *NAMES)
    checks = {
        one["member"]: {name: check["status"] for name, check in one["checks"].items()}
        for one in ran.said["data"]["images"]
    }
    well = dict.fromkeys(("user", "answers", "packages", "imports"), "ok")
    assert checks == dict.fromkeys(checks, well)
    assert (ran.code, images.left()) == (0, "")


@pytest.mark.usefixtures("chat_as_it_was")
def test_a_worker_answers_a_message(images: Images) -> None:
    images.edit(CHAT, "[tool.ws.docker]", f"[tool.ws.docker]\nsmoke = '{MESSAGE}'")
    ran = images.ws("smoke", "chat-worker")
    (one,) = ran.said["data"]["images"]
    assert json.loads(one["checks"]["answers"]["detail"])["worker"] == "chat"


@pytest.mark.usefixtures("chat_as_it_was")
def test_what_does_not_answer_is_named_and_others_go_on(images: Images) -> None:
    images.edit(CHAT, "[tool.ws.docker]", '[tool.ws.docker]\nsmoke = ["false"]')
    ran = images.ws("smoke", "chat-worker", "chunker-worker")
    reason = "answers: `false` ended with code 1: it said nothing"
    assert (ran.code, ran.outcome("chat-worker")) == (1, ("failed", reason))
    assert ran.outcome("chunker-worker")[0] == "done"


def test_an_image_that_is_missing_says_how_to_build_it(images: Images) -> None:
    ran = images._replace(tag="no-such-tag").ws("smoke", "chat-worker")
    reason = "chat-worker:no-such-tag is missing: ws docker build chat-worker --tag no-such-tag"
    assert (ran.code, ran.outcome("chat-worker")) == (1, ("failed", reason))


def test_an_image_that_is_stale_is_looked_at_with_a_warning(images: Images) -> None:
    source = images.root / CHUNKER / "src/chunker_worker/__init__.py"
    text = source.read_text()
    try:
        source.write_text(f"{text}\n")
        ran = images.ws("smoke", "chunker-worker")
    finally:
        source.write_text(text)
    message = f"chunker-worker:{images.tag} is stale: {CHUNKER} changed"
    assert (ran.code, ran.finding()) == (0, ("docker/stale", message))


def test_an_image_for_everything_that_is_wrong(images: Images, tmp_path: Path) -> None:
    """Root, a package that lacks another, a module that is gone."""
    tag = f"chat-worker:{images.tag}-broken"
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(
        f"FROM chat-worker:{images.tag}\nUSER root\n"
        "RUN rm -r /opt/venv/lib/python3.11/site-packages/shared*\n"
    )
    built = images.engine.build(tmp_path, dockerfile, tag)
    assert built.code == 0, built.output
    ran = images._replace(tag=f"{images.tag}-broken").ws("smoke", "chat-worker")
    status, reason = ran.outcome("chat-worker")
    assert status == "failed"
    assert "user: it runs as root; answers: " in reason
    assert "packages: chat-worker 0.1.0 requires shared-python" in reason
    assert "shared: ModuleNotFoundError: No module named 'shared'" in reason


@pytest.mark.usefixtures("chat_as_it_was")
def test_a_budget_holds_or_is_an_error_where_it_is_set(images: Images) -> None:
    budget = 'budget = { size = "1 MB", start = "50 s", build = "30 min" }'
    images.edit(CHAT, "[tool.ws.docker]", f"[tool.ws.docker]\n{budget}")
    ran = images.ws("measure", "chat-worker")
    (one,) = ran.said["data"]["images"]
    assert one["holds"] == {"size": False, "start": True, "build": True}
    assert 0.05 < one["start"] < 50
    places = [(each["rule"], each["path"]) for each in ran.said["findings"]]
    assert (ran.code, places[-1]) == (1, ("docker/budget", f"{CHAT}/pyproject.toml"))
    assert images.left() == ""


def test_the_members_own_tests_pass_in_their_images(images: Images) -> None:
    names = NAMES or [m for m in _with_image(images) if m != "insight-server"]
    ran = images.ws("test", *names)
    assert {one["member"]: one["status"] for one in ran.said["data"]["images"]} == (
        dict.fromkeys(names, "done")
    )
    assert (ran.code, images.left()) == (0, "")


def test_tests_that_fail_are_told_with_what_they_said(images: Images) -> None:
    path = images.root / CHUNKER / "tests/test_fails.py"
    path.write_text("def test_fails() -> None:\n    assert 1 == 2\n")
    try:
        ran = images.ws("test", "chunker-worker")
    finally:
        path.unlink()
    status, reason = ran.outcome("chunker-worker")
    assert (ran.code, status) == (1, "failed")
    assert reason.startswith("1 failed, ")
    log = images.root / ".ws/logs/docker test/chunker-worker.log"
    assert "FAILED tests/test_fails.py::test_fails" in log.read_text()
    assert images.left() == ""


@pytest.mark.usefixtures("chat_as_it_was")
def test_ctrl_c_leaves_no_container(images: Images) -> None:
    images.edit(CHAT, "[tool.ws.docker]", '[tool.ws.docker]\nsmoke = ["sleep", "50"]')
    process = subprocess.Popen(
        images.command("smoke", "chat-worker"),
        env=dict(images.engine.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not images.run_of("chat-worker") and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(said)["outcomes"][0]["status"] == "aborted"
    assert images.left() == ""


def test_a_container_is_killed_when_its_time_is_over(images: Images) -> None:
    environ = images.engine.environ
    docker = Docker(find("docker", environ), environ, Processes())
    with containers(docker) as mine:
        args = ("--entrypoint=sleep", f"chat-worker:{images.tag}", "100")
        ended = mine.start(args, seconds=1, spare=1)
        assert (ended.code, ended.trouble) == (137, "its time was over")
    assert images.left() == ""


def _with_image(images: Images) -> list[str]:
    return [one["member"] for one in images.ws("status").said["data"]["images"]]
