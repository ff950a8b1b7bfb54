from __future__ import annotations

import pytest

from ws.engines.apply import Step
from ws.engines.poetry import Poetry
from ws.engines.process import Processes

POETRY = Poetry("poetry", {}, Processes())

INSTALL = """\
Creating virtualenv chat-worker in /somewhere/.venv
Installing dependencies from lock file

Package operations: 2 installs, 1 update, 0 removals, 3 skipped

  - Installing typing-extensions (4.15.0)
  - Updating pydantic (2.1 -> 2.2)
  - Installing shared-python (0.1.0 /somewhere/shared)

Installing the current project: chat-worker (0.1.0)
"""


def test_the_output_of_an_install_tells_how_far_it_is() -> None:
    read = POETRY.steps()
    steps = [step for line in INSTALL.splitlines() if (step := read(line))]
    assert steps == [
        Step(0, 0, "making .venv"),
        Step(0, 3, ""),
        Step(1, 3, "typing-extensions (4.15.0)"),
        Step(2, 3, "pydantic (2.1 -> 2.2)"),
        Step(3, 3, "shared-python (0.1.0 /somewhere/shared)"),
        Step(3, 3, "chat-worker (0.1.0)"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Because no versions of x match, beta (1.0) which doesn't match any versions",
        "Unable to find installation candidates: 0 candidate(s)",
        "ReadTimeout: HTTPSConnectionPool",
        "('Connection aborted.', RemoteDisconnected())",
    ],
)
def test_failures_of_network_and_cache_pass(line: str) -> None:
    assert POETRY.is_passing(["Installing dependencies", line])


def test_other_failures_stay() -> None:
    assert not POETRY.is_passing(["  ModuleNotFoundError: No module named 'x'"])


def test_a_network_that_poetry_tried_often_enough_is_not_tried_again() -> None:
    assert not POETRY.is_passing(["  | All attempts to connect to example.org failed."])


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "Error: pyproject.toml changed significantly since poetry.lock was last generated.",
            "its poetry.lock does not fit its pyproject.toml; run ws lock",
        ),
        (
            "Installing dependencies from lock file\n\n  - Installing x (1)\n\n"
            "  | Something that nobody has seen so far",
            "Something that nobody has seen so far",
        ),
        (
            "The currently activated Python version 3.11.7 is not supported by the project (~3.9)."
            "\nTrying to find and use a compatible version. \nUsing python3.9 (3.9.18)\n\n"
            "Error: The current project could not be installed: No file/folder found for package x",
            "The current project could not be installed: No file/folder found for package x",
        ),
        ("  SomeError\n\n  Nobody has seen it\n\n  at x.py:1 in y", "Nobody has seen it"),
        ("", ""),
    ],
)
def test_the_reason_of_a_failure_is_one_line(output: str, reason: str) -> None:
    assert POETRY.explain(output.splitlines()) == reason
