"""A small workspace for `ws install`, and what is asked of it and done to it from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.conftest import member
from tests.integration.conftest import BUILD, program

if TYPE_CHECKING:
    from pathlib import Path

SHARED = (
    '[tool.poetry]\nname = "shared"\nversion = "0.1.0"\n\n[tool.poetry.scripts]\n'
    f'hello = "shared:hello"\n\n[tool.poetry.dependencies]\npython = "^3.11"\n{BUILD}'
)
CODE = "def hello():\n    print('hello')\n\n\ndef bye():\n    print('bye')\n"
ONE = (
    f'shared = {{path = "../shared", develop = true}}\nalpha = "^1.0"\ngamma = {{version = "*",'
    f' optional = true}}\n\n[tool.poetry.extras]\nmore = ["gamma"]\n{BUILD}'
)
FILES = {
    "workspace.toml": '[workspace]\nmembers = ["*"]\n',
    "shared/pyproject.toml": SHARED,
    "shared/shared.py": CODE,
    "one/pyproject.toml": member("one", ONE),
    "one/one.py": "",
}


class Place(NamedTuple):
    """The workspace, and how `ws` and others are run in it."""

    root: Path
    environ: dict[str, str]
    engine: str
    fresh: list[dict[str, int]]
    """What lay there when `ws` last found nothing to do: no need to ask it again of the same."""

    @property
    def venv(self) -> Path:
        return self.root / "one/.venv"

    @property
    def site(self) -> Path:
        return next(self.venv.glob("lib/python*/site-packages"))

    def ws(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ws", *args]
        return subprocess.run(
            command, cwd=self.root, env=self.environ, capture_output=True, text=True, check=False
        )

    def poetry(self, *args: str) -> str:
        """What the real Poetry says in the member's folder."""
        environ = {key: text for key, text in self.environ.items() if key != "VIRTUAL_ENV"}
        ran = subprocess.run(
            [program("poetry"), *args, "--no-ansi", "-n"],
            cwd=self.root / "one",
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout

    def pip(self, *args: str) -> None:
        python = str(self.venv / "bin/python")
        command = [sys.executable, "-m", "pip", "--python", python, *args, "-q"]
        subprocess.run(command, env=self.environ, check=True)

    def needs(self, *filters: str) -> dict[str, str]:
        """What `ws install --check` says of each member, in which it writes nothing."""
        before = snapshot(self.root)
        ran = self.ws("install", "--check", "--format", "json", *filters)
        said = json.loads(ran.stdout)["findings"]
        found = [finding for finding in said if finding["severity"] == "error"]
        assert ran.returncode == (1 if found else 0)
        assert snapshot(self.root) == before
        self.fresh[:] = [] if found or filters else [before]
        return {
            finding["member"]: finding["message"].removeprefix("its environment would be ")
            for finding in found
        }

    def mend(self, *args: str) -> None:
        """`ws install`; and then there is nothing to do."""
        ran = self.ws("install", *args)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert self.needs() == {}

    def runs(self, script: str) -> str:
        command = [self.venv / "bin" / script]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    def has(self, name: str) -> str:
        """The version of a package that the environment imports."""
        code = f"import {name}; print({name}.VERSION)"
        ran = subprocess.run(
            [self.venv / "bin/python", "-c", code], capture_output=True, text=True, check=True
        )
        return ran.stdout.strip()


def snapshot(root: Path) -> dict[str, int]:
    return {
        str(path): path.lstat().st_mtime_ns
        for path in root.rglob("*")
        if ".ws" not in path.relative_to(root).parts
    }
