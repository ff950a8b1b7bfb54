"""When an environment of a bundle is made anew; real ones: tests/docker."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ws.engines.host_service import Hosting
from ws.engines.program import Completed
from ws.files.store import Store
from ws.model.product import Service

pytestmark = pytest.mark.skipif(os.name == "nt", reason="environments have links on POSIX")
CHAT = Service("chat", "chat:1", "f" * 8, "chat", script="chat", packages=("chat",))


class Installer:
    """Makes environments of a link and a script, and counts them."""

    def __init__(self, python: Path) -> None:
        self.python = python
        self.made = 0

    def run(self, argv: list[str], **_how: Any) -> Completed:
        if "venv" in argv:
            self.made += 1
            programs = Path(argv[-1], "bin")
            programs.mkdir(parents=True)
            (programs / "python").symlink_to(self.python)
            (programs / "chat").write_text(f"#!{programs}/python\n")
        return Completed(0, ())


@pytest.fixture
def installer(tmp_path: Path) -> Installer:
    (tmp_path / "python3.12").symlink_to(sys.executable)
    (tmp_path / "python3").symlink_to("python3.12")
    return Installer(tmp_path / "python3")


def make(root: Path, installer: Installer) -> str:
    root.mkdir(exist_ok=True)
    processes: Any = installer
    observer: Any = None
    return Hosting(Store(root), {"WS_UV": "uv"}, processes, observer).make(CHAT)


def test_an_environment_that_can_start_is_kept(tmp_path: Path, installer: Installer) -> None:
    assert make(tmp_path / "a", installer) == make(tmp_path / "a", installer)
    assert installer.made == 1


def test_an_environment_whose_python_is_gone_is_made_anew(
    tmp_path: Path, installer: Installer
) -> None:
    make(tmp_path / "a", installer)
    installer.python.unlink()
    installer.python = Path(sys.executable)
    make(tmp_path / "a", installer)
    assert installer.made == 2


def test_an_environment_whose_python_became_another_is_made_anew(
    tmp_path: Path, installer: Installer
) -> None:
    make(tmp_path / "a", installer)
    (tmp_path / "python3.13").write_text("")
    installer.python.unlink()
    installer.python.symlink_to("python3.13")
    make(tmp_path / "a", installer)
    assert installer.made == 2


def test_an_environment_that_was_moved_is_made_anew(tmp_path: Path, installer: Installer) -> None:
    make(tmp_path / "a", installer)
    (tmp_path / "a").rename(tmp_path / "b")
    program = Path(make(tmp_path / "b", installer))
    assert program.read_text() == f"#!{tmp_path}/b/.ws/host/chat/bin/python\n"
