from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from ws.engines.choose_python import of_environment, on_path
from ws.engines.interpreter import Interpreter, Interpreters
from ws.engines.process import Processes
from ws.errors import ToolError, WorkError
from ws.formats import pyproject_reader

if TYPE_CHECKING:
    from pathlib import Path

    from ws.model.manifest import Manifest


def manifest(python: str) -> Manifest:
    text = f'[project]\nname = "a"\nversion = "1"\nrequires-python = "{python}"\n'
    read = pyproject_reader.read(text.encode(), "a/pyproject.toml", "a")
    assert read is not None
    return read


def ask(program: object) -> Interpreter:
    """A fake: `python3.12` is of that version, `python` is broken."""
    name = os.path.basename(str(program))
    if name == "python":
        raise ToolError("broken", rule="tool/python-broken")
    version = "3.13.0rc1" if name == "python3" else f"{name.removeprefix('python')}.4"
    return Interpreter(str(program), {"python_full_version": version}, {})


@pytest.mark.parametrize(
    ("python", "chosen"),
    [(">=3.11", "python3"), ("<3.13", "python3.12"), ("~=3.11.0", "python3.11")],
)
def test_the_first_python_on_path_that_the_member_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str, chosen: str
) -> None:
    for name in ("python", "python3", "python3.11", "python3.12"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    found = on_path({"PATH": str(tmp_path)}, manifest(python), ask)
    assert os.path.basename(found.program) == chosen


def test_a_member_that_allows_none_of_them_is_told_so(tmp_path: Path) -> None:
    interpreters = Interpreters(Processes(), os.environ)
    with pytest.raises(WorkError, match=r"no Python on PATH is one that it allows \(>=4\)"):
        on_path({"PATH": str(tmp_path)}, manifest(">=4"), interpreters.ask)


def test_an_environment_is_kept_only_while_the_member_allows_its_python(tmp_path: Path) -> None:
    interpreters = Interpreters(Processes(), os.environ)
    assert of_environment(tmp_path, manifest(">=3"), interpreters.ask) is None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    found = of_environment(tmp_path, manifest(">=3"), interpreters.ask)
    assert found is not None
    assert found.markers["python_version"] == ".".join(map(str, sys.version_info[:2]))
    assert of_environment(tmp_path, manifest(">=4"), interpreters.ask) is None


def test_what_is_no_python_is_told_so(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    with pytest.raises(ToolError, match="does not run as a Python"):
        Interpreters(Processes(), os.environ).ask(fake)
