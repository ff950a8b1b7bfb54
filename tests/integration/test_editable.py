"""Editable installs that `ws` lays down in process, beside those of the real Poetry."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.integration.conftest import BUILD

from ws.engines.editable import builds, install_dependency, install_member, remove
from ws.engines.interpreter import Environment, Interpreters
from ws.engines.process import Processes
from ws.errors import WorkError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Make = Callable[[Mapping[str, str]], Path]

SHARED = f"""[project]
name = "Shared.Thing"
version = "1.2"
requires-python = ">=3.11"
dependencies = []
license = "MIT"
license-files = ["LICENSE", "legal/*"]
[project.scripts]
shared-tool = "shared.tool:Tool.run"
[project.entry-points."shared.plugins"]
one = "shared.plugins:one"
[tool.poetry]
packages = [{{ include = "shared", from = "src" }}, {{ include = "more", from = "lib" }}]
[tool.poetry.scripts]
"plain.sh" = {{ reference = "bin/plain.sh", type = "file" }}
{BUILD}"""
CHAT = f"""[tool.poetry]
name = "chat"
version = "0.1.0"
description = "Talks."
readme = "README.md"
packages = [{{ include = "chat.py" }}, {{ include = "extra_tests", format = "sdist" }}]
[tool.poetry.dependencies]
python = "^3.11"
"Shared.Thing" = {{ path = "../shared", develop = true }}
[tool.poetry.scripts]
chat = "chat:main"
chat-more = {{ callable = "chat:Chat.more", extras = ["x"] }}
hello = {{ reference = "hello.sh", type = "file" }}
[tool.poetry.extras]
x = []
{BUILD}"""
FILES = {
    "shared": SHARED,
    "shared/src/shared/__init__.py": "",
    "shared/lib/more/__init__.py": "",
    "shared/bin/plain.sh": "#!/bin/sh\necho plain\n",
    "shared/LICENSE.": "",
    "shared/legal/a.txt": "b",
    "chat": CHAT,
    "chat/README.md": "# Chat\n",
    "chat/chat.py": "def main(): ...\n",
    "chat/extra_tests/__init__.py": "",
    "chat/hello.sh": "#!/bin/sh\necho hello\n",
}
OWN = re.compile(r"(?:bin/(?:python|pip|(?:de)?[Aa]ctivate)|.*/(?:pip|_virtualenv|distutils)).*")


def snapshot(venv: Path) -> dict[str, bytes]:
    """What was installed into an environment, and whether it runs."""
    found = [*venv.glob("lib/python*/site-packages/**/*"), *venv.glob("bin/*")]
    names = {path.relative_to(venv).as_posix(): path for path in found if path.is_file()}
    return {
        f"{name} {os.access(path, os.X_OK)}": path.read_bytes()
        for name, path in sorted(names.items())
        if not OWN.fullmatch(name) and "__pycache__" not in name
    }


def environment(folder: Path) -> Environment:
    """A fresh environment, without Poetry."""
    if folder.exists():
        shutil.rmtree(folder)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return Interpreters(Processes(), os.environ).ask(sys.executable).environment(folder)


def loose(found: dict[str, bytes], dependency: str) -> dict[str, bytes]:
    """Without what depends on who installed a path dependency, and on which poetry-core built it.

    That is INSTALLER, the generator in WHEEL, and the rows of these two in RECORD. The lines of a
    `.pth` come in any order: Poetry takes them from a set.
    """
    given: dict[str, bytes] = {}
    for name, data in found.items():
        if dependency in name and "INSTALLER" in name:
            continue
        text = re.sub(rb"Generator: .*", b"Generator:", data)
        if dependency in name and "RECORD" in name:
            rows = re.sub(rb"(/(?:INSTALLER|WHEEL)|\.pth),.*", rb"\1", text).splitlines()
            text = b"\n".join(sorted(rows))
        if name.partition(" ")[0].endswith(".pth"):
            text = b"\n".join(sorted(text.splitlines()))
        given[name] = text
    return given


@pytest.fixture
def root(make_workspace: Make) -> Path:
    root = make_workspace(FILES)
    (root / "shared/LICENSE.").rename(root / "shared/LICENSE")
    for script in root.rglob("*.sh"):
        script.chmod(0o755)
    return root


@pytest.mark.usefixtures("socket_enabled")
def test_what_is_laid_down_is_what_poetry_install_lays_down(root: Path, real_poetry: str) -> None:
    chat = root / "chat"
    environ = os.environ | {"POETRY_VIRTUALENVS_IN_PROJECT": "true"}
    for command in ("lock", "install"):
        subprocess.run([real_poetry, "-n", command], cwd=chat, env=environ, check=True)
    theirs = snapshot(chat / ".venv")
    assert "bin/chat True" in theirs

    venv = environment(chat / ".venv")
    install_dependency(root / "shared", "shared-thing", venv)
    install_member(chat, venv)
    ours = snapshot(chat / ".venv")

    dependency = "shared_thing-1.2.dist-info"
    assert loose(ours, dependency) == loose(theirs, dependency)
    assert subprocess.run([venv.scripts / "hello"], capture_output=True, check=True).stdout


def test_installing_again_leaves_nothing_of_what_was_there(root: Path) -> None:
    venv = environment(root / "chat" / ".venv")
    for _ in range(2):
        install_dependency(root / "shared", "shared-thing", venv)
        install_member(root / "chat", venv)
    first = snapshot(venv.folder)
    manifest = root / "chat/pyproject.toml"
    manifest.write_text(manifest.read_text().replace('chat = "chat:main"', 'talk = "chat:main"'))
    install_member(root / "chat", venv)
    assert first.keys() ^ snapshot(venv.folder).keys() == {"bin/chat True", "bin/talk True"}
    assert remove("chat", venv)
    assert not remove("chat", venv)
    assert remove("Shared.Thing", venv)
    assert snapshot(venv.folder) == {}


def test_what_poetry_core_cannot_build_is_told_with_the_folder(root: Path) -> None:
    venv = environment(root / "chat" / ".venv")
    (root / "chat/chat.py").unlink()
    with pytest.raises(WorkError, match=r"^chat cannot be installed: .*chat\.py"):
        install_member(root / "chat", venv)


def test_only_what_poetry_core_builds_without_a_script_is_laid_down_so() -> None:
    core = {"build-backend": "poetry.core.masonry.api"}
    assert builds({"build-system": core})
    assert not builds({"build-system": {"build-backend": "hatchling.build"}})
    assert not builds({"build-system": core, "tool": {"poetry": {"build": "build.py"}}})
    assert not builds({})
