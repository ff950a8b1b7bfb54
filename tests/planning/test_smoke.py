from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ws.files.loader import load
from ws.model.checks import Check, Question
from ws.model.images import ImagePlan, OwnImage
from ws.model.sources import Layout
from ws.planning.smoke import question, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LAYOUTS = {
    "shared": Layout({}, ("shared",)),
    "chat": Layout({}, ("chat", "chat_extra")),
    "fast": Layout({}, ("fast",)),
    "testing": Layout({}, ("testing",)),
}
CHAT = """\
[tool.poetry]
name = "chat"
version = "1"
[tool.poetry.scripts]
chat = "chat.app:main"
[tool.poetry.dependencies]
shared = { path = "../shared" }
fast = { path = "../fast", optional = true }
[tool.poetry.group.dev.dependencies]
testing = { path = "../testing" }
[tool.ws.docker]
"""


def asked(make_workspace: Callable[[Mapping[str, str]], Path], docker: str) -> Question:
    """What is asked of the image that a Dockerfile of chat's own makes."""
    members = {"shared": "", "fast": "", "testing": "", "chat": CHAT + docker}
    workspace = load(make_workspace(members))
    image = OwnImage("chat", "chat", "chat:latest", "chat/Dockerfile", ".")
    plan = ImagePlan(dev=False, grounds=(), layers=(), builders=(), packages=(), images=(image,))
    return question(workspace, plan, image, LAYOUTS)


def test_what_comes_along_with_a_member_must_be_importable_but_no_extra_and_no_group(
    make_workspace: Callable[[Mapping[str, str]], Path],
) -> None:
    assert asked(make_workspace, "") == Question("chat", imports=("chat", "chat_extra", "shared"))


@pytest.mark.parametrize(
    ("docker", "line", "command"),
    [
        ("smoke = 'hello'", "hello", ()),
        ("smoke = ['chat', '--version']", "", ("chat", "--version")),
    ],
)
def test_a_member_says_how_its_program_answers(
    docker: str,
    line: str,
    command: tuple[str, ...],
    make_workspace: Callable[[Mapping[str, str]], Path],
) -> None:
    found = asked(make_workspace, docker)
    assert (found.line, found.command) == (line, command)


def test_the_verdict_names_what_failed_and_what_was_never_reached() -> None:
    user, answers = Check("user", "failed", "it runs as root"), Check("answers", "ok", "well")
    asked = ("user", "answers", "packages", "imports")
    assert verdict([user, answers], asked, "its time was over") == (
        "user: it runs as root; packages: its time was over"
    )
    without = Check("answers", "failed", "there is no program chat")
    assert verdict([without], ("answers",), "") == (
        "answers: there is no program chat; "
        'say how it answers: smoke = ["COMMAND", "…"] under [tool.ws.docker]'
    )
    skipped = Check("packages", "skipped", "no pip")
    assert verdict([answers, skipped], ("answers", "packages"), "") == ""
