"""The workspace of this repository, from its locks and the real package index, by both engines.

`WS_TEST_LONG=1` compares all members; else a sample, the same each time.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import LONG
from tests.integration.conftest import need, program
from tests.integration.test_uv import poetry, snapshot, to_do

from ws.files.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
ALL = {member.name: member.path for member in load(ROOT).members}
MEMBERS = sorted(ALL if LONG else random.Random(5).sample(sorted(ALL), 2))


@pytest.fixture
def install(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Run `ws install` with an engine on a copy of the workspace, and give its root."""
    uv = need(Path(os.environ.get("WS_UV") or Path(sys.executable).with_name("uv")))
    environ = os.environ | {
        "WS_UV": str(uv),
        "WS_POETRY": str(program("poetry")),
        "UV_CACHE_DIR": str(tmp_path_factory.mktemp("uv")),
    }
    for name in ("workspace.toml", "packages", "workers"):
        leave = shutil.ignore_patterns(".venv", "__pycache__", ".ws")
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=leave)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    filters = [word for name in MEMBERS for word in ("--filter", name)]

    def run(engine: str) -> Path:
        command = [sys.executable, "-m", "ws", "install", *filters, "--engine", engine]
        command += ["--format", "json"]
        ended = subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        done = {row["member"]: row["engine"] for row in json.loads(ended.stdout)["data"]["members"]}
        assert done == dict.fromkeys(MEMBERS, engine)
        return tmp_path

    return run


def differences(theirs: dict[str, object], ours: dict[str, object]) -> set[str]:
    return {name for name in theirs | ours if theirs.get(name) != ours.get(name)}


def test_members_get_the_environment_that_poetry_gives_them(
    install: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = install("poetry")
    away = tmp_path_factory.mktemp("away")
    theirs = {}
    for name in MEMBERS:
        theirs[name] = snapshot(root / ALL[name] / ".venv")
        (root / ALL[name] / ".venv").rename(away / name)
    install("uv")
    program_of_poetry = str(program("poetry"))
    found = {
        name: (
            differences(theirs[name], snapshot(root / ALL[name] / ".venv")),
            to_do(poetry(root / ALL[name], program_of_poetry, "sync", "--dry-run")),
        )
        for name in MEMBERS
    }
    assert found == dict.fromkeys(MEMBERS, (set(), []))
