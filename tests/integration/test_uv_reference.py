"""The workspace of this repository, from its locks and the real package index, by both engines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import need, program
from tests.integration.test_uv import poetry, snapshot, to_do

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
MEMBERS = {
    "shared-python": "packages/shared/python",
    "parser-worker": "workers/general/documents/parser",
}


@pytest.fixture
def install(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Run `ws install` on a copy of the workspace, and give its root."""
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

    def run(*args: str) -> Path:
        command = [sys.executable, "-m", "ws", "install", *filters, *args]
        ended = subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return tmp_path

    return run


def test_members_get_the_environment_that_poetry_gives_them(install: Callable[..., Path]) -> None:
    root = install()
    theirs = {name: snapshot(root / folder / ".venv") for name, folder in MEMBERS.items()}
    install("--engine", "uv", "--reinstall")
    for name, folder in MEMBERS.items():
        ours = snapshot(root / folder / ".venv")
        assert {
            k for k in ours.keys() | theirs[name].keys() if ours.get(k) != theirs[name].get(k)
        } == set()
        assert to_do(poetry(root / folder, str(program("poetry")), "sync", "--dry-run")) == []
