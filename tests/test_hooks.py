"""`.pre-commit-hooks.yaml`, read by pre-commit's own reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pre_commit.clientlib import load_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

HOOKS = {
    hook["id"]: hook
    for hook in load_manifest(str(Path(__file__).parents[1] / ".pre-commit-hooks.yaml"))
}


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_a_command_of_ws_that_looks_at_the_whole_workspace(
    name: str, make_workspace: Make, ws: Ws
) -> None:
    make_workspace({"a": ""})
    hook = HOOKS[name]
    program, *arguments = hook["entry"].split()
    assert (program, hook["language"], hook["pass_filenames"]) == ("ws", "python", False)
    assert ws(*arguments, *hook["args"]).code in (0, 1)


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        ("pyproject.toml", True),
        ("workers/chat/pyproject.toml", True),
        ("workers/chat/poetry.lock", True),
        ("workspace.toml", True),
        ("workers/chat/chat.py", False),
        ("my-pyproject.toml", False),
        ("docs/poetry.lock.md", False),
        ("pyproject_toml", False),
    ],
)
def test_the_lock_check_runs_for_manifests_locks_and_settings(path: str, *, runs: bool) -> None:
    assert bool(re.search(HOOKS["ws-lock-check"]["files"], path)) is runs
