from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from ws.engines.choose_python import named, of_environment, on_path
from ws.engines.interpreter import Interpreter, Interpreters
from ws.engines.process import Processes
from ws.errors import ToolError, WorkError

if TYPE_CHECKING:
    from pathlib import Path


def ask(program: object) -> Interpreter:
    """A fake: `python3.12` is of that version, `python` is broken."""
    name = os.path.basename(str(program))
    if name == "python":
        raise ToolError("broken", rule="tool/python-broken")
    version = "3.13.0rc1" if name == "python3" else f"{name.removeprefix('python')}.4"
    return Interpreter(str(program), {"python_full_version": version}, {})


def pythons(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Variables with a PATH that has four of them."""
    for name in ("python", "python3", "python3.11", "python3.12"):
        (folder / name).write_text("")
        (folder / name).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return {"PATH": str(folder)}


@pytest.mark.parametrize(
    ("python", "chosen"),
    [(">=3.11", "python3"), ("<3.13", "python3.12"), ("~=3.11.0", "python3.11")],
)
def test_the_first_python_on_path_that_the_member_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str, chosen: str
) -> None:
    found = on_path(pythons(tmp_path, monkeypatch), python, ask)
    assert os.path.basename(found.program) == chosen


@pytest.mark.parametrize("asked", ["3.12", "3.12.4", "python3.12", "{folder}/python3.12"])
def test_a_python_is_asked_for_by_version_name_or_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    environ = pythons(tmp_path, monkeypatch)
    found = named(asked.format(folder=tmp_path), environ, ">=3.11", ask)
    assert found.program == str(tmp_path / "python3.12")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("3.1", "there is no Python 3.1 on PATH"),
        ("3.12.5", "there is no Python 3.12.5 on PATH"),
        ("pypy", "pypy is no Python"),
        ("3.11", r"Python 3.11.4 is asked for, and not one that it allows (>=3.12)"),
    ],
)
def test_a_python_that_is_not_there_or_not_allowed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, told: str
) -> None:
    with pytest.raises(WorkError) as caught:
        named(asked, pythons(tmp_path, monkeypatch), ">=3.12", ask)
    assert caught.value.reason == told


def test_a_member_that_allows_none_of_them_is_told_so(tmp_path: Path) -> None:
    interpreters = Interpreters(Processes(), os.environ)
    with pytest.raises(WorkError, match=r"no Python on PATH is one that it allows \(>=4\)"):
        on_path({"PATH": str(tmp_path)}, ">=4", interpreters.ask)


def test_an_environment_is_kept_only_while_the_member_allows_its_python(tmp_path: Path) -> None:
    interpreters = Interpreters(Processes(), os.environ)
    assert of_environment(tmp_path, ">=3", interpreters.ask) is None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    found = of_environment(tmp_path, ">=3", interpreters.ask)
    assert found is not None
    assert found.markers["python_version"] == ".".join(map(str, sys.version_info[:2]))
    assert of_environment(tmp_path, ">=4", interpreters.ask) is None


def test_what_is_no_python_is_told_so(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    with pytest.raises(ToolError, match="does not run as a Python"):
        Interpreters(Processes(), os.environ).ask(fake)
