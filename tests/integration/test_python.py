"""`--python` and `--verify`: which Python environments are of, and whether Poetry agrees."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import BUILD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.conftest import Ran

    Make = Callable[[Mapping[str, str]], Path]
    Ws = Callable[..., Ran]

pytestmark = pytest.mark.usefixtures("real_poetry", "socket_enabled")

MINE = f"{sys.version_info.major}.{sys.version_info.minor}"
FIRST = "there is no environment yet"


@pytest.fixture
def root(make_workspace: Make, ws: Ws) -> Path:
    root = make_workspace(
        {
            "one": f"alpha = '*'\n{BUILD}".replace("packages = []", ""),
            "one/one.py": "",
            "workspace.toml": f'[workspace]\nmembers = ["*"]\n[install]\npython = "{MINE}"\n',
        }
    )
    assert ws("lock").code == 0
    return root


@pytest.fixture(params=["poetry", "uv"])
def engine(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("uv")))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    name: str = request.param
    return name


def outcome(ran: Ran) -> tuple[str, str]:
    (row,) = ran.json["outcomes"]
    return row["status"], row["reason"]


def test_an_environment_of_the_python_that_is_asked_for_is_kept(
    root: Path, ws: Ws, engine: str
) -> None:
    install = ("install", "--engine", engine, "--format", "json")
    assert outcome(ws(*install)) == ("done", "")
    assert outcome(ws(*install)) == ("skipped", "up to date")
    manifest = root / "one/pyproject.toml"
    manifest.write_text(f'{manifest.read_text()}\n[tool.ws]\npython = "{sys.executable}"\n')
    kept = (root / "one/.venv/pyvenv.cfg").stat().st_ino
    assert ws(*install).code == 0
    assert (root / "one/.venv/pyvenv.cfg").stat().st_ino == kept


def test_an_environment_of_another_python_is_made_anew(
    root: Path, ws: Ws, engine: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_text(f'#!/bin/sh\nexec "{os.path.realpath(sys.executable)}" "$@"\n')
    other.chmod(0o755)
    install = ("install", "--engine", engine, "--format", "json")
    assert outcome(ws(*install)) == ("done", "")
    other_python = (*install, "--python", str(other))
    assert outcome(ws(*other_python)) == (
        "done",
        f"made anew: Python {other} is asked for, and it is of another one",
    )
    assert (root / "one/.venv/pyvenv.cfg").exists()
    assert outcome(ws(*other_python)) == ("skipped", "up to date")


def test_a_python_that_is_not_there_stops_that_member(root: Path, ws: Ws, engine: str) -> None:
    ran = ws("install", "--engine", engine, "--format", "json", "--python", "3.99")
    assert ran.code == 1
    assert outcome(ran) == (
        "failed",
        "there is no Python 3.99 on PATH; install it, such as with uv python install 3.99, or name"
        " its path",
    )
    assert not (root / "one/.venv").exists()


@pytest.mark.usefixtures("real_poetry", "root")
def test_poetry_has_nothing_to_do_after_either_engine(ws: Ws, engine: str) -> None:
    install = ("install", "--engine", engine, "--format", "json", "--verify")
    assert outcome(ws(*install)) == ("done", "")
    assert outcome(ws(*install)) == ("skipped", "up to date, and Poetry has nothing to do")


def test_a_verification_fails_if_poetry_has_something_to_do(root: Path, ws: Ws) -> None:
    """A package that vanishes between the install and the dry run, made to happen."""
    poetry = root / "poetry"
    real = os.environ["WS_POETRY"]
    poetry.write_text(
        f'#!/bin/sh\nfor word; do case "$word" in --dry-run)\n'
        f"  rm -r {root}/one/.venv/lib/python*/site-packages/alpha-*;; esac; done\n"
        f'exec "{real}" "$@"\n'
    )
    poetry.chmod(0o755)
    os.environ["WS_POETRY"] = str(poetry)
    try:
        ran = ws("install", "--engine", "uv", "--verify", "--format", "json")
    finally:
        os.environ["WS_POETRY"] = real
    assert ran.code == 1
    assert outcome(ran) == (
        "failed",
        "Poetry would still install alpha (2.0.0); ws install --reinstall makes it anew, and"
        " --engine poetry lets Poetry do so",
    )
