"""What is found on a machine; the programs are small scripts."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from ws.engines import machine
from ws.engines.probes import find, limited, program
from ws.model.machine import PoetryFound, Program, Venv

if TYPE_CHECKING:
    from pathlib import Path


def script(folder: Path, name: str, body: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("body", "version", "trouble"),
    [
        ("echo 'Docker version 28.2.2, build e6534b4'", "28.2.2", ""),
        ("echo 'git version 2.39.5 (Apple Git)'", "2.39.5", ""),
        ("echo 1.2; echo 'cannot connect' >&2; exit 1", "", "cannot connect"),
        ("exit 3", "", "it ended with code 3"),
    ],
)
def test_a_program_tells_its_version_or_what_is_wrong(
    body: str, version: str, trouble: str, tmp_path: Path
) -> None:
    path = script(tmp_path, "tool", body)
    with limited(10) as processes:
        assert program(path, (), os.environ, processes) == Program(path, version, trouble)


def test_a_program_that_hangs_is_ended_when_the_time_is_over(tmp_path: Path) -> None:
    path = script(tmp_path, "tool", "sleep 60")
    began = time.monotonic()
    with limited(0.3) as processes:
        found = program(path, (), os.environ, processes)
    assert found == Program(path, trouble="it did not answer in time")
    assert time.monotonic() - began < 5


def test_a_program_beside_ws_goes_before_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env").mkdir()
    monkeypatch.setattr(sys, "executable", f"{tmp_path}/env/python")
    on_path = script(tmp_path, "uv", "")
    assert find("uv", {"PATH": str(tmp_path)}, beside=True) == on_path
    beside = script(tmp_path / "env", "uv", "")
    assert find("uv", {"PATH": str(tmp_path)}, beside=True) == beside
    assert find("uv", {"PATH": str(tmp_path)}) == on_path
    assert find("git", {"PATH": str(tmp_path)}) == ""


def test_poetry_tells_which_one_it_is_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "env").mkdir()
    monkeypatch.setattr(sys, "executable", f"{tmp_path}/env/python")
    path = script(tmp_path, "poetry", "echo 'Poetry (version 2.4.0)'")
    environ = {"PATH": f"{tmp_path}{os.pathsep}{os.defpath}"}
    with limited(10) as processes:
        first = machine.poetry_found(environ, processes)
        assert (first.why, first.version) == ("it is the first on PATH", "2.4.0")
        named = script(tmp_path, "named", "echo 'Poetry (version 1.8.0)'")
        old = machine.poetry_found(environ | {"WS_POETRY": named}, processes)
    assert (old.path, old.why, old.passed_over) == (named, "WS_POETRY names it", path)
    assert old.trouble.startswith("Poetry 1.8.0 is too old")


def test_no_poetry_is_a_fact_and_no_fault(tmp_path: Path) -> None:
    with limited(10) as processes:
        found = machine.poetry_found({"WS_POETRY": f"{tmp_path}/none"}, processes)
    assert found == PoetryFound(
        trouble=f"WS_POETRY names {tmp_path}/none, which is no program",
        remedy="set it to the path of a Poetry 2, or unset it",
    )


def test_an_environment_whose_python_is_gone_is_broken(tmp_path: Path) -> None:
    assert machine.environment("a", tmp_path / ".venv") == Venv("a", "missing")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/pyvenv.cfg").touch()
    (tmp_path / ".venv/bin/python").symlink_to(tmp_path / "gone")
    assert machine.environment("a", tmp_path / ".venv") == Venv("a", "broken")
    (tmp_path / "gone").touch()
    assert machine.environment("a", tmp_path / ".venv") == Venv("a", "made")


def test_each_disk_is_told_once(tmp_path: Path) -> None:
    found = machine.disks(tmp_path, {"POETRY_CACHE_DIR": str(tmp_path)})
    purposes = [purpose for disk in found for purpose in disk.purpose.split(", ")]
    assert sorted(purposes) == ["caches", "environments", "temporary files"]
    assert all(disk.free >= 0 for disk in found)
