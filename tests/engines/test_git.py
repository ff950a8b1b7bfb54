from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from ws.engines.git import branch

if TYPE_CHECKING:
    from pathlib import Path

CI = {"GITHUB_REF_NAME": "main", "CI_COMMIT_REF_NAME": "other"}
ENVIRON = {key: text for key, text in os.environ.items() if key not in CI}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One with a commit, on the branch `feature/x`."""
    who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    for args in (
        ("init", "--quiet"),
        ("checkout", "--quiet", "-b", "feature/x"),
        ("commit", "--quiet", "--allow-empty", "-m", "one"),
    ):
        subprocess.run(["git", *who, *args], cwd=tmp_path, check=True, env=ENVIRON)
    return tmp_path


def test_the_branch_that_is_checked_out_goes_before_what_a_ci_says(repository: Path) -> None:
    assert branch(repository, {**ENVIRON, **CI}) == "feature/x"


def test_where_a_commit_is_checked_out_a_ci_says_the_branch(repository: Path) -> None:
    subprocess.run(["git", "checkout", "--quiet", "--detach"], cwd=repository, check=True)
    assert branch(repository, ENVIRON) == ""
    assert branch(repository, {**ENVIRON, **CI}) == "main"
    assert branch(repository, {**ENVIRON, "CI_COMMIT_REF_NAME": "other"}) == "other"


def test_without_git_or_a_repository_there_is_none(tmp_path: Path) -> None:
    assert branch(tmp_path, ENVIRON) == ""
    assert branch(tmp_path, {**ENVIRON, "PATH": str(tmp_path)}) == ""
